"""Everybody of a course at the end of a term or year: what they have, what is proposed, what is lacking.

The one reader for the page of term and annual grades, for closing, and for grids.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q

from zvanets.gradebook.models import Closing, Exemption, Grade, SpecialNeeds
from zvanets.gradebook.periods import Days, days_of
from zvanets.rules.averages import Explained
from zvanets.rules.finals import TERMS, Period, Proposal, Shortage, shortage
from zvanets.rules.gradebook import Final, Study, Sums, taught_terms
from zvanets.rules.grades import GradeKind, Mark, Scale, mark_of
from zvanets.schools.choices import counting_now
from zvanets.schools.models import Course, Enrolment
from zvanets.schools.register import Line


@dataclass(frozen=True, slots=True)
class Given:
    """A grade that stands."""

    id: int
    mark: Mark
    kind: GradeKind
    term: int  # the one it ends, else that of its day
    given_on: date
    is_by_exam: bool = False


@dataclass(frozen=True, slots=True)
class FinalLine:
    """One student of the sheet, with what they have in the subject and what is short for the period."""

    line: Line
    period: Period
    sums: Sums[Given]
    short: Shortage | None = None

    @property
    def scale(self) -> Scale | None:
        return self.sums.study.scale

    @property
    def is_exempt(self) -> bool:
        return self.period in self.sums.study.exempt

    @property
    def is_asked(self) -> bool:
        return self.sums.study.is_asked(self.period)

    @property
    def current(self) -> list[Given]:
        return self.sums.of(self.period)

    @property
    def terms(self) -> list[Given]:
        """The term grades that stand, in order."""
        return [given for term in TERMS if (given := self.sums.final(Period(term)).given)]

    @property
    def final(self) -> Final[Given]:
        return self.sums.final(self.period)

    @property
    def given(self) -> Given | None:
        return self.final.given

    @property
    def is_lacking(self) -> bool:
        return self.is_asked and self.given is None

    @property
    def mean(self) -> Explained[Decimal | None]:
        return self.sums.mean(self.period)

    @property
    def proposal(self) -> Proposal | None:
        """What the diary proposes; None where nothing is asked or a grade stands already."""
        return self.final.proposal if self.is_lacking else None


@dataclass(frozen=True, slots=True)
class FinalSheet:
    course: Course
    period: Period
    days: Mapping[Period, Days]
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
    special = set(SpecialNeeds.objects.filter(course=course).values_list("student_id", flat=True))
    exempt = {each.student_id: frozenset(each.periods) for each in Exemption.objects.filter(course=course)}
    taught = taught_terms(course.hours_term1, course.hours_term2)
    counting = counting_now()
    given, modules = _grades(course, days)
    lines = []
    for line in register_of(course, on, special):
        student = line.student_id
        study = Study(line.level, line.special_needs, exempt.get(student, frozenset()), taught)
        sums = Sums(given[student], study, counting, modules[student])
        lines.append(FinalLine(line, period, sums, _shortage(sums, course, period, on)))
    closing = Closing.objects.standing().filter(course=course, period=period).select_related("closed_by").first()
    return FinalSheet(course, period, days, lines, closing)


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


def _grades(course: Course, days: Mapping[Period, Days]) -> tuple[dict[int, list[Given]], dict[int, list[Mark]]]:
    """Return the grades of the course, and the annual ones of a profiling subject's modules, by student."""
    given: dict[int, list[Given]] = defaultdict(list)
    modules: dict[int, list[Mark]] = defaultdict(list)
    mine = Q(course=course)
    if course.is_profiling:
        mine |= Q(course__parent=course, kind=GradeKind.ANNUAL)
    since = F("course__class_group__school_year__starts_on")
    rows = Grade.objects.standing().filter(mine, given_on__gte=since).order_by("given_on", "pk")
    columns = ("student_id", "course_id", "id", "value", "quality", "special", "kind", "term", "given_on", "is_by_exam")
    for student, course_id, grade_id, value, quality, special, kind, term, on, is_by_exam in rows.values_list(*columns):
        mark = mark_of(value, quality, special)
        if course_id != course.pk:
            modules[student].append(mark)
            continue
        by_day = 2 if Period.TERM_2 in days and on >= days[Period.TERM_2][0] else 1
        given[student].append(Given(grade_id, mark, GradeKind(kind), term or by_day, on, is_by_exam))
    return given, modules


def _shortage(sums: Sums[Given], course: Course, period: Period, on: date) -> Shortage | None:
    if period is Period.YEAR or not sums.study.is_asked(period):
        return None
    hours = course.hours_term1 if period is Period.TERM_1 else course.hours_term2
    return shortage(len(sums.of(period)), sums.study.scale, Decimal(hours), on)
