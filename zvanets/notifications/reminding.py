"""Reminders of what is tomorrow: the worker asks across schools where there is something, each school's commit makes it."""

import logging
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connections

from zvanets.lib.logs import note
from zvanets.remarks.actions.gatherings import remind
from zvanets.tenancy.school import at_school

# From today to the day after tomorrow by the calendar of UTC: tomorrow in any time zone lies within.
_WHERE = """
SELECT school_id FROM remarks_parentmeeting
WHERE ended_at IS NULL AND date BETWEEN %(first)s AND %(last)s AND reminded_for IS DISTINCT FROM date
UNION
SELECT school_id FROM remarks_schoolevent
WHERE ended_at IS NULL AND date BETWEEN %(first)s AND %(last)s AND reminded_for IS DISTINCT FROM date
"""


def remind_due(now: datetime) -> int:
    """Remind in every school of what is due; return of how much. A school that fails does not silence the others."""
    done = 0
    for school_id in _schools(now):
        try:
            with at_school(school_id):
                done += remind(now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # noqa: BLE001
            note("A school could not be reminded", level=logging.ERROR, error=True, school=school_id)
    return done


def _schools(now: datetime) -> list[int]:
    span = {"first": now.date(), "last": now.date() + timedelta(days=2)}
    with connections["worker"].cursor() as cursor:
        cursor.execute(_WHERE, span)
        return sorted(school_id for (school_id,) in cursor.fetchall())
