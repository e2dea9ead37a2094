"""The outbox: entries that nobody was told of yet. Taken by a school at a time, deleted with the same commit that tells."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connections

from zvanets.rules.delivery import Fact, key_of
from zvanets.tenancy.school import school_now

MESSAGES = "zvanets_message"  # the database notifies on this channel when a message waits for a process of its own
_LOCK = 0x7A760000_00000000  # advisory locks of fan-out: one for each school

_DUE = """
SELECT school_id FROM history_pending WHERE due_at <= %s GROUP BY school_id ORDER BY min(due_at)
"""
# What is due; what else waits of a child whose absence is due, in that lesson; and whatever may correct something due.
_TAKE = """
WITH due AS MATERIALIZED (
    SELECT entry_id, verb, COALESCE(student_id, 0) AS student, COALESCE(lesson_id, 0) AS lesson
    FROM history_pending
    WHERE school_id = %(school)s AND due_at <= %(now)s
    ORDER BY due_at, entry_id
    LIMIT %(limit)s
)
SELECT p.entry_id, p.verb, e.sub_verb, p.student_id, p.object_id, p.lesson_id, b.text,
    p.at, p.due_at <= %(now)s, p.course_id, p.class_group_id
FROM history_pending p
JOIN history_entry e ON e.school_id = p.school_id AND e.id = p.entry_id
LEFT JOIN history_entrybody b ON b.school_id = p.school_id AND b.entry_id = p.entry_id
WHERE p.school_id = %(school)s AND (
    p.entry_id IN (SELECT entry_id FROM due)
    OR (p.student_id, p.lesson_id) IN (
        SELECT student, lesson FROM due WHERE verb LIKE 'absence.%%' OR verb LIKE 'lateness.%%')
    OR p.verb ~ '[.](corrected|changed|withdrawn)$'
        AND (COALESCE(p.student_id, 0), COALESCE(p.lesson_id, 0)) IN (SELECT student, lesson FROM due)
)
ORDER BY p.entry_id
FOR UPDATE OF p SKIP LOCKED
"""


class EntryRow(NamedTuple):
    """An entry with its body's text, as it is read from the database."""

    entry: int
    verb: str
    sub_verb: str
    student_id: int | None
    object_id: int | None
    lesson_id: int | None
    text: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """One entry of the outbox; `fact` is what the rules need of it."""

    fact: Fact
    at: datetime
    is_due: bool
    course_id: int | None
    class_group_id: int | None


def schools_due(now: datetime) -> list[int]:
    """Return the schools with something to tell, the longest waiting first: asked across schools, so by zv_worker."""
    with connections["worker"].cursor() as cursor:
        cursor.execute(_DUE, [now])
        return [school_id for (school_id,) in cursor.fetchall()]


def next_due() -> datetime | None:
    """Return when the next entry is due, perhaps long ago; None when nothing waits."""
    with connections["worker"].cursor() as cursor:
        cursor.execute("SELECT min(due_at) FROM history_pending")
        row = cursor.fetchone()
    moment: datetime | None = row[0] if row else None
    return moment


def take_turn() -> bool:
    """Return whether this process may tell the school's entries until its commit: two would tear apart what belongs together."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK + school_now()])
        row = cursor.fetchone()
    return bool(row and row[0])


def take(now: datetime, *, limit: int) -> list[Waiting]:
    """Lock and return the school's due entries, the oldest first, with what has to be told together with them."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_TAKE, {"school": school_now(), "now": now, "limit": limit})
        rows = [Waiting(fact_of(EntryRow(*row[:7])), *row[7:]) for row in cursor.fetchall()]
    return _with_their_corrections(rows)


def ring(channel: str) -> None:
    """Wake the process that sends by this channel, once the transaction is committed."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [MESSAGES, channel])


def empty(waiting: Iterable[Waiting]) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "DELETE FROM history_pending WHERE school_id = %s AND entry_id = ANY(%s)",
            [school_now(), [each.fact.number for each in waiting]],
        )


def put_off(waiting: Iterable[Waiting], *, until: datetime) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE history_pending SET due_at = %s WHERE school_id = %s AND entry_id = ANY(%s)",
            [until, school_now(), [each.fact.number for each in waiting]],
        )


def fact_of(row: EntryRow) -> Fact:
    """Build what the rules work on; an entry whose body was erased has none, and nothing of it is told."""
    body = json.loads(row.text) if row.text else {}
    return Fact(
        number=row.entry,
        verb=row.verb,
        sub_verb=row.sub_verb,
        object_id=row.object_id,
        replaces=body.get("replaces"),
        lesson_id=row.lesson_id,
        student_id=row.student_id,
        body=body,
    )


def _with_their_corrections(rows: Sequence[Waiting]) -> list[Waiting]:
    """Leave out corrections of other things of the same child and lesson: their own grace still runs."""
    absent = {
        (row.fact.student_id, row.fact.lesson_id)
        for row in rows
        if row.is_due and row.fact.noun in {"absence", "lateness"}
    }
    kept, keys = [], {key_of(row.fact, row.fact.object_id) for row in rows if row.is_due}
    for row in rows:
        fact = row.fact
        about = {key_of(fact, fact.object_id), *([key_of(fact, fact.replaces)] if fact.replaces else [])}
        if row.is_due or about & keys or (fact.student_id, fact.lesson_id) in absent:
            keys |= about
            kept.append(row)
    return kept
