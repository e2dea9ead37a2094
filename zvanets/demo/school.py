"""The invented school: the shape, size and mess of a real one. Whoever sees a real name here meets it by chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from random import Random

from zvanets.demo import curriculum
from zvanets.demo.curriculum import Kind, Row
from zvanets.demo.families import Household, Plan, Town, seat_classes
from zvanets.demo.names import Person
from zvanets.demo.shape import (
    AFTERNOON_CLASS,
    DEMO_CLASSES,
    FIRST_SHIFT,
    MORNING_CLASS,
    ROUND_THE_CLOCK,
    SECOND_SHIFT,
    Book,
    Course,
    Hour,
    Invented,
    Part,
    Seat,
)
from zvanets.demo.staffing import DEMO_SUBJECT, employ
from zvanets.demo.timetable import Block, arrange

SCHOOL_ID = 9999001
NAME, SHORT_NAME = "Средно училище „Първи звънец“", "СУ „Първи звънец“"
TOWN = "Камбаново"
SEED = 2026
FATHER = Person("Петър", "Иванов", "Василев", "m")
MOTHER = Person("Елена", "Георгиева", "Василева", "f")
CHILDREN = {
    MORNING_CLASS: Person("Борис", "Петров", "Василев", "m"),
    AFTERNOON_CLASS: Person("Анна", "Петрова", "Василева", "f"),
}
CLASS_SIZE = 26
_LETTERS = {
    1: "абв",
    2: "абв",
    3: "абв",
    4: "абв",
    5: "абв",
    6: "абв",
    7: "абв",
    8: "аб",
    9: "аб",
    10: "аб",
    11: "а",
    12: "а",
}
_SECOND_SHIFT_LEVELS = (5, 6)
# As schools type them: with a dot, without a space, with a Latin letter that looks Cyrillic.
_TYPED = {"12 А": "12. а", "11 А": "11а", "8 А": "8 a", "3 В": "3в"}
_PROFILE = "Профил: Обществени науки"
_HALF = Decimal("0.5")
ROUND_THE_CLOCK_HOURS = 16  # a day, each of an hour and a half
_MORNING_HOURS = range(5, 10)  # 06:00-13:30, when the one demo class is at its other lessons


def invent(seed: int = SEED) -> Invented:
    """Return the school; the same seed gives the same school."""
    rng = Random(seed)
    town = Town(rng)
    classes = seat_classes(_plans(rng), town, _demo_children(town))
    books = [*classes, *_all_day_groups(classes)]
    workers, courses = employ(books, _courses(books), rng)
    hours = _hours(books, courses, rng)
    return Invented(tuple(workers), tuple(town.kin), tuple(town.pupils), tuple(books), tuple(courses), tuple(hours))


def _plans(rng: Random) -> list[Plan]:
    plans = [Plan(0, "ПГ 5–6 г.", "ПГ 5 и 6 годишни", FIRST_SHIFT, ((0, 18),), "Полудневна")]
    for level, letters in _LETTERS.items():
        shift = SECOND_SHIFT if level in _SECOND_SHIFT_LEVELS else FIRST_SHIFT
        for letter in letters:
            name = f"{level} {letter.upper()}"
            size = CLASS_SIZE if name in DEMO_CLASSES else rng.randint(18, 25)
            kind = _PROFILE if level > 7 else "Общообразователна"
            plans.append(Plan(level, name, _TYPED.get(name, f"{level} {letter}"), shift, ((level, size),), kind))
    branch = Plan(None, "1 и 3 клас, филиал", "1 3", FIRST_SHIFT, ((1, 4), (3, 5)), "Слята")
    return [*plans, branch]


def _demo_children(town: Town) -> dict[str, list[int]]:
    kin = ((town.adult(MOTHER), "mother"), (town.adult(FATHER), "father"))
    home = Household(FATHER.last, FATHER.first, kin)
    return {name: [town.grow(home, name, person)] for name, person in CHILDREN.items()}


def _all_day_groups(classes: Sequence[Book]) -> list[Book]:
    groups = []
    for book in classes:
        if book.level not in {1, 2} and book.name not in {"3 А", "4 А"}:
            continue
        name = f"ЦДО {book.name.replace(' ', '')}"
        stay = [seat for seat in book.seats if seat.pupil % 5 and not seat.has_left]
        seats = tuple(Seat(seat.pupil, number) for number, seat in enumerate(stay, start=1))
        part = Part(book.parts[0].level, name, seats)
        groups.append(Book(name, name, book.level, book.shift, (part,), True, "Група за целодневна организация"))
    return groups


def _courses(books: Sequence[Book]) -> list[Course]:
    courses: list[Course] = []
    for place, book in enumerate(books):
        for row in _rows(book):
            _add(courses, place, row, _members(book, row))
    return courses


def _rows(book: Book) -> Sequence[Row]:
    if book.is_all_day:
        return curriculum.ALL_DAY
    if book.level is None:
        return curriculum.COMBINED
    return curriculum.PRESCHOOL if book.level < 1 else curriculum.PLANS[book.level]


def _members(book: Book, row: Row) -> list[int]:
    parts = book.parts
    if book.level is None and row.subject == curriculum.ONLY_LEVEL_3:
        parts = tuple(part for part in parts if part.level == 3)
    return [seat.pupil for part in parts for seat in part.seats]


def _add(courses: list[Course], book: int, row: Row, members: list[int], parent: int | None = None) -> None:
    is_class_hour = row.subject == curriculum.CLASS_HOUR
    for number in range(1, row.sub_groups + 1):
        part = number if row.sub_groups > 1 else None
        who = tuple(members[number - 1 :: row.sub_groups])
        courses.append(
            Course(
                book, row.subject, row.kind, row.terms, who, parent=parent, sub_group=part, is_class_hour=is_class_hour
            )
        )
    place = len(courses) - 1
    for module in row.modules:
        _add(courses, book, module, members, place)


@dataclass(frozen=True, slots=True)
class Entry:
    """Which course an hour of a class belongs to: in every week or one of two, in both terms or one."""

    course: int
    week: str = "all"
    term: int | None = None


def _hours(books: Sequence[Book], courses: Sequence[Course], rng: Random) -> list[Hour]:
    return [
        *(hour for shift in (FIRST_SHIFT, SECOND_SHIFT) for hour in _shift_hours(books, courses, shift, rng)),
        *_round_the_clock(books, courses),
    ]


def _shift_hours(books: Sequence[Book], courses: Sequence[Course], shift: int, rng: Random) -> list[Hour]:
    entries: list[tuple[Entry, ...]] = []
    classes = []
    for place, book in enumerate(books):
        if book.shift != shift or book.is_all_day or book.level == 0:
            continue
        blocks = _blocks(books, courses, place)
        first = len(entries)
        entries += blocks
        classes.append([_block(courses, row, block) for row, block in enumerate(blocks, start=first)])
    return [
        Hour(entry.course, shift, slot.weekday, slot.hour, entry.week, entry.term)
        for blocks in arrange(classes, rng)
        for block, slot in blocks
        for entry in entries[block.row]
    ]


def _blocks(books: Sequence[Book], courses: Sequence[Course], book: int) -> list[tuple[Entry, ...]]:
    """Return what stands in one hour of a class: sub-groups side by side, halves and modules of two terms in turn."""
    blocks: list[tuple[Entry, ...]] = []
    halves: list[int] = []
    single: dict[int, list[int]] = {1: [], 2: []}
    for together in _side_by_side(books, courses, book):
        first, second = courses[together[0]].terms
        steady = min(first, second)
        blocks += [tuple(map(Entry, together))] * int(steady)
        halves += together if steady % 1 == _HALF else []
        for term, more in ((1, first - steady), (2, second - steady)):
            single[term] += together * int(more)
    blocks += [(Entry(one, "A"), Entry(two, "B")) for one, two in zip(halves[::2], halves[1::2], strict=True)]
    blocks += [(Entry(one, term=1), Entry(two, term=2)) for one, two in zip(single[1], single[2], strict=True)]
    return blocks


def _side_by_side(books: Sequence[Book], courses: Sequence[Course], book: int) -> list[list[int]]:
    is_demo = books[book].name in DEMO_CLASSES
    mine = [
        place
        for place, course in enumerate(courses)
        if course.book == book and not (is_demo and course.subject == DEMO_SUBJECT)
    ]
    return [
        list(group)
        for _, group in groupby(
            mine, key=lambda place: (courses[place].subject, courses[place].kind, courses[place].parent)
        )
    ]


def _block(courses: Sequence[Course], row: int, entries: tuple[Entry, ...]) -> Block:
    needs = {
        (tenure.worker, week)
        for entry in entries
        for tenure in courses[entry.course].teachers
        if tenure.until is None
        for week in ("AB" if entry.week == "all" else entry.week)
    }
    return Block(row, frozenset(needs), courses[entries[0].course].subject)


def _round_the_clock(books: Sequence[Book], courses: Sequence[Course]) -> list[Hour]:
    """The demo's teacher always has a lesson: with the one class while the other is at its own."""
    own = {
        books[course.book].name: place
        for place, course in enumerate(courses)
        if course.subject == DEMO_SUBJECT and course.kind is Kind.GENERAL and books[course.book].name in DEMO_CLASSES
    }
    return [
        Hour(own[AFTERNOON_CLASS if number in _MORNING_HOURS else MORNING_CLASS], ROUND_THE_CLOCK, weekday, number)
        for weekday in range(1, 8)
        for number in range(1, ROUND_THE_CLOCK_HOURS + 1)
    ]
