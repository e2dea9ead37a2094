"""Every text by SMS: short where it can be, in the letters the family chose, and coded as telephones read it."""

import pytest

from zvanets.guardians.models import SmsScript
from zvanets.history.verbs import Verb
from zvanets.lib.sms_length import PART_16, sms_length
from zvanets.notifications.catalogue import CATALOGUE
from zvanets.notifications.channels.sms.texts import MOST_PARTS, decode, submits
from zvanets.notifications.composing import SMS_PARTS, as_sms
from zvanets.notifications.wording import words

LESSON = {"student": "Ани", "subject": "Математика", "hour_no": 3, "date": "2025-10-07", "kind": "UNEXCUSED"}
GRADE = LESSON | {"grade": "5.50", "kind": "CURRENT", "given_on": "2025-10-07"}
BODIES = {
    Verb.GRADE_GIVEN: GRADE,
    Verb.GRADE_CORRECTED: GRADE | {"before": {"grade": "5.00"}},
    Verb.GRADE_WITHDRAWN: GRADE,
    Verb.ABSENCE_RECORDED: LESSON,
    Verb.LATENESS_RECORDED: LESSON | {"kind": "LATE", "minutes": 15},
    Verb.ABSENCE_CHANGED: LESSON | {"kind": "LATE"},
    Verb.ABSENCE_WITHDRAWN: LESSON,
    Verb.ABSENCE_EXCUSED: LESSON | {"kind": "EXCUSED"},
    Verb.HEALTH_NOTED: LESSON,
    Verb.PIN_LOCKED: {"student": "Ани"},
    Verb.HOMEWORK_WITHDRAWN: LESSON | {"given_on": "2025-10-07"},
    Verb.PRAISE_WRITTEN: LESSON | {"text": "Помогна на новия"},
    Verb.REMARK_WRITTEN: LESSON | {"text": "Няма учебник"},
    Verb.REMARK_WITHDRAWN: LESSON | {"text": "Няма учебник"},
    Verb.HOMEWORK_GIVEN: LESSON | {"text": "стр. 48"},
    Verb.HOMEWORK_CHANGED: LESSON | {"text": "стр. 48"},
    Verb.MEETING_CALLED: LESSON | {"title": "Среща", "place": "стая 12", "text": ""},
    Verb.EVENT_ANNOUNCED: LESSON | {"title": "Излет", "place": "Витоша", "text": ""},
    Verb.MESSAGE_SENT: LESSON | {"title": "Без вода утре", "text": "Носете вода."},
}
NAME = "Димитър"


def said(verb, body, language="bg"):
    telling = CATALOGUE[verb]
    lines = words(verb, body, channel="sms", language=language, is_private=telling.is_private).lines
    return f"{NAME}: {'; '.join(lines)}"


def test_every_verb_that_families_hear_of_is_measured_here():
    assert set(BODIES) == set(CATALOGUE)


@pytest.mark.parametrize("verb", BODIES)
def test_a_text_in_cyrillic_fits_one_sms(verb):
    text = said(verb, BODIES[verb])
    assert sms_length(text, PART_16).parts == 1, f"{len(text)}: {text}"


@pytest.mark.parametrize("verb", BODIES)
@pytest.mark.parametrize("language", ["bg", "en"])
def test_a_text_in_latin_letters_is_cheap(verb, language):
    text = as_sms(said(verb, BODIES[verb], language), script=SmsScript.LATIN, language=language)
    length = sms_length(text, PART_16)
    assert (length.coding, length.parts) == ("gsm", 1)


@pytest.mark.parametrize("language", ["bg", "en"])
def test_a_code_fits_one_sms_and_names_nobody(language):
    (line,) = words("contact.code", {"title": "123456"}, channel="sms", language=language, is_private=False).lines
    assert sms_length(line).parts == 1
    assert line.startswith("123456 ")


def test_who_reads_english_gets_latin_letters():
    assert as_sms("Анна: Absent", script=SmsScript.CYRILLIC, language="en") == "Anna: Absent"
    assert as_sms("Анна: „шест“", script=SmsScript.CYRILLIC, language="bg") == "Анна: „шест“"
    assert as_sms("Анна: „шест“", script=SmsScript.LATIN, language="bg") == 'Anna: "shest"'


@pytest.mark.parametrize(("script", "end"), [(SmsScript.CYRILLIC, "…"), (SmsScript.LATIN, "...")])
def test_a_long_text_ends_after_three_parts(script, end):
    text = as_sms("Донесете тетрадка. " * 100, script=script, language="bg")
    assert sms_length(text, PART_16).parts == SMS_PARTS
    assert text.endswith(end)


@pytest.mark.parametrize(
    "text", ["Анна: Отсъства", "Hello {x} [y] € ~ \\ ^ |", "ж" * 500, "a€" * 200, "😀" * 80, "ъ" * 5000]
)
def test_what_is_sent_is_what_was_written(text):
    parts = submits("+359990000001", text, 0x1234)
    assert len(parts) <= MOST_PARTS
    assert all(
        len(part.data) <= 140 if part.coding == 8 else len(part.data) <= 159 + (len(parts) == 1) for part in parts
    )
    joined = "".join(decode(part.data[7:] if part.is_part else part.data, part.coding) for part in parts)
    assert joined == text or (joined.endswith("...") and text.startswith(joined[:-3]))
