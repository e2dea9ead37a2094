from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.refusals import Refusal
from zvanets.rules.terms import (
    TermDates,
    check_dates,
    default_first_day,
    is_in_term,
    school_year_of,
    term_of,
    week_letter,
    week_number,
)

# The ministry's order for 2025/26, VII-XI; the limits are the state's defaults.
YEAR = TermDates(date(2025, 9, 15), date(2026, 1, 31), date(2026, 2, 3), date(2026, 6, 30), None, date(2026, 9, 14))
FIRST = YEAR.starts


@pytest.mark.parametrize(
    ("day", "term"),
    [
        (date(2025, 9, 14), None),
        (date(2025, 9, 15), 1),
        (date(2026, 1, 31), 1),
        (date(2026, 2, 1), 1),
        (date(2026, 2, 2), 1),
        (date(2026, 2, 3), 2),
        (date(2026, 6, 30), 2),
        (date(2026, 7, 1), 2),
        (date(2026, 9, 14), 2),
        (date(2026, 9, 15), None),
    ],
)
def test_the_days_between_two_terms_belong_to_the_first(day, term):
    assert term_of(day, YEAR) == term


def test_without_limits_a_year_ends_with_its_second_term():
    alone = TermDates(YEAR.starts, YEAR.first_ends, YEAR.second_starts, date(2026, 5, 15))
    assert term_of(date(2026, 5, 15), alone) == 2
    assert term_of(date(2026, 5, 16), alone) is None


@given(st.dates(YEAR.starts, date(2026, 9, 14)))
def test_every_day_of_the_year_has_one_term_and_terms_only_grow(day):
    assert term_of(day, YEAR) in {1, 2}
    if day > YEAR.starts:
        assert term_of(day - timedelta(days=1), YEAR) <= term_of(day, YEAR)


def test_there_are_no_lessons_between_terms_or_after_the_last():
    assert is_in_term(date(2026, 1, 30), YEAR)
    assert not is_in_term(date(2026, 2, 2), YEAR)
    assert not is_in_term(date(2026, 7, 1), YEAR)


def test_dates_out_of_order_are_refused():
    check_dates(YEAR)
    with pytest.raises(Refusal) as refusal:
        check_dates(TermDates(date(2025, 9, 15), date(2026, 2, 10), date(2026, 2, 3), date(2026, 6, 30)))
    assert refusal.value.code == "terms_out_of_order"


@pytest.mark.parametrize(
    ("day", "letter", "number"),
    [
        (date(2025, 9, 15), "A", 1),
        (date(2025, 9, 21), "A", 1),
        (date(2025, 9, 22), "B", 2),
        (date(2025, 9, 29), "A", 3),
        (date(2025, 10, 7), "B", 4),
        (date(2026, 1, 5), "A", 17),
    ],
)
def test_the_week_of_the_first_school_day_is_a(day, letter, number):
    assert week_letter(day, FIRST) == letter
    assert week_number(day, FIRST) == number


@given(st.dates(date(2025, 9, 15), date(2026, 6, 30)), st.dates(date(2025, 9, 1), date(2025, 9, 20)))
def test_weeks_take_turns_from_monday_to_sunday(day, first):
    assert week_letter(day, first) == week_letter(day - timedelta(days=day.weekday()), first)
    assert week_letter(day, first) != week_letter(day + timedelta(days=7), first)
    assert week_letter(first, first) == "A"


@pytest.mark.parametrize(
    ("year", "first"),
    [
        (2018, date(2018, 9, 17)),
        (2024, date(2024, 9, 16)),
        (2025, date(2025, 9, 15)),
        (2026, date(2026, 9, 15)),
    ],
)
def test_a_first_day_on_a_weekend_is_moved_to_monday(year, first):
    assert default_first_day(year) == first


def test_a_school_year_is_named_by_its_autumn():
    assert school_year_of(date(2025, 9, 15)) == 2025
    assert school_year_of(date(2026, 9, 14)) == 2025
    assert school_year_of(date(2026, 1, 1)) == 2025
