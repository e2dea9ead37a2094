"""The queue of one channel: messages leased, moved from state to state by comparing, and found again after a crash.

Asked across schools, so by zv_worker; every statement names the school of each row it touches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections, transaction

from zvanets.lib import clock
from zvanets.notifications.channels.base import Letter
from zvanets.rules.delivery import STALE_AFTER, Status, is_stale, resend_at, sources_of

LEASE = timedelta(seconds=60)

_LOCK = """
SELECT school_id, id FROM notifications_message
WHERE channel = %(channel)s AND status = 'queued' AND due_at <= %(now)s
ORDER BY is_urgent DESC, due_at LIMIT %(limit)s
FOR UPDATE SKIP LOCKED
"""
_CLAIM = f"""
WITH due AS ({_LOCK})
UPDATE notifications_message m SET due_at = %(lease)s
FROM due
WHERE m.school_id = due.school_id AND m.id = due.id
RETURNING m.school_id, m.id
"""  # noqa: S608  (constants of this module)
# Whether it may still be sent is asked now and not when it was written: a right may have ended meanwhile.
_READ = """
SELECT m.school_id, m.id, COALESCE(c.address, ''), m.language, m.subject, m.text,
    COALESCE(t.first_name || ' ' || t.last_name, ''), s.name, m.guardianship_id,
    m.contact_id, m.is_urgent, GREATEST(m.entered_at, m.held_until), m.attempts, m.lost_answers,
    CASE
        WHEN GREATEST(m.entered_at, m.held_until) < %(stale)s THEN 'stale'
        WHEN m.channel IN ('email', 'sms', 'voice') AND (c.id IS NULL OR c.disabled_at IS NOT NULL) THEN 'no address'
        WHEN m.guardianship_id IS NULL THEN ''
        WHEN r.id IS NULL OR r.withdrawn_at IS NOT NULL OR r.starts_on > %(today)s OR r.ends_on < %(today)s
            THEN 'right ended'
        WHEN c.id IS NOT NULL AND c.confirmed_at IS NULL THEN 'no address'
        WHEN NOT EXISTS (SELECT FROM guardians_subscription b
            WHERE b.school_id = m.school_id AND b.guardianship_id = m.guardianship_id AND b.channel = m.channel
              AND b.starts_on <= %(today)s AND (b.ends_on IS NULL OR b.ends_on >= %(today)s)) THEN 'unsubscribed'
        WHEN NOT EXISTS (SELECT FROM schools_enrolment e
            WHERE e.school_id = m.school_id AND e.student_id = m.student_id AND e.status = 1
              AND (e.ends_on IS NULL OR e.ends_on >= %(today)s)) THEN 'left school'
        WHEN m.wait_minutes > 0 AND EXISTS (SELECT FROM notifications_message o
            WHERE o.school_id = m.school_id AND o.guardian_id = m.guardian_id AND o."group" = m."group"
              AND o.student_id = m.student_id AND o.wait_minutes < m.wait_minutes
              AND (o.channel <> 'portal' AND o.status IN ('accepted', 'delivered') OR o.read_at IS NOT NULL))
            THEN 'told already'
        ELSE ''
    END
FROM unnest(%(schools)s::bigint[], %(ids)s::bigint[]) AS k (school_id, id)
JOIN notifications_message m ON m.school_id = k.school_id AND m.id = k.id
JOIN schools_school s ON s.id = k.school_id
LEFT JOIN guardians_contact c ON c.school_id = k.school_id AND c.id = m.contact_id
LEFT JOIN guardians_guardianship r ON r.school_id = k.school_id AND r.id = m.guardianship_id
LEFT JOIN schools_student t ON t.school_id = k.school_id AND t.id = m.student_id
ORDER BY m.is_urgent DESC, m.entered_at, m.id
"""
_FINISH = """
UPDATE notifications_message SET status = %(status)s, due_at = %(due_at)s, attempts = attempts - %(uncounted)s,
    lost_answers = lost_answers + %(lost)s, reference = %(reference)s, error = %(error)s,
    accepted_at = COALESCE(%(accepted_at)s, accepted_at), delivered_at = COALESCE(%(delivered_at)s, delivered_at)
WHERE school_id = %(school)s AND id = %(id)s AND status = ANY(%(from)s)
"""
_BEGIN = """
UPDATE notifications_message SET status = 'sending', attempts = attempts + 1
WHERE school_id = %(next_school)s AND id = %(next_id)s AND status = 'queued'
RETURNING id
"""
_FINISH_AND_BEGIN = f"WITH finished AS ({_FINISH}) {_BEGIN}"


@dataclass(frozen=True, slots=True)
class Claimed:
    """One leased message; `refusal` says why it must not be sent any more."""

    letter: Letter
    contact_id: int | None
    is_urgent: bool
    entered_at: datetime  # or when its guardian's quiet hours let it go: news from then on
    attempts: int  # before this one
    lost_answers: int
    refusal: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message that was being sent."""

    message: Claimed
    status: Status
    due_at: datetime
    reference: str = ""
    error: str = ""
    counts: bool = True
    accepted_at: datetime | None = None
    delivered_at: datetime | None = None

    def parameters(self) -> dict[str, Any]:
        letter = self.message.letter
        return {
            "school": letter.school_id,
            "id": letter.message_id,
            "status": self.status,
            "from": list(sources_of(self.status)),
            "due_at": self.due_at,
            "uncounted": int(not self.counts),
            "lost": int(self.status is Status.UNKNOWN),
            "reference": self.reference[:200],
            "error": self.error[:300],
            "accepted_at": self.accepted_at,
            "delivered_at": self.delivered_at,
        }


