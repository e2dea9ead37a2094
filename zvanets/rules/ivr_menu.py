"""What the telephone offers, on which page of the menu and by which key: a new list is a line here, a phrase and a reader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LANGUAGES = ("bg", "en", "ru", "tr", "uk")  # by the keys 1 to 5
KEYS = "0123456789*#"
BACK, REPEAT, ON, HELP, PREVIOUS = "0", "*", "#", "9", "8"


class Section(StrEnum):
    """A list that is read aloud."""

    NEW = "new"
    GRADES = "grades"
    ABSENCES = "absences"
    REMARKS = "remarks"
    MESSAGES = "messages"
    HOMEWORK = "homework"
    PROGRAMME = "programme"
    EVENTS = "events"
    FINALS = "finals"
    COMPARISON = "comparison"
    MISSED = "missed"
    EXCUSES = "excuses"


class Action(StrEnum):
    """What else a key of the menu does."""

    CHILD = "child"
    LANGUAGE = "language"
    PIN = "pin"


Choice = Section | Action

# Nine is help everywhere; in a list hash and eight go on and back, whatever they are in the menu.
PAGES: tuple[Mapping[str, Choice], ...] = (
    {
        "1": Section.NEW,
        "2": Section.GRADES,
        "3": Section.ABSENCES,
        "4": Section.REMARKS,
        "5": Section.MESSAGES,
        "6": Section.HOMEWORK,
        "7": Section.PROGRAMME,
    },
    {
        "1": Section.EVENTS,
        "2": Section.FINALS,
        "3": Section.COMPARISON,
        "4": Section.MISSED,
        "5": Section.EXCUSES,
        "6": Action.CHILD,
        "7": Action.LANGUAGE,
        "8": Action.PIN,
    },
)
# Offered only while there is something in them.
SELDOM = frozenset({Section.FINALS, Section.COMPARISON, Section.EXCUSES})


@dataclass(frozen=True, slots=True)
class Prompt:
    """A phrase of the house by its name, what is put into it, and its language when that is not the call's."""

    id: str
    values: tuple[tuple[str, str | int], ...] = ()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the diary in words, and the messages that are heard with it."""

    text: str
    language: str
    messages: tuple[int, ...] = ()


Say = Prompt | Item


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another child whose diary the same guardian may hear."""

    student: int
    name: str


@dataclass(frozen=True, slots=True)
class Diary:
    """What a guardian may hear of one child in this call."""

    child: str
    language: str
    sections: Mapping[Section, tuple[Item, ...]] = field(default_factory=dict)
    student: int = 0
    siblings: tuple[Sibling, ...] = ()

    def items(self, section: Section | None) -> tuple[Item, ...]:
        return self.sections.get(section, ()) if section else ()


def menu(diary: Diary | None, page: int) -> tuple[Prompt, ...]:
    """Return the lines of a page, one for each key that leads somewhere."""
    lines = tuple(
        Prompt(f"menu_{choice}")
        for choice in PAGES[page].values()
        if choice not in SELDOM or (diary and diary.items(Section(choice)))
    )
    return (*lines, *(Prompt(f"menu_{end}") for end in (("back",) if page else ("more", "help", "end"))))


def greeting() -> tuple[Prompt, ...]:
    """Return the first words of each call; those for whom they are not said how to change the language in their own."""
    others = (Prompt("press_hash", language=language) for language in LANGUAGES[1:])
    return Prompt("welcome"), Prompt("announcement"), Prompt("ask_code"), *others


def languages() -> tuple[Prompt, ...]:
    return tuple(Prompt("this_language", language=language) for language in LANGUAGES)


def children(diary: Diary | None) -> tuple[Prompt, ...]:
    """Return a line for each other child, then how to enter a code."""
    siblings = diary.siblings if diary else ()
    lines = (Prompt("for_child", (("name", each.name), ("key", key))) for key, each in enumerate(siblings, 1))
    return *lines, Prompt("for_other_code")
