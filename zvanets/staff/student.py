"""One student's diary as the staff reads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from zvanets.attendance.closing import carried_by
from zvanets.attendance.models import Absence
from zvanets.gradebook.models import Grade
from zvanets.lib import bg
from zvanets.remarks.models import Remark
from zvanets.rules.absences import AbsenceKind, Totals, totals
from zvanets.rules.averages import Counting
from zvanets.rules.grades import GradeKind, Mark, kind_name, mark_of
from zvanets.schools.choices import counting_now
from zvanets.schools.models import Course, Enrolment, SchoolYear, Student
from zvanets.staff.classes import has_left, year_now
from zvanets.staff.explain import Answer, absence_answer, average_answer
from zvanets.staff.marks import is_poor, mark_text
from zvanets.staff.register import Written
from zvanets.staff.seat import Seat, lang

RECENT = 30


@dataclass(slots=True)
class SubjectLine:
    subject: str
    grades: list[Written] = field(default_factory=list)
    finals: list[Written] = field(default_factory=list)
    counted: list[tuple[Mark, GradeKind]] = field(default_factory=list)
    average: Answer | None = None


@dataclass(frozen=True, slots=True)
class MissedLine:
    text: str
    state: str
    is_excused: bool


def context(seat: Seat, student: Student, *, is_whole: bool) -> dict[str, Any]:
    """Return the page of the student; without `is_whole` only what belongs to the user's own courses."""
    own = None if is_whole else Course.objects.taught_by(seat.user, on=seat.today()).values("pk")
    year = year_now(seat)
    since = _since(seat, year)
    absences = list(_absences(student, own).filter(date__gte=since))
    enrolments = list(
        Enrolment.objects.filter(student=student).select_related("class_book__school_year").order_by("-starts_on")
    )
    counting = counting_now()
    subjects = _subjects(seat, student, own, since, counting)
    counted = [each for line in subjects for each in line.counted]
    return {
        "student": student,
        "places": _places(enrolments, year),
        "has_left": bool(enrolments) and all(has_left(each, seat.today()) for each in enrolments),
        "is_whole": is_whole,
        "subjects": subjects,
        "has_finals": any(line.finals for line in subjects),
        "average": average_answer(counting.mean(counted)) if is_whole else None,
        "absence_sum": absence_answer(_sum(student, absences, year if is_whole else None)),
        "absences": [_missed(each) for each in absences[:RECENT]],
        "remarks": _remarks(seat, student, own, since),
    }


def _sum(student: Student, absences: Iterable[Absence], year: SchoolYear | None) -> Totals:
    """Return the year's totals; the whole diary counts what was carried from elsewhere."""
    total = totals((each.kind, each.excused_at is not None) for each in absences)
    return total + carried_by([student.pk], year).get(student.pk, Totals()) if year else total


def _since(seat: Seat, year: SchoolYear | None) -> Any:
    return year.starts_on if year else seat.today().replace(month=1, day=1)


def _places(enrolments: Sequence[Enrolment], now: SchoolYear | None) -> str:
    """Return „7 Б, № 12“, of another year „6 Б, № 11 (2024/25)“."""
    return " · ".join(
        (f"{each.class_book.name}, № {each.number}" if each.number else each.class_book.name)
        + ("" if year == now else f" ({year})")
        for each in enrolments
        for year in [each.class_book.school_year]
    )


def _absences(student: Student, own: Any) -> Any:
    rows = Absence.objects.of(student).select_related("lesson__course__subject").order_by("-date", "-lesson__hour_no")
    return rows if own is None else rows.filter(lesson__course__in=own)


def _subjects(seat: Seat, student: Student, own: Any, since: Any, counting: Counting) -> list[SubjectLine]:
    rows = Grade.objects.standing().of(student).filter(given_on__gte=since)
    if own is not None:
        rows = rows.filter(course__in=own)
    named = rows.select_related("course__subject", "teacher").order_by("given_on", "pk")
    changeable = _changeable(seat, student)
    lines: dict[str, SubjectLine] = {}
    for grade in named:
        line = lines.setdefault(grade.course.subject.name, SubjectLine(grade.course.subject.name))
        mark, kind = mark_of(grade.value, grade.quality, grade.special), GradeKind(grade.kind)
        (line.finals if kind.is_final else line.grades).append(_written(seat, grade, mark, kind, changeable))
        line.counted.append((mark, kind))
    for line in lines.values():
        line.average = average_answer(counting.mean(line.counted))
    return sorted(lines.values(), key=lambda line: line.subject)


def _changeable(seat: Seat, student: Student) -> set[int] | None:
    if seat.writes_every_lesson:
        return None
    own = Grade.objects.of(student).changeable_by(seat.user, on=seat.today())
    return set(own.values_list("pk", flat=True))


def _written(seat: Seat, grade: Grade, mark: Mark, kind: GradeKind, changeable: set[int] | None) -> Written:
    who = grade.teacher.short_name if grade.teacher else ""
    title = ", ".join(filter(None, (kind_name(kind, lang()), bg.written_date(grade.given_on, lang()), who)))
    url = seat.url("grade", grade.pk) if changeable is None or grade.pk in changeable else ""
    return Written(mark_text(mark), title, url, is_poor=is_poor(mark))


def _missed(absence: Absence) -> MissedLine:
    is_late = absence.kind == AbsenceKind.LATE
    is_excused = absence.kind == AbsenceKind.EXCUSED or absence.excused_at is not None
    parts = [
        bg.written_date(absence.date, lang()),
        bg.lesson_hour(absence.lesson.hour_no, lang()),
        absence.lesson.course.subject.name,
        _("закъсня") if is_late else _("отсъства"),
    ]
    state = _("извинено") if is_excused else _("неизвинено")
    why = "" if absence.is_confidential else absence.reason_text
    return MissedLine(" · ".join(parts), ": ".join(filter(None, (state, why))), is_excused)


def _remarks(seat: Seat, student: Student, own: Any, since: Any) -> list[Written]:
    rows: Iterable[Remark] = (
        Remark.objects.standing()
        .filter(student=student, written_on__gte=since)
        .select_related("written_by", "lesson")
        .order_by("-written_on", "-pk")
    )
    if own is not None:
        rows = rows.filter(lesson__course__in=own)  # type: ignore[attr-defined]
    return [
        Written(
            text=f"{_('Похвала') if each.kind == Remark.Kind.PRAISE else _('Забележка')}: {each.text}",
            title=f"{bg.written_date(each.written_on, lang())}, {each.written_by}",
            url=seat.url("remark", each.pk) if each.written_by_id == seat.user.pk or seat.is_head else "",
            is_poor=each.kind != Remark.Kind.PRAISE,
        )
        for each in rows
    ]
