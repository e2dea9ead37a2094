"""Say something to the family about a grade, or about the average of a term."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from zvanets.gradebook.actions import GradeEnded
from zvanets.gradebook.facts import PRIVATE, Body, about_grade, columns_of, mark_now
from zvanets.gradebook.finals import teacher_of
from zvanets.gradebook.models import Comment, Grade, SpecialNeeds
from zvanets.gradebook.sheet import sheet_of
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.finals import Period
from zvanets.rules.grades import COMMENT_LENGTH, GradeKind, Scale
from zvanets.schools.models import Course, Student


@dataclass(frozen=True, slots=True)
class _Place:
    """What is commented: a grade, or the average of a period; with what an entry about it says."""

    student: Student
    course: Course
    body: Body
    grade: Grade | None = None
    period: Period | None = None
    is_private: bool = False


@transaction.atomic
def comment_grade(actor: Actor, grades: QuerySet[Grade], *, grade_id: int, text: str) -> Comment | None:
    """Say something about a standing grade; another text replaces the former one, an empty one withdraws it.

    Raises Grade.DoesNotExist, GradeEnded, Refusal `comment_long`.
    """
    grade: Grade = (
        Grade.objects.filter(pk__in=grades)
        .select_related("student", "course__subject", "course__class_group", "teacher")
        .select_for_update(of=("self",))
        .get(pk=grade_id)
    )
    if grade.ended_at is not None:
        raise GradeEnded
    mark, kind = mark_now(grade), GradeKind(grade.kind)
    about = about_grade(grade) | columns_of(mark) | {"kind": kind.name, "given_on": grade.given_on.isoformat()}
    place = _Place(
        grade.student,
        grade.course,
        about | {"term": grade.term},
        grade=grade,
        is_private=mark.scale is Scale.SPECIAL_NEEDS,
    )
    return _say(actor, place, text)


@transaction.atomic
def comment_average(actor: Actor, course: Course, period: Period, *, student_id: int, text: str) -> Comment | None:
    """Say something about a student's average in a course; `course` comes with its names and may be graded by the actor.

    Raises Student.DoesNotExist, Refusal `comment_long`.
    """
    sheet = sheet_of(course, period, today=clock.today())
    line = next((each for each in sheet.lines if each.line.student_id == student_id), None)
    if line is None:
        raise Student.DoesNotExist
    student = Student.objects.select_for_update(no_key=True).get(pk=student_id)
    plan = SpecialNeeds.objects.filter(course=course, student=student)
    teacher = teacher_of(course, actor.writer_id, clock.today())
    body = {
        "student": line.line.name,
        "class_group": course.class_group.name,
        "subject": course.subject.name,
        "teacher": teacher.short_name if teacher else "",
        "average": "" if line.mean.result is None else f"{line.mean.result:.2f}",
        "of_period": int(period),
    }
    return _say(actor, _Place(student, course, body, period=period, is_private=plan.exists()), text)


def _say(actor: Actor, place: _Place, text: str) -> Comment | None:
    text = text.strip()
    if len(text) > COMMENT_LENGTH:
        raise Refusal("comment_long", gettext_noop("Коментарът е до 1000 знака; написаното е запазено на екрана."))
    standing = Comment.objects.standing().filter(student=place.student, course=place.course)
    before = standing.filter(grade=place.grade, period=place.period).first()
    if text == (before.text if before else ""):
        return before
    if before:
        Comment.objects.filter(pk=before.pk).update(ended_at=clock.now())
    said = _write(actor, place, text) if text else None
    verb = Verb.COMMENT_WRITTEN if said else Verb.COMMENT_WITHDRAWN
    standing_id = said.pk if said else before.pk if before else None
    more = {"replaces": before.pk} if before and said else {}
    body = PRIVATE if place.is_private else place.body | {"comment": text, "date": clock.today().isoformat()}
    fact = Fact(
        verb,
        student_id=place.student.pk,
        course_id=place.course.pk,
        class_group_id=place.course.class_group_id,
        object_id=standing_id,
        body=body | more,
    )
    record([fact], actor=actor, tell=True)
    return said


def _write(actor: Actor, place: _Place, text: str) -> Comment:
    said: Comment = Comment.objects.create(
        student=place.student,
        course=place.course,
        grade=place.grade,
        period=place.period,
        text=text,
        written_at=clock.now(),
        written_by_id=actor.writer_id,
        teacher=teacher_of(place.course, actor.writer_id, clock.today()),
    )
    return said
