from datetime import UTC, datetime, timedelta

import pytest

from zvanets.rules.pin_locks import Lock, lock_of

START = datetime(2025, 10, 7, 7, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def tries(count: int) -> list[datetime]:
    return [START + n * MINUTE for n in range(count)]


@pytest.mark.parametrize(
    ("wrong", "after", "lock"),
    [
        (0, MINUTE, None),
        (4, MINUTE, None),
        (5, 4 * MINUTE, Lock(START + 19 * MINUTE)),
        (5, 18 * MINUTE, Lock(START + 19 * MINUTE)),
        (5, 19 * MINUTE, None),
        (9, 20 * MINUTE, None),
        (10, 20 * MINUTE, Lock(START + 9 * MINUTE + HOUR)),
        (10, 70 * MINUTE, None),
        (15, 2 * HOUR, Lock(START + 14 * MINUTE + DAY)),
        (19, 2 * DAY, None),
        (20, 2 * DAY, Lock(None)),
        (20, 364 * DAY, Lock(None)),
        (20, 366 * DAY, None),
    ],
)
def test_wrong_tries_shut_the_telephone_for_longer_and_longer(wrong, after, lock):
    assert lock_of(tries(wrong), now=START + after) == lock


def test_the_oldest_try_is_forgotten_after_a_year():
    wrong = [START - 365 * DAY, *tries(19)]

    assert lock_of(wrong, now=START + 2 * DAY) is None
