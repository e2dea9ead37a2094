"""Write and withdraw remarks and praise."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.remarks.models import Remark
from zvanets.schools.register import OpenLesson
from zvanets.tenancy.school import school_now

_INSERT = """
INSERT INTO remarks_remark (school_id, student_id, lesson_id, kind, text, written_on, written_at, written_by_id,
    ended_why)
SELECT %(school)s, t.student, %(lesson)s, t.kind, t.text, %(on)s, %(at)s, %(by)s, ''
FROM unnest(%(students)s::bigint[], %(kinds)s::smallint[], %(texts)s::text[]) WITH ORDINALITY
    AS t (student, kind, text, place)
ORDER BY t.place
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class NewRemark:
    student_id: int
    kind: Remark.Kind
    text: str


def write_remarks(actor: Actor, lesson: OpenLesson, remarks: Sequence[NewRemark]) -> list[Fact]:
    """Insert the remarks of one lesson in one statement; the facts are for the caller's `record`."""
    if not remarks:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "school": school_now(),
                "lesson": lesson.id,
                "on": lesson.date,
                "at": lesson.now,
                "by": actor.writer_id,
                "students": [remark.student_id for remark in remarks],
                "kinds": [int(remark.kind) for remark in remarks],
                "texts": [remark.text for remark in remarks],
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    return [remark_fact(lesson, remark_id, remark) for remark_id, remark in zip(ids, remarks, strict=True)]


def remark_fact(lesson: OpenLesson, remark_id: int, remark: NewRemark) -> Fact:
    return Fact(
        Verb.PRAISE_WRITTEN if remark.kind == Remark.Kind.PRAISE else Verb.REMARK_WRITTEN,
        student_id=remark.student_id,
        course_id=lesson.course_id,
        class_group_id=lesson.class_group_id,
        lesson_id=lesson.id,
        object_id=remark_id,
        body=lesson.about(remark.student_id) | {"text": remark.text, "written_on": lesson.date.isoformat()},
    )


@transaction.atomic
def withdraw_remark(actor: Actor, remarks: QuerySet[Remark], *, remark_id: int, why: str) -> None:
    """End the remark with a reason; `remarks` are those the actor may change.

    Raises Remark.DoesNotExist, and Refusal `reason_missing` or `remark_ended`.
    """
    if not why.strip():
        raise Refusal("reason_missing", gettext_noop("Напишете защо оттегляте записа: причината остава в историята."))
    remark: Remark = (
        Remark.objects.filter(pk__in=remarks)
        .select_related("student")
        .select_for_update(of=("self",))
        .get(pk=remark_id)
    )
    if remark.ended_at is not None:
        raise Refusal("remark_ended", gettext_noop("Този запис вече е оттеглен."))
    Remark.objects.filter(pk=remark.pk).update(ended_at=clock.now(), ended_why=why.strip())
    fact = Fact(
        Verb.REMARK_WITHDRAWN,
        sub_verb=Remark.Kind(remark.kind).name,
        student_id=remark.student_id,
        lesson_id=remark.lesson_id,
        object_id=remark.pk,
        body={
            "student": remark.student.short_name,
            "text": remark.text,
            "written_on": remark.written_on.isoformat(),
            "reason": why.strip(),
        },
    )
    record([fact], actor=actor, tell=True)
