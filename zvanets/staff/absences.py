"""What the homeroom teacher and heads read of absences: with reasons, notices, medical notes and closings."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from zvanets.attendance.closing import sums_of
from zvanets.attendance.models import (
    BASES,
    Absence,
    AbsenceClosing,
    AbsenceNotice,
    CarriedAbsence,
    ExcuseReason,
    MedicalNotice,
)
from zvanets.lib import bg, clock
from zvanets.rules.absences import AbsenceKind, Totals, shown_halves
from zvanets.schools.models import ClassGroup, SchoolYear, Student
from zvanets.staff.classes import missed_text
from zvanets.staff.explain import Answer, absence_answer
from zvanets.staff.seat import Seat, lang


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    text: str
    state: str
    is_excused: bool
    may_be_late: bool
    url: str


@dataclass(frozen=True, slots=True)
class NoticeLine:
    text: str
    state: str
    words: str
    files: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ClosingLine:
    id: int
    day: str
    who: str
    reopened: str
    sums: list[tuple[str, str, int]]  # student, „14,5“, excused


def line(seat: Seat, absence: Absence) -> AbsenceLine:
    is_excused = absence.kind == AbsenceKind.EXCUSED or absence.excused_at is not None
    state = _("извинено") if is_excused else _("неизвинено")
    if is_excused and absence.reason:
        reason = _(str(ExcuseReason(absence.reason).label)).lower()
        state = ": ".join(filter(None, (f"{state} ({reason})", absence.reason_text)))
    return AbsenceLine(
        missed_text(absence),
        state,
        is_excused,
        absence.kind == AbsenceKind.UNEXCUSED,
        seat.url("absence", absence.pk),
    )


def of_student(seat: Seat, student: Student, year: SchoolYear | None) -> dict[str, Any]:
    since = year.starts_on if year else seat.today().replace(month=1, day=1)
    absences = Absence.objects.of(student).filter(date__gte=since)
    rows = absences.select_related("lesson__course__subject").order_by("-date", "-lesson__hour_no")
    notices = AbsenceNotice.objects.filter(student=student, ends_on__gte=since).prefetch_related("files")
    medical = MedicalNotice.objects.filter(student=student, to_date__gte=since).order_by("-from_date")
    return {
        "sum": _sum(student, year, seat),
        "absences": [line(seat, each) for each in rows],
        "notices": [_notice(seat, each) for each in notices.order_by("-given_at")],
        "notes": [
            f"{bg.span(each.from_date, each.to_date, lang=lang())} · НРН {each.nrn}, УИН {each.pmi}" for each in medical
        ],
    }


def _sum(student: Student, year: SchoolYear | None, seat: Seat) -> Answer:
    """Explain the year's unexcused total, and what of it came from another school."""
    if year is None:
        return absence_answer(Totals())
    total = sums_of([student.pk], year, until=seat.today())[student.pk]
    answer = absence_answer(total)
    carried = CarriedAbsence.objects.filter(student=student, school_year=year).first()
    if carried and carried.totals != Totals():
        brought = shown_halves(carried.totals.halves, lang())
        answer.sentences.append(_("От тях прехвърлени от друга паралелка или училище: %s.") % brought)
    return answer


def _notice(seat: Seat, notice: AbsenceNotice) -> NoticeLine:
    state = _(str(AbsenceNotice.State(notice.state).label))
    return NoticeLine(
        text=f"{bg.span(*notice.span, lang=lang())} · {_(BASES[ExcuseReason(notice.reason)])}",
        state=": ".join(filter(None, (state, notice.decided_why))),
        words=notice.text,
        files=[(file.name, seat.url("notice_file", file.pk)) for file in notice.files.all()],
    )


def closings(seat: Seat, group: ClassGroup) -> list[ClosingLine]:
    found = AbsenceClosing.objects.filter(class_book=group).select_related("closed_by", "reopened_by")
    named = found.prefetch_related("sums__student").order_by("-closed_at")
    return [_closing(seat, each) for each in named]


def _closing(seat: Seat, closing: AbsenceClosing) -> ClosingLine:
    def when(at: Any) -> str:
        return bg.moment(at, now=clock.now(), zone=seat.zone, lang=lang())

    reopened = ""
    if closing.reopened_at and closing.reopened_by:
        reopened = f"{closing.reopened_by.name}, {when(closing.reopened_at)}: {closing.reopened_why}"
    return ClosingLine(
        id=closing.pk,
        day=bg.written_date(closing.closed_on, lang()),
        who=f"{closing.closed_by.name}, {when(closing.closed_at)}",
        reopened=reopened,
        sums=[
            (each.student.short_name, shown_halves(each.totals.halves, lang()), each.excused)
            for each in sorted(closing.sums.all(), key=lambda one: one.student.sort_name)
        ],
    )
