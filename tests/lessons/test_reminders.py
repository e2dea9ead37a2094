"""Who has not filled in a lesson hears of it once a day, after school, on school days alone."""

from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connections

from tests import small_school
from tests.marks import committed
from zvanets.lessons.actions import Sheet, save_lesson
from zvanets.lessons.models import Reminder
from zvanets.lessons.reminders import remind_unfilled
from zvanets.lib import clock
from zvanets.notifications.unfilled import Unfilled
from zvanets.schools.models import Lesson, SchoolSettings
from zvanets.tenancy.school import at_school

SOFIA = ZoneInfo("Europe/Sofia")


def at(day, hour=18) -> datetime:
    return datetime.combine(day, time(hour), SOFIA)


@pytest.fixture
def small(school):
    small = small_school.build(school.pk)
    small.teacher.email = "ivanova@example.org"
    small.teacher.save()
    return small


def remind(small, moment) -> int:
    with at_school(small.id):
        return remind_unfilled(moment)


def letters() -> list[tuple[str, str, str]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT address, subject, text FROM accounts_letter ORDER BY id")
        return cursor.fetchall()


@committed
def test_a_teacher_is_written_to_once_a_day_however_often_the_worker_starts(school):
    small = small_school.build(school.pk)
    small.teacher.email = "ivanova@example.org"
    small.teacher.save()
    today = clock.today(SOFIA)
    worker = Unfilled()
    assert worker.run(at(today, 16)) == 0
    assert worker.run(at(today)) == 1
    assert worker.run(at(today)) == 0
    assert Unfilled().run(at(today, 19)) == 0
    assert [(address, subject) for address, subject, _ in letters()] == [
        ("ivanova@example.org", "Незаписани часове: 1\u00a0час")
    ]
    assert small.class_group.name not in letters()[0][2]


def test_who_filled_everything_in_hears_nothing(small):
    with at_school(small.id):
        save_lesson(small.actor, small.lesson.pk, Sheet(seen=0, save_key=uuid4()))
    assert remind(small, at(small.lesson.date)) == 0


def test_a_day_without_lessons_is_quiet_and_the_next_school_day_is_not(small):
    day = small.lesson.date
    assert remind(small, at(day + timedelta(days=1))) == 0
    with at_school(small.id):
        times = {"starts_at": time(9, 20), "ends_at": time(10)}
        Lesson.objects.create(course=small.course, date=day + timedelta(days=2), hour_no=3, **times)
    assert remind(small, at(day + timedelta(days=2))) == 1


def test_a_substitute_is_reminded_in_the_teachers_place(small):
    with at_school(small.id):
        user, member = small_school.add_teacher("Петър", "Колев", small.school_year.starts_on)
        Lesson.objects.update(substitute=member)
    assert remind(small, at(small.lesson.date)) == 1
    with at_school(small.id):
        assert Reminder.objects.get().user == user


@committed
def test_the_lock_of_the_month_is_named_before_it_comes(school):
    today = clock.today(SOFIA).replace(day=3)
    small = small_school.build(school.pk, on=today)
    small.teacher.email = "ivanova@example.org"
    small.teacher.save()
    with at_school(small.id):
        SchoolSettings.objects.create(past_month_lock_day=5)
        times = {"starts_at": time(9, 20), "ends_at": time(10)}
        last_month = today - timedelta(days=20)
        Lesson.objects.create(course=small.course, date=last_month, hour_no=3, **times)
    assert remind(small, at(today)) == 1
    assert "миналият месец се заключва, а от него чакат 1\u00a0час." in letters()[0][2]
