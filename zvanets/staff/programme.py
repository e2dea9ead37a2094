"""A draft of the weekly programme in words: how far it is, what does not fit, one class's or teacher's week."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zvanets.lib import bg
from zvanets.rules.programme import CLASS, ROOM, TEACHER, WEEKDAYS, TooMuch, too_much
from zvanets.schools.models import ClassGroup, SchoolYear, StaffMember, Week
from zvanets.staff.seat import lang
from zvanets.timetable.models import Draft, DraftHour
from zvanets.timetable.needs import Needs, read_needs


def hours_text(half_hours: int) -> str:
    """Return „2,5 часа“."""
    whole, half = divmod(half_hours, 2)
    if half:
        return _("%(number)s часа") % {"number": f"{whole}{',' if lang() == 'bg' else '.'}5"}
    return ngettext("%(number)s час", "%(number)s часа", whole) % {"number": whole}


def obstacles(school_year: SchoolYear, term: int) -> list[str]:
    """Return in words why no week can hold what the curriculum asks for; empty when it can be tried."""
    needs = read_needs(school_year, term)
    if not needs.slots:
        return [_("Няма въведени звънци: без тях няма къде да се постави час.")]
    if not needs.blocks:
        return [_("Учебният план няма часове за този срок.")]
    return [_too_much(each, needs) for each in too_much(needs.blocks.values(), needs.slots)]


def _too_much(each: TooMuch, needs: Needs) -> str:
    name = {CLASS: _class_name, TEACHER: _teacher_name, ROOM: needs.rooms.__getitem__}[each.kind](each.number)
    params = {"who": name, "needed": hours_text(each.needed), "free": hours_text(each.free)}
    return _("%(who)s: нужни са %(needed)s седмично, а свободни са %(free)s.") % params


def _class_name(number: int) -> str:
    return ClassGroup.objects.get(pk=number).name


def _teacher_name(number: int) -> str:
    return StaffMember.objects.get(pk=number).short_name


def left_out(school_year: SchoolYear, term: int) -> str:
    """Name the groups that the draft does not place for want of an afternoon shift; "" when there are none."""
    groups = ClassGroup.objects.filter(pk__in=read_needs(school_year, term).without_shift)
    names = ", ".join(groups.order_by("name").values_list("name", flat=True))
    return _("Без следобедна смяна не се поставят: %(groups)s.") % {"groups": names} if names else ""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    name: str


def choices(draft: Draft) -> tuple[list[Choice], list[Choice]]:
    """The class groups and the teachers who have a week in the draft."""
    hours = DraftHour.objects.filter(draft=draft)
    groups = ClassGroup.objects.filter(courses__in=hours.values("course")).distinct().order_by("name")
    teachers = StaffMember.objects.filter(courses__course__in=hours.values("course")).distinct().order_by("sort_name")
    return (
        [Choice(f"class-{each.pk}", each.name) for each in groups],
        [Choice(f"teacher-{each.pk}", each.short_name) for each in teachers],
    )


@dataclass(frozen=True, slots=True)
class Row:
    hour_no: int
    cells: tuple[tuple[str, ...], ...]  # one a weekday; each the courses that stand there


def week_of(draft: Draft, whose: str) -> list[Row]:
    """Return the week of „class-12“ or „teacher-7“, hour by hour; empty for whoever has none."""
    kind, _dash, number = whose.partition("-")
    if kind not in {"class", "teacher"} or not number.isdecimal() or len(number) > 15:
        return []
    of_whom = Q(course__class_group=int(number)) if kind == "class" else Q(course__teachers__staff_member=int(number))
    found = DraftHour.objects.filter(of_whom, draft=draft).distinct()
    return _rows(found.select_related("course__subject", "course__class_group").order_by("pk"), kind)


def _rows(hours: Iterable[DraftHour], kind: str) -> list[Row]:
    cells: Mapping[tuple[int, int], list[str]] = defaultdict(list)
    for each in hours:
        course = each.course
        name = str(course.subject) if kind == "class" else f"{course.class_group.name} · {course.subject}"
        week = "" if each.week == Week.ALL else f" ({_('седмица')} {Week(each.week).label})"
        cells[each.hour_no, each.weekday].append(f"{name}{week}")
    numbers = sorted({hour_no for hour_no, _weekday in cells})
    return [Row(n, tuple(tuple(cells.get((n, day), ())) for day in WEEKDAYS)) for n in numbers]


def weekdays() -> list[str]:
    monday = date(2024, 1, 1)
    return [bg.weekday(monday + timedelta(days=n), lang()) for n in range(len(WEEKDAYS))]


def shortages(draft: Draft) -> list[str]:
    """Name what the draft could not place."""
    found = draft.shortages.select_related("course__subject", "course__class_group")
    return [
        f"{each.course.class_group.name}, {each.course.subject}: {hours_text(each.half_hours)}"
        for each in found.order_by("course__class_group__name", "course__subject__name")
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """A draft on the list."""

    id: int
    title: str
    state: str
    is_running: bool


def title_of(draft: Draft) -> str:
    term = _("I срок") if draft.term == 1 else _("II срок")
    asked = bg.written_date(draft.asked_at.date(), lang())
    return f"{term} {draft.school_year}, {_('от')} {asked}"


def state_of(draft: Draft) -> str:
    if draft.state == Draft.State.IN_FORCE and draft.in_force_from:
        return _("в сила от %(day)s") % {"day": bg.written_date(draft.in_force_from, lang())}
    return _(str(draft.get_state_display()))


def lines() -> list[Line]:
    drafts = Draft.objects.select_related("school_year").order_by("-asked_at")[:20]
    running = {Draft.State.WAITING, Draft.State.SOLVING}
    return [Line(each.pk, title_of(each), state_of(each), each.state in running) for each in drafts]


def size(draft: Draft) -> str:
    counted = DraftHour.objects.filter(draft=draft).aggregate(
        hours=Count("pk"), groups=Count("course__class_group", distinct=True)
    )
    return _("Поставени са %(hours)s в седмицата, в %(groups)s.") % {
        "hours": bg.counted(counted["hours"], "lesson", lang()),
        "groups": ngettext("%(n)s паралелка", "%(n)s паралелки", counted["groups"]) % {"n": counted["groups"]},
    }
