"""What lies ahead: meetings, events and planned works that concern a seat, as its day shows them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _

from zvanets.lib import bg
from zvanets.remarks.actions.works import NAMES
from zvanets.remarks.models import ParentMeeting, PlannedWork, SchoolEvent
from zvanets.schools.models import ClassGroup
from zvanets.staff.seat import Seat, lang

AHEAD = timedelta(days=14)
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Coming:
    date: date
    text: str
    url: str


def described(what: ParentMeeting | SchoolEvent) -> str:
    """Return „Избор на съвет, четвъртък, 26 ноември, 18:00, стая 12“."""
    day = bg.day_name(what.date, lang())
    ends_on = getattr(what, "ends_on", None)
    days = f"{day} – {bg.day_name(ends_on, lang())}" if ends_on and ends_on > what.date else day
    return ", ".join(filter(None, (what.title, days, f"{what.starts_at:%H:%M}" if what.starts_at else "", what.place)))


def whom(event: SchoolEvent) -> str:
    """Return whom the event is for: „7 Б“, „7. клас“, „цялото училище“."""
    if event.class_book:
        return event.class_book.name
    return event.year_group.name if event.year_group else _("цялото училище")


def work_name(work: PlannedWork) -> str:
    return _(NAMES[PlannedWork.Kind(work.kind)])


def coming(seat: Seat) -> list[Coming]:
    """Return what comes within two weeks for the classes that the seat sees, the nearest first."""
    today = seat.today()
    span = Q(date__range=(today, today + AHEAD))
    mine = Q() if seat.writes_every_lesson else Q(class_book__in=ClassGroup.objects.taught_by(seat.user, on=today))
    # An event of the school or of a year group concerns everybody who works there.
    everybodys = mine | Q(class_book__isnull=True) if mine else mine
    found = [*_meetings(seat, span & mine), *_events(seat, span & everybodys), *_works(seat, span & mine)]
    return sorted(found, key=lambda each: (each.date, each.text))[:SHOWN]


def _meetings(seat: Seat, concern: Q) -> list[Coming]:
    rows = ParentMeeting.objects.standing().filter(concern).select_related("class_book")
    return [
        Coming(each.date, f"{each.class_book.name} · {described(each)}", seat.url("meetings", each.class_book_id))
        for each in rows.order_by("date", "pk")[:SHOWN]
    ]


def _events(seat: Seat, concern: Q) -> list[Coming]:
    rows = SchoolEvent.objects.standing().filter(concern).select_related("class_book", "year_group")
    return [
        Coming(each.date, f"{described(each)} · {whom(each)}", seat.url("events"))
        for each in rows.order_by("date", "pk")[:SHOWN]
    ]


def _works(seat: Seat, concern: Q) -> list[Coming]:
    rows = PlannedWork.objects.approved().filter(concern)
    return [
        Coming(
            each.date,
            f"{each.class_book.name} · {each.course.subject.name}, {work_name(each)}, {bg.day_name(each.date, lang())}",
            seat.url("works", each.class_book_id),
        )
        for each in rows.select_related("class_book", "course__subject").order_by("date", "pk")[:SHOWN]
    ]
