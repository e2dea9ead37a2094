"""A class with lessons on the days around today, and a hand that records absences."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests import small_school
from zvanets.attendance.models import Absence
from zvanets.rules.absences import AbsenceKind
from zvanets.schools.models import Lesson
from zvanets.tenancy.school import at_school

TODAY = date(2025, 11, 21)
MOMENT = datetime(2025, 11, 21, 8, tzinfo=UTC)


@pytest.fixture
def small(school, monkeypatch):
    monkeypatch.setattr("zvanets.lib.clock.now", lambda: MOMENT)
    small = small_school.build(school.pk, on=TODAY)
    with at_school(small.id):
        yield small


def day(ago: int) -> date:
    return TODAY - timedelta(days=ago)


def lesson(small, on: date, hour: int = 3) -> Lesson:
    found, _ = Lesson.objects.get_or_create(
        course=small.course,
        date=on,
        hour_no=hour,
        defaults={"starts_at": time(8 + hour), "ends_at": time(8 + hour, 40)},
    )
    return found


def absence(small, ago: int, *, child: int = 0, hour: int = 3, kind=AbsenceKind.UNEXCUSED, **fields) -> Absence:
    return Absence.objects.create(
        lesson=lesson(small, day(ago), hour),
        student=small.students[child],
        date=day(ago),
        kind=kind,
        **{"recorded_at": MOMENT - timedelta(days=ago, hours=3), "recorded_by": small.teacher} | fields,
    )
