"""Who sits in the classes, and who waits for them at home."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from zvanets.demo import names
from zvanets.demo.names import Person
from zvanets.demo.shape import DEMO_CLASSES, Book, Kin, Part, Pupil, Seat

BOTH, MOTHER_ALONE, GRANDMOTHER, WARD, NOBODY = "both", "mother", "grandmother", "ward", "nobody"
_HOUSEHOLDS = {BOTH: 85, MOTHER_ALONE: 8, GRANDMOTHER: 3, WARD: 2, NOBODY: 2}
_SIBLING_CHANCE = 0.25
_MOST_CHILDREN = 3
_NEWCOMER_CHANCE = 0.03


@dataclass(frozen=True, slots=True)
class Plan:
    """A class to be filled."""

    level: int | None
    name: str
    typed: str
    shift: int
    parts: tuple[tuple[int, int], ...]  # (level, how many students)
    class_type: str = "Общообразователна"


@dataclass
class Household:
    """A family in the making."""

    last: str
    father: str
    kin: tuple[tuple[int, str], ...]
    classes: list[str] = field(default_factory=list)


@dataclass
class Town:
    """Everybody invented so far."""

    rng: Random
    kin: list[Kin] = field(default_factory=list)
    pupils: list[Pupil] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    open: list[Household] = field(default_factory=list)

    def newborn(self, class_name: str) -> int:
        """Add a student, of a new family or of one that has a child in another class."""
        if self.open and self.rng.random() < _SIBLING_CHANCE:
            home = self.rng.choice(self.open)
        else:
            # Whoever is marked absent in the demo's own classes, somebody must hear of it.
            home = self._household(is_told=class_name in DEMO_CLASSES)
        return self.grow(home, class_name)

    def grow(self, home: Household, class_name: str, person: Person | None = None) -> int:
        gender = self.rng.choice("mf")
        if person is None and not home.classes and self.rng.random() < _NEWCOMER_CHANCE:
            person = names.newcomer(self.rng, gender)
        child = person or names.child(self.rng, gender, home.last, home.father)
        self.pupils.append(Pupil(child, home.kin))
        home.classes.append(class_name)
        return len(self.pupils) - 1

    def close_class(self) -> None:
        """From now on the families of the class just filled may have children in the next ones."""
        self.open = [h for h in self.households if h.kin and len(h.classes) < _MOST_CHILDREN]

    def adult(self, person: Person) -> int:
        self.kin.append(Kin(person))
        return len(self.kin) - 1

    def _household(self, *, is_told: bool) -> Household:
        kind = self.rng.choices(list(_HOUSEHOLDS), list(_HOUSEHOLDS.values()))[0]
        kind = MOTHER_ALONE if is_told and kind == NOBODY else kind
        father = names.adult(self.rng, "m")
        home = Household(father.last, father.first, tuple(self._grown_ups(kind, father)))
        self.households.append(home)
        return home

    def _grown_ups(self, kind: str, father: Person) -> list[tuple[int, str]]:
        if kind == NOBODY:
            return []
        family = None if self.rng.random() < 0.1 else father.last
        woman = self.adult(names.adult(self.rng, "f", family))
        if kind == BOTH:
            return [(woman, "mother"), (self.adult(father), "father")]
        return [(woman, {MOTHER_ALONE: "mother", GRANDMOTHER: "grandmother", WARD: "guardian"}[kind])]


def seat_classes(plans: Sequence[Plan], town: Town, first: dict[str, list[int]]) -> list[Book]:
    """Fill the classes; `first` names students who are there already, by class."""
    books = []
    for plan in plans:
        waiting = list(first.get(plan.name, ()))
        parts = []
        for level, size in plan.parts:
            pupils = waiting + [town.newborn(plan.name) for _ in range(size - len(waiting))]
            waiting = []
            parts.append(Part(level, _part_name(plan, level), _numbered(town, pupils)))
        town.close_class()
        books.append(Book(plan.name, plan.typed, plan.level, plan.shift, tuple(parts), class_type=plan.class_type))
    return _with_mess(books)


def _part_name(plan: Plan, level: int) -> str:
    return plan.name if plan.level is not None else f"{plan.name} ({'I' * level} клас)"


def _numbered(town: Town, pupils: list[int]) -> tuple[Seat, ...]:
    in_order = sorted(pupils, key=lambda pupil: town.pupils[pupil].person.full.casefold())
    return tuple(Seat(pupil, number) for number, pupil in enumerate(in_order, start=1))


def _with_mess(books: list[Book]) -> list[Book]:
    """Some came later and have no number, one number stands twice, one student left; not in the classes of the demo."""
    quiet = [place for place, book in enumerate(books) if book.name not in DEMO_CLASSES and len(book.parts) == 1]
    changes: dict[int, list[tuple[int, Seat]]] = defaultdict(list)

    def change(book: int, seat: int, number: int | None, *, has_left: bool = False) -> None:
        changes[book].append((seat, Seat(books[book].seats[seat].pupil, number, has_left)))

    change(quiet[4], -1, None)
    change(quiet[9], -1, None)
    change(quiet[9], -2, None)
    change(quiet[14], -1, len(books[quiet[14]].seats) - 1)
    change(quiet[20], 6, 7, has_left=True)
    return [_changed(book, changes[place]) for place, book in enumerate(books)]


def _changed(book: Book, changes: list[tuple[int, Seat]]) -> Book:
    if not changes:
        return book
    part = book.parts[0]
    seats = list(part.seats)
    for place, seat in changes:
        seats[place] = seat
    filled = Part(part.level, part.name, tuple(seats))
    return Book(book.name, book.typed, book.level, book.shift, (filled,), class_type=book.class_type)
