"""A class at the end of a term: which subjects are ready, who lacks what, and how the year ends for each student."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zvanets.gradebook.models import Closing, Exemption, Grade, OverallGrade, Reopening, YearResult
from zvanets.gradebook.results import RESULTS_FROM
from zvanets.lib import bg
from zvanets.rules.finals import Outcome, Period, is_asked, outcome_name, period_name, propose_outcome, session_name
from zvanets.rules.grades import Mark, mark_of
from zvanets.schools.models import ClassGroup, Course, CourseMember, Enrolment
from zvanets.staff.finals import gradable_courses
from zvanets.staff.marks import mark_text
from zvanets.staff.seat import Seat, lang

_SEATS = ("student_id", "number", "student__first_name", "student__last_name", "class_group__year_group__level")


@dataclass(frozen=True, slots=True)
class Pupil:
    id: int
    number: int | None
    name: str
    level: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A course in a period: „24 от 26“, whether it is closed, whether somebody asked that it be opened."""

    text: str
    url: str
    is_ready: bool
    is_closed: bool
    is_asked: bool


@dataclass(frozen=True, slots=True)
class CourseLine:
    subject: str
    cells: list[Cell]


def pupils_of(seat: Seat, group: ClassGroup) -> dict[int, Pupil]:
    rows = Enrolment.objects.standing(on=seat.today()).filter(class_book=group).in_register().values_list(*_SEATS)
    return {
        student: Pupil(student, number, f"{first} {last}", level or 0) for student, number, first, last, level in rows
    }


def course_lines(seat: Seat, group: ClassGroup) -> list[CourseLine]:
    """Return the subjects of the class whose grades the user may set, with how many are given of how many asked."""
    courses = gradable_courses(seat).filter(class_group=group, is_class_hour=False).order_by("subject__name", "pk")
    pupils = pupils_of(seat, group)
    members = _members(seat, group)
    given = _given(group)
    exempt = {(each.course_id, each.student_id): each.periods for each in _exemptions(group)}
    closed = set(Closing.objects.standing().filter(course__class_group=group).values_list("course_id", "period"))
    asked = set(
        Reopening.objects.waiting()
        .filter(closing__course__class_group=group)
        .values_list("closing__course_id", "closing__period")
    )
    lines = []
    for course in courses:
        cells = []
        for period in Period:
            wanted = {
                student
                for student in members[course.pk] & pupils.keys()
                if is_asked(period, pupils[student].level, is_exempt=period in exempt.get((course.pk, student), ()))
            }
            key = course.pk, int(period)
            url = f"{seat.url('finals', course.pk)}?period={period:d}"
            cells.append(_cell(wanted, given[key], url, is_closed=key in closed, is_asked=key in asked))
        lines.append(CourseLine(course.subject.name, cells))
    return lines


def _cell(wanted: set[int], given: set[int], url: str, *, is_closed: bool, is_asked: bool) -> Cell:
    if not wanted:
        return Cell(bg.NOTHING, url, is_ready=True, is_closed=is_closed, is_asked=is_asked)
    have = len(wanted & given)
    text = _("%(given)s от %(all)s") % {"given": have, "all": len(wanted)}
    return Cell(text, url, is_ready=have == len(wanted), is_closed=is_closed, is_asked=is_asked)


