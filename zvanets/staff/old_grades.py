"""Old grades that were changed: the witnesses read of them here too, whether they have an e-mail address or not."""

from datetime import timedelta

from zvanets.gradebook.models import Grade
from zvanets.lib import bg, clock
from zvanets.staff.seat import Link, Seat, lang

SHOWN_FOR, SHOWN = timedelta(days=14), 10


def changed(seat: Seat) -> list[Link]:
    """Return the latest, of the whole school for its head."""
    every = Grade.objects.ended_late(since=clock.now() - SHOWN_FOR)
    found = every if seat.is_head else every.witnessed_by(seat.user, on=seat.today())
    names = found.select_related("student", "course__subject", "course__class_group").order_by("-ended_at")
    return [Link(seat.url("grade", each.pk), _title(seat, each)) for each in names[:SHOWN]]


def _title(seat: Seat, grade: Grade) -> str:
    when = bg.moment(grade.ended_at, now=clock.now(), zone=seat.zone, lang=lang()) if grade.ended_at else ""
    return f"{grade.student.short_name}, {grade.course.class_group.name}, {grade.course.subject.name}: {when}"
