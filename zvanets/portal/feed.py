"""What the family was told in the portal, newest first."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from zvanets.guardians.models import ChannelName
from zvanets.lib import bg, clock
from zvanets.notifications.models import Message
from zvanets.notifications.wording import LANGUAGES, one_line
from zvanets.portal.family import Child
from zvanets.portal.statements import told
from zvanets.rules.delivery import Status

ON_THE_PAGE = 30
EARLIER = 5
# „Отличен 5,50“ stands out, „ по математика, контролна работа“ goes on.
_LEAD = re.compile(r"^(.{2,60}?)((?::| по | за | от | in | for | from | at ).*)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing told: what, in its own words, then when and by whom."""

    lead: str
    rest: str
    details: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """`first` and `last` are the messages that the page really shows: those alone are marked as read from it."""

    items: list[Item]
    earlier: list[Item]
    unread: int
    first: int
    last: int
    newest: int


def messages_of(child: Child) -> QuerySet[Message]:
    own = Message.objects.filter(
        guardian_id=child.row.guardian_id,
        student_id=child.row.student_id,
        channel=ChannelName.PORTAL,
        status=Status.DELIVERED,  # what came too late to be told was cancelled
    )
    newest: QuerySet[Message] = own.newest_first()
    return newest


def feed_of(child: Child, *, since: datetime | None = None) -> Feed:
    """Return what is unread, and what was read `since`: while a page is open nothing leaves it."""
    rows = told(child.row, most=ON_THE_PAGE)
    fresh = [row for row in rows if row[3] is None or (since and row[3] >= since)]
    unread = [row[0] for row in fresh if row[3] is None]
    earlier = [row for row in rows if row not in fresh][:EARLIER]
    return Feed(
        items=items(child, fresh),
        earlier=items(child, earlier),
        unread=len(unread),
        first=min(unread, default=0),
        last=max(unread, default=0),
        newest=rows[0][0] if rows else 0,
    )


def items(child: Child, rows: Iterable[tuple[int, str, datetime, datetime | None]]) -> list[Item]:
    """A message tells one thing or several: each is an item of its own."""
    return [
        _item(part, child.moment(at), _days_of(child, at), is_new=read_at is None)
        for _id, text, at, read_at in rows
        for part in text.split("\n\n")
    ]


def mark_read(child: Child, *, first: int, last: int) -> int:
    """Mark what was shown; what came meanwhile, and what the page had no room for, stays new."""
    shown: QuerySet[Message] = messages_of(child).filter(Q(pk__gte=first), Q(pk__lte=last), read_at__isnull=True)
    return shown.order_by().update(read_at=clock.now())


def _item(part: str, moment: str, days: set[str], *, is_new: bool) -> Item:
    """`days`: what need not be said again beside the moment. An entry about another day keeps its own."""
    head, *others = part.splitlines() or [""]
    found = _LEAD.match(head)
    lead, rest = found.groups() if found else (head, "")
    return Item(lead, rest, " · ".join([moment, *(line for line in others if line not in days)]), is_new)


def _days_of(child: Child, at: datetime) -> set[str]:
    day = at.astimezone(child.zone).date()
    return {one_line(bg.day_name(day, language)) for language in LANGUAGES}


def number(typed: Any) -> int:
    """Return what a form or an address says as a number, 0 for anything else."""
    text = str(typed or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
