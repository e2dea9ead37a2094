"""What receipts do to messages: by the carrier's id, else by the number of a message whose answer was lost."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connections, transaction

from zvanets.notifications.channels.sms.receipts import FAILED, Receipt, reference_of, references_of

WORKER = "worker"
ASK_AFTER, ASK_AGAIN_AFTER = timedelta(hours=1), timedelta(hours=6)
KEPT_EARLY, KEPT_PARTS = timedelta(days=3), timedelta(days=30)

Key = tuple[int, int]  # school and message

# Carriers begin their ids again: one that stands twice is the newer part's.
_MATCH = """
WITH hit AS (
    SELECT DISTINCT ON (k.reference, k.number) s.bind, s.sequence, k.state
    FROM unnest(%s::text[], %s::bigint[], %s::text[]) AS k (reference, number, state)
    JOIN notifications_sentpart s ON s.reference = k.reference AND s.reference <> '' AND s.number = k.number
    ORDER BY k.reference, k.number, s.at DESC, k.state <> 'delivered'
)
UPDATE notifications_sentpart s
SET state = CASE WHEN s.state = 'delivered' OR hit.state = '' THEN s.state ELSE hit.state END
FROM hit WHERE s.bind = hit.bind AND s.sequence = hit.sequence
RETURNING s.reference, s.number, s.school_id, s.message_id
"""
_IN_DOUBT = """
UPDATE notifications_sentpart s SET state = %(state)s, carrier_id = %(reference)s, reference = %(reference)s
WHERE (s.bind, s.sequence) = (
    SELECT d.bind, d.sequence FROM notifications_sentpart d
    JOIN notifications_message m ON m.school_id = d.school_id AND m.id = d.message_id
    WHERE d.number = %(number)s AND d.reference = '' AND m.status = 'unknown' AND d.at <= %(at)s
    ORDER BY d.at, d.sequence LIMIT 1)
RETURNING s.school_id, s.message_id
"""
_NUMBERS_IN_DOUBT = """
SELECT DISTINCT d.number FROM notifications_sentpart d
JOIN notifications_message m ON m.school_id = d.school_id AND m.id = d.message_id
WHERE d.number = ANY(%s) AND d.reference = '' AND m.status = 'unknown'
"""
# A failed part fails its message unless a new try is under way; delivered is what all of its parts are.
_SETTLE = """
WITH p AS (
    SELECT k.school_id, k.message_id, count(DISTINCT s.part) FILTER (WHERE s.state = 'delivered') AS delivered,
        count(DISTINCT s.part) FILTER (WHERE s.reference <> '') AS taken, bool_or(s.state = 'failed') AS failed,
        max(k.error) AS error
    FROM unnest(%(schools)s::bigint[], %(ids)s::bigint[], %(errors)s::text[]) AS k (school_id, message_id, error)
    JOIN notifications_sentpart s ON s.school_id = k.school_id AND s.message_id = k.message_id
    GROUP BY k.school_id, k.message_id
)
UPDATE notifications_message m SET
    status = CASE WHEN p.delivered >= m.parts THEN 'delivered' WHEN p.failed THEN 'failed' ELSE 'accepted' END,
    accepted_at = COALESCE(m.accepted_at, %(now)s),
    delivered_at = CASE WHEN p.delivered >= m.parts THEN %(now)s ELSE m.delivered_at END,
    error = CASE WHEN p.delivered < m.parts AND p.failed THEN p.error ELSE m.error END
FROM p
WHERE m.school_id = p.school_id AND m.id = p.message_id AND (
    p.delivered >= m.parts AND m.status IN ('sending', 'accepted', 'unknown')
    OR p.failed AND m.status IN ('accepted', 'unknown')
    OR p.taken >= m.parts AND m.status = 'unknown')
