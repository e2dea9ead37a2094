from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.rules.schedule import Now, Slot, lessons_now, minutes_since_bell

SOFIA = ZoneInfo("Europe/Sofia")
DAY = date(2025, 10, 7)


def slot(key, starts, ends, day=DAY):
    return Slot(key, day, time.fromisoformat(starts), time.fromisoformat(ends))


FIRST, SECOND, THIRD = slot(1, "08:00", "08:40"), slot(2, "08:50", "09:30"), slot(3, "09:45", "10:25")
LESSONS = [THIRD, FIRST, SECOND]


def at(clock, day=DAY):
    return datetime.combine(day, time.fromisoformat(clock), SOFIA)


@pytest.mark.parametrize(
    ("clock", "running", "following"),
    [
        ("07:00", (), (FIRST,)),
        ("08:00", (FIRST,), (SECOND,)),
        ("08:39:59", (FIRST,), (SECOND,)),
        ("08:40", (), (SECOND,)),
        ("09:52", (THIRD,), ()),
        ("10:25", (), ()),
    ],
)
def test_a_lesson_runs_from_bell_to_bell(clock, running, following):
    assert lessons_now(LESSONS, at(clock), SOFIA) == Now(running, following)


def test_the_clock_may_be_of_another_zone():
    assert lessons_now(LESSONS, datetime(2025, 10, 7, 6, 52, tzinfo=UTC), SOFIA).running == (THIRD,)


def test_groups_in_parallel_run_together():
    german, english = slot(1, "08:00", "08:40"), slot(2, "08:00", "08:40")
    assert lessons_now([english, german], at("08:10"), SOFIA).running == (german, english)
    assert lessons_now([english, german], at("07:10"), SOFIA).following == (german, english)


def test_a_lesson_may_cross_midnight():
    night = slot(7, "23:30", "00:10")
    assert lessons_now([night], at("00:05", date(2025, 10, 8)), SOFIA).running == (night,)
    assert lessons_now([night], at("00:10", date(2025, 10, 8)), SOFIA).running == ()


def test_a_day_without_lessons_has_nothing_to_show():
    assert lessons_now([], at("10:20"), SOFIA) == Now()


@given(st.times())
def test_what_follows_is_not_running(clock):
    now = lessons_now(LESSONS, datetime.combine(DAY, clock, SOFIA), SOFIA)
    assert not set(now.running) & set(now.following)
    assert len(now.running) <= 1


def test_minutes_are_counted_from_the_bell():
    assert minutes_since_bell(THIRD, at("09:52"), SOFIA) == 7
    assert minutes_since_bell(THIRD, at("09:00"), SOFIA) == 0
