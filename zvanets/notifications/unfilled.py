"""The worker's round of daily reminders: school by school when its day is over, and once."""

import logging
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import InterfaceError, OperationalError, connections

from zvanets.lessons import practice
from zvanets.lessons.reminders import AFTER, remind_unfilled
from zvanets.lib.logs import note
from zvanets.tenancy.school import at_school


@dataclass
class Unfilled:
    """Remembers which schools were seen to today; after a start each is asked once more, and says that all were told."""

    _done: dict[int, date] = field(default_factory=dict)

    def run(self, now: datetime) -> int:
        """Remind where it is time; return how many teachers. A school that fails does not silence the others."""
        told = 0
        for school_id, zone in _schools():
            local = now.astimezone(ZoneInfo(zone))
            if local.hour < AFTER or self._done.get(school_id) == local.date():
                continue
            told += _remind(school_id, now)
            self._done[school_id] = local.date()
        return told


def _remind(school_id: int, now: datetime) -> int:
    try:
        with at_school(school_id):
            return remind_unfilled(now)
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # noqa: BLE001
        note("A school could not be reminded", level=logging.ERROR, error=True, school=school_id)
        return 0


def _schools() -> list[tuple[int, str]]:
    with connections["worker"].cursor() as cursor:
        cursor.execute("SELECT id, time_zone FROM schools_school WHERE id < %s ORDER BY id", [practice.FROM])
        return list(cursor.fetchall())
