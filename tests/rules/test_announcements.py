"""How much one person sends, against a count by hand."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from zvanets.rules.announcements import A_DAY, AN_HOUR, LARGE_A_DAY, too_many, urgent_needs

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
sendings = st.lists(st.tuples(st.integers(0, 2000), st.booleans()), max_size=90)


@given(sendings, st.booleans())
def test_whoever_is_refused_sent_as_much_as_the_rule_says_and_nobody_else_is(minutes, is_large):
    sent = [(NOW - timedelta(minutes=each), large) for each, large in minutes]

    in_hour = sum(each < 60 for each, _ in minutes)
    in_day = sum(each < 1440 for each, _ in minutes)
    large = sum(each < 1440 and big for each, big in minutes)
    expected = in_hour >= AN_HOUR or in_day >= A_DAY or (is_large and large >= LARGE_A_DAY)
    assert (too_many(sent, now=NOW, is_large=is_large) is not None) is expected


def test_a_homeroom_teacher_writes_to_each_family_in_one_hour():
    assert too_many([(NOW, False)] * 26, now=NOW, is_large=False) is None


def test_an_alarm_needs_who_may_raise_it_and_a_reason():
    assert urgent_needs(is_urgent=False, may_be_urgent=False, reason="") is None
    assert urgent_needs(is_urgent=True, may_be_urgent=False, reason="няма ток").code == "not_urgent"
    assert urgent_needs(is_urgent=True, may_be_urgent=True, reason=" ").code == "reason_missing"
    assert urgent_needs(is_urgent=True, may_be_urgent=True, reason="няма ток") is None
