"""What the database knows of the parts of messages: handed over, answered, reported. Across schools, so by zv_worker."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connections, transaction

from zvanets.guardians.models import ChannelName
from zvanets.notifications import queue
from zvanets.notifications.channels.sms.pdus import Submit
from zvanets.notifications.channels.sms.receipts import number_of, reference_of
from zvanets.notifications.channels.sms.series import next_series
from zvanets.notifications.channels.sms.steps import step
from zvanets.notifications.channels.sms.texts import is_long, submits
from zvanets.notifications.queue import Claimed, Outcome
from zvanets.rules.delivery import Status

SENDING_FOR = timedelta(minutes=5)  # without a process that knows better, a message is in doubt then
WORKER = "worker"


class Part(NamedTuple):
    """One part on its way; `sequence` is its number on this bind, `series` joins it to the others."""

    place: int
    sequence: int
    submit: Submit
    series: int | None = None


@dataclass(frozen=True, slots=True)
class Flight:
    """A message that is being sent, with the parts of it that no carrier has taken yet."""

    message: Claimed
    parts: tuple[Part, ...]
    count: int  # of all parts


@dataclass
class Answers:
    """What carriers said since the last saving."""

    taken: list[tuple[int, str]] = field(default_factory=list)  # sequence, the carrier's id
    gone: list[int] = field(default_factory=list)  # sequences that were refused or never written
    outcomes: list[tuple[Outcome, int]] = field(default_factory=list)  # and how many parts were taken

    def __bool__(self) -> bool:
        return bool(self.taken or self.gone or self.outcomes)


class InDoubt(NamedTuple):
    sequence: int
    school_id: int
    message_id: int
    is_urgent: bool
    entered_at: datetime
    lost_answers: int


class Tried(NamedTuple):
    """What earlier tries left: message and place of parts that a carrier took, and the numbers of long messages."""

    taken: set[tuple[int, int]]
    series: dict[int, int]


_BEGIN = """
WITH begun AS (
    UPDATE notifications_message m
    SET status = 'sending', attempts = m.attempts + 1, due_at = %(until)s, parts = k.parts
    FROM unnest(%(schools)s::bigint[], %(ids)s::bigint[], %(counts)s::int[]) AS k (school_id, id, parts)
    WHERE m.school_id = k.school_id AND m.id = k.id
)
INSERT INTO notifications_sentpart
    (bind, sequence, school_id, message_id, part, number, series, at, carrier_id, reference, state)
SELECT %(bind)s, k.*, %(now)s, '', '', ''
FROM unnest(%(sequences)s::int[], %(part_schools)s::bigint[], %(part_messages)s::bigint[], %(places)s::int[],
    %(numbers)s::bigint[], %(series)s::int[]) AS k (sequence, school_id, message_id, part, number, series)
"""
_TRIED_BEFORE = """
SELECT s.message_id, s.part, s.series, s.reference <> '' AND s.state <> 'failed'
FROM unnest(%s::bigint[], %s::bigint[]) AS k (school_id, message_id)
JOIN notifications_sentpart s ON s.school_id = k.school_id AND s.message_id = k.message_id
"""
_SAVE = """
WITH taken AS (
    UPDATE notifications_sentpart s SET carrier_id = k.carrier_id, reference = k.reference
    FROM unnest(%(sequences)s::int[], %(carrier_ids)s::text[], %(references)s::text[])
        AS k (sequence, carrier_id, reference)
    WHERE s.bind = %(bind)s AND s.sequence = k.sequence
), gone AS (
    DELETE FROM notifications_sentpart WHERE bind = %(bind)s AND sequence = ANY(%(gone)s::int[])
)
UPDATE notifications_message m
SET status = k.status, due_at = k.due_at, attempts = m.attempts - k.uncounted, lost_answers = m.lost_answers + k.lost,
    reference = k.reference, error = k.error, accepted_at = COALESCE(k.accepted_at, m.accepted_at),
    cost = m.cost + k.cost,
    text = CASE WHEN m.guardianship_id IS NULL AND k.status = 'accepted' THEN '' ELSE m.text END
FROM unnest(%(schools)s::bigint[], %(ids)s::bigint[], %(statuses)s::text[], %(due)s::timestamptz[], %(uncounted)s::int[],
    %(lost)s::int[], %(said)s::text[], %(errors)s::text[], %(accepted)s::timestamptz[], %(costs)s::numeric[])
    AS k (school_id, id, status, due_at, uncounted, lost, reference, error, accepted_at, cost)