"""


class Unasked(NamedTuple):
    """A part that its carrier took and has said nothing of since."""

    carrier_id: str
    number: int


def report(receipts: Sequence[Receipt], *, now: datetime) -> int:
    """Store what these receipts say; return how many name an id that nobody knows yet."""
    with transaction.atomic(using=WORKER), connections[WORKER].cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")  # they are acknowledged next
        keys, unknown = _match(cursor, receipts)
        early = _match_doubts(cursor, [(each, now) for each in unknown if each.state], keys)
        _keep(cursor, early, now)
        settle(cursor, keys, now)
    return len(early)


def _match(cursor: Any, receipts: Sequence[Receipt]) -> tuple[dict[Key, str], list[Receipt]]:
    """Give parts the states of their receipts; return the messages with their errors, and receipts of no part."""
    rows = [(form, each.number, each.state) for each in receipts for form in each.references]
    cursor.execute(_MATCH, [list(column) for column in zip(*rows, strict=True)] if rows else [[], [], []])
    hits = {(reference, number): (school, message) for reference, number, school, message in cursor.fetchall()}
    keys: dict[Key, str] = {}
    unknown = []
    for each in receipts:
        known = [hits[form, each.number] for form in each.references if (form, each.number) in hits]
        keys |= dict.fromkeys(known, each.error if each.state == FAILED else "")
        if not known:
            unknown.append(each)
    return keys, unknown


def _match_doubts(cursor: Any, receipts: Sequence[tuple[Receipt, datetime]], keys: dict[Key, str]) -> list[Receipt]:
    """Give each receipt, with the moment it came, to a message in doubt that went to its number; return the others."""
    if not receipts:
        return []
    cursor.execute(_NUMBERS_IN_DOUBT, [[each.number for each, _ in receipts]])
    numbers = {number for (number,) in cursor.fetchall()}
    return [each for each, at in receipts if each.number not in numbers or not _match_doubt(cursor, each, keys, at)]


def _match_doubt(cursor: Any, receipt: Receipt, keys: dict[Key, str], at: datetime) -> bool:
    reference = receipt.references[0] if receipt.references else "?"
    about = {"state": receipt.state, "reference": reference, "number": receipt.number, "at": at}
    cursor.execute(_IN_DOUBT, about)
    found = cursor.fetchone()
    if found:
        keys[found] = receipt.error if receipt.state == FAILED else ""
    return found is not None


def _keep(cursor: Any, receipts: Iterable[Receipt], now: datetime) -> None:
    rows = [(each.references[0], each.number, each.state, each.error, now) for each in receipts if each.references]
    if rows:
        cursor.executemany(
            "INSERT INTO notifications_earlyreceipt (reference, number, state, error, at) VALUES (%s, %s, %s, %s, %s)",
            rows,
        )


def settle(cursor: Any, keys: dict[Key, str], now: datetime) -> None:
    """Give these messages the state that their parts have; the text says why one failed."""
    if keys:
        about = {"schools": [key[0] for key in keys], "ids": [key[1] for key in keys], "errors": list(keys.values())}
        cursor.execute(_SETTLE, about | {"now": now})


def look_again(*, now: datetime) -> int:
    """Try the receipts that came early once more: by now the answer is saved, or known to be lost."""
    with transaction.atomic(using=WORKER), connections[WORKER].cursor() as cursor:
        cursor.execute(
            "SELECT id, reference, number, state, error, at FROM notifications_earlyreceipt ORDER BY id LIMIT 5000"
            " FOR UPDATE SKIP LOCKED"
        )
        rows = [
            (early, Receipt(references_of(reference), number, state, error), at)
            for early, reference, number, state, error, at in cursor.fetchall()
        ]
        if not rows:
            return 0
        keys, unknown = _match(cursor, [receipt for _, receipt, _ in rows])
        still = _match_doubts(cursor, [(receipt, at) for _, receipt, at in rows if receipt in unknown], keys)
        done = [early for early, receipt, _ in rows if receipt not in still]
        cursor.execute("DELETE FROM notifications_earlyreceipt WHERE id = ANY(%s)", [done])
        settle(cursor, keys, now)
    return len(done)


def answer_late(bind: int, sequence: int, carrier_id: str, *, now: datetime) -> None:
    """Keep an answer that came when nobody waited any more: the message is no longer in doubt."""
    with transaction.atomic(using=WORKER), connections[WORKER].cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_sentpart SET carrier_id = %s, reference = %s"
            " WHERE bind = %s AND sequence = %s AND reference = '' RETURNING school_id, message_id",
            [carrier_id, reference_of(carrier_id), bind, sequence],
        )
        settle(cursor, dict.fromkeys(cursor.fetchall(), ""), now)


def unasked(*, now: datetime, limit: int) -> list[Unasked]:
    """Return parts to ask the carrier about, noting that they are asked; after an hour, then every six."""
    with connections[WORKER].cursor() as cursor:
        cursor.execute(
            "WITH old AS (SELECT s.bind, s.sequence FROM notifications_sentpart s"
            " JOIN notifications_message m ON m.school_id = s.school_id AND m.id = s.message_id"
            " WHERE s.at < %s AND s.at > %s AND s.reference <> '' AND s.state = ''"
            " AND (s.asked_at IS NULL OR s.asked_at < %s) AND m.status IN ('accepted', 'unknown')"
            " ORDER BY s.at LIMIT %s FOR UPDATE OF s SKIP LOCKED)"
            " UPDATE notifications_sentpart s SET asked_at = %s FROM old"
            " WHERE (s.bind, s.sequence) = (old.bind, old.sequence) RETURNING s.carrier_id, s.number",
            [now - ASK_AFTER, now - KEPT_EARLY, now - ASK_AGAIN_AFTER, limit, now],
        )
        return [Unasked(*row) for row in cursor.fetchall()]


def forget(*, now: datetime) -> None:
    """Drop what no receipt will name any more."""
    with connections[WORKER].cursor() as cursor:
        cursor.execute("DELETE FROM notifications_earlyreceipt WHERE at < %s", [now - KEPT_EARLY])
        cursor.execute("DELETE FROM notifications_sentpart WHERE at < %s", [now - KEPT_PARTS])
        cursor.execute("DELETE FROM notifications_incomingsms WHERE at < %s", [now - 3 * KEPT_PARTS])
