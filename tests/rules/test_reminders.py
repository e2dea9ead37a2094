"""A reminder comes the afternoon before, once, and not to those who have just heard."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from zvanets.rules.reminders import is_due, remind_at

SOFIA = ZoneInfo("Europe/Sofia")
DAY = date(2026, 3, 30)  # the clocks changed in the night before
LONG_AGO = datetime(2026, 3, 20, 12, tzinfo=SOFIA)


@pytest.mark.parametrize(
    ("now", "said_at", "due"),
    [
        (datetime(2026, 3, 29, 15, 59, tzinfo=SOFIA), LONG_AGO, False),
        (datetime(2026, 3, 29, 16, 0, tzinfo=SOFIA), LONG_AGO, True),
        (datetime(2026, 3, 29, 23, 59, tzinfo=SOFIA), LONG_AGO, True),  # the worker stood still until now
        (datetime(2026, 3, 30, 0, 1, tzinfo=SOFIA), LONG_AGO, False),  # on the day itself
        (datetime(2026, 3, 28, 17, 0, tzinfo=SOFIA), LONG_AGO, False),
        (datetime(2026, 3, 29, 16, 0, tzinfo=SOFIA), datetime(2026, 3, 29, 9, 0, tzinfo=SOFIA), False),
        (datetime(2026, 3, 29, 16, 0, tzinfo=SOFIA), datetime(2026, 3, 28, 23, 0, tzinfo=SOFIA), True),
    ],
)
def test_a_reminder_is_due(now, said_at, due):
    assert is_due(DAY, said_at=said_at, now=now, zone=SOFIA) is due


def test_it_comes_at_four_by_the_schools_own_clock():
    assert remind_at(DAY, SOFIA).astimezone(ZoneInfo("UTC")).hour == 13
    assert remind_at(DAY - timedelta(days=1), SOFIA).astimezone(ZoneInfo("UTC")).hour == 14
