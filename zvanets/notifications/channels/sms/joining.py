"""Joins long messages: their parts are kept until the last has come, or for ten minutes, and then taken as they are.

A part is stored freed of whole identifiers, and sealed, since one may be cut in two and a command may stand in another part.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import DataError, connections, transaction

from zvanets.lib.logs import note
from zvanets.notifications.channels.sms import replies
from zvanets.notifications.channels.sms.incoming import Incoming, Piece, scrub
from zvanets.notifications.channels.sms.receipts import number_of
from zvanets.notifications.channels.sms.sealing import digest, opened, sealed

WORKER = "worker"
JOINED_FOR = timedelta(minutes=10)
KEPT_FOR = timedelta(days=1)  # a carrier may bring a part again
MOST_WAITING = 1000  # messages

Key = tuple[int, int, int]  # the number's digest, series and count


_WHICH = "number = %s AND series = %s AND count = %s"
_OVERDUE = """
SELECT number, series, count FROM (
    SELECT number, series, count, min(at) AS since, row_number() OVER (ORDER BY min(at) DESC) AS place
    FROM notifications_incomingpart WHERE sealed <> '' GROUP BY number, series, count) AS waiting
WHERE since < %s OR place > %s ORDER BY since
"""


class _Part(NamedTuple):
    place: int
    digest: bytes
    sealed: bytes


def take(said: Incoming | Piece, now: datetime) -> None:
    """Do what a message asks; a part of one is kept, and the last one brings the whole."""
    try:
        if isinstance(said, Incoming):
            replies.take(said, now)
        else:
            _take_piece(said, now)
    except DataError:  # one that no table holds must not keep the others out
        note("a message could not be kept", channel="sms", error=True)


def _take_piece(said: Piece, now: datetime) -> None:
    key = (number_of(said.number), said.series, said.count)
    with transaction.atomic(using=WORKER), connections[WORKER].cursor() as cursor:
        _one_at_a_time(cursor, key)
        before = _parts(cursor, key)
        if any(part.place == said.place and part.digest != digest(said.text) for part in before):
            _understand(cursor, key, before, now)  # the telephone began its numbers anew
            cursor.execute(f"DELETE FROM notifications_incomingpart WHERE {_WHICH}", key)  # noqa: S608
        elif not all(part.sealed for part in before):
            return  # understood, as far as it came or when this part was brought first
        _keep(cursor, key, said, now)
        parts = _parts(cursor, key)
        if len(parts) == said.count:
            _understand(cursor, key, parts, now)


def take_overdue(now: datetime) -> int:
    """Take as far as they came what waits too long, and the oldest of too many; return how many messages that were."""
    with connections[WORKER].cursor() as cursor:
        cursor.execute(_OVERDUE, [now - JOINED_FOR, MOST_WAITING])
        late = cursor.fetchall()
    for key in late:
        with transaction.atomic(using=WORKER), connections[WORKER].cursor() as cursor:
            _one_at_a_time(cursor, key)
            _understand(cursor, key, _parts(cursor, key), now)
    return len(late)


def forget(*, now: datetime) -> None:
    with connections[WORKER].cursor() as cursor:
        cursor.execute("DELETE FROM notifications_incomingpart WHERE at < %s", [now - KEPT_FOR])


def _one_at_a_time(cursor: Any, key: Key) -> None:
    """Two lines may bring parts of one message at once."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key[0]])


def _keep(cursor: Any, key: Key, piece: Piece, now: datetime) -> None:
    content = sealed(f"{piece.number}\n{scrub(piece.text)}")
    cursor.execute(
        "INSERT INTO notifications_incomingpart (number, series, count, place, at, digest, sealed)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [*key, piece.place, now, digest(piece.text), content],
    )


def _parts(cursor: Any, key: Key) -> list[_Part]:
    cursor.execute(
        f"SELECT place, digest, sealed FROM notifications_incomingpart WHERE {_WHICH} ORDER BY place",  # noqa: S608
        key,
    )
    return [_Part(place, bytes(digest_), bytes(sealed_)) for place, digest_, sealed_ in cursor.fetchall()]


def _understand(cursor: Any, key: Key, parts: Sequence[_Part], now: datetime) -> None:
    """Do what the parts ask together, once; that they came is known for a day."""
    waiting = [opened(part.sealed).partition("\n") for part in parts if part.sealed]
    if waiting:
        replies.take(Incoming(waiting[0][0], "".join(text for _, _, text in waiting)), now)
        cursor.execute(f"UPDATE notifications_incomingpart SET sealed = '' WHERE {_WHICH}", key)  # noqa: S608
