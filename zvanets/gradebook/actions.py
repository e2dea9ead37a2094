"""Give, correct and withdraw grades."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from zvanets.gradebook.models import Grade
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.grades import GradeKind, Mark, check_kind, mark_of, scale_of
from zvanets.schools.register import OpenLesson
from zvanets.tenancy.school import school_now

Body = dict[str, Any]  # JSON
_INSERT = """
INSERT INTO gradebook_grade (school_id, student_id, course_id, lesson_id, kind, value, quality, special, comment,
    given_on, given_at, given_by_id, teacher_id, ended_why)
SELECT %(school)s, t.student, %(course)s, %(lesson)s, t.kind, t.value, t.quality, t.special, t.comment,
    %(on)s, %(at)s, %(by)s, %(teacher)s, ''
FROM unnest(%(students)s::bigint[], %(kinds)s::smallint[], %(values)s::numeric[], %(qualities)s::smallint[],
    %(specials)s::smallint[], %(comments)s::text[]) WITH ORDINALITY
    AS t (student, kind, value, quality, special, comment, place)
ORDER BY t.place
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class NewGrade:
    """A grade as a teacher gives it: a mark on the scale of the student's year group."""

    student_id: int
    mark: Mark
    kind: GradeKind = GradeKind.CURRENT
    comment: str = ""


class GradeEnded(Refusal):
    """Somebody corrected or withdrew this grade before."""

    def __init__(self) -> None:
        super().__init__(
            "grade_ended", gettext_noop("Тази оценка вече е поправена или оттеглена. Вижте новото ѝ състояние.")
        )


def give_grades(actor: Actor, lesson: OpenLesson, grades: Sequence[NewGrade]) -> list[Fact]:
    """Insert the grades of one lesson in one statement; the facts are for the caller's `record`.

    Raises Refusal `wrong_scale` when a mark is not on the scale of its student's year group.
    """
    if not grades:
        return []
    for grade in grades:
        _must_suit(grade.mark, grade.kind, lesson.lines[grade.student_id].level)
    columns = [grade.mark.columns() for grade in grades]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "school": school_now(),
                "course": lesson.course_id,
                "lesson": lesson.id,
                "on": lesson.date,
                "at": lesson.now,
                "by": actor.writer_id,
                "teacher": lesson.teacher_id,
                "students": [grade.student_id for grade in grades],
                "kinds": [int(grade.kind) for grade in grades],
                "values": [column["value"] for column in columns],
                "qualities": [column["quality"] for column in columns],
                "specials": [column["special"] for column in columns],
                "comments": [grade.comment for grade in grades],
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    return [given_fact(lesson, grade_id, grade) for grade_id, grade in zip(ids, grades, strict=True)]


def given_fact(lesson: OpenLesson, grade_id: int, grade: NewGrade) -> Fact:
    return Fact(
        Verb.GRADE_GIVEN,
        sub_verb=grade.kind.name,
        student_id=grade.student_id,
        course_id=lesson.course_id,
        class_group_id=lesson.class_group_id,
        lesson_id=lesson.id,
        object_id=grade_id,
        body=lesson.about(grade.student_id)
        | _told(grade.mark, grade.kind, lesson.date)
        | {"comment": grade.comment, "topic": lesson.topic},
    )


@transaction.atomic
def correct_grade(actor: Actor, grades: QuerySet[Grade], *, grade_id: int, mark: Mark, why: str) -> Grade:
    """End the grade and give another in its place; `grades` are those the actor may change.

    Raises Grade.DoesNotExist, GradeEnded, and Refusal `reason_missing` or `wrong_scale`.
    """
    old = _end(grades, grade_id, why)
    _must_suit(mark, GradeKind(old.kind), _level(old))
    now = clock.now()
    new = Grade.objects.create(
        student_id=old.student_id,
        course_id=old.course_id,
        lesson_id=old.lesson_id,
        kind=old.kind,
        **mark.columns(),
        comment=old.comment,
        given_on=old.given_on,
        given_at=now,
        given_by_id=actor.writer_id,
        teacher_id=old.teacher_id,
        replaces=old,
    )
    body = (
        _about(old) | _told(mark, GradeKind(old.kind), old.given_on) | {"before": _columns(_mark(old)), "reason": why}
    )
    _record(actor, Verb.GRADE_CORRECTED, old, new.pk, body | {"replaces": old.pk})
    return new


@transaction.atomic
def withdraw_grade(actor: Actor, grades: QuerySet[Grade], *, grade_id: int, why: str) -> None:
    """End the grade with a reason; the same errors as `correct_grade`."""
    old = _end(grades, grade_id, why)
    body = _about(old) | _told(_mark(old), GradeKind(old.kind), old.given_on) | {"reason": why}
    _record(actor, Verb.GRADE_WITHDRAWN, old, old.pk, body)


def _end(grades: QuerySet[Grade], grade_id: int, why: str) -> Grade:
    if not why.strip():
        raise Refusal("reason_missing", gettext_noop("Напишете защо променяте оценката: причината остава в историята."))
    old: Grade = (
        Grade.objects.filter(pk__in=grades)
        .select_related("student", "course__subject", "course__class_group", "teacher")
        .select_for_update(of=("self",))
        .get(pk=grade_id)
    )
    if old.ended_at is not None:
        raise GradeEnded
    Grade.objects.filter(pk=old.pk).update(ended_at=clock.now(), ended_why=why.strip())
    return old


def _level(grade: Grade) -> int:
    own = grade.student.enrolments.filter(class_book=grade.course.class_group_id).values_list(
        "class_group__year_group__level", flat=True
    )
    return own.first() or 0


def _mark(grade: Grade) -> Mark:
    return mark_of(grade.value, grade.quality, grade.special)


def _must_suit(mark: Mark, kind: GradeKind, level: int) -> None:
    check_kind(kind, level)
    if mark.scale is not scale_of(level):
        raise Refusal(
            "wrong_scale",
            gettext_noop("Тази оценка не е по скалата на класа: в I–III клас се оценява с думи, после с числа."),
        )


def _about(grade: Grade) -> Body:
    return {
        "student": grade.student.short_name,
        "class_group": grade.course.class_group.name,
        "subject": grade.course.subject.name,
        "teacher": grade.teacher.short_name if grade.teacher else "",
    }


def _told(mark: Mark, kind: GradeKind, given_on: date) -> Body:
    return _columns(mark) | {"kind": kind.name, "given_on": given_on.isoformat()}


def _columns(mark: Mark) -> Body:
    columns = mark.columns()
    value = columns["value"]
    return {
        "grade": "" if value is None else f"{value:.2f}",
        "quality": columns["quality"],
        "special": columns["special"],
    }


def _record(actor: Actor, verb: Verb, old: Grade, object_id: int, body: Body) -> None:
    fact = Fact(
        verb,
        sub_verb=GradeKind(old.kind).name,
        student_id=old.student_id,
        course_id=old.course_id,
        class_group_id=old.course.class_group_id,
        lesson_id=old.lesson_id,
        object_id=object_id,
        body=body,
    )
    record([fact], actor=actor, tell=True)