WHERE m.school_id = k.school_id AND m.id = k.id AND m.status IN ('sending', 'unknown')
"""
_UNANSWERED = """
SELECT s.sequence, m.school_id, m.id, m.is_urgent, GREATEST(m.entered_at, m.held_until), m.lost_answers
FROM notifications_sentpart s
JOIN notifications_message m ON m.school_id = s.school_id AND m.id = s.message_id
WHERE s.bind = %s AND s.reference = '' AND m.status = 'sending'
ORDER BY s.sequence
FOR UPDATE OF m
"""


def take(bind: int, *, limit: int, next_sequence: Callable[[], int], now: datetime) -> list[Flight]:
    """Write down that the next messages are being sent, and return them; committed before a socket hears of it."""
    with transaction.atomic(using=WORKER), connections[WORKER].cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")  # a duplicate costs money and somebody's night
        due = queue.lock_due(ChannelName.SMS, limit=limit, now=now)
        step("taken")
        queue.cancel([message for message in due if message.refusal])
        good = [message for message in due if not message.refusal]
        long = [message for message in good if is_long(message.letter.text)]
        # Of a short text nothing can have been taken before, unless a try was counted.
        tried = _tried_before(cursor, [*long, *(message for message in good if message.attempts)])
        _number(cursor, [message for message in long if message.letter.message_id not in tried.series], tried, now)
        flights = [_flight(message, tried, next_sequence) for message in good]
        if flights:
            cursor.execute(_BEGIN, _columns(flights) | {"bind": bind, "now": now, "until": now + SENDING_FOR})
    return flights


def _tried_before(cursor: Any, messages: Sequence[Claimed]) -> Tried:
    tried = Tried(set(), {})
    if messages:
        letters = [message.letter for message in messages]
        cursor.execute(_TRIED_BEFORE, [[each.school_id for each in letters], [each.message_id for each in letters]])
        for message, place, series, is_taken in cursor.fetchall():
            if series is not None:
                tried.series[message] = series
            if is_taken:
                tried.taken.add((message, place))
    return tried


def _number(cursor: Any, fresh: Sequence[Claimed], tried: Tried, now: datetime) -> None:
    """Give each of these long messages the next number of its telephone."""
    found = next_series(cursor, [number_of(each.letter.address) for each in fresh], now=now)
    tried.series.update(zip((each.letter.message_id for each in fresh), found, strict=True))


def _flight(message: Claimed, tried: Tried, next_sequence: Callable[[], int]) -> Flight:
    letter = message.letter
    series = tried.series.get(letter.message_id)
    whole = list(enumerate(submits(letter.address, letter.text, series or 0), start=1))
    left = [pair for pair in whole if (letter.message_id, pair[0]) not in tried.taken] or whole
    parts = tuple(Part(place, next_sequence(), submit, series) for place, submit in left)
    return Flight(message, parts, len(whole))


def _columns(flights: Sequence[Flight]) -> dict[str, Any]:
    letters = [flight.message.letter for flight in flights]
    parts = [(flight.message.letter, part) for flight in flights for part in flight.parts]
    return {
        "schools": [letter.school_id for letter in letters],
        "ids": [letter.message_id for letter in letters],
        "counts": [flight.count for flight in flights],
        "sequences": [part.sequence for _, part in parts],
        "part_schools": [letter.school_id for letter, _ in parts],
        "part_messages": [letter.message_id for letter, _ in parts],
        "places": [part.place for _, part in parts],
        "numbers": [number_of(letter.address) for letter, _ in parts],
        "series": [part.series for _, part in parts],
    }


def keep(bind: int, answers: Answers, *, price: Decimal) -> None:
    """Write what carriers answered, in one statement."""
    outcomes = [outcome for outcome, _ in answers.outcomes]
    with connections[WORKER].cursor() as cursor:
        cursor.execute(
            _SAVE,
            {
                "bind": bind,
                "sequences": [sequence for sequence, _ in answers.taken],
                "carrier_ids": [carrier_id for _, carrier_id in answers.taken],
                "references": [reference_of(carrier_id) for _, carrier_id in answers.taken],
                "gone": answers.gone,
                "schools": [each.message.letter.school_id for each in outcomes],
                "ids": [each.message.letter.message_id for each in outcomes],
                "statuses": [each.status for each in outcomes],
                "due": [each.due_at for each in outcomes],
                "uncounted": [int(not each.counts) for each in outcomes],
                "lost": [int(each.status is Status.UNKNOWN) for each in outcomes],
                "said": [each.reference[:200] for each in outcomes],
                "errors": [each.error[:300] for each in outcomes],
                "accepted": [each.accepted_at for each in outcomes],
                "costs": [price * parts for _, parts in answers.outcomes],
            },
        )


def abandon(bind: int, written: int | None, *, now: datetime) -> tuple[int, int]:
    """Settle what a bind that has ended left as being sent; return how many wait again and how many are in doubt.

    What comes after the number `written` never reached the socket and simply waits again.
    """
    with transaction.atomic(using=WORKER), connections[WORKER].cursor() as cursor:
        cursor.execute(_UNANSWERED, [bind])
        left = [InDoubt(*row) for row in cursor.fetchall()]
        never = [each for each in left if written is not None and each.sequence > written]
        doubtful = {each[1:3]: each for each in left if each not in never}
        waiting = {each[1:3]: each for each in never if each[1:3] not in doubtful}
        cursor.execute(
            "DELETE FROM notifications_sentpart WHERE bind = %s AND sequence = ANY(%s::int[])",
            [bind, [each.sequence for each in never]],
        )
        _move(cursor, waiting, status=Status.QUEUED, due=[now] * len(waiting), uncounted=1, lost=0)
        due = [_in_doubt_until(each, now) for each in doubtful.values()]
        _move(cursor, doubtful, status=Status.UNKNOWN, due=due, uncounted=0, lost=1)
    return len(waiting), len(doubtful)


def _in_doubt_until(message: InDoubt, now: datetime) -> datetime:
    return queue.in_doubt_until(
        message.lost_answers + 1,
        is_urgent=message.is_urgent,
        entered_at=message.entered_at,
        now=now,
        channel=ChannelName.SMS,
    )


def _move(
    cursor: Any, keys: Iterable[tuple[Any, ...]], *, status: Status, due: list[datetime], uncounted: int, lost: int
) -> None:
    pairs = list(keys)
    if pairs:
        cursor.execute(
            "UPDATE notifications_message m SET status = %s, due_at = k.due_at, attempts = m.attempts - %s,"
            " lost_answers = m.lost_answers + %s"
            " FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS k (school_id, id, due_at)"
            " WHERE m.school_id = k.school_id AND m.id = k.id AND m.status = 'sending'",
            [status, uncounted, lost, [pair[0] for pair in pairs], [pair[1] for pair in pairs], due],
        )
