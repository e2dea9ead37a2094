"""The telephone's dialogue: what is said after which key. Code and PIN first, then the diary by sections.

A frozen Call goes in and another comes out; `says` is what the caller hears next, as plain values. Whoever drives it
tells four things: keys that came, that everything was said, that nobody pressed anything, and what the look-up answered.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import reduce
from typing import TypeVar

from zvanets.lib import damm, pins
from zvanets.rules.ivr_menu import (
    BACK,
    HELP,
    KEYS,
    LANGUAGES,
    ON,
    PAGES,
    PREVIOUS,
    REPEAT,
    Action,
    Choice,
    Diary,
    Item,
    Prompt,
    Say,
    Section,
    children,
    greeting,
    languages,
    menu,
)

T = TypeVar("T")

MOST_WRONG = 3  # entries that open nothing; then the call ends
MOST_SILENCES = 3
LONGEST_TYPED_AHEAD = 16
SECONDS_FOR_A_KEY = 6.0  # within a code
SECONDS_FOR_A_CHOICE = 10.0


class State(StrEnum):
    CODE = "code"
    PIN = "pin"
    CHECKING = "checking"  # waits for answered()
    MENU = "menu"
    LISTENING = "listening"
    LANGUAGE = "language"
    CHILDREN = "children"
    NEW_PIN = "new_pin"
    SAME_PIN = "same_pin"  # the new one once more
    GOODBYE = "goodbye"  # the last words; then the call ends


ENTERING = frozenset({State.CODE, State.PIN, State.NEW_PIN, State.SAME_PIN})
CHOOSING = frozenset({State.MENU, State.LANGUAGE, State.CHILDREN})


class Denial(StrEnum):
    WRONG = "wrong"
    LOCKED = "locked"
    LOCKED_LONG = "locked_long"  # until the homeroom teacher lifts it
    FAILED = "failed"  # the diary cannot be reached


class PinChange(StrEnum):
    """What became of a new PIN."""

    DONE = "pin_changed"
    WEAK = "pin_weak"


@dataclass(frozen=True, slots=True)
class Call:
    """One call between two events. CHECKING asks for `new_pin`, else for the child `wanted`, else for code and PIN."""

    state: State = State.CODE
    language: str = "bg"
    has_chosen_language: bool = False
    entered: str = field(default="", repr=False)
    code: str = ""
    pin: str = field(default="", repr=False)
    new_pin: str = field(default="", repr=False)
    wanted: int = 0
    typed: str = field(default="", repr=False)  # while the look-up runs
    wrong: int = 0
    silences: int = 0
    diary: Diary | None = field(default=None, repr=False)
    page: int = 0
    section: Section | None = None
    position: int = 0
    says: tuple[Say, ...] = field(default_factory=greeting)
    heard: tuple[int, ...] = ()
    opened: tuple[Section, ...] = ()

    @property
    def is_ending(self) -> bool:
        return self.state is State.GOODBYE

    @property
    def patience(self) -> float | None:
        """Seconds to wait for a key once everything was said; None where no key is waited for."""
        if self.state not in ENTERING | CHOOSING:
            return None
        return SECONDS_FOR_A_KEY if self.entered else SECONDS_FOR_A_CHOICE


def press(call: Call, digits: str) -> Call:
    """Return the call after these keys, in their order; what is no key of a telephone is not heard."""
    return reduce(_press, (key for key in digits if key in KEYS), call)


def answered(call: Call, answer: Diary | Denial | PinChange) -> Call:
    """Take the look-up's answer, then the keys that were typed ahead."""
    if call.state is not State.CHECKING:
        return call
    typed, call = call.typed, replace(call, typed="", entered="", pin="", new_pin="", wanted=0)
    if isinstance(answer, Diary):
        return press(_opened(call, answer), typed)
    if isinstance(answer, PinChange):
        return press(_to_menu(call, Prompt(answer)), typed)
    if answer is Denial.WRONG:
        return _wrong(call, "wrong_pair") if call.diary is None else _end(call, Prompt("failed"))
    return _end(call, Prompt(answer))


