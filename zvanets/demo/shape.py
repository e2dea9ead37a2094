"""The invented school as plain values; one value names another by its place in the school's tuples."""

from dataclasses import dataclass
from decimal import Decimal

from zvanets.demo.curriculum import Kind
from zvanets.demo.names import Person

FIRST_SHIFT, SECOND_SHIFT, ROUND_THE_CLOCK = 1, 2, 3
# Between them these two have a lesson of the demo's teacher at every moment: one goes to school in the morning and has
# that teacher from noon to dawn, the other goes in the afternoon and has that teacher in the morning.
MORNING_CLASS, AFTERNOON_CLASS = "7 Б", "5 А"
DEMO_CLASSES = (MORNING_CLASS, AFTERNOON_CLASS)


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody the school employs; `role` is a value of accounts.Role, empty for those without a log-in."""

    person: Person
    post: str
    code: str
    role: str = "teacher"
    department: str = ""


@dataclass(frozen=True, slots=True)
class Kin:
    """A grown-up of a family."""

    person: Person


@dataclass(frozen=True, slots=True)
class Pupil:
    """A student and who looks after them: (place of the kin, value of guardians.Relation)."""

    person: Person
    kin: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """An enrolment."""

    pupil: int
    number: int | None
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A child group of a class book: of one year group."""

    level: int
    name: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A top-level class group with its class book; `level` is None for a combined class."""

    name: str
    typed: str
    level: int | None
    shift: int
    parts: tuple[Part, ...]
    is_all_day: bool = False
    class_type: str = "Общообразователна"

    @property
    def seats(self) -> list[Seat]:
        return [seat for part in self.parts for seat in part.seats]


@dataclass(frozen=True, slots=True)
class Tenure:
    """That a worker teaches a course: from and to so many days before today; None is the year's start, and for good."""

    worker: int
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A row of the curriculum of one class book, with those who stand in its register."""

    book: int
    subject: str
    kind: Kind
    terms: tuple[Decimal, Decimal]
    members: tuple[int, ...]
    teachers: tuple[Tenure, ...] = ()
    parent: int | None = None
    sub_group: int | None = None
    is_class_hour: bool = False


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the weekly programme; `term` is None when it stands in both."""

    course: int
    shift: int
    weekday: int
    number: int
    week: str = "all"
    term: int | None = None


@dataclass(frozen=True, slots=True)
class Invented:
    """The whole school."""

    workers: tuple[Worker, ...]
    kin: tuple[Kin, ...]
    pupils: tuple[Pupil, ...]
    books: tuple[Book, ...]
    courses: tuple[Course, ...]
    hours: tuple[Hour, ...]
