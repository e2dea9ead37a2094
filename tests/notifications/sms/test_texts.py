"""Every text by SMS: short where it can be, in the letters the family chose, and coded as telephones read it."""

import pytest

from tests.notifications.bodies import BODIES
from zvanets.guardians.models import SmsScript
from zvanets.lib.sms_length import PART_16, sms_length
from zvanets.notifications.catalogue import CATALOGUE
from zvanets.notifications.channels.sms.texts import MOST_PARTS, decode, submits
from zvanets.notifications.composing import SMS_PARTS, as_sms
from zvanets.notifications.wording import words

NAME = "Димитър"


def said(verb, body, language="bg"):
    telling = CATALOGUE[verb]
    lines = words(verb, body, channel="sms", language=language, is_private=telling.is_private).lines
    return f"{NAME}: {'; '.join(lines)}"


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
