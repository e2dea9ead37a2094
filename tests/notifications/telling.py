"""What tests of telling share: a lesson that is saved, and the messages it made."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from zvanets.attendance.actions import Attendance
from zvanets.gradebook.actions import NewGrade
from zvanets.history.models import Pending
from zvanets.lessons.actions import Sheet, save_lesson
from zvanets.lib import clock
from zvanets.notifications.fanout import fan_out
from zvanets.notifications.models import Message
from zvanets.remarks.actions import NewRemark
from zvanets.remarks.models import Remark
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.grades import GradeKind, Mark, Scale
from zvanets.tenancy.school import at_school

ABSENT, LATE = Attendance(AbsenceKind.UNEXCUSED), Attendance(AbsenceKind.LATE)
AFTER_GRACE = timedelta(seconds=61)


def mark(value):
    return Mark(Scale.QUANTITATIVE, Decimal(value))


def save(small, **filled):
    """Save the small school's lesson; each call is a newer version."""
    from zvanets.lessons.models import LessonRecord

    with at_school(small.id):
        seen = LessonRecord.objects.filter(lesson=small.lesson).values_list("version", flat=True).first() or 0
        return save_lesson(small.actor, small.lesson.pk, replace(Sheet(seen=seen, save_key=uuid4()), **filled))


def grade(small, place, value="5.50", kind=GradeKind.CONTROL_WORK, comment=""):
    return NewGrade(small.students[place].pk, mark(value), kind, comment)


def remark(small, place, text, kind=Remark.Kind.CRITICAL):
    return NewRemark(small.students[place].pk, kind, text)


def tell(after=timedelta(0)):
    """Fan out as the worker does, so much later."""
    return fan_out(now=clock.now() + after)


def messages(small, **wanted):
    with at_school(small.id):
        return list(Message.objects.filter(**wanted).select_related("student", "guardian").order_by("pk"))


def texts(small, channel="email", **wanted):
    """What reads each child's guardian, by the child's first name."""
    found = {}
    for message in messages(small, channel=channel, **wanted):
        if message.status != "cancelled":
            found.setdefault(message.student.first_name, []).append(message.text)
    return found


def waiting(small):
    with at_school(small.id):
        return Pending.objects.count()


SIX = "Отличен 5,50 по математика, контролна работа"


def first_lines(small, channel="email"):
    return {child: [text.splitlines()[0] for text in said] for child, said in texts(small, channel).items()}
