"""How the national service is doing, school by school: counts only, of nobody in particular.

Asked as zv_worker, which sees all schools and changes nothing here; always for one page of schools, so that each look-up
stays within one school's part of the indexes.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connections

from zvanets.lib import clock

A_PAGE = 50
# 5 minutes after its time a message is late: leases are shorter, and back-off alone does not explain it.
LATE_AFTER = timedelta(minutes=5)

_SCHOOLS = """
SELECT s.id, s.name, s.town, e.students, w.queued, w.oldest, d.told, d.failed, d.unknown, count(*) OVER ()
FROM schools_school s
LEFT JOIN LATERAL (
    SELECT count(DISTINCT student_id) AS students FROM schools_enrolment WHERE school_id = s.id AND status = 1
        AND starts_on <= %(today)s AND (ends_on IS NULL OR ends_on >= %(today)s)
) e ON true
LEFT JOIN LATERAL (
    SELECT count(*) AS queued, min(due_at) AS oldest FROM notifications_message
    WHERE school_id = s.id AND status IN ('queued', 'sending', 'unknown')
) w ON true
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE status IN ('accepted', 'delivered')) AS told,
        count(*) FILTER (WHERE status = 'failed') AS failed, count(*) FILTER (WHERE status = 'unknown') AS unknown
    FROM notifications_message WHERE school_id = s.id AND created_at >= %(since)s
) d ON true
WHERE s.name ILIKE %(like)s OR s.town ILIKE %(like)s OR s.id::text = %(typed)s
ORDER BY s.name, s.id LIMIT %(limit)s OFFSET %(offset)s
"""
_NATION = """
SELECT count(*) FILTER (WHERE status = 'queued'), count(*) FILTER (WHERE status = 'sending'),
    count(*) FILTER (WHERE status = 'unknown'), min(due_at)
FROM notifications_message WHERE status IN ('queued', 'sending', 'unknown')
"""
_UNTOLD = "SELECT count(*), min(due_at) FROM history_pending WHERE due_at <= %s"


@dataclass(frozen=True, slots=True)
class SchoolHealth:
    """One school: its students, and its messages of the last 24 hours."""

    id: int
    name: str
    town: str
    students: int
    queued: int
    oldest: datetime | None
    told: int
    failed: int
    unknown: int

    def is_late(self, now: datetime) -> bool:
        return self.oldest is not None and now - self.oldest > LATE_AFTER


@dataclass(frozen=True, slots=True)
class NationHealth:
    """What waits in the whole country: messages by state, and entries not yet made into messages."""

    queued: int
    sending: int
    unknown: int
    oldest: datetime | None
    untold: int
    untold_since: datetime | None

    @property
    def waiting(self) -> int:
        return self.queued + self.sending + self.unknown + self.untold

    def is_late(self, now: datetime) -> bool:
        moments = [moment for moment in (self.oldest, self.untold_since) if moment]
        return bool(moments) and now - min(moments) > LATE_AFTER


def schools(typed: str, *, today: date, page: int) -> tuple[list[SchoolHealth], int]:
    """Return a page of the schools whose name, town or code is typed, and how many there are in all."""
    escaped = typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    with connections["worker"].cursor() as cursor:
        cursor.execute(
            _SCHOOLS,
            {
                "today": today,
                "since": clock.now() - timedelta(hours=24),
                "like": f"%{escaped}%",
                "typed": typed,
                "limit": A_PAGE,
                "offset": (page - 1) * A_PAGE,
            },
        )
        rows = cursor.fetchall()
    return [SchoolHealth(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def nation() -> NationHealth:
    with connections["worker"].cursor() as cursor:
        cursor.execute(_NATION)
        waiting = cursor.fetchone()
        cursor.execute(_UNTOLD, [clock.now()])
        return NationHealth(*waiting, *cursor.fetchone())
