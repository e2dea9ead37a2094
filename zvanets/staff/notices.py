"""A family's notice as the homeroom teacher reads it, with what the decision rests on."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from zvanets.attendance.models import BASES, AbsenceNotice, ExcuseReason
from zvanets.lib import bg, clock
from zvanets.rules.absences import parent_days_left
from zvanets.rules.notices import is_in_time
from zvanets.staff.classes import days_used, year_now
from zvanets.staff.seat import Seat, lang


@dataclass(frozen=True, slots=True)
class NoticeLine:
    id: int
    student: str
    student_url: str
    days: str
    about: str
    text: str
    given: str
    warning: str
    files: list[tuple[str, str]]
    accept_url: str
    refuse_url: str


def lines(seat: Seat, notices: Sequence[AbsenceNotice]) -> list[NoticeLine]:
    used = days_used({each.student_id for each in notices}, year_now(seat)) if notices else Counter[int]()
    return [_line(seat, notice, used[notice.student_id]) for notice in notices]


def _line(seat: Seat, notice: AbsenceNotice, used: int) -> NoticeLine:
    return NoticeLine(
        id=notice.pk,
        student=notice.student.short_name,
        student_url=seat.url("student", notice.student_id),
        days=bg.span(*notice.span, lang=lang()),
        about=_about(seat, notice, used),
        text=notice.text,
        given=_given(seat, notice),
        warning=_warning(seat, notice),
        files=[(file.name, seat.url("notice_file", file.pk)) for file in notice.files.all()],
        accept_url=seat.url("accept_notice", notice.pk),
        refuse_url=seat.url("refuse_notice", notice.pk),
    )


def _about(seat: Seat, notice: AbsenceNotice, used: int) -> str:
    basis = _(BASES[ExcuseReason(notice.reason)])
    if notice.reason != ExcuseReason.FAMILY:
        return basis
    left = bg.counted(parent_days_left(used, seat.today()), "day", lang())
    return _("%(basis)s, остават %(days)s") % {"basis": basis, "days": left}


def _given(seat: Seat, notice: AbsenceNotice) -> str:
    who = notice.guardian.short_name if notice.guardian else ""
    when = bg.moment(notice.given_at, now=clock.now(), zone=seat.zone, lang=lang())
    return ", ".join(filter(None, (who, _(str(AbsenceNotice.Way(notice.way).label)), when)))


def _warning(seat: Seat, notice: AbsenceNotice) -> str:
    given_on = notice.given_at.astimezone(seat.zone).date()
    if not is_in_time(notice.span, given_on):
        return _("Подадена е след първия ден на отсъствието: решете дали уважавате причината.")
    return ""
