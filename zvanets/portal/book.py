"""What the family reads of the class book beside grades and absences: what lies ahead, sanctions, notes, health, support."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from zvanets.guardians.models import Guardianship
from zvanets.lib import bg
from zvanets.portal.diary import year_start
from zvanets.portal.family import Child, lang
from zvanets.remarks.actions.works import NAMES
from zvanets.remarks.models import (
    ActivityKind,
    Difficulty,
    HealthNote,
    IndividualWork,
    Note,
    ParentMeeting,
    PlannedWork,
    Sanction,
    SchoolEvent,
    Support,
    SupportActivity,
)
from zvanets.schools.models import CourseMember, Enrolment

AHEAD = timedelta(days=400)  # the rest of the school year, whenever it ends


@dataclass(frozen=True, slots=True)
class Item:
    """One entry in words."""

    title: str
    text: str = ""
    details: str = ""
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Coming:
    date: date
    day: str
    kind: str
    title: str
    details: str
    text: str


def is_close(child: Child) -> bool:
    """Whether the user is a legal representative, or the student: others do not read special-category data."""
    return child.is_self or Guardianship.objects.filter(pk=child.row.right_id, is_legal=True).exists()


def coming(child: Child) -> list[Coming]:
    """Return what lies ahead for the child, the nearest first."""
    today = child.today()
    places = Enrolment.objects.standing(on=today).filter(student=child.row.student_id)
    rows = list(places.values_list("class_book_id", "class_group__year_group_id"))
    books, levels = {book for book, _level in rows}, {level for _book, level in rows if level}
    span = Q(date__range=(today, today + AHEAD))
    found = [*_meetings(span, books), *_events(span | Q(ends_on__gte=today), books, levels), *_works(child, span)]
    return sorted(found, key=lambda each: (each.date, each.details, each.title))


def _meetings(span: Q, books: set[int]) -> list[Coming]:
    rows = ParentMeeting.objects.standing().filter(span, class_book__in=books)
    return [_coming(each, _("родителска среща")) for each in rows]


def _events(span: Q, books: set[int], levels: set[int]) -> list[Coming]:
    whole = Q(class_book__isnull=True, year_group__isnull=True)
    concerns = Q(class_book__in=books) | Q(year_group__in=levels) | whole
    return [_coming(each, _("мероприятие")) for each in SchoolEvent.objects.standing().filter(span & concerns)]


def _coming(each: ParentMeeting | SchoolEvent, kind: str) -> Coming:
    ends_on = getattr(each, "ends_on", None)
    until = _("до %s") % bg.day_name(ends_on, lang()) if ends_on and ends_on > each.date else ""
    starts = f"{each.starts_at:%H:%M}" if each.starts_at else ""
    details = ", ".join(filter(None, (until, starts, each.place)))
    return Coming(each.date, bg.day_name(each.date, lang()), kind, each.title, details, each.text)


def _works(child: Child, span: Q) -> list[Coming]:
    own = CourseMember.objects.standing(on=child.today()).filter(student=child.row.student_id).values("course")
    rows = PlannedWork.objects.approved().filter(span, course__in=own).select_related("course__subject")
    return [
        Coming(
            each.date,
            bg.day_name(each.date, lang()),
            _(NAMES[PlannedWork.Kind(each.kind)]),
            each.course.subject.name,
            "",
            each.text,
        )
        for each in rows
    ]


def sanctions_of(child: Child) -> list[Item]:
    rows = Sanction.objects.filter(student=child.row.student_id, order_on__gte=year_start(child)).order_by("-order_on")
    return [_sanction(each) for each in rows]


def _sanction(each: Sanction) -> Item:
    """„Санкция „забележка“, заповед № РД-12 от …“: never the bare word, which is a remark too."""
    kind = _(str(Sanction.Kind(each.kind).label))
    order = {"kind": kind, "number": each.order_no, "day": _day(each.order_on)}
    parts = [_("в сила от %s") % _day(each.starts_on), _("до %s") % _day(each.ends_on) if each.ends_on else ""]
    if each.cancel_order_on:
        cancel = {"number": each.cancel_order_no, "day": _day(each.cancel_order_on), "why": each.ended_why}
        parts.append(_("отменена със заповед № %(number)s от %(day)s: %(why)s") % cancel)
    return Item(
        title=_("Санкция „%(kind)s“, заповед № %(number)s от %(day)s") % order,
        text=each.text,
        details=" · ".join(filter(None, parts)),
        is_over=each.ended_at is not None,
    )


def notes_of(child: Child) -> list[Item]:
    """Return the notes for the child and for all of its class, the newest first."""
    books = Enrolment.objects.standing(on=child.today()).filter(student=child.row.student_id).values("class_book")
    mine = Q(students__student=child.row.student_id) | Q(is_for_all=True, class_book__in=books)
    rows = Note.objects.standing().filter(mine, written_at__date__gte=year_start(child)).select_related("written_by")
    return [
        Item(each.text, details=f"{_day(each.written_at.astimezone(child.zone).date())} · {each.written_by.name}")
        for each in rows.distinct().order_by("-written_at")
    ]


def health_of(child: Child) -> list[Item]:
    rows = HealthNote.objects.standing().filter(student=child.row.student_id).select_related("written_by")
    return [
        Item(each.text, details=f"{_day(each.noted_on)} · {each.written_by.name}")
        for each in rows.order_by("-noted_on", "-pk")
    ]


def supports_of(child: Child) -> list[Item]:
    rows = Support.objects.standing().filter(students__student=child.row.student_id).order_by("-starts_on", "-pk")
    return [_support(each) for each in rows.prefetch_related("teachers__staff_member", "activities")]


def _support(each: Support) -> Item:
    team = ", ".join(member.staff_member.short_name for member in each.teachers.all())
    result = _("Очакван резултат: %s") % each.expected_result if each.expected_result else ""
    return Item(
        title=", ".join(_(str(Difficulty(difficulty).label)) for difficulty in each.difficulties).capitalize(),
        text="\n".join(filter(None, (each.text, result, *map(_activity, each.activities.all())))),
        details=f"{_day(each.starts_on)} – {_day(each.ends_on)} · {team}",
    )


def _activity(each: SupportActivity) -> str:
    result = f"{_day(each.done_on)} {each.result}" if each.done_on else each.result
    return " · ".join(filter(None, (_(str(ActivityKind(each.kind).label)).capitalize(), each.target, result)))


def individual_works_of(child: Child) -> list[Item]:
    rows = IndividualWork.objects.standing().filter(student=child.row.student_id).select_related("written_by")
    return [
        Item(each.text, details=f"{_day(each.held_on)} · {each.written_by.name}")
        for each in rows.order_by("-held_on", "-pk")
    ]


def _day(day: date) -> str:
    return bg.written_date(day, lang())
