"""What a printed page is made of, and what every section asks of the class book."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Min

from zvanets.schools.models import ClassGroup, Course, Enrolment, SchoolYear, Term

T = TypeVar("T")
WITHDRAWN = "ОТПИСАН"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under headings. `widths` are typst's: "auto" as wide as the text, "1fr" a share of the rest.

    A row of a single cell is a heading over the whole width.
    """

    headings: Sequence[str]
    widths: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""

    def __post_init__(self) -> None:
        wrong = [row for row in self.rows if len(row) not in (1, len(self.headings))]
        if wrong or len(self.widths) != len(self.headings):
            raise ValueError(f"{len(self.headings)} columns, but {wrong or self.widths}")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section of the book; `empty` is what it says without tables that hold anything."""

    title: str
    empty: str
    tables: Sequence[Table] = ()
    is_wide: bool = False  # on the long side of the paper
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"tables": [asdict(table) for table in self.tables if table.rows]}


@dataclass
class Book:
    """A class book with what most sections ask: its students in order, its courses, its terms."""

    group: ClassGroup
    year: SchoolYear
    _read: dict[str, Any] = field(default_factory=dict)

    def once(self, what: str, read: Callable[[], T]) -> T:
        """Read what several sections share a single time."""
        if what not in self._read:
            self._read[what] = read()
        found: T = self._read[what]
        return found

    @cached_property
    def enrolments(self) -> list[Enrolment]:
        found = Enrolment.objects.filter(class_book=self.group).select_related("student", "class_group")
        seen: dict[int, Enrolment] = {}
        for each in found.in_register():
            seen.setdefault(each.student_id, each)
        return list(seen.values())

    @cached_property
    def students(self) -> list[int]:
        return [each.student_id for each in self.enrolments]

    @cached_property
    def courses(self) -> list[Course]:
        found = Course.objects.valid().filter(class_group=self.group).select_related("subject")
        return list(found.order_by("subject_type", "-hours_term1", "pk"))

    @cached_property
    def second_term(self) -> date:
        """The first day of the second term; the days between two terms belong to the first."""
        groups = [self.group.year_group_id, *self.group.children.values_list("year_group_id", flat=True)]
        terms = Term.objects.filter(year_group__in=[each for each in groups if each], number=2)
        first: date | None = terms.aggregate(first=Min("starts_on"))["first"]
        return first or self.year.ends_on

    @cached_property
    def levels(self) -> set[int]:
        groups = [self.group, *self.group.children.select_related("year_group")]
        return {each.year_group.level for each in groups if each.year_group}

    def term_of(self, day: date) -> int:
        return 1 if day < self.second_term else 2

    def number_of(self, student: int) -> str:
        return self._numbers.get(student, "")

    @cached_property
    def _numbers(self) -> Mapping[int, str]:
        return {each.student_id: str(each.number or "") for each in self.enrolments}

    def name_of(self, student: int) -> str:
        return self._names.get(student, "")

    @cached_property
    def _names(self) -> Mapping[int, str]:
        return {each.student_id: each.student.full_name for each in self.enrolments}

    def each_student(self, cells: Callable[[int], Iterable[str]]) -> list[list[str]]:
        """Return a row for each student of the book: number, name, and these cells."""
        return [[self.number_of(s), self.name_of(s), *cells(s)] for s in self.students]


def day(on: date | None) -> str:
    """Return „05.10.2026“; nothing for no day."""
    return f"{on:%d.%m.%Y}" if on else ""