def claim(channel: str, *, limit: int, now: datetime) -> list[Claimed]:
    """Lease the channel's due messages, urgent ones first, and read what a letter needs."""
    with connections["worker"].cursor() as cursor:
        cursor.execute(_CLAIM, {"channel": channel, "now": now, "limit": limit, "lease": now + LEASE})
        return _read(cursor, now)


def lock_due(channel: str, *, limit: int, now: datetime) -> list[Claimed]:
    """As `claim`, for who writes their next state in the same transaction on `worker`."""
    with connections["worker"].cursor() as cursor:
        cursor.execute(_LOCK, {"channel": channel, "now": now, "limit": limit})
        return _read(cursor, now)


def _read(cursor: Any, now: datetime) -> list[Claimed]:
    """Read the messages whose keys the cursor has just found."""
    keys = cursor.fetchall()
    if not keys:
        return []
    schools, ids = zip(*keys, strict=True)
    about: dict[str, Any] = {
        "schools": list(schools),
        "ids": list(ids),
        "today": clock.today(),
        "stale": now - STALE_AFTER,
    }
    cursor.execute(_READ, about)
    return [Claimed(Letter(*row[:9]), *row[9:]) for row in cursor.fetchall()]


def begin(message: Claimed, *, after: Outcome | None = None) -> bool:
    """Write that this message is being sent, and what became of the one before, in one round trip.

    False when somebody cancelled it meanwhile. Committed before the socket hears of it: a crash leaves one in doubt.
    """
    letter = message.letter
    parameters: dict[str, Any] = {"next_school": letter.school_id, "next_id": letter.message_id}
    with connections["worker"].cursor() as cursor:
        cursor.execute(_FINISH_AND_BEGIN if after else _BEGIN, parameters | (after.parameters() if after else {}))
        return cursor.fetchone() is not None


def finish(outcome: Outcome) -> None:
    with connections["worker"].cursor() as cursor:
        cursor.execute(_FINISH, outcome.parameters())


def cancel(messages: Sequence[Claimed]) -> None:
    """Cancel those that may not be sent any more, each with its reason."""
    if not messages:
        return
    with connections["worker"].cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_message m SET status = 'cancelled', error = k.why"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS k (school_id, id, why)"
            " WHERE m.school_id = k.school_id AND m.id = k.id AND m.status = 'queued'",
            [*_keys(messages), [message.refusal for message in messages]],
        )


def release(messages: Sequence[Claimed], *, due_at: datetime) -> None:
    """Give back what was leased and not begun."""
    if not messages:
        return
    with connections["worker"].cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_message m SET due_at = %s"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS k (school_id, id)"
            " WHERE m.school_id = k.school_id AND m.id = k.id AND m.status = 'queued'",
            [due_at, *_keys(messages)],
        )


def recover(channel: str, *, now: datetime) -> int:
    """Take up what a crash left in doubt, and what waited long enough for an answer; return how many are in doubt."""
    with transaction.atomic(using="worker"), connections["worker"].cursor() as cursor:
        cursor.execute(
            "SELECT school_id, id, status, is_urgent, GREATEST(entered_at, held_until), lost_answers FROM notifications_message"
            " WHERE channel = %s AND status IN ('sending', 'unknown') AND due_at <= %s LIMIT 1000"
            " FOR UPDATE SKIP LOCKED",
            [channel, now],
        )
        rows = cursor.fetchall()
        if rows:
            _move_doubtful(rows, channel, now)
    return sum(status == Status.SENDING for _, _, status, *_ in rows)


def _move_doubtful(rows: Iterable[tuple[int, int, str, bool, datetime, int]], channel: str, now: datetime) -> None:
    moved = []
    for school_id, message_id, status, is_urgent, entered_at, lost in rows:
        if status == Status.SENDING:
            due_at = in_doubt_until(lost + 1, is_urgent=is_urgent, entered_at=entered_at, now=now, channel=channel)
            moved.append((school_id, message_id, Status.UNKNOWN, due_at, lost + 1))
        else:
            then = Status.FAILED if is_stale(entered_at, now) else Status.QUEUED
            moved.append((school_id, message_id, then, now, lost))
    with connections["worker"].cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_message m SET status = k.status, due_at = k.due_at, lost_answers = k.lost,"
            " error = 'no answer'"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::int[])"
            " AS k (school_id, id, status, due_at, lost)"
            " WHERE m.school_id = k.school_id AND m.id = k.id",
            [list(column) for column in zip(*moved, strict=True)],
        )


def in_doubt_until(
    lost_answers: int, *, is_urgent: bool, entered_at: datetime, now: datetime, channel: str = ""
) -> datetime:
    """Return when a message without an answer is handed over again; when never, the moment at which it is given up."""
    again = resend_at(lost_answers, urgent=is_urgent, entered_at=entered_at, now=now, channel=channel)
    return again or max(now, entered_at + STALE_AFTER + timedelta(seconds=1))


def _keys(messages: Sequence[Claimed]) -> tuple[list[int], list[int]]:
    return [each.letter.school_id for each in messages], [each.letter.message_id for each in messages]