def _opened(call: Call, diary: Diary) -> Call:
    """Begin at the menu; the same child's diary in another language goes on with what was heard."""
    language = call.language if call.has_chosen_language else diary.language
    if call.diary and call.diary.student == diary.student:
        return _to_menu(replace(call, diary=diary, language=language))
    call = replace(call, diary=diary, language=language, heard=(), opened=(), page=0)
    new = len(diary.items(Section.NEW))
    told = Prompt("new_count", (("count", new),)) if new else Prompt("nothing_new")
    return _to_menu(call, Prompt("child", (("name", diary.child),)), told)


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
        return _too_short(call)
    return _say(call, Prompt("nothing_heard"), *_question(call))


def _press(call: Call, key: str) -> Call:
    call = replace(call, silences=0)
    if call.state is State.CHECKING:
        return replace(call, typed=(call.typed + key)[:LONGEST_TYPED_AHEAD])
    if call.state in ENTERING:
        return _enter(call, key)
    doing = {
        State.MENU: _choose,
        State.LISTENING: _choose,
        State.LANGUAGE: _choose_language,
        State.CHILDREN: _choose_child,
    }
    return doing[call.state](call, key) if call.state in doing else call


def _enter(call: Call, key: str) -> Call:
    is_new_pin = call.state in {State.NEW_PIN, State.SAME_PIN}
    if key == REPEAT:
        call = replace(call, entered="", state=State.NEW_PIN if is_new_pin else State.CODE)
        return _say(call, *_question(call))
    if key == ON:
        if is_new_pin:
            return _to_menu(replace(call, entered="", new_pin=""), Prompt("pin_stays"))
        return _too_short(call) if call.entered else _say(replace(call, state=State.LANGUAGE), *languages())
    return _take_digit(_say(replace(call, entered=call.entered + key)))


def _take_digit(call: Call) -> Call:
    if call.state is State.CODE:
        return _take_code(call) if len(call.entered) == damm.LENGTH else call
    if len(call.entered) < pins.LENGTH:
        return call
    entered, call = call.entered, replace(call, entered="")
    if call.state is State.PIN:
        return replace(call, state=State.CHECKING, pin=entered)
    return _take_new_pin(call, entered)


def _take_new_pin(call: Call, entered: str) -> Call:
    if call.state is State.SAME_PIN:
        is_same = entered == call.new_pin
        return replace(call, state=State.CHECKING) if is_same else _ask_new_pin(call, "pin_differs")
    if pins.is_weak(entered) or pins.is_date(entered):
        return _ask_new_pin(call, PinChange.WEAK)
    return _say(replace(call, state=State.SAME_PIN, new_pin=entered), Prompt("ask_same_pin"))


def _take_code(call: Call) -> Call:
    if not damm.is_code(call.entered):
        return _wrong(call, "wrong_code")
    return _say(replace(call, state=State.PIN, code=call.entered, entered=""), Prompt("ask_pin"))


def _ask_new_pin(call: Call, why: str) -> Call:
    call = replace(call, state=State.NEW_PIN, new_pin="")
    return _say(call, Prompt(why), *_question(call))


def _too_short(call: Call) -> Call:
    if call.state in {State.CODE, State.PIN}:
        return _wrong(call, "too_short")
    call = replace(call, entered="")
    return _say(call, Prompt("too_short"), *_question(call))


def _choose(call: Call, key: str) -> Call:
    if call.state is State.LISTENING and key in {ON, PREVIOUS}:
        return _go(call, max(0, call.position + (1 if key == ON else -1)))
    if key in PAGES[call.page]:
        return _follow(call, PAGES[call.page][key])
    if key == BACK:
        return _back(call)
    if key in {REPEAT, HELP}:
        about = (Prompt("help"),) if key == HELP else ()
        return _say(call, *about, *_question(call))
    if key == ON:
        return _to_menu(replace(call, page=(call.page + 1) % len(PAGES)))
    return _say(call, Prompt("no_such_key"), *_question(call))


def _back(call: Call) -> Call:
    """From a list to the menu, from its further pages to the first, from there to the end."""
    if call.state is State.LISTENING:
        return _to_menu(call)
    return _to_menu(replace(call, page=0)) if call.page else _end(call, Prompt("goodbye"))


