"""Whether absences that stand may still be changed, and by whom."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Max

from zvanets.accounts.models import HEADS, User
from zvanets.attendance.models import Absence, AbsenceClosing
from zvanets.history.record import Actor
from zvanets.rules.locks import closed_lock, undo_lock
from zvanets.schools.models import ClassGroup


def must_be_open(missed: Collection[tuple[int, date]]) -> None:
    """Raise Refusal `absences_closed` when a day of one of the (student, day) pairs lies before a closing of the class."""
    student = "class_book__book_enrolments__student_id"
    standing = AbsenceClosing.objects.filter(reopened_at__isnull=True, **{f"{student}__in": {who for who, _ in missed}})
    closed = dict(standing.values_list(student).annotate(last=Max("closed_on")))
    for who, day in missed:
        if lock := closed_lock(day, closed.get(who)):
            raise lock


def must_be_undoable(actor: Actor, lesson_id: int, students: Collection[int], *, now: datetime) -> None:
    """Raise Refusal `undo_too_late` or `undo_of_another` for what a subject teacher may not take back any more."""
    rows = Absence.objects.filter(lesson=lesson_id, student__in=students).values_list("recorded_at", "recorded_by")
    for recorded_at, author in rows:
        is_author = author == actor.user_id
        lock = undo_lock(recorded_at, now=now, is_author=is_author, may_later=False)
        if lock and not may_change_later(actor, students, on=now.date()):
            raise lock


def may_change_later(actor: Actor, students: Collection[int], *, on: date) -> bool:
    """Whether the actor is a head, or the homeroom teacher of each of the students."""
    if actor.role in HEADS:
        return True
    led = ClassGroup.objects.led_by(User(pk=actor.writer_id), on=on)
    own = ClassGroup.objects.filter(pk__in=led.values("pk"), book_enrolments__student__in=students)
    return set(students) <= set(own.values_list("book_enrolments__student_id", flat=True))
