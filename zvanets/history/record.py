"""Write history: one round trip to the database's own function, the only hand that may write there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connections

from zvanets.history.verbs import Read, Verb
from zvanets.lib import clock
from zvanets.tenancy.school import school_now

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user (None: the system itself), in which role, from which address."""

    user_id: int | None
    role: str
    address: str

    @property
    def writer_id(self) -> int:
        """The user's id, for what only a person may write; ValueError for the system itself."""
        if self.user_id is None:
            raise ValueError("the system itself writes in nobody's diary")
        return self.user_id


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact about one child or thing. The body is what the reader will read; health and reasons only as ids."""

    verb: Verb
    sub_verb: str = ""
    student_id: int | None = None
    course_id: int | None = None
    class_group_id: int | None = None
    object_id: int | None = None
    lesson_id: int | None = None
    body: Mapping[str, Json] = field(default_factory=dict)


def record(
    facts: Sequence[Fact], *, actor: Actor, tell: bool, at: datetime | None = None, using: str = "default"
) -> int:
    """Write the facts of one act and return its number; call it last, it locks the school's chain until COMMIT.

    tell=False for imports, seeding and repairs: nobody will hear of them. Of verbs that are never told nobody hears
    in any act.
    """
    school_now()
    if not facts:
        raise ValueError("an act without facts did not happen")
    tell = tell and any(fact.verb.is_told for fact in facts)
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT history_record(%s, %s, %s, %s, %s, %s::json)",
            [at or clock.now(), actor.user_id, actor.role, actor.address, tell, as_json(facts)],
        )
        return int(cursor.fetchone()[0])


def as_json(facts: Sequence[Fact]) -> str:
    """The text that is stored and hashed: the database cuts each body out of it as it stands."""
    return json.dumps(
        [
            {
                "verb": fact.verb,
                "sub_verb": fact.sub_verb,
                "student_id": fact.student_id,
                "course_id": fact.course_id,
                "class_group_id": fact.class_group_id,
                "object_id": fact.object_id,
                "lesson_id": fact.lesson_id,
                "grace": fact.verb.grace_seconds if fact.verb.is_told else None,
                "body": fact.body,
            }
            for fact in facts
        ],
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def note_access(
    read: Read, *, actor: Actor, student_id: int | None = None, what: str = "", at: datetime | None = None
) -> None:
    """Keep that somebody opened, printed or exported something: one unchained row."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO history_access (school_id, at, verb, actor_id, actor_role, address, student_id, what)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [school_now(), at or clock.now(), read, actor.user_id, actor.role, actor.address, student_id, what],
        )