def _follow(call: Call, choice: Choice) -> Call:
    if isinstance(choice, Section):
        return _open(call, choice)
    call = replace(call, section=None, position=0)
    if choice is Action.PIN:
        return _say(replace(call, state=State.NEW_PIN), Prompt("ask_new_pin"))
    if choice is Action.LANGUAGE:
        return _say(replace(call, state=State.LANGUAGE), *languages())
    if call.diary and call.diary.siblings:
        return _say(replace(call, state=State.CHILDREN), *children(call.diary))
    return _other_code(call)


def _choose_language(call: Call, key: str) -> Call:
    if key.isdigit() and 1 <= int(key) <= len(LANGUAGES):
        call = replace(call, language=LANGUAGES[int(key) - 1], has_chosen_language=True)
        if call.diary:
            return _say(replace(call, state=State.CHECKING, wanted=call.diary.student))
        return _ask_code(call)
    if key == BACK:
        return _to_menu(call) if call.diary else _ask_code(call)
    return _say(call, *_question(call))


def _choose_child(call: Call, key: str) -> Call:
    siblings = call.diary.siblings if call.diary else ()
    if key.isdigit() and 1 <= int(key) <= len(siblings):
        return _say(replace(call, state=State.CHECKING, wanted=siblings[int(key) - 1].student))
    if key == ON:
        return _other_code(call)
    return _to_menu(call) if key == BACK else _say(call, *_question(call))


def _other_code(call: Call) -> Call:
    return _ask_code(replace(call, diary=None, section=None, page=0))


def _ask_code(call: Call) -> Call:
    return _say(replace(call, state=State.CODE, code=""), Prompt("ask_code"))


def _open(call: Call, section: Section) -> Call:
    items = call.diary.items(section) if call.diary else ()
    call = replace(call, opened=_with(call.opened, (section,)), position=0)
    if not items:
        return _to_menu(call, Prompt(f"no_{section}"))
    call = replace(call, state=State.LISTENING, section=section)
    return _say(call, Prompt(section, (("count", len(items)),)), *_question(call))


def _go(call: Call, position: int) -> Call:
    items = call.diary.items(call.section) if call.diary else ()
    if position >= len(items):
        return _to_menu(call, Prompt("end_of_list"))
    call = replace(call, position=position)
    return _say(call, *_question(call))


def _to_menu(call: Call, *first: Prompt) -> Call:
    call = replace(call, state=State.MENU, section=None, position=0)
    return _say(call, *first, *_question(call))


def _wrong(call: Call, why: str) -> Call:
    call = replace(call, wrong=call.wrong + 1, entered="", code="", pin="", state=State.CODE)
    if call.wrong >= MOST_WRONG:
        return _end(call, Prompt("too_many_wrong"))
    return _say(call, Prompt(why), Prompt("ask_code"))


def _end(call: Call, *last: Prompt) -> Call:
    return _say(replace(call, state=State.GOODBYE, entered="", pin="", new_pin="", typed=""), *last)


def _question(call: Call) -> tuple[Say, ...]:
    """Return what is to be said where the call stands."""
    match call.state:
        case State.MENU:
            return menu(call.diary, call.page)
        case State.LANGUAGE:
            return languages()
        case State.CHILDREN:
            return children(call.diary)
        case State.LISTENING:
            items: tuple[Item, ...] = call.diary.items(call.section) if call.diary else ()
            return items[call.position : call.position + 1]
        case _:
            return (Prompt(_ASKED[call.state]),)


_ASKED = {
    State.CODE: "ask_code",
    State.PIN: "ask_pin",
    State.NEW_PIN: "ask_new_pin",
    State.SAME_PIN: "ask_same_pin",
}


def _say(call: Call, *words: Say) -> Call:
    return replace(call, says=words)


def _with(known: tuple[T, ...], new: tuple[T, ...]) -> tuple[T, ...]:
    """Return both, each value once, in the order in which they came."""
    return (*known, *(each for each in new if each not in known))
