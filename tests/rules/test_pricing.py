from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.rules.pricing import (
    GRACE,
    WARNED_BEFORE,
    Period,
    Price,
    dearer_than_its_months,
    last_day_to_withdraw,
    next_period,
    period_from,
    silent_from,
    split_vat,
)

SEPTEMBER = date(2026, 9, 15)
MONTH, TERM = Price(1, 61, SEPTEMBER), Price(5, 305, SEPTEMBER)
days = st.dates(date(2020, 1, 1), date(2060, 12, 31))


def test_a_term_may_cost_its_five_months_and_not_a_cent_more():
    assert dearer_than_its_months([MONTH, TERM]) is None
    dear = Price(5, 307, SEPTEMBER)  # 6,00 leva at the full rate: dearer than five months of 1,20
    assert dearer_than_its_months([dear, MONTH]) == dear


def test_prices_that_nobody_can_have_on_one_day_are_not_compared():
    before = Price(1, 61, date(2026, 1, 1), SEPTEMBER - timedelta(days=1))

    assert dearer_than_its_months([before, Price(5, 400, SEPTEMBER)]) is None
    assert dearer_than_its_months([Price(1, 61, date(2026, 1, 1), SEPTEMBER), Price(5, 400, SEPTEMBER)])


@given(st.lists(st.builds(Price, st.integers(1, 12), st.integers(1, 5000), st.just(SEPTEMBER)), max_size=6))
def test_a_price_is_dear_when_some_shorter_one_costs_less_a_month(prices):
    naive = {
        long
        for long in prices
        for short in prices
        if long.months > short.months and Decimal(long.cents) / long.months > Decimal(short.cents) / short.months
    }
    found = dearer_than_its_months(prices)
    assert (found in naive) if naive else found is None


@pytest.mark.parametrize(("cents", "net", "vat"), [(61, 51, 10), (305, 254, 51), (120, 100, 20), (1, 1, 0), (3, 2, 1)])
def test_vat_is_taken_out_of_the_price(cents, net, vat):
    split = split_vat(cents, 20)
    assert (split.net, split.vat) == (net, vat)


@given(st.integers(1, 10**9), st.integers(0, 99))
def test_net_and_vat_sum_up_to_the_price(cents, percent):
    split = split_vat(cents, percent)
    exact = Decimal(cents) * percent / (100 + percent)

    assert split.net + split.vat == cents
    assert split.vat == exact.quantize(Decimal(1), ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 9, 15), 1, date(2026, 10, 14)),
        (date(2026, 9, 15), 5, date(2027, 2, 14)),
        (date(2026, 10, 1), 1, date(2026, 10, 31)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 10), 12, date(2027, 12, 9)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
    ],
)
def test_a_period_ends_on_the_eve_of_the_same_day(start, months, end):
    assert period_from(start, months) == Period(start, end)


@given(days, st.integers(1, 12))
def test_no_month_is_shorter_than_february(start, months):
    assert 28 * months <= (period_from(start, months).ends_on - start).days + 1 <= 31 * months


@given(days, st.one_of(st.none(), days), st.integers(1, 12))
def test_a_payment_never_takes_a_paid_day_again(today, paid_until, months):
    bought = next_period(paid_until, months, today=today)

    assert bought.starts_on >= today
    assert paid_until is None or bought.starts_on > paid_until
    assert bought.starts_on == today or bought.starts_on == paid_until + timedelta(days=1)


@given(days, days)
def test_silence_comes_after_the_grace_and_a_week_after_the_warning(paid_until, warned_on):
    first = silent_from(paid_until, warned_on)

    assert first > paid_until + GRACE
    assert first - warned_on >= WARNED_BEFORE
    assert first == paid_until + GRACE + timedelta(days=1) or first == warned_on + WARNED_BEFORE


def test_fourteen_days_to_think_again():
    assert last_day_to_withdraw(date(2026, 11, 22)) == date(2026, 12, 6)
