"""What the purse costs and until when it lasts: cents with VAT, periods, grace, warnings, withdrawal.

ЗЗП чл. 50: a contract at a distance may be left within 14 days. The grace and the warning are ours.
"""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import permutations

GRACE = timedelta(days=14)  # messages go on after the last paid day
WARNED_BEFORE = timedelta(days=7)  # before the last paid day, and at least so long before silence
WITHDRAWAL = timedelta(days=14)
MOST_MONTHS = 12
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Price:
    """So many months for so many cents with VAT, to be had from a day to a day (None: until further notice)."""

    months: int
    cents: int
    starts_on: date
    ends_on: date | None = None

    def meets(self, other: "Price") -> bool:
        """Whether on some day one can have either."""
        return self.starts_on <= (other.ends_on or date.max) and other.starts_on <= (self.ends_on or date.max)


@dataclass(frozen=True, slots=True)
class Split:
    """A price taken apart; the two sum up to it."""

    net: int
    vat: int


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both paid for."""

    starts_on: date
    ends_on: date


def dearer_than_its_months(prices: Iterable[Price]) -> Price | None:
    """Return a price whose month costs more than the month of a shorter one that stands beside it, None if none does."""
    pairs = permutations(prices, 2)
    return next(
        (
            long
            for long, short in pairs
            if long.months > short.months
            and long.meets(short)
            and long.cents * short.months > short.cents * long.months
        ),
        None,
    )


def split_vat(cents: int, percent: int) -> Split:
    """Take the VAT out of a price that holds it, halves of a cent up."""
    whole = 100 + percent
    vat = (2 * cents * percent + whole) // (2 * whole)
    return Split(cents - vat, vat)


def period_from(start: date, months: int) -> Period:
    """Return the period of so many months: to the eve of the same day, or to the end of a month that lacks the day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    if start.day > last:
        return Period(start, date(year, month + 1, last))
    return Period(start, date(year, month + 1, start.day) - DAY)


def next_period(paid_until: date | None, months: int, *, today: date) -> Period:
    """Return what a payment of today buys: it begins where what is paid ends, or today."""
    return period_from(max(today, paid_until + DAY) if paid_until else today, months)


def is_warning_due(paid_until: date, *, today: date) -> bool:
    return today >= paid_until - WARNED_BEFORE


def silent_from(paid_until: date, warned_on: date) -> date:
    """Return the first day without SMS and calls: after the grace, and never sooner than a week after the warning."""
    return max(paid_until + GRACE + DAY, warned_on + WARNED_BEFORE)


def last_day_to_withdraw(ordered_on: date) -> date:
    return ordered_on + WITHDRAWAL
