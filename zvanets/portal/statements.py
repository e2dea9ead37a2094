"""The statements of the family's first page, written by hand: two round trips where the ORM would need a dozen.

Every child of one user in one school, each with the facts of the page; the same reasons as lessons/statements.py.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection

from zvanets.rules.absences import Totals
from zvanets.rules.averages import Counting
from zvanets.rules.scales import GradeKind, Mark, Scale
from zvanets.tenancy.school import school_now

# A parent's note is kept as an excuse for family reasons (NEISPUO's reason 2).
_CHILDREN = """
WITH here AS (
    SELECT id, short_name, time_zone, (%(now)s AT TIME ZONE time_zone)::date AS today,
        date_trunc('month', %(now)s AT TIME ZONE time_zone)::date AS month
    FROM schools_school WHERE id = %(school)s
), year AS (
    SELECT starts_on FROM schools_schoolyear, here WHERE school_id = here.id AND starts_on <= here.today
    ORDER BY starts_on DESC LIMIT 1
)
SELECT here.id, here.short_name, here.time_zone, g.id, g.guardian_id, g.student_id, s.first_name, s.last_name, s.code, g.relation, g.may_excuse,
    COALESCE(c.name, ''), COALESCE(c.level, 0),
    (SELECT count(*) FROM notifications_message m WHERE m.school_id = g.school_id AND m.guardian_id = g.guardian_id
        AND m.channel = 'portal' AND m.student_id = g.student_id AND m.read_at IS NULL
        AND m.status = 'delivered'),
    ARRAY(SELECT ARRAY[r.value, r.kind] FROM gradebook_grade r WHERE r.school_id = g.school_id AND r.student_id = g.student_id
        AND r.given_on >= (SELECT starts_on FROM year) AND r.ended_at IS NULL AND r.value IS NOT NULL
        AND r.kind NOT IN (21, 22, 100, 101)),
    o.averages_of_rounded_grades, o.grade_weights,
    a.unexcused, a.late, a.excused_days, n.date,
    (SELECT count(*) FROM lessons_homework h JOIN schools_coursemember cm ON cm.school_id = h.school_id
        AND cm.course_id = h.course_id AND cm.student_id = g.student_id AND cm.starts_on <= h.due_on
        AND (cm.ends_on IS NULL OR cm.ends_on >= h.due_on)
        WHERE h.school_id = g.school_id AND h.due_on = n.date)
FROM here
JOIN guardians_guardian p ON p.school_id = here.id
JOIN guardians_guardianship g ON g.school_id = p.school_id AND g.guardian_id = p.id AND g.withdrawn_at IS NULL
    AND g.starts_on <= here.today AND (g.ends_on IS NULL OR g.ends_on >= here.today)
JOIN schools_student s ON s.school_id = g.school_id AND s.id = g.student_id
LEFT JOIN schools_schoolsettings o ON o.school_id = g.school_id
LEFT JOIN LATERAL (
    SELECT book.name, y.level FROM schools_enrolment e
    JOIN schools_classgroup book ON book.school_id = e.school_id AND book.id = e.class_book_id AND book.kind = 'class'
    JOIN schools_classgroup own ON own.school_id = e.school_id AND own.id = e.class_group_id
    LEFT JOIN schools_yeargroup y ON y.school_id = own.school_id AND y.id = own.year_group_id
    WHERE e.school_id = g.school_id AND e.student_id = g.student_id AND e.status = 1 AND e.starts_on <= here.today
        AND (e.ends_on IS NULL OR e.ends_on >= here.today)
    ORDER BY e.starts_on DESC, e.id LIMIT 1
) c ON true
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE kind = 2 AND date >= here.month) AS unexcused,
        count(*) FILTER (WHERE kind = 1 AND excused_at IS NULL AND date >= here.month) AS late,
        count(DISTINCT date) FILTER (WHERE kind = 3 AND reason = 2) AS excused_days
    FROM attendance_absence WHERE school_id = g.school_id AND student_id = g.student_id
        AND date >= LEAST((SELECT starts_on FROM year), here.month)
) a ON true
LEFT JOIN LATERAL (
    SELECT l.date FROM schools_lesson l JOIN schools_coursemember cm ON cm.school_id = l.school_id
        AND cm.course_id = l.course_id AND cm.student_id = g.student_id AND cm.starts_on <= l.date
        AND (cm.ends_on IS NULL OR cm.ends_on >= l.date)
    WHERE l.school_id = g.school_id AND l.date > here.today AND NOT l.is_cancelled ORDER BY l.date LIMIT 1
) n ON true
WHERE p.user_id = %(user)s{only}
ORDER BY s.sort_name, g.id
"""
_TOLD = """
SELECT id, text, entered_at, read_at FROM notifications_message
WHERE school_id = %s AND guardian_id = %s AND student_id = %s AND channel = 'portal' AND status = 'delivered'
ORDER BY created_at DESC, id DESC LIMIT %s
"""
_UNREAD = """
SELECT g.student_id, count(*) FROM guardians_guardian p
JOIN guardians_guardianship g ON g.school_id = p.school_id AND g.guardian_id = p.id AND g.withdrawn_at IS NULL
    AND g.starts_on <= %(today)s AND (g.ends_on IS NULL OR g.ends_on >= %(today)s)
JOIN notifications_message m ON m.school_id = g.school_id AND m.guardian_id = g.guardian_id AND m.channel = 'portal'
    AND m.student_id = g.student_id AND m.read_at IS NULL AND m.status = 'delivered'
WHERE p.school_id = %(school)s AND p.user_id = %(user)s GROUP BY 1
"""
_ONE = " AND g.student_id = %(student)s"


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A child whom the user may know of, with the figures of the first page."""

    school_id: int
    school_name: str
    time_zone: str
    right_id: int
    guardian_id: int
    student_id: int
    first_name: str
    last_name: str
    code: str
    relation: str
    may_excuse: bool
    class_name: str
    level: int
    unread: int
    grades: list[tuple[Decimal, Decimal]]  # the year's current ones by number: value and kind
    averages_are_rounded: bool | None
    weights: list[int] | None
    unexcused: int
    late: int
    days_excused: int
    next_day: date | None
    homework: int

    @property
    def counting(self) -> Counting:
        return Counting.of(self.averages_are_rounded, self.weights)

    @property
    def average(self) -> Decimal | None:
        marks = ((Mark(Scale.QUANTITATIVE, value), GradeKind(int(kind))) for value, kind in self.grades)
        return self.counting.mean(marks).result

    @property
    def this_month(self) -> Totals:
        return Totals(unexcused=self.unexcused, late=self.late)


def children(user_id: int, *, now: datetime, student_id: int | None = None) -> list[ChildRow]:
    """Return the user's children in the school that is open; with `student_id` that one alone, if it is theirs."""
    with connection.cursor() as cursor:
        cursor.execute(
            _CHILDREN.format(only="" if student_id is None else _ONE),
            {"school": school_now(), "user": user_id, "student": student_id, "now": now},
        )
        return [ChildRow(*row) for row in cursor.fetchall()]


def unread(user_id: int, *, today: date) -> dict[tuple[int, int], int]:
    """Return how much of each child in the school that is open the user has not read, where there is any."""
    school = school_now()
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, {"school": school, "user": user_id, "today": today})
        return {(school, student): count for student, count in cursor.fetchall()}


def told(row: ChildRow, *, most: int) -> list[tuple[int, str, datetime, datetime | None]]:
    """Return the newest messages about the child in its guardian's portal: id, text, since when it was so, when read."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, [school_now(), row.guardian_id, row.student_id, most])
        return list(cursor.fetchall())
