"""Compute a school's chain again, apart from the database's own function, and name the first row that does not fit."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import connections

from zvanets.history.verbs import Verb
from zvanets.tenancy.school import at_school

BATCH = 5_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

HEAD = """
SELECT h.number, h.chain, (SELECT max(number) FROM history_entry WHERE school_id = %(school)s)
FROM (SELECT 1) AS one LEFT JOIN history_chainhead h ON h.school_id = %(school)s
"""
ROWS = """
SELECT e.number, e.act, e.at, e.verb, e.sub_verb, e.actor_id, e.actor_role, e.address, e.student_id, e.course_id,
       e.class_group_id, e.object_id, e.lesson_id, e.digest, e.chain, b.salt, b.text
FROM history_entry e LEFT JOIN history_entrybody b ON b.school_id = e.school_id AND b.entry_id = e.id
WHERE e.school_id = %s AND e.number > %s ORDER BY e.number LIMIT %s
"""
ERASURES = """
SELECT e.number, b.text FROM history_entry e JOIN history_entrybody b ON b.school_id = e.school_id AND b.entry_id = e.id
WHERE e.school_id = %s AND e.verb = %s
"""


class Kind(StrEnum):
    ALTERED = "altered"
    MISSING = "missing"
    CUT_TAIL = "cut tail"
    BEYOND_HEAD = "beyond the head"
    BODY_ALTERED = "body altered"
    BODY_MISSING = "body missing, and no entry says that it was erased"
    REWRITTEN = "not what the anchor says"


class Anchor(NamedTuple):
    """The end of a chain as it was written down elsewhere: against a history rewritten from end to end."""

    number: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class Finding:
    """The first row that does not fit."""

    school_id: int
    number: int
    kind: Kind

    def __str__(self) -> str:
        return f"school {self.school_id}, entry {self.number}: {self.kind}"


class Row(NamedTuple):
    number: int
    act: int
    at: datetime
    verb: str
    sub_verb: str
    actor_id: int | None
    actor_role: str
    address: str
    student_id: int | None
    course_id: int | None
    class_group_id: int | None
    object_id: int | None
    lesson_id: int | None
    digest: bytes
    chain: bytes
    salt: bytes | None
    text: str | None

    def link(self, school_id: int, before: bytes) -> bytes:
        """The chain's next link: SHA-256(the one before, the fields, the digest of the body)."""
        fields = (
            school_id, self.number, self.act, (self.at - EPOCH) // MICROSECOND, self.verb, self.sub_verb,
            self.actor_id, self.actor_role, self.address, self.student_id, self.course_id, self.class_group_id,
            self.object_id, self.lesson_id,
        )  # fmt: skip
        lines = "".join("\n" if value is None else f"{value}\n" for value in fields)
        return hashlib.sha256(before + lines.encode() + self.digest).digest()

    def has_its_body(self) -> bool:
        if self.salt is None or self.text is None:
            return False
        return hashlib.sha256(self.salt + self.text.encode()).digest() == self.digest


@dataclass(frozen=True, slots=True)
class Chain:
    """One school's history as it should be."""

    school_id: int
    erased_by: Mapping[int, int]
    anchor: Anchor | None

    def fault(self, row: Row, expected: int, before: bytes) -> Kind | None:
        if row.number != expected:
            return Kind.MISSING
        if row.link(self.school_id, before) != row.chain:
            return Kind.ALTERED
        if row.text is None and self.erased_by.get(row.number, 0) <= row.number:
            return Kind.BODY_MISSING
        if row.text is not None and not row.has_its_body():
            return Kind.BODY_ALTERED
        if self.anchor is not None and row.number == self.anchor.number and row.chain != self.anchor.chain:
            return Kind.REWRITTEN
        return None

    def fault_of_end(self, last: int, chain: bytes, head: Anchor) -> Finding | None:
        """The last row must be the one that the head, and the anchor, speak of."""
        if last > head.number:
            return Finding(self.school_id, head.number + 1, Kind.BEYOND_HEAD)
        if last < max(head.number, self.anchor.number if self.anchor else 0):
            return Finding(self.school_id, last + 1, Kind.CUT_TAIL)
        return None if chain == head.chain else Finding(self.school_id, last, Kind.REWRITTEN)


def verify(school_id: int, *, anchor: Anchor | None = None, using: str = "default") -> Finding | None:
    """Return the first bad row of a school's history, or None when every row is as it was written."""
    with at_school(school_id, using), connections[using].cursor() as cursor:
        cursor.execute(HEAD, {"school": school_id})
        number, chain, last = cursor.fetchone()
        head = Anchor(number or 0, bytes(chain or b""))
        whole = Chain(school_id, _erased(cursor, school_id), anchor)
        before, expected = b"", 0
        for expected, row in enumerate(_rows(cursor, school_id, last or 0), start=1):
            if kind := whole.fault(row, expected, before):
                return Finding(school_id, expected, kind)
            before = row.chain
    return whole.fault_of_end(expected, before, head)


def anchor_now(school_id: int, using: str = "default") -> Anchor:
    """The end of the chain, to be kept outside the database."""
    with at_school(school_id, using), connections[using].cursor() as cursor:
        cursor.execute("SELECT number, chain FROM history_chainhead WHERE school_id = %s", [school_id])
        number, chain = cursor.fetchone() or (0, b"")
    return Anchor(number, bytes(chain))


def erasures(school_id: int, using: str = "default") -> Mapping[int, int]:
    """How many bodies each entry `body.erased` took, by its number."""
    with at_school(school_id, using), connections[using].cursor() as cursor:
        return Counter(_erased(cursor, school_id).values())


def _erased(cursor: Any, school_id: int) -> dict[int, int]:
    """Which entry says that this one's body was erased."""
    cursor.execute(ERASURES, [school_id, Verb.BODY_ERASED])
    return {number: by for by, text in cursor.fetchall() for number in json.loads(text)["numbers"]}


def _rows(cursor: Any, school_id: int, last: int) -> Iterator[Row]:
    seen = 0
    while seen < last:
        cursor.execute(ROWS, [school_id, seen, BATCH])
        batch = [Row(*map(_plain, row)) for row in cursor.fetchall()]
        if not batch:
            return
        yield from (row for row in batch if row.number <= last)
        seen = batch[-1].number


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
