"""Call, move and cancel parent meetings and school events, and remind of them the day before."""

import datetime as dt
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet

from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.remarks.actions.entries import ended
from zvanets.remarks.models import ParentMeeting, SchoolEvent
from zvanets.rules.reminders import is_due
from zvanets.schools.models import ClassGroup, Enrolment, School, YearGroup
from zvanets.tenancy.school import school_now

ITSELF = Actor(None, "", "")


@dataclass(frozen=True, slots=True)
class Gathering:
    """When and where people come together, and what for."""

    date: dt.date
    title: str
    starts_at: dt.time | None = None
    place: str = ""
    text: str = ""
    ends_on: dt.date | None = None

    @property
    def of_meeting(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("date", "title", "starts_at", "place", "text")}

    @property
    def of_event(self) -> dict[str, Any]:
        return self.of_meeting | {"ends_on": self.ends_on}


@transaction.atomic
def call_meeting(actor: Actor, book: ClassGroup, wanted: Gathering) -> ParentMeeting:
    """Call the parents of a class together; raises Refusal `day_is_past`."""
    _must_be_ahead(wanted.date)
    meeting = ParentMeeting.objects.create(class_book=book, **wanted.of_meeting, **_said_now(actor))
    record(facts_of(Verb.MEETING_CALLED, meeting), actor=actor, tell=True)
    return meeting


@transaction.atomic
def change_meeting(actor: Actor, meetings: QuerySet[ParentMeeting], *, meeting_id: int, wanted: Gathering) -> None:
    """Move a meeting or say more of it; raises ParentMeeting.DoesNotExist and Refusal `day_is_past`, `already_ended`."""
    meeting, before = _changed(meetings, meeting_id, wanted, wanted.of_meeting)
    record(facts_of(Verb.MEETING_CHANGED, meeting, before), actor=actor, tell=True)


@transaction.atomic
def cancel_meeting(actor: Actor, meetings: QuerySet[ParentMeeting], *, meeting_id: int, why: str) -> None:
    meeting = ended(meetings, meeting_id, why)
    record(facts_of(Verb.MEETING_WITHDRAWN, meeting), actor=actor, tell=meeting.date >= clock.today())


@transaction.atomic
def announce_event(
    actor: Actor, wanted: Gathering, *, book: ClassGroup | None = None, year_group: YearGroup | None = None
) -> SchoolEvent:
    """Announce an event of a class, of a year group, or of the school; raises Refusal `day_is_past`."""
    _must_be_ahead(wanted.date)
    event = SchoolEvent.objects.create(class_book=book, year_group=year_group, **wanted.of_event, **_said_now(actor))
    record(facts_of(Verb.EVENT_ANNOUNCED, event), actor=actor, tell=True)
    return event


@transaction.atomic
def change_event(actor: Actor, events: QuerySet[SchoolEvent], *, event_id: int, wanted: Gathering) -> None:
    """Move an event or say more of it; raises SchoolEvent.DoesNotExist and Refusal `day_is_past`, `already_ended`."""
    event, before = _changed(events, event_id, wanted, wanted.of_event)
    record(facts_of(Verb.EVENT_CHANGED, event, before), actor=actor, tell=True)


@transaction.atomic
def cancel_event(actor: Actor, events: QuerySet[SchoolEvent], *, event_id: int, why: str) -> None:
    event = ended(events, event_id, why)
    record(facts_of(Verb.EVENT_WITHDRAWN, event), actor=actor, tell=event.date >= clock.today())


@transaction.atomic
def remind(now: datetime) -> int:
    """Tell once more of what is tomorrow in the open school; return of how much.

    The mark and the outbox row are one commit: whoever is killed before it has done nothing, and after it nobody
    does it again.
    """
    school = School.objects.get(pk=school_now())
    done = 0
    for model, verb in ((ParentMeeting, Verb.MEETING_REMINDED), (SchoolEvent, Verb.EVENT_REMINDED)):
        done += _remind_of(model, verb, now, school)
    return done


def _remind_of(model: Any, verb: Verb, now: datetime, school: School) -> int:
    zone = ZoneInfo(school.time_zone)
    tomorrow = date.fromordinal(now.astimezone(zone).toordinal() + 1)
    waiting = model.objects.on_day_not_reminded(tomorrow).select_for_update(skip_locked=True, of=("self",))
    due = [row for row in waiting.order_by("pk") if is_due(row.date, said_at=row.said_at, now=now, zone=zone)]
    facts = [fact for row in due for fact in facts_of(verb, row)]
    if facts:
        model.objects.filter(pk__in=[row.pk for row in due]).update(reminded_for=tomorrow)
        record(facts, actor=ITSELF, tell=True, at=now)
    return len(due)


def facts_of(verb: Verb, what: ParentMeeting | SchoolEvent, before: dict[str, Json] | None = None) -> list[Fact]:
    """Return one fact for each class concerned; of a combined class one for each student of the year group."""
    body = _body(what) | ({"before": before} if before else {})
    books, students = _concerned(what)
    return [
        *(Fact(verb, class_group_id=book, object_id=what.pk, body=body) for book in books),
        *(Fact(verb, student_id=student, object_id=what.pk, body=body) for student in students),
    ]


def _concerned(what: ParentMeeting | SchoolEvent) -> tuple[list[int], list[int]]:
    if what.class_book_id:
        return [what.class_book_id], []
    running = {"school_year__starts_on__lte": what.date, "school_year__ends_on__gte": what.date}
    books = ClassGroup.objects.books().filter(kind=ClassGroup.Kind.CLASS, **running).order_by("pk")
    year_group = getattr(what, "year_group_id", None)
    if year_group is None:
        return list(books.values_list("pk", flat=True)), []
    combined = Enrolment.objects.standing(on=what.date).filter(
        class_book__in=books.filter(year_group__isnull=True), class_group__year_group=year_group
    )
    own = books.filter(year_group=year_group).values_list("pk", flat=True)
    return list(own), list(combined.order_by("student").values_list("student_id", flat=True).distinct())


def _changed(rows: Any, pk: int, wanted: Gathering, fields: dict[str, Any]) -> tuple[Any, dict[str, Json]]:
    """Store what is wanted; return the row as it is now, and when and where it was before."""
    _must_be_ahead(wanted.date)
    row = rows.model.objects.filter(pk__in=rows.values("pk")).select_for_update(of=("self",)).get(pk=pk)
    if row.ended_at is not None:
        raise Refusal("already_ended", gettext_noop("Този запис вече е оттеглен."))
    before = {name: value for name, value in _body(row).items() if name in {"date", "starts_at", "place"}}
    rows.model.objects.filter(pk=pk).update(**fields, said_at=clock.now())
    for name, value in fields.items():
        setattr(row, name, value)
    return row, before


def _must_be_ahead(day: date) -> None:
    if day < clock.today():
        raise Refusal("day_is_past", gettext_noop("Тази дата вече мина. Изберете днешна или бъдеща."))


def _said_now(actor: Actor) -> dict[str, Any]:
    now = clock.now()
    return {"said_at": now, "written_at": now, "written_by_id": actor.writer_id}


def _body(what: ParentMeeting | SchoolEvent) -> dict[str, Json]:
    return {
        "date": what.date.isoformat(),
        "starts_at": f"{what.starts_at:%H:%M}" if what.starts_at else "",
        "place": what.place,
        "title": what.title,
        "text": what.text,
        "reason": what.ended_why,
    }
