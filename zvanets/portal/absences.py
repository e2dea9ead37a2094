"""The family's side of absences: what was missed, the days left to excuse and why, and what was asked of the school."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from zvanets.attendance.models import BASES, AbsenceNotice, CarriedAbsence, ExcuseReason, NoticeFile
from zvanets.attendance.notices import days_ahead, days_excused
from zvanets.lib import bg
from zvanets.portal.family import Child, lang
from zvanets.rules.absences import parent_days, parent_days_left
from zvanets.schools.models import SchoolYear

SHOWN = 50  # notices of one school year; a page of more would be no answer


@dataclass(frozen=True, slots=True)
class DaysLeft:
    """„още 11 дни“, and the sentences beneath „Как е изчислено?“."""

    shown: str
    rule: str
    sentences: list[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A notice as its family reads it; words and files of another guardian only where they are not confidential."""

    days: str
    about: str
    state: str
    sign: str  # the class of its colour
    why: str
    text: str
    given: str
    files: list[tuple[str, str]]
    withdraw_url: str


def days_left(child: Child, year: SchoolYear, notices: Iterable[AbsenceNotice]) -> DaysLeft:
    today = child.today()
    rule = parent_days(today)
    used = sorted(days_excused(child.row.student_id, year))
    ahead = sorted(days_ahead(child.row.student_id, year, filter(is_standing, notices)) - set(used))
    left = bg.counted(parent_days_left(len(used), today), "day", lang())
    sentences = [
        _("Правилото: %(a_year)s учебни дни за година, до %(at_once)s наведнъж (%(source)s, в сила от %(since)s).")
        % {
            "a_year": rule.a_year,
            "at_once": rule.at_once,
            "source": _(rule.source),
            "since": bg.written_date(rule.valid_from, lang()),
        },
        _("Използвани: %s.") % (_listed(used) if used else _("няма")),
        _("%(a_year)s − %(used)s = %(left)s.") % {"a_year": rule.a_year, "used": len(used), "left": left},
        _("Ден се брои, ако в него има поне един извинен по Ваша молба час. Медицинските бележки не се броят."),
    ]
    if ahead:
        sentences.insert(2, _("Заявени напред, още неизползвани: %s.") % _listed(ahead))
    short = _("от %(a_year)s, до %(at_once)s наведнъж") % {"a_year": rule.a_year, "at_once": rule.at_once}
    return DaysLeft(_("още %(days)s") % {"days": left}, short, sentences)


def _listed(days: list[date]) -> str:
    return ", ".join(bg.short_day(day, lang()) for day in days)


def notices_of(child: Child, year: SchoolYear) -> list[AbsenceNotice]:
    """Return what was asked this school year, the newest first, in two queries."""
    own = AbsenceNotice.objects.filter(student=child.row.student_id, ends_on__gte=year.starts_on)
    return list(own.prefetch_related("files").order_by("-given_at", "-pk")[:SHOWN])


def is_standing(notice: AbsenceNotice) -> bool:
    return notice.state in (AbsenceNotice.State.WAITING, AbsenceNotice.State.ACCEPTED)


def asked(child: Child, notices: Iterable[AbsenceNotice]) -> list[Asked]:
    return [_asked(child, notice) for notice in notices]


def _asked(child: Child, notice: AbsenceNotice) -> Asked:
    is_own = notice.guardian_id == child.row.guardian_id
    is_read = is_own or not notice.is_confidential
    state = AbsenceNotice.State(notice.state)
    may_withdraw = is_own and state is AbsenceNotice.State.WAITING
    return Asked(
        days=bg.span(*notice.span, lang=lang()),
        about=_(BASES[ExcuseReason(notice.reason)]),
        state=_(str(state.label)),
        sign={AbsenceNotice.State.ACCEPTED: "good", AbsenceNotice.State.REFUSED: "poor"}.get(state, "soft"),
        why=notice.decided_why if is_read else "",
        text=notice.text if is_read else "",
        given=f"{child.moment(notice.given_at)}, {_(str(AbsenceNotice.Way(notice.way).label))}",
        files=[(file.name, child.url("notice_file", file.pk)) for file in notice.files.all()] if is_read else [],
        withdraw_url=child.url("withdraw_notice", notice.pk) if may_withdraw else "",
    )


def files_of(child: Child) -> Any:
    """The files that this guardian may open."""
    mine = Q(notice__guardian=child.row.guardian_id) | Q(notice__is_confidential=False)
    return NoticeFile.objects.filter(mine, notice__student=child.row.student_id)


def carried(child: Child, year: SchoolYear) -> CarriedAbsence | None:
    """Return the six numbers that came with the child from another class or school."""
    found: CarriedAbsence | None = CarriedAbsence.objects.filter(student=child.row.student_id, school_year=year).first()
    return found
