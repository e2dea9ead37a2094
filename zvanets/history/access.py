"""Reads are kept by month: make the next months' tables, drop those older than twelve."""

from datetime import date

from django.db import connections

MONTHS_AHEAD = 2


def keep(today: date, using: str = "worker") -> int:
    """Return how many months were dropped. Called daily by the worker; calling it again changes nothing."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT history_access_keep(%s, %s)", [today, MONTHS_AHEAD])
        return int(cursor.fetchone()[0])
