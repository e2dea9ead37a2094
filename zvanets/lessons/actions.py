"""Save a lesson: register, topic, homework, grades and remarks in one transaction, whole or not at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from zvanets.accounts.models import HEADS, Role
from zvanets.attendance.actions import Attendance, take_register
from zvanets.gradebook.actions import NewGrade, give_grades
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lessons import statements
from zvanets.lessons.models import Homework, LessonRecord
from zvanets.lessons.statements import LessonRow, Register
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.remarks.actions import NewRemark, write_remarks
from zvanets.rules.locks import entry_lock, verified_lock
from zvanets.schools.models import Lesson
from zvanets.schools.register import OpenLesson

# Who may write any lesson of the school: the heads, and the clerk who enters for teachers (F063).
WRITES_EVERY_LESSON = frozenset({*HEADS, Role.CLERK})


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was filled in for one lesson.

    `seen` is the version the page showed (0: never saved), `save_key` the same for each try of one save.
    `attendance` is the whole register: who is not in it was there. Grades and remarks are only the new ones.
    """

    seen: int
    save_key: UUID
    topic: str = ""
    homework: str = ""
    due_on: date | None = None
    attendance: Mapping[int, Attendance] = field(default_factory=dict)
    known: Collection[int] | None = None  # whom the page showed absent or late; None: everybody who was
    grades: Sequence[NewGrade] = ()
    remarks: Sequence[NewRemark] = ()

    @property
    def students(self) -> set[int]:
        return {*self.attendance, *(g.student_id for g in self.grades), *(r.student_id for r in self.remarks)}


@dataclass(frozen=True, slots=True)
class Saved:
    """The lesson's version after the save; `repeated` when this very save had been done before."""

    version: int
    repeated: bool = False


class NewerVersion(Refusal):
    """Somebody saved this lesson after the page was opened."""

    def __init__(self, version: int) -> None:
        super().__init__(
            "newer_version",
            gettext_noop(
                "Друг записа този час преди Вас. Сравнете с новото му състояние; Вашето е запазено на екрана."
            ),
        )
        self.version = version


@transaction.atomic
def save_lesson(actor: Actor, lesson_id: int, sheet: Sheet) -> Saved:
    """Save the lesson whole, record it and leave what is to be told in the outbox.

    Raises Lesson.DoesNotExist (not there, or not the actor's), NewerVersion, and Refusal: `lesson_cancelled`,
    `lesson_in_future`, `month_closed`, `not_in_register`, `wrong_scale`.
    """
    row = statements.find_lesson(lesson_id, user_id=actor.writer_id, every=actor.role in WRITES_EVERY_LESSON)
    if row is None:
        raise Lesson.DoesNotExist
    now = clock.now()
    _must_be_open(row, now.astimezone(row.zone).date())
    version = statements.take_turn(
        row.id, seen=sheet.seen, key=sheet.save_key, topic=sheet.topic, at=now, by=actor.writer_id
    )
    if version is None:
        return _who_was_first(row.id, sheet.save_key)
    register = statements.read_register(row)
    if sheet.students - register.lines.keys():
        raise Refusal(
            "not_in_register",
            gettext_noop("Ученик от списъка вече не е в тази паралелка. Отворете часа наново; написаното е запазено."),
        )
    lesson = _open(row, register, sheet, now)
    facts = [
        *take_register(actor, lesson, register.attendance, sheet.attendance, known=sheet.known),
        *give_grades(actor, lesson, sheet.grades),
        *write_remarks(actor, lesson, sheet.remarks),
        *_set_homework(lesson, row, sheet),
        saved_fact(lesson, version),
    ]
    record(facts, actor=actor, tell=True)
    return Saved(version)


def _must_be_open(row: LessonRow, today: date) -> None:
    if row.is_cancelled:
        raise Refusal("lesson_cancelled", gettext_noop("Този час не се провежда и не може да се записва."))
    if lock := lock_of(row, today):
        raise lock


def lock_of(row: LessonRow, today: date) -> Refusal | None:
    """Return why nothing may be written in the lesson, and who can help."""
    if row.verified_at:
        return verified_lock(row.verified_by or "")
    return entry_lock(
        row.date, today=today, future_locked=row.future_locked, past_month_lock_day=row.past_month_lock_day
    )


def _who_was_first(lesson_id: int, key: UUID) -> Saved:
    standing = LessonRecord.objects.get(lesson=lesson_id)
    if standing.save_key != key:
        raise NewerVersion(standing.version)
    return Saved(standing.version, repeated=True)


def _open(row: LessonRow, register: Register, sheet: Sheet, now: datetime) -> OpenLesson:
    return OpenLesson(
        id=row.id,
        course_id=row.course_id,
        class_group_id=row.class_group_id,
        subject=row.subject,
        date=row.date,
        hour_no=row.hour_no,
        teacher=row.teacher or "",
        teacher_id=row.teacher_id,
        lines=register.lines,
        now=now,
        topic=sheet.topic,
        absences_closed_on=row.absences_closed_on,
    )


def _set_homework(lesson: OpenLesson, row: LessonRow, sheet: Sheet) -> list[Fact]:
    if sheet.homework:
        put = statements.put_homework(row, text=sheet.homework, due_on=sheet.due_on, at=lesson.now)
        if put is None:
            return []
        verb = Verb.HOMEWORK_GIVEN if put[1] else Verb.HOMEWORK_CHANGED
        return [_homework(lesson, row, verb, put[0], sheet)]
    if not row.homework:
        return []
    _, gone = Homework.objects.filter(lesson=lesson.id).delete()
    return [_homework(lesson, row, Verb.HOMEWORK_WITHDRAWN, None, sheet)] if gone else []


def _homework(lesson: OpenLesson, row: LessonRow, verb: Verb, homework_id: int | None, sheet: Sheet) -> Fact:
    return Fact(
        verb,
        course_id=lesson.course_id,
        class_group_id=lesson.class_group_id,
        lesson_id=lesson.id,
        object_id=homework_id,
        body={
            "class_group": row.class_group,
            "subject": lesson.subject,
            "text": sheet.homework,
            "due_on": sheet.due_on.isoformat() if sheet.due_on else "",
            "given_on": lesson.date.isoformat(),
        },
    )


def saved_fact(lesson: OpenLesson, version: int) -> Fact:
    return Fact(
        Verb.LESSON_SAVED,
        course_id=lesson.course_id,
        class_group_id=lesson.class_group_id,
        lesson_id=lesson.id,
        object_id=lesson.id,
        body={"version": version, "topic": lesson.topic, "hour_no": lesson.hour_no, "date": lesson.date.isoformat()},
    )
