"""The telephone's dialogue: what is said after which key. Code and PIN first, then the diary by sections.

A frozen Call goes in and another comes out; `says` is what the caller hears next, as plain values. Whoever drives it
tells four things: keys that came, that everything was said, that nobody pressed anything, and what the look-up answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import reduce
from typing import TypeVar

from zvanets.lib import damm, pins

T = TypeVar("T")

MOST_WRONG = 3  # entries that open nothing; then the call ends
MOST_SILENCES = 3
LONGEST_TYPED_AHEAD = 16
SECONDS_FOR_A_KEY = 6.0  # within a code
SECONDS_FOR_A_CHOICE = 10.0
LANGUAGES = ("bg", "en")
KEYS = "0123456789*#"
BACK, REPEAT, SKIP, HELP, PREVIOUS, OTHER_CHILD = "0", "*", "#", "9", "8", "7"


class State(StrEnum):
    CODE = "code"
    PIN = "pin"
    CHECKING = "checking"  # waits for answered()
    MENU = "menu"
    LISTENING = "listening"
    GOODBYE = "goodbye"  # the last words; then the call ends


class Section(StrEnum):
    NEW = "new"
    GRADES = "grades"
    ABSENCES = "absences"
    REMARKS = "remarks"
    MESSAGES = "messages"
    HOMEWORK = "homework"


SECTIONS = dict(zip("123456", Section, strict=True))


@dataclass(frozen=True, slots=True)
class Prompt:
    """A phrase of the house by its name, and what is put into it."""

    id: str
    values: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the diary in words, and the messages that are heard with it."""

    text: str
    language: str
    messages: tuple[int, ...] = ()


Say = Prompt | Item
_MENU = Prompt("menu")


@dataclass(frozen=True, slots=True)
class Diary:
    """What a guardian may hear of one child in this call."""

    child: str
    language: str
    sections: Mapping[Section, tuple[Item, ...]] = field(default_factory=dict)

    def items(self, section: Section | None) -> tuple[Item, ...]:
        return self.sections.get(section, ()) if section else ()


class Denial(StrEnum):
    WRONG = "wrong"
    LOCKED = "locked"
    LOCKED_LONG = "locked_long"  # until the homeroom teacher lifts it
    FAILED = "failed"  # the diary cannot be reached


@dataclass(frozen=True, slots=True)
class Call:
    """One call between two events."""

    state: State = State.CODE
    language: str = "bg"
    has_chosen_language: bool = False
    entered: str = ""
    code: str = ""
    pin: str = field(default="", repr=False)
    typed: str = field(default="", repr=False)  # while the look-up runs
    wrong: int = 0
    silences: int = 0
    diary: Diary | None = field(default=None, repr=False)
    section: Section | None = None
    position: int = 0
    says: tuple[Say, ...] = (Prompt("welcome"), Prompt("ask_code"), Prompt("for_english"))
    heard: tuple[int, ...] = ()
    opened: tuple[Section, ...] = ()

    @property
    def is_ending(self) -> bool:
        return self.state is State.GOODBYE

    @property
    def patience(self) -> float | None:
        """Seconds to wait for a key once everything was said; None where no key is waited for."""
        if self.state not in {State.CODE, State.PIN, State.MENU}:
            return None
        return SECONDS_FOR_A_KEY if self.entered else SECONDS_FOR_A_CHOICE


def press(call: Call, digits: str) -> Call:
    """Return the call after these keys, in their order; what is no key of a telephone is not heard."""
    return reduce(_press, (key for key in digits if key in KEYS), call)


def answered(call: Call, answer: Diary | Denial) -> Call:
    """Take the look-up's answer, then the keys that were typed ahead."""
    if call.state is not State.CHECKING:
        return call
    typed, call = call.typed, replace(call, typed="", entered="", pin="")
    if isinstance(answer, Diary):
        language = call.language if call.has_chosen_language else answer.language
        call = replace(
            call, state=State.MENU, diary=answer, language=language, heard=(), opened=(), section=None, position=0
        )
        new = len(answer.items(Section.NEW))
        told = Prompt("new_count", (("count", new),)) if new else Prompt("nothing_new")
        return press(_say(call, Prompt("child", (("name", answer.child),)), told, _MENU), typed)
    if answer is Denial.WRONG:
        return _wrong(call, "wrong_pair")
    return _end(call, Prompt(str(answer)))


def finished(call: Call) -> Call:
    """Everything was said: the next item follows by itself; elsewhere the caller's turn has come."""
    if call.state is not State.LISTENING or call.diary is None:
        return _say(call)
    items = call.diary.items(call.section)
    call = replace(call, heard=_with(call.heard, items[call.position].messages))
    return _go(call, call.position + 1)


