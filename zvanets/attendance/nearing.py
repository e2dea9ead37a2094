"""Which children near a limit of the law now: read by the homeroom teacher's page and by the warnings to families."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import connection

from zvanets.rules.absences import MONTHLY_WARNINGS, parent_days
from zvanets.rules.limits import (
    DAYS_BEFORE_THE_END,
    QUARTER_WARNINGS,
    MissedCourse,
    Nearing,
    near_month,
    near_parent_days,
    near_quarter,
)
from zvanets.tenancy.school import school_now

# Half-units of one month; what is not reached yet is left out at once.
_MONTH = """
SELECT student_id, sum(CASE kind WHEN 2 THEN 2 ELSE 1 END) AS halves FROM attendance_absence
WHERE school_id = %(school)s AND date BETWEEN %(month)s AND %(today)s AND recorded_at <= %(until)s
    AND (kind = 2 OR (kind = 1 AND excused_at IS NULL)) AND (%(every)s OR student_id = ANY(%(students)s))
GROUP BY student_id HAVING sum(CASE kind WHEN 2 THEN 2 ELSE 1 END) >= %(least)s
"""
# Of the lessons that the programme has for the whole term, so that one early absence of two is no half.
_QUARTER = """
WITH missed AS (
    SELECT a.student_id, l.course_id, t.starts_on, t.ends_on, count(*) AS missed
    FROM attendance_absence a
    JOIN schools_lesson l ON l.school_id = a.school_id AND l.id = a.lesson_id
    JOIN schools_course c ON c.school_id = l.school_id AND c.id = l.course_id AND NOT c.is_class_hour
    JOIN schools_classgroup g ON g.school_id = c.school_id AND g.id = c.class_group_id
    JOIN schools_term t ON t.school_id = g.school_id AND t.starts_on <= %(today)s AND t.ends_on >= %(today)s
        AND t.year_group_id = COALESCE(g.year_group_id, (SELECT min(part.year_group_id) FROM schools_classgroup part
            WHERE part.school_id = g.school_id AND part.parent_id = g.id))
    WHERE a.school_id = %(school)s AND a.kind IN (2, 3) AND a.date BETWEEN t.starts_on AND %(today)s
        AND a.recorded_at <= %(until)s AND (%(every)s OR a.student_id = ANY(%(students)s))
    GROUP BY a.student_id, l.course_id, t.starts_on, t.ends_on
)
SELECT m.student_id, m.starts_on, m.course_id, m.missed, p.planned
FROM missed m CROSS JOIN LATERAL (
    SELECT count(*) AS planned FROM schools_lesson n WHERE n.school_id = %(school)s AND n.course_id = m.course_id
        AND n.date BETWEEN m.starts_on AND m.ends_on AND NOT n.is_cancelled
) p
WHERE 100 * m.missed >= %(share)s * p.planned ORDER BY m.student_id, m.starts_on, m.course_id
"""
_PARENT_DAYS = """
SELECT a.student_id, y.starts_on, count(DISTINCT a.date) FROM attendance_absence a, (
    SELECT starts_on FROM schools_schoolyear WHERE school_id = %(school)s AND starts_on <= %(today)s
    ORDER BY starts_on DESC LIMIT 1
) y
WHERE a.school_id = %(school)s AND a.kind = 3 AND a.reason = 2 AND a.date BETWEEN y.starts_on AND %(today)s
    AND a.recorded_at <= %(until)s AND (%(every)s OR a.student_id = ANY(%(students)s))
GROUP BY a.student_id, y.starts_on HAVING count(DISTINCT a.date) >= %(days)s
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom, on which day; what was recorded after `until` does not count yet. No students: of the whole school."""

    today: date
    until: datetime
    students: Collection[int] | None = None

    @property
    def values(self) -> Mapping[str, int | bool | date | datetime | list[int]]:
        return {
            "school": school_now(),
            "today": self.today,
            "month": self.today.replace(day=1),
            "until": self.until,
            "every": self.students is None,
            "students": list(self.students or ()),
            "least": MONTHLY_WARNINGS[0],
            "share": QUARTER_WARNINGS[0],
            "days": parent_days(self.today).a_year - DAYS_BEFORE_THE_END,
        }


def nearing(asked: Asked) -> Mapping[int, list[Nearing]]:
    """Return by student every limit that was reached and the steps before it, in three statements."""
    found: dict[int, list[Nearing]] = defaultdict(list)
    month = asked.today.replace(day=1)
    for student, halves in _rows(_MONTH, asked):
        found[student] += near_month(halves, month)
    for (student, term), rows in groupby(_rows(_QUARTER, asked), key=lambda row: row[:2]):
        found[student] += near_quarter((MissedCourse(*row[2:]) for row in rows), term)
    for student, year, used in _rows(_PARENT_DAYS, asked):
        found[student] += near_parent_days(used, year, on=asked.today)
    return found


def _rows(statement: str, asked: Asked) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked.values)
        return list(cursor.fetchall())
