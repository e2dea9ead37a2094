"""What history keeps of a grade: what its reader will read, and of a special-needs grade only that there is one."""

from datetime import date
from typing import Any

from zvanets.gradebook.models import Grade
from zvanets.history.record import Fact
from zvanets.history.verbs import Verb
from zvanets.rules.grades import GradeKind, Mark, Scale, mark_of

Body = dict[str, Any]  # JSON
PRIVATE: Body = {"is_private": True}  # what it is stands in the row whose id the entry has


def about_grade(grade: Grade) -> Body:
    return {
        "student": grade.student.short_name,
        "class_group": grade.course.class_group.name,
        "subject": grade.course.subject.name,
        "teacher": grade.teacher.short_name if grade.teacher else "",
    }


def body_of(about: Body, mark: Mark, kind: GradeKind, given_on: date, **more: Any) -> Body:
    """Return the body of an entry about a grade; of one by the special-needs scale only its kind."""
    if mark.scale is Scale.SPECIAL_NEEDS:
        return PRIVATE | {"kind": kind.name}
    return about | columns_of(mark) | {"kind": kind.name, "given_on": given_on.isoformat()} | more


def columns_of(mark: Mark) -> Body:
    columns = mark.columns()
    value = columns["value"]
    return {"grade": "" if value is None else f"{value:.2f}", "quality": columns["quality"]}


def mark_now(grade: Grade) -> Mark:
    return mark_of(grade.value, grade.quality, grade.special)


def fact_of(verb: Verb, grade: Grade, object_id: int, body: Body) -> Fact:
    return Fact(
        verb,
        sub_verb=GradeKind(grade.kind).name,
        student_id=grade.student_id,
        course_id=grade.course_id,
        class_group_id=grade.course.class_group_id,
        lesson_id=grade.lesson_id,
        object_id=object_id,
        body=body,
    )
