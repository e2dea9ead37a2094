"""Everybody of a course at the end of a term or year: what they have, what is proposed, what is lacking.

The one reader for the page of term and annual grades, for closing, and for grids.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.db.models import Q

from zvanets.gradebook.models import Closing, Exemption, Grade, SpecialNeeds
from zvanets.gradebook.periods import Days, days_of
from zvanets.rules.averages import Explained, Method, explain_average
from zvanets.rules.finals import (
    TERMS,
    Period,
    Proposal,
    Shortage,
    is_asked,
    propose_profiling,
    propose_term,
    propose_year,
    shortage,
)
from zvanets.rules.grades import GradeKind, Mark, Scale, mark_of, scale_of
from zvanets.schools.models import Course, Enrolment, SchoolSettings
from zvanets.schools.register import Line


@dataclass(frozen=True, slots=True)
class Given:
    """A grade that stands."""

    id: int
    mark: Mark
    kind: GradeKind
    term: int | None
    given_on: date
    is_by_exam: bool = False
    in_term: int = 1  # by its day


@dataclass(slots=True)
class FinalLine:
    """One student of the sheet. `current` are the current grades of the period, `terms` the term grades."""

    line: Line
    scale: Scale | None
    is_exempt: bool
    current: list[Given] = field(default_factory=list)
    terms: dict[int, Given] = field(default_factory=dict)
    given: Given | None = None
    modules: list[Mark] | None = None  # annual grades of a profiling subject's modules
    wanted: tuple[int, ...] = TERMS  # terms whose grade the annual one is made of
    method: Method = Method.EXACT
    period: Period = Period.TERM_1
    short: Shortage | None = None

    @property
    def is_asked(self) -> bool:
        return is_asked(self.period, self.line.level, is_exempt=self.is_exempt)

    @property
    def is_lacking(self) -> bool:
        return self.is_asked and self.given is None

    @property
    def mean(self) -> Explained[Decimal | None]:
        numbers = (each.mark.value for each in self.current if each.mark.scale is Scale.QUANTITATIVE)
        return explain_average(numbers, self.method)

    @property
    def proposal(self) -> Proposal | None:
        """What the diary proposes; None where nothing is asked or a grade stands already."""
        if self.scale is None or not self.is_lacking:
            return None
        if self.period is not Period.YEAR:
            return propose_term((each.mark for each in self.current), self.scale, self.method)
        if self.modules:
            return propose_profiling(self.modules)
        return self._of_the_year(self.scale)

    def _of_the_year(self, scale: Scale) -> Proposal:
        """Propose an annual grade; a term without a grade is named, and what is proposed for it goes in."""
        ahead = {
            term: propose_term((each.mark for each in self.current if each.in_term == term), scale, self.method).mark
            for term in self.wanted
        }
        marks = ahead | {term: given.mark for term, given in self.terms.items()}
        proposal = propose_year(marks, (each.mark for each in self.current), scale, wanted=self.wanted)
        if scale is Scale.QUALITATIVE:
            return proposal
        return replace(proposal, missing=tuple(term for term in self.wanted if term not in self.terms))


@dataclass(frozen=True, slots=True)
class FinalSheet:
    course: Course
    period: Period
    days: Mapping[Period, Days]
    method: Method
    lines: list[FinalLine]
    closing: Closing | None

    @property
    def lacking(self) -> list[FinalLine]:
        return [line for line in self.lines if line.is_lacking]

    @property
    def short(self) -> list[FinalLine]:
        return [line for line in self.lines if line.short]


def sheet_of(course: Course, period: Period, *, today: date) -> FinalSheet:
    """Read the sheet of one course; `course` comes with its class group."""
    days = days_of(course.class_group)
    known = days.get(period)
    on = min(today, known[1]) if known else today
    method = method_now()
    special = set(SpecialNeeds.objects.filter(course=course).values_list("student_id", flat=True))
    exempt = {each.student_id: each.periods for each in Exemption.objects.filter(course=course)}
    lines = {
        line.student_id: FinalLine(
            line,
            scale_of(line.level, special_needs=line.special_needs),
            period in exempt.get(line.student_id, ()),
            wanted=_wanted(course, exempt.get(line.student_id, frozenset())),
            method=method,
            period=period,
        )
        for line in register_of(course, on, special)
    }
    _fill(lines, course, period, days)
    _look_for_shortage(lines.values(), course, period, on)
    closing = Closing.objects.standing().filter(course=course, period=period).select_related("closed_by").first()
    return FinalSheet(course, period, days, method, list(lines.values()), closing)


def method_now() -> Method:
    rounded = SchoolSettings.objects.values_list("averages_of_rounded_grades", flat=True).first()
    return Method.AS_STATE if rounded else Method.EXACT


def register_of(course: Course, on: date, special: Iterable[int]) -> list[Line]:
    """Return who stands in the course on this day, by number."""
    plans = set(special)
    rows = (
        Enrolment.objects.standing(on=on)
        .filter(
            Q(student__courses__ends_on__isnull=True) | Q(student__courses__ends_on__gte=on),
            class_book=course.class_group_id,
            student__courses__course=course,
            student__courses__starts_on__lte=on,
        )
        .in_register()
        .values_list(
            *("student_id", "student__first_name", "student__last_name"),
            *("class_group__name", "class_group__year_group__level", "number"),
        )
    )
    found = {
        student: Line(student, f"{first} {last}", group, level or 0, number, special_needs=student in plans)
        for student, first, last, group, level, number in rows
    }
    return list(found.values())


def _wanted(course: Course, exempt: Iterable[Period]) -> tuple[int, ...]:
    """Return the terms in which the course is taught and the student not exempt."""
    hours = {1: course.hours_term1, 2: course.hours_term2}
    taught = [term for term in TERMS if hours[term]] or list(TERMS)
    return tuple(term for term in taught if Period(term) not in set(exempt))


def _fill(lines: Mapping[int, FinalLine], course: Course, period: Period, days: Mapping[Period, Days]) -> None:
    modules: dict[int, list[Mark]] = defaultdict(list)
    mine = Q(course=course)
    if course.is_profiling and period is Period.YEAR:
        mine |= Q(course__parent=course, kind=GradeKind.ANNUAL)
    rows = Grade.objects.standing().filter(mine).order_by("given_on", "pk")
    columns = ("student_id", "course_id", "id", "value", "quality", "special", "kind", "term", "given_on", "is_by_exam")
    for student, course_id, grade_id, value, quality, special, kind, term, on, is_by_exam in rows.values_list(*columns):
        line = lines.get(student)
        if line is None:
            continue
        in_term = 2 if Period.TERM_2 in days and on >= days[Period.TERM_2][0] else 1
        mark = mark_of(value, quality, special)
        given = Given(grade_id, mark, GradeKind(kind), term, on, is_by_exam, in_term)
        if course_id != course.pk:
            modules[student].append(given.mark)
        else:
            _place(line, given, days.get(period))
    for student, marks in modules.items():
        lines[student].modules = marks


def _place(line: FinalLine, given: Given, days: Days | None) -> None:
    if given.kind.is_final:
        if given.term:
            line.terms[given.term] = given
        if given.term == line.period.term:
            line.given = given
    elif days and days[0] <= given.given_on <= days[1]:
        line.current.append(given)


def _look_for_shortage(lines: Iterable[FinalLine], course: Course, period: Period, on: date) -> None:
    if period is Period.YEAR:
        return
    hours = course.hours_term1 if period is Period.TERM_1 else course.hours_term2
    for line in lines:
        if line.is_asked:
            line.short = shortage(len(line.current), line.scale, Decimal(hours), on)
