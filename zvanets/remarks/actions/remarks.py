"""Write and withdraw remarks and praise."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction
from django.db.models import QuerySet

from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.remarks.actions.entries import ended, name_of, students_of
from zvanets.remarks.models import Remark
from zvanets.schools.models import ClassGroup
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
        _verb(remark.kind),
        student_id=remark.student_id,
        course_id=lesson.course_id,
        class_group_id=lesson.class_group_id,
        lesson_id=lesson.id,
        object_id=remark_id,
        body=lesson.about(remark.student_id) | {"text": remark.text, "written_on": lesson.date.isoformat()},
    )


@transaction.atomic
def remark_students(
    actor: Actor, book: ClassGroup, students: Collection[int], *, kind: Remark.Kind, text: str, on: date
) -> int:
    """Write one remark or praise, of no lesson, to each of these students of a class; return to how many.

    Raises Refusal `nobody`, `day_ahead`.
    """
    now = clock.now()
    if on > clock.today():
        raise Refusal("day_ahead", gettext_noop("Тази дата още не е дошла."))
    chosen = students_of(book, students, on=on)
    remarks = Remark.objects.bulk_create(
        Remark(student=student, kind=kind, text=text, written_on=on, written_at=now, written_by_id=actor.writer_id)
        for student in chosen
    )
    teacher, verb = name_of(actor), _verb(kind)
    about = {"class_group": book.name, "teacher": teacher, "text": text, "written_on": on.isoformat()}
    facts = [
        Fact(
            verb,
            student_id=remark.student_id,
            class_group_id=book.pk,
            object_id=remark.pk,
            body=about | {"student": student.short_name},
        )
        for student, remark in zip(chosen, remarks, strict=True)
    ]
    record(facts, actor=actor, tell=True)
    return len(chosen)


def _verb(kind: Remark.Kind) -> Verb:
    return Verb.PRAISE_WRITTEN if kind == Remark.Kind.PRAISE else Verb.REMARK_WRITTEN


@transaction.atomic
def withdraw_remark(actor: Actor, remarks: QuerySet[Remark], *, remark_id: int, why: str) -> None:
    """End the remark with a reason; `remarks` are those the actor may change.

    Raises Remark.DoesNotExist and what `ended` refuses.
    """
    remark = ended(remarks.select_related(None), remark_id, why)
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
            "reason": remark.ended_why,
        },
    )
    record([fact], actor=actor, tell=True)