def silence(call: Call) -> Call:
    """Nobody pressed anything for as long as `patience`: say it again, the third time end."""
    if call.patience is None:
        return call
    if call.silences + 1 >= MOST_SILENCES:
        return _end(call, Prompt("still_silent"))
    call = replace(call, silences=call.silences + 1)
    if call.entered:
        return _wrong(call, "too_short")
    return _say(call, Prompt("nothing_heard"), *_question(call))


def _press(call: Call, key: str) -> Call:
    call = replace(call, silences=0)
    if call.state in {State.CODE, State.PIN}:
        return _enter(call, key)
    if call.state is State.CHECKING:
        return replace(call, typed=(call.typed + key)[:LONGEST_TYPED_AHEAD])
    return _choose(call, key) if call.state in {State.MENU, State.LISTENING} else call


def _enter(call: Call, key: str) -> Call:
    if key == REPEAT:
        return _say(replace(call, entered="", state=State.CODE), Prompt("ask_code"))
    if key == SKIP:
        if call.entered:
            return _wrong(call, "too_short")
        other = LANGUAGES[1 - LANGUAGES.index(call.language)]
        call = replace(call, language=other, has_chosen_language=True)
        return _say(call, *_question(call))
    return _take_digit(_say(replace(call, entered=call.entered + key)))


def _take_digit(call: Call) -> Call:
    if call.state is State.PIN:
        is_whole = len(call.entered) == pins.LENGTH
        return replace(call, state=State.CHECKING, pin=call.entered, entered="") if is_whole else call
    if len(call.entered) < damm.LENGTH:
        return call
    if not damm.is_code(call.entered):
        return _wrong(call, "wrong_code")
    return _say(replace(call, state=State.PIN, code=call.entered, entered=""), Prompt("ask_pin"))


def _choose(call: Call, key: str) -> Call:
    if key in SECTIONS:
        return _open(call, SECTIONS[key])
    is_listening = call.state is State.LISTENING
    if key == BACK:
        return _to_menu(call) if is_listening else _end(call, Prompt("goodbye"))
    if key in {REPEAT, HELP}:
        about = (Prompt("help"),) if key == HELP else ()
        return _say(call, *about, *(_item(call) if is_listening else (_MENU,)))
    if is_listening and key in {SKIP, PREVIOUS}:
        return _go(call, max(0, call.position + (1 if key == SKIP else -1)))
    if key == OTHER_CHILD and not is_listening:
        return _say(replace(call, state=State.CODE, diary=None, code="", section=None), Prompt("ask_code"))
    return _say(call, Prompt("no_such_key"), *(_item(call) if is_listening else (_MENU,)))


def _open(call: Call, section: Section) -> Call:
    items = call.diary.items(section) if call.diary else ()
    call = replace(call, opened=_with(call.opened, (section,)), position=0)
    if not items:
        return _to_menu(call, Prompt(f"no_{section}"))
    call = replace(call, state=State.LISTENING, section=section)
    return _say(call, Prompt(f"{section}", (("count", len(items)),)), *_item(call))


def _go(call: Call, position: int) -> Call:
    items = call.diary.items(call.section) if call.diary else ()
    if position >= len(items):
        return _to_menu(call, Prompt("end_of_list"))
    call = replace(call, position=position)
    return _say(call, *_item(call))


def _to_menu(call: Call, *first: Prompt) -> Call:
    call = replace(call, state=State.MENU, section=None, position=0)
    return _say(call, *first, _MENU)


def _wrong(call: Call, why: str) -> Call:
    call = replace(call, wrong=call.wrong + 1, entered="", code="", pin="", state=State.CODE)
    if call.wrong >= MOST_WRONG:
        return _end(call, Prompt("too_many_wrong"))
    return _say(call, Prompt(why), Prompt("ask_code"))


def _end(call: Call, *last: Prompt) -> Call:
    return _say(replace(call, state=State.GOODBYE, entered="", pin="", typed=""), *last)


def _question(call: Call) -> tuple[Say, ...]:
    return {State.CODE: (Prompt("ask_code"),), State.PIN: (Prompt("ask_pin"),)}.get(call.state, (_MENU,))


def _item(call: Call) -> tuple[Say, ...]:
    items = call.diary.items(call.section) if call.diary else ()
    return items[call.position : call.position + 1]


def _say(call: Call, *words: Say) -> Call:
    return replace(call, says=words)


def _with(known: tuple[T, ...], new: tuple[T, ...]) -> tuple[T, ...]:
    """Return both, each value once, in the order in which they came."""
    return (*known, *(each for each in new if each not in known))
