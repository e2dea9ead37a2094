"""The voice: made once, replaced by recordings, alive again after its death; and the phrases it says."""

import asyncio
import os
import re
import signal
import wave
from array import array
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from zvanets.ivr import phrases
from zvanets.ivr.speaker import for_telephone
from zvanets.ivr.voice import Speech, Voice, speech_of
from zvanets.lib import g711
from zvanets.rules import ivr, ivr_menu
from zvanets.rules.ivr_menu import PAGES, Item, Prompt, Section

HELLO = Speech("Здравейте", "bg", "welcome")
KEY_WORDS = {
    "bg": ["едно", "две", "три", "четири", "пет", "шест", "седем", "осем"],
    "en": ["one", "two", "three", "four", "five", "six", "seven", "eight"],
    "ru": ["один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь"],
    "tr": ["bire", "ikiye", "üçe", "dörde", "beşe", "altıya", "yediye", "sekize"],
    "uk": ["один", "два", "три", "чотири", "п'ять", "шість", "сім", "вісім"],
}
CHILD = Speech("Анна Желева", "bg")


@asynccontextmanager
async def speaking(*places):
    voice = Voice(*places)
    try:
        yield voice
    finally:
        await voice.close()


def said(work):
    return asyncio.run(work())


def test_what_everybody_hears_is_kept_on_disk_and_what_names_a_child_is_not(tmp_path):
    async def twice():
        async with speaking(tmp_path) as voice:
            sounds = [await voice.say(HELLO), await voice.say(CHILD), await voice.say(HELLO)]
            return sounds, voice.made

    (first, child, again), made = said(twice)

    assert first == again
    assert made == 2
    assert 0.4 < len(first) / 8000 < 2
    assert g711.rms(g711.from_alaw(child)) > 500
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [first]


def test_a_recording_takes_the_place_of_a_phrase(tmp_path):
    (tmp_path / "bg").mkdir()
    with wave.open(str(tmp_path / "bg" / "welcome.wav"), "wb") as recording:
        recording.setparams((1, 2, 8000, 0, "NONE", ""))
        recording.writeframes(array("h", [1000, -1000] * 4000).tobytes())

    async def work():
        async with speaking(tmp_path / "cache", tmp_path) as voice:
            return await voice.say(HELLO), await voice.say(Speech("Здравейте", "en", "welcome"))

    recorded, made = said(work)
    assert recorded == g711.to_alaw([1000, -1000] * 4000)
    assert made != recorded


def test_a_recording_of_another_form_is_left_aside(tmp_path):
    (tmp_path / "bg").mkdir()
    (tmp_path / "bg" / "welcome.wav").write_bytes(b"RIFF, but no")

    async def work():
        async with speaking(tmp_path / "cache", tmp_path) as voice:
            return await voice.say(HELLO)

    assert len(said(work)) > 3000


def test_a_voice_that_was_killed_speaks_again(tmp_path):
    async def work():
        async with speaking(tmp_path) as voice:
            await voice.say(CHILD)
            os.kill(voice._speaker.pid, signal.SIGKILL)
            lost = await voice.say(Speech("Борис", "bg"))
            return lost, await voice.say(Speech("Борис Василев", "bg"))

    lost, found = said(work)
    assert len(found) > 3000
    assert lost == b"" or len(lost) > 3000


def test_who_loses_interest_halfway_leaves_the_next_answer_whole(tmp_path):
    async def work():
        async with speaking(tmp_path) as voice:
            await voice.say(CHILD)
            hurried = asyncio.ensure_future(
                voice.say(Speech("Много дълго изречение, което никой не иска да чуе", "bg"))
            )
            await asyncio.sleep(0)
            hurried.cancel()
            return await voice.say(Speech("Анна", "bg"))

    assert 2000 < len(said(work)) < 12000


@pytest.mark.parametrize("text", ["", " ", "…", "\x00", "a" * 2000, "<speak>&amp;</speak>", "日本語"])
def test_whatever_the_text_there_is_an_answer(tmp_path, text):
    async def work():
        async with speaking(tmp_path) as voice:
            await voice.say(Speech(text, "bg"))
            return await voice.say(CHILD)

    assert len(said(work)) > 3000


def test_what_a_telephone_cannot_carry_does_not_come_back_as_a_hiss():
    from math import pi, sin

    def tone(hertz):
        return [int(8000 * sin(2 * pi * hertz * at / 22050)) for at in range(22050)]

    low, high = (g711.from_alaw(for_telephone(tone(hertz), 22050))[400:-400] for hertz in (1000, 6500))
    assert g711.rms(low) == pytest.approx(8000 / 2**0.5, rel=0.05)
    assert g711.rms(high) < 100


@pytest.mark.parametrize("language", phrases.LANGUAGES)
def test_every_prompt_of_the_dialogue_has_its_phrase(language):
    source = Path(ivr.__file__).read_text() + Path(ivr_menu.__file__).read_text()
    names = {
        *re.findall(r'(?:Prompt\(|_wrong\(call, |_ask_new_pin\(call, )"(\w+)"', source),
        *re.findall(r'"(ask_\w+)"', source),
        *Section,
        *(f"no_{section}" for section in Section),
        *(f"menu_{choice}" for page in PAGES for choice in page.values()),
        *("menu_more", "menu_help", "menu_end", "menu_back", "stopping"),
        *ivr.PinChange,
        *ivr.Denial,
    } - {"wrong"}
    assert len(names) > 70
    assert names <= phrases.phrases(language).keys()
    if language not in phrases.SPELLED:
        assert names == phrases.phrases(language).keys()
    assert phrases.phrases("bg").keys() == phrases.phrases("en").keys()


@pytest.mark.parametrize("language", phrases.LANGUAGES)
def test_each_line_of_the_menu_names_the_key_that_leads_there(language):
    for page in PAGES:
        for key, choice in page.items():
            assert re.search(rf"\b{KEY_WORDS[language][int(key) - 1]}\b", phrases.said(f"menu_{choice}", language))


@pytest.mark.parametrize("language", phrases.SPELLED)
def test_no_phrase_keeps_a_digit_for_the_voice_to_guess_at(language):
    for name in phrases.phrases(language):
        values = {
            "count": 3,
            "name": "Анна",
            "subject": "БЕЛ",
            "marks": "6",
            "average": "5,50",
            "month": "2",
            "year": "3",
            "excused": "0",
        }
        values |= {"day": "21.09.2026", "hour": "3-ти час", "what": "x", "text": "стр. 4"}
        values |= {
            "key": 2,
            "time": "осем часа",
            "lessons": "x",
            "term": "1",
            "mark": "шест",
            "own": "5",
            "others": "4",
        }
        values |= {"topic": "Дроби", "left": 1, "a_year": 15, "at_once": 5, "title": "Концерт", "place": "Зала 2"}
        assert not any(map(str.isdigit, phrases.said(name, language, values))), name


def test_counts_follow_their_number():
    assert phrases.said("new_count", "bg", {"count": 1}) == "Новото от последното Ви обаждане: едно съобщение"
    assert phrases.said("new_count", "en", {"count": 2}) == "New since your last call: two messages"


def test_an_item_is_said_in_its_own_language_and_a_fixed_phrase_by_its_name():
    assert speech_of(Item("Hello", "en"), "bg") == Speech("Hello", "en")
    assert speech_of(Prompt("goodbye"), "bg").name == "goodbye"
    assert speech_of(Prompt("child", (("name", "Анна"),)), "bg").name == ""
    assert speech_of(Prompt("press_hash", language="tr"), "bg").language == "tr"
    assert speech_of(Prompt("goodbye"), "xx").language == "bg"
