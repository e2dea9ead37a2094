"""One work a day, two a week, no class work in a term's last week: by table, and against a naive second count."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.refusals import Refusal
from zvanets.rules.works import Work, WorkKind, check_work, plan_until

TERM = date(2026, 9, 15), date(2027, 1, 29)  # a Tuesday and a Friday
TUESDAY = date(2026, 11, 24)
MATHS = "контролна работа по Математика"


def work(day: date, kind: WorkKind = WorkKind.CONTROL, group: int | None = None, name: str = MATHS) -> Work:
    return Work(day, kind, name, group)


def refused(new: Work, *others: Work, term: tuple[date, date] | None = TERM) -> Refusal | None:
    try:
        check_work(new, others, term=term)
    except Refusal as refusal:
        return refusal
    return None


def days(number: int) -> timedelta:
    return timedelta(days=number)


@pytest.mark.parametrize(
    ("new", "others", "code"),
    [
        (work(TUESDAY), [], None),
        (work(TUESDAY), [work(TUESDAY)], "work_that_day"),
        (work(TUESDAY), [work(TUESDAY - days(1)), work(TUESDAY + days(3))], "works_that_week"),
        (work(TUESDAY), [work(TUESDAY - days(2)), work(TUESDAY + days(6))], None),  # Sunday before, Monday after
        (work(TUESDAY, group=1), [work(TUESDAY, group=2)], None),
        (work(TUESDAY, group=1), [work(TUESDAY)], "work_that_day"),
        (work(TUESDAY), [work(TUESDAY, group=2)], "work_that_day"),
        (work(date(2027, 1, 25), WorkKind.CLASS), [], "last_week"),
        (work(date(2027, 1, 25)), [], None),
        (work(date(2027, 1, 22), WorkKind.CLASS), [], None),
    ],
)
def test_what_clashes_is_refused(new, others, code):
    found = refused(new, *others)
    assert (found.code if found else None) == code


def test_a_day_between_two_terms_is_refused():
    assert refused(work(TUESDAY), term=None).code == "outside_term"


def test_a_refusal_names_what_it_clashes_with():
    said = refused(work(TUESDAY), work(TUESDAY, name="класна работа по Биология"))
    assert str(said) == "На 24.11.2026 г. паралелката вече има класна работа по Биология: на ден се допуска една."
    said = refused(work(TUESDAY), work(TUESDAY + days(1)), work(TUESDAY + days(2), name="класна работа по Биология"))
    assert str(said) == (
        "В тази седмица паралелката вече има: 25.11.2026 г. контролна работа по Математика;"
        " 26.11.2026 г. класна работа по Биология. На седмица се допускат 2."
    )


def test_a_term_is_planned_within_its_first_two_weeks():
    assert plan_until(TERM[0]) == date(2026, 9, 29)


WORKS = st.builds(
    Work,
    st.dates(TUESDAY - days(9), TUESDAY + days(9)),
    st.sampled_from(WorkKind),
    st.just(MATHS),
    st.sampled_from([None, 1, 2]),
)


@given(WORKS, st.lists(WORKS, max_size=6))
def test_it_agrees_with_a_count_of_what_each_child_would_write(new, others):
    """A child is in the first part of the class or in the second; the class has room when each of its children has."""
    children = [1, 2] if new.group is None else [new.group]
    full = False
    for child in children:
        own = [other for other in others if other.group is None or other.group == child]
        same_week = [each for each in own if each.date.isocalendar()[:2] == new.date.isocalendar()[:2]]
        full |= any(each.date == new.date for each in own) or len(same_week) >= 2
    assert (refused(new, *others) is not None) == full
