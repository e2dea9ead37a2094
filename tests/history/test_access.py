"""Reads are kept by month behind the same wall, and dropped after a year."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections

from tests.marks import committed
from zvanets.history.access import keep
from zvanets.history.models import Access
from zvanets.history.record import Actor, note_access
from zvanets.history.verbs import Read
from zvanets.lib import clock
from zvanets.tenancy.school import NoSchool, at_school

TEACHER = Actor(5, "teacher", "10.0.0.7")


@pytest.fixture
def owner():
    """The tables of months outlive a flush: this takes away what others left, and its own again."""
    drop_months()
    yield connections["owner"]
    drop_months()


def drop_months():
    with connections["owner"].cursor() as cursor:
        for month in months() - {"history_access_other"}:
            cursor.execute(f"DROP TABLE {month}")


def months() -> set[str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'history_access'::regclass")
        return {row[0] for row in cursor.fetchall()}


def look(school, at):
    with at_school(school.pk):
        note_access(Read.STUDENT_OPENED, actor=TEACHER, student_id=11, what="gradebook", at=at)


def test_a_read_is_noted_in_one_statement(school, django_assert_num_queries):
    with at_school(school.pk):
        with django_assert_num_queries(1):
            note_access(Read.STUDENT_OPENED, actor=TEACHER, student_id=11, what="gradebook")
        access = Access.objects.get()
    assert (access.verb, access.actor_id, access.student_id, access.what) == ("student.opened", 5, 11, "gradebook")
    assert abs(access.at - clock.now()) < timedelta(minutes=1)


def test_a_read_is_of_one_school(two_schools):
    here, there = two_schools
    look(here, clock.now())
    with at_school(there.pk):
        assert not Access.objects.exists()
    with pytest.raises(NoSchool):
        note_access(Read.DATA_EXPORTED, actor=TEACHER)


@committed
def test_the_worker_makes_the_next_months(school, owner):
    assert keep(date(2031, 11, 21)) == 0
    assert months() == {
        "history_access_other",
        *(f"history_access_{month}" for month in ("2031_11", "2031_12", "2032_01")),
    }
    assert keep(date(2031, 11, 21)) == 0


@committed
def test_what_fell_beside_the_months_moves_into_its_own(school, owner):
    moment = datetime(2031, 11, 30, 23, 59, 59, tzinfo=UTC)
    look(school, moment)
    keep(date(2031, 11, 21))
    with owner.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM history_access_2031_11")
        assert cursor.fetchone() == (1,)
    look(school, moment + timedelta(seconds=1))
    with at_school(school.pk):
        assert Access.objects.count() == 2


@committed
def test_months_older_than_a_year_are_dropped(school, owner):
    today = datetime.now(UTC).date()
    old, kept = today - timedelta(days=400), today - timedelta(days=340)
    look(school, datetime(old.year, old.month, old.day, tzinfo=UTC))
    with owner.cursor() as cursor:
        cursor.execute("SELECT history_access_month(%s), history_access_month(%s)", [old, kept])
    look(school, datetime(kept.year, kept.month, kept.day, tzinfo=UTC))

    assert keep(today) == 1

    with at_school(school.pk):
        assert Access.objects.count() == 1
    assert keep(today) == 0


@committed
def test_a_clock_in_the_future_drops_nothing(school, owner):
    look(school, datetime.now(UTC))
    with owner.cursor() as cursor:
        cursor.execute("SELECT history_access_month(current_date)")

    assert keep(date(2040, 1, 1)) == 0

    with at_school(school.pk):
        assert Access.objects.count() == 1


@committed
def test_a_month_has_no_door_of_its_own(school, owner):
    from zvanets.tenancy.catalogue import findings

    keep(date(2031, 11, 21))
    assert findings() == []