def _members(seat: Seat, group: ClassGroup) -> Mapping[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    rows = CourseMember.objects.standing(on=seat.today()).filter(course__class_group=group)
    for course, student in rows.values_list("course_id", "student_id"):
        found[course].add(student)
    return found


def _given(group: ClassGroup) -> Mapping[tuple[int, int], set[int]]:
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    rows = Grade.objects.standing().ending_something().filter(course__class_group=group)
    for course, student, term in rows.values_list("course_id", "student_id", "term"):
        found[course, term or int(Period.YEAR)].add(student)
    return found


def _exemptions(group: ClassGroup) -> Any:
    return Exemption.objects.filter(course__class_group=group)


def tabs() -> list[str]:
    return [_("Годишни") if each is Period.YEAR else period_name(each, lang()) for each in Period]


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed for one student, and what is wrong with it."""

    text: str = ""
    error: str = ""


NOTHING_TYPED: Mapping[int, Typed] = {}


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One student's year: what is proposed, what was written, and the resits so far."""

    pupil: Pupil
    url: str
    annual: str
    proposed: str
    outcome: str
    exams: list[str]
    is_open: bool  # nothing was written yet
    is_simple: bool  # to be written without a choice: no poor annual grade
    has_words: bool  # the overall grade of year I is typed
    typed: Typed


@dataclass(frozen=True, slots=True)
class _Year:
    """What stands in a class's year, by student; `names` are the subjects of its courses."""

    names: Mapping[int, str]
    annual: Mapping[int, dict[int, Mark]]
    results: Mapping[int, YearResult]
    overall: Mapping[int, OverallGrade]


def result_lines(seat: Seat, group: ClassGroup, typed: Mapping[int, Typed] = NOTHING_TYPED) -> list[ResultLine]:
    results = YearResult.objects.filter(class_group=group).prefetch_related("exams__sessions")
    year = _Year(
        dict(Course.objects.filter(class_group=group).values_list("pk", "subject__name")),
        annual_grades(group),
        {each.student_id: each for each in results},
        {each.student_id: each for each in OverallGrade.objects.standing().filter(class_group=group)},
    )
    pupils = pupils_of(seat, group).values()
    return [
        _result_line(pupil, year, seat.url("result", group.pk, pupil.id), typed.get(pupil.id, Typed()))
        for pupil in pupils
    ]


def annual_grades(group: ClassGroup) -> Mapping[int, dict[int, Mark]]:
    found: dict[int, dict[int, Mark]] = defaultdict(dict)
    rows = Grade.objects.standing().ending(Period.YEAR).filter(course__class_group=group)
    for student, course, value, quality, special in rows.values_list(
        "student_id", "course_id", "value", "quality", "special"
    ):
        found[student][course] = mark_of(value, quality, special)
    return found


def _result_line(pupil: Pupil, year: _Year, url: str, typed: Typed) -> ResultLine:
    annual, result = year.annual[pupil.id], year.results.get(pupil.id)
    outcome, failed = propose_outcome(annual)
    has_results = pupil.level >= RESULTS_FROM
    written = _written(result, year.overall.get(pupil.id))
    return ResultLine(
        pupil=pupil,
        url=url if has_results else "",
        annual=bg.counted(len(annual), "grade", lang()) if annual else bg.NOTHING,
        proposed=_proposed(outcome, failed, year.names) if has_results and outcome else "",
        outcome=written,
        exams=_exams(result, year.names) if result else [],
        is_open=not written,
        is_simple=has_results and outcome is Outcome.PASSES and result is None,
        has_words=pupil.level == 1,
        typed=typed,
    )


def _proposed(outcome: Outcome, failed: tuple[int, ...], names: Mapping[int, str]) -> str:
    text = outcome_name(outcome, lang())
    return f"{text}: {', '.join(bg.within(names[each]) for each in failed)}" if failed else text


def _written(result: YearResult | None, overall: OverallGrade | None) -> str:
    if overall:
        return mark_text(mark_of(None, overall.quality, overall.special))
    if result is None:
        return ""
    said = outcome_name(Outcome(result.outcome), lang())
    return f"{said} → {outcome_name(Outcome(result.final), lang())}" if result.final else said


def _exams(result: YearResult, names: Mapping[int, str]) -> list[str]:
    no_show = _("без явяване")
    lines = []
    for exam in result.exams.all():
        sessions = sorted(exam.sessions.all(), key=lambda one: one.session)
        tried = ", ".join(f"{session_name(each.session, lang())}: {each.value or no_show}" for each in sessions)
        lines.append(f"{names[exam.course_id]} ({tried})" if tried else names[exam.course_id])
    return lines
