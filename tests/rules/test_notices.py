"""What a notice covers and how many of the parent's days it takes, against a second, slower way to count."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.refusals import Refusal
from zvanets.rules.absences import parent_days
from zvanets.rules.notices import Span, check_parents_word, check_span, is_in_time, school_days

START = date(2026, 11, 2)
near = st.integers(0, 20).map(lambda n: START + timedelta(days=n))
hours = st.none() | st.integers(0, 8)
lessons = st.lists(st.tuples(near, st.integers(0, 8)), max_size=60)
days = st.frozensets(near, max_size=12)


def by_hand(span: Span, day: date, hour: int) -> bool:
    """List every day and hour of the span, and look."""
    first, last = span.first_hour, span.last_hour
    listed = {
        (span.first + timedelta(days=n), h)
        for n in range((span.last - span.first).days + 1)
        for h in range(0 if first is None else first, (30 if last is None else last) + 1)
    }
    return (day, hour) in listed


@given(near, near, hours, hours, near, st.integers(0, 8))
def test_a_span_covers_what_a_list_of_its_hours_holds(first, last, first_hour, last_hour, day, hour):
    span = Span(first, last, first_hour, last_hour)
    assert span.covers(day, hour) is by_hand(span, day, hour)


@given(near, near, hours, hours, lessons)
def test_only_days_with_a_covered_lesson_are_school_days(first, last, first_hour, last_hour, programme):
    span = Span(first, last, first_hour, last_hour)
    found = []
    for day, hour in programme:
        if by_hand(span, day, hour) and day not in found:
            found.append(day)
    assert school_days(span, programme) == set(found)


@given(days, days, days)
def test_a_parents_word_reaches_as_far_as_counting_one_by_one_says(asked, excused, ahead):
    """Used days are crossed out one by one; what is new must fit at once and into what is left."""
    rule = parent_days(START)
    calendar = [START + timedelta(days=n) for n in range(21)]
    used = [day for day in calendar if day in excused or day in ahead]
    new = [day for day in calendar if day in asked and day not in used]
    fits = bool(asked) and (not new or (len(new) <= rule.at_once and len(used) + len(new) <= rule.a_year))
    try:
        check_parents_word(asked, excused=excused, ahead=ahead)
    except Refusal:
        assert not fits
    else:
        assert fits


def test_a_weekend_between_takes_no_day():
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    programme = [(friday, 1), (monday, 1), (monday, 2)]
    assert school_days(Span(friday, monday), programme) == {friday, monday}


@pytest.mark.parametrize(
    ("span", "code"),
    [
        (Span(START, START - timedelta(days=1)), "span_backwards"),
        (Span(START, START, 5, 3), "hours_backwards"),
        (Span(date(2026, 9, 1), START), "outside_year"),
        (Span(START, date(2027, 7, 1)), "outside_year"),
        (Span(START, START + timedelta(days=93)), "span_too_long"),
    ],
)
def test_a_span_that_cannot_be_is_refused_in_words(span, code):
    with pytest.raises(Refusal) as refused:
        check_span(span, year_starts=date(2026, 9, 15), year_ends=date(2027, 6, 30))
    assert refused.value.code == code


def test_on_the_first_day_it_is_still_in_time():
    span = Span(START, START + timedelta(days=2))
    assert is_in_time(span, START)
    assert not is_in_time(span, START + timedelta(days=1))
