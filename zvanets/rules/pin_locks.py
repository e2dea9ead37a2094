"""How long a child's telephone stays shut after wrong PINs. Wrong tries count per child, over all its guardians' PINs.

A PIN has some 930,000 values: with 20 wrong tries a year a stranger has one chance in 46,000 against one guardian.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

COUNTED_FOR = timedelta(days=365)
MOST_A_YEAR = 20
# After so many wrong tries in the year: shut for so long from the last of them.
LOCKS = ((15, timedelta(days=1)), (10, timedelta(hours=1)), (5, timedelta(minutes=15)))


@dataclass(frozen=True, slots=True)
class Lock:
    """Shut until then; None: until the homeroom teacher lifts it."""

    until: datetime | None


def lock_of(wrong: Sequence[datetime], *, now: datetime) -> Lock | None:
    """Return the lock in force after these wrong tries (oldest first, none of them lifted), None when open."""
    counted = [at for at in wrong if now - at < COUNTED_FOR]
    if len(counted) >= MOST_A_YEAR:
        return Lock(None)
    for tries, length in LOCKS:
        if len(counted) >= tries:
            until = counted[tries - 1] + length
            return Lock(until) if now < until else None
    return None
