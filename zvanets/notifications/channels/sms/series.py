"""The number in the headers of one long message's parts: counted per telephone, so that no two of its messages meet.

A telephone joins parts by sender and number alone and keeps unfinished ones for days; 65,536 long messages to one number
are more than a childhood brings. A count that was not used for a quarter is forgotten and begins at a drawn number.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connections

ROUND = 65_536
KEPT_FOR = timedelta(days=90)
# In the order of the numbers, so that two processes wait for each other and never in a circle.
_COUNT = """
INSERT INTO notifications_smsseries AS s (number, last, at)
SELECT k.number, k.first, %(now)s FROM unnest(%(numbers)s::bigint[], %(firsts)s::int[]) AS k (number, first)
ORDER BY k.number
ON CONFLICT (number) DO UPDATE SET last = mod(s.last + 1, %(round)s), at = excluded.at
RETURNING number, last
"""


def next_series(cursor: Any, numbers: Sequence[int], *, now: datetime) -> list[int]:
    """Return the next number for each of these telephones' digests, of which one may stand there several times."""
    found: dict[int, int] = {}
    while len(found) < len(numbers):
        once = {numbers[place]: place for place in reversed(range(len(numbers))) if place not in found}
        firsts = [secrets.randbelow(ROUND) for _ in once]
        cursor.execute(_COUNT, {"numbers": list(once), "firsts": firsts, "round": ROUND, "now": now})
        found |= {once[number]: last for number, last in cursor.fetchall()}
    return [found[place] for place in range(len(numbers))]


def forget(*, now: datetime) -> None:
    with connections["worker"].cursor() as cursor:
        cursor.execute("DELETE FROM notifications_smsseries WHERE at < %s", [now - KEPT_FOR])
