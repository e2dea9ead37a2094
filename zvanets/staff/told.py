"""What parents were told in a day, and how fast."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from zvanets.accounts.models import User
from zvanets.guardians.models import ChannelName
from zvanets.history.models import Entry
from zvanets.lib import bg, clock
from zvanets.notifications.models import Message, Told
from zvanets.rules.delivery import Status
from zvanets.staff.day import midnight
from zvanets.staff.seat import Seat, lang

SHOWN = 200
ARRIVED = (Status.ACCEPTED, Status.DELIVERED)
UNDER_WAY = (Status.QUEUED, Status.SENDING, Status.UNKNOWN)
PATIENCE = timedelta(minutes=1)  # until then a message under way is no news


@dataclass(frozen=True, slots=True)
class Sum:
    messages: int
    families: int
    slowest: timedelta | None
    failed: int
    waiting: int

    @property
    def text(self) -> str:
        """Return „14 съобщения до 9 семейства“."""
        return _("%(messages)s до %(families)s") % {
            "messages": bg.counted(self.messages, "message", lang()),
            "families": bg.counted(self.families, "family", lang()),
        }

    @property
    def slowest_text(self) -> str:
        """Return „6 секунди“, above two minutes „3 минути“, „по-малко от секунда“; empty when nothing arrived."""
        return "" if self.slowest is None else duration(self.slowest)


def duration(span: timedelta) -> str:
    seconds = max(0, round(span.total_seconds()))
    if seconds == 0:
        return _("по-малко от секунда")
    if seconds <= 120:
        return bg.counted(seconds, "second", lang())
    return bg.counted(round(seconds / 60), "minute", lang())


def messages_of(seat: Seat, day: date, *, of: User | None = None) -> QuerySet[Message]:
    """The messages of a day; with `of`, those that tell what this person wrote."""
    start = midnight(day, seat)
    messages: QuerySet[Message] = Message.objects.filter(
        created_at__gte=start, created_at__lt=midnight(day + timedelta(days=1), seat)
    )
    if of is None:
        return messages
    written = Entry.objects.filter(pk=OuterRef("entry"), actor_id=of.pk)
    return messages.filter(Exists(Told.objects.filter(Exists(written), message=OuterRef("pk"))))


def summed(messages: QuerySet[Message]) -> Sum:
    arrived = Q(status__in=ARRIVED)
    found = messages.aggregate(
        n=Count("pk", filter=arrived),
        families=Count("student", distinct=True, filter=arrived),
        slowest=Max(F("accepted_at") - F("entered_at"), filter=arrived),
        failed=Count("pk", filter=Q(status=Status.FAILED)),
        waiting=Count("pk", filter=Q(status__in=UNDER_WAY, created_at__lt=clock.now() - PATIENCE)),
    )
    return Sum(found["n"], found["families"], found["slowest"], found["failed"], found["waiting"])


@dataclass(frozen=True, slots=True)
class ToldLine:
    at: str
    student: str
    channel: str
    subject: str
    state: str
    took: str
    is_failed: bool


def told_lines(seat: Seat, messages: QuerySet[Message]) -> list[ToldLine]:
    newest: Iterable[Any] = messages.select_related("student").order_by("-created_at", "-id")[:SHOWN]
    return [
        ToldLine(
            at=f"{message.created_at.astimezone(seat.zone):%H:%M:%S}",
            student=message.student.short_name if message.student else "",
            channel=_(ChannelName(message.channel).label),
            subject=message.subject or message.text.partition("\n")[0],
            state=_state_words()[Status(message.status)],
            took=duration(message.accepted_at - message.entered_at) if message.accepted_at else "",
            is_failed=message.status == Status.FAILED,
        )
        for message in newest
    ]


def _state_words() -> dict[Status, str]:
    return {
        Status.QUEUED: _("чака"),
        Status.SENDING: _("изпраща се"),
        Status.ACCEPTED: _("прието от пощата"),
        Status.DELIVERED: _("доставено"),
        Status.FAILED: _("не е доставено"),
        Status.UNKNOWN: _("без отговор"),
        Status.CANCELLED: _("отменено"),
    }
