"""Limits of absences, against counting by hand, and each told at its step alone."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.rules.limits import LimitKind, MissedCourse, near_month, near_parent_days, near_quarter, worst
from zvanets.rules.locks import closed_lock, undo_lock

MONTH = date(2026, 11, 1)


@given(st.integers(0, 60))
def test_a_month_warns_at_3_and_4_and_a_half_and_5_lessons(halves):
    lessons = Fraction(halves, 2)
    by_hand = [limit for limit in (Fraction(3), Fraction(9, 2), Fraction(5)) if lessons >= limit]
    assert [Fraction(each.limit, 2) for each in near_month(halves, MONTH)] == by_hand


@given(st.integers(0, 80), st.integers(0, 80))
def test_a_quarter_of_a_course_is_counted_in_whole_lessons(missed, planned):
    found = {each.limit for each in near_quarter([MissedCourse(1, missed, planned)], MONTH)}
    share = Fraction(missed, planned) if planned else Fraction(0)
    assert found == {limit for limit in (20, 25) if planned and share >= Fraction(limit, 100)}


@given(st.integers(0, 20))
def test_the_thirteenth_of_the_parents_days_warns_and_the_fifteenth(used):
    found = [each.limit for each in near_parent_days(used, date(2026, 9, 15), on=MONTH)]
    assert found == [limit for limit in (13, 15) if used >= limit]


@given(st.integers(0, 60), st.lists(st.tuples(st.integers(1, 3), st.integers(0, 40), st.integers(1, 40)), max_size=5))
def test_the_worst_step_of_each_limit_stands_for_the_others(halves, courses):
    every = near_month(halves, MONTH) + near_quarter([MissedCourse(*each) for each in courses], MONTH)
    kept = worst(every)
    keys = [(each.kind, each.period, each.course_id) for each in kept]
    assert len(keys) == len(set(keys))
    for each in every:
        above = next(one for one in kept if (one.kind, one.course_id) == (each.kind, each.course_id))
        assert above.limit >= each.limit


def test_the_figure_is_what_was_reached():
    assert [each.figure for each in near_month(9, MONTH)] == [9, 9]
    assert near_quarter([MissedCourse(7, 8, 36)], MONTH)[0].figure == 22
    assert near_month(6, MONTH)[0].kind is LimitKind.MONTH


NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "is_author", "may_later", "code"),
    [
        (60, True, False, None),
        (61, True, False, "undo_too_late"),
        (1, False, False, "undo_of_another"),
        (10_000, False, True, None),
    ],
)
def test_the_author_takes_back_for_an_hour_and_the_homeroom_teacher_always(minutes, is_author, may_later, code):
    lock = undo_lock(NOW - timedelta(minutes=minutes), now=NOW, is_author=is_author, may_later=may_later)
    assert (lock and lock.code) == code
    assert lock is None or "директора" in str(lock), "a refusal says who can help"


def test_a_closing_holds_its_own_day_and_not_the_next():
    closed = date(2026, 10, 31)
    assert closed_lock(closed, closed).code == "absences_closed"
    assert closed_lock(closed + timedelta(days=1), closed) is None
    assert closed_lock(closed, None) is None
