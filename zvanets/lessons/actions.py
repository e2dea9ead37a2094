"""Save a lesson: register, topic, homework, grades and remarks in one transaction, whole or not at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from zvanets.accounts.models import HEADS, Role
from zvanets.attendance.actions import Attendance, take_register
from zvanets.files.actions import Attached
from zvanets.gradebook.actions import NewGrade, give_grades
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lessons import statements, topics
from zvanets.lessons.homework import set_homework
from zvanets.lessons.models import LessonRecord
from zvanets.lessons.statements import LessonRow, Register
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.remarks.actions import NewRemark, write_remarks
from zvanets.rules.locks import entry_lock, verified_lock
from zvanets.schools.models import Lesson
from zvanets.schools.register import OpenLesson

TOPIC_LENGTH = 1000
# Who may write any lesson of the school: the heads, and the clerk who enters for teachers (F063).
WRITES_EVERY_LESSON = frozenset({*HEADS, Role.CLERK})


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was filled in for one lesson.

    `seen` is the version the page showed (0: never saved), `save_key` the same for each try of one save.
    `attendance` is the whole register: who is not in it was there. Grades, remarks and files are only the new ones;
    `dropped` are files that go. `items` are the plan's topics that the lesson takes, None: those it has. Without a
    topic of its own it gets their titles.
    """

    seen: int
    save_key: UUID
    topic: str = ""
    homework: str = ""
    due_on: date | None = None
    files: Sequence[Attached] = ()
    dropped: Collection[int] = ()
    items: Collection[int] | None = None
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
    `lesson_in_future`, `month_closed`, `not_in_register`, `wrong_scale`, `term_closed`.
    """
    if sheet.grades:
        statements.hold_term(lesson_id)
    row = statements.find_lesson(lesson_id, user_id=actor.writer_id, every=actor.role in WRITES_EVERY_LESSON)
    if row is None:
        raise Lesson.DoesNotExist
    now = clock.now()
    _must_be_open(row, now.astimezone(row.zone).date())
    sheet = _with_topic(row, sheet)
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
    if sheet.items is not None:
        topics.take(row.id, row.course_id, sheet.items)
    facts = [
        *take_register(actor, lesson, register.attendance, sheet.attendance, known=sheet.known),
        *give_grades(actor, lesson, sheet.grades),
        *write_remarks(actor, lesson, sheet.remarks),
        *set_homework(
            actor, lesson, row, text=sheet.homework, due_on=sheet.due_on, files=sheet.files, dropped=sheet.dropped
        ),
        saved_fact(lesson, version),
    ]
    record(facts, actor=actor, tell=True)
    return Saved(version)


def _with_topic(row: LessonRow, sheet: Sheet) -> Sheet:
    """Name the topics that are taken, where nobody wrote another topic."""
    if sheet.items is None:
        return sheet
    now, before = topics.words_of(row.id, row.course_id, sheet.items)
    return replace(sheet, topic=now[:TOPIC_LENGTH]) if sheet.topic in ("", before) else sheet


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
        is_closed=row.is_closed,
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
