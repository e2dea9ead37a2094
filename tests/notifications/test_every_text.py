"""Every verb that families hear of, in every language, on every channel: one table, whatever the catalogue holds."""

import re

import pytest

from tests.notifications.bodies import BODIES, EVERYTHING
from zvanets.history.verbs import Verb
from zvanets.notifications.catalogue import CATALOGUE, telling_of
from zvanets.notifications.wording import LANGUAGES, words

CHANNELS = ("email", "portal", "sms", "voice")
OUTSIDE = ("email", "sms", "voice")
CYRILLIC = re.compile("[а-яА-Я]{3,}")
TYPED = (
    "Ани",
    "Математика",
    "математика",
    "Избор на съвет",
    "стая",
    "Излет",
    "Витоша",
    "Дроби",
    "Утре без час на класа",
)
PRIVATE = [verb for verb, telling in CATALOGUE.items() if telling.is_private]
SECRET = "астма, заповед № РД-12"


def say(verb: Verb, body, channel: str, language: str):
    telling = telling_of(verb, body)
    return words(verb, body, channel=channel, language=language, is_private=telling.is_private)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("verb", CATALOGUE)
def test_it_is_said_in_words(verb, channel, language):
    for body in (BODIES[verb], EVERYTHING, {}):
        said = say(verb, body, channel, language)
        assert said.lines, "something is always said"
        assert bool(said.subject) == (channel == "email")
        text = "\n".join((said.subject, *said.lines)) if body else ""
        assert not re.search(r"None|[{}%]|  |, ,|: :|[,:]$", text, re.MULTILINE), text


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("verb", CATALOGUE)
def test_english_is_english_but_for_what_somebody_typed(verb, channel):
    said = "\n".join(say(verb, BODIES[verb], channel, "en").lines)
    typed = [str(value) for value in BODIES[verb].values()] + [*TYPED]
    for each in sorted(typed, key=len, reverse=True):
        said = said.replace(each, "")
    assert not CYRILLIC.search(said), said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verb", PRIVATE)
def test_of_what_is_private_nothing_but_a_hint_leaves_the_portal(verb, language):
    body = EVERYTHING | {"text": SECRET, "title": SECRET, "reason": SECRET, "kind": "REPRIMAND"}
    hints = {channel: say(verb, body, channel, language) for channel in OUTSIDE}
    for channel, said in hints.items():
        assert said == words("neutral", {}, channel=channel, language=language, is_private=True)
        assert not any(part in "\n".join((said.subject, *said.lines)) for part in ("астма", "РД-12", "санкц", "здрав"))
    # Nor does the portal's own message: it is kept with the others, and leads to the page that asks who reads.
    assert not any(SECRET in line for line in say(verb, body, "portal", language).lines)


def test_the_sanction_is_never_taken_for_a_remark():
    for verb in (Verb.SANCTION_IMPOSED, Verb.SANCTION_WITHDRAWN):
        assert "санкция" in say(verb, {"sanction_id": 1}, "portal", "bg").lines[0]
    assert "анкц" not in say(Verb.REMARK_WRITTEN, BODIES[Verb.REMARK_WRITTEN], "portal", "bg").lines[0]


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        (Verb.MEETING_CALLED, "Родителска среща, сряда, 26 ноември, 18:00, стая 12"),
        (Verb.MEETING_CHANGED, "Промяна: родителска среща, 26.11., 18:00, стая 12"),
        (Verb.MEETING_WITHDRAWN, "Отменена е родителската среща на 26.11., 18:00"),
        (Verb.MEETING_REMINDED, "Напомняне: родителска среща, 26.11., 18:00, стая 12"),
        (Verb.EVENT_ANNOUNCED, "Излет, четвъртък, 18 декември, 10:00, Витоша"),
        (Verb.EVENT_CHANGED, "Промяна: Излет, 18.12., 10:00, Витоша"),
        (Verb.EVENT_WITHDRAWN, "Отменя се: Излет, 18.12."),
        (Verb.EVENT_REMINDED, "Напомняне: Излет, 18.12., 10:00, Витоша"),
        (Verb.WORK_PLANNED, "Контролна работа по математика на 26.11."),
        (Verb.WORK_CHANGED, "Преместена контролна работа по математика на 26.11."),
        (Verb.WORK_WITHDRAWN, "Отменена контролна работа по математика на 26.11."),
        (Verb.NOTE_WRITTEN, "Бележка: Утре без час на класа"),
    ],
)
def test_what_a_grandmother_reads_on_a_plain_phone(verb, said):
    assert "; ".join(say(verb, BODIES[verb], "sms", "bg").lines) == said


def test_a_letter_says_where_it_was_before_only_when_that_changed():
    moved = say(Verb.MEETING_CHANGED, BODIES[Verb.MEETING_CHANGED], "email", "bg").lines
    assert moved[1] == "Беше: вторник, 25 ноември"
    body = BODIES[Verb.MEETING_CALLED]
    same = body | {"before": {name: body[name] for name in ("date", "starts_at", "place")}}
    assert not any(line.startswith("Беше") for line in say(Verb.MEETING_CHANGED, same, "email", "bg").lines)
