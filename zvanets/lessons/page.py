"""What a lesson's page shows beside the register: the grades and remarks given in it, and what comes next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from zvanets.lessons.statements import LessonRow
from zvanets.rules.grades import GradeKind, Mark, mark_of
from zvanets.rules.notices import Span
from zvanets.tenancy.school import school_now

_GRADES = """
SELECT g.id, g.student_id, g.kind, g.value, g.quality, g.special, g.given_at, u.name
FROM gradebook_grade g JOIN accounts_user u ON u.id = g.given_by_id
WHERE g.school_id = %s AND g.lesson_id = %s AND g.ended_at IS NULL ORDER BY g.given_at, g.id
"""
_REMARKS = """
SELECT r.id, r.student_id, r.kind, r.text, r.written_at, u.name
FROM remarks_remark r JOIN accounts_user u ON u.id = r.written_by_id
WHERE r.school_id = %s AND r.lesson_id = %s AND r.ended_at IS NULL ORDER BY r.written_at, r.id
"""
# Beforehand: what a family said and nobody refused, and what a doctor wrote. Why, is not the teacher's to read.
_NOTICES = """
SELECT n.student_id, n.first_hour, n.last_hour, n.state FROM attendance_absencenotice n
WHERE n.school_id = %(school)s AND n.student_id = ANY(%(students)s) AND n.starts_on <= %(on)s AND n.ends_on >= %(on)s
    AND n.state IN (1, 2)
UNION ALL
SELECT m.student_id, NULL, NULL, 2 FROM attendance_medicalnotice m
WHERE m.school_id = %(school)s AND m.student_id = ANY(%(students)s) AND m.from_date <= %(on)s AND m.to_date >= %(on)s
"""
# In one round trip: the course's next day, who of the register has nobody that is told, and the plan's next topics.
_AHEAD = """
SELECT
    (SELECT min(n.date) FROM schools_lesson n WHERE n.school_id = %(school)s AND n.course_id = %(course)s
        AND n.date > %(on)s AND NOT n.is_cancelled),
    ARRAY(SELECT m.student_id FROM schools_coursemember m
        WHERE m.school_id = %(school)s AND m.course_id = %(course)s AND m.starts_on <= %(on)s
        AND (m.ends_on IS NULL OR m.ends_on >= %(on)s) AND NOT EXISTS (
            SELECT FROM guardians_guardianship g
            JOIN guardians_subscription s ON s.school_id = g.school_id AND s.guardianship_id = g.id
                AND s.starts_on <= %(on)s AND (s.ends_on IS NULL OR s.ends_on >= %(on)s)
            WHERE g.school_id = %(school)s AND g.student_id = m.student_id AND g.withdrawn_at IS NULL
                AND g.starts_on <= %(on)s AND (g.ends_on IS NULL OR g.ends_on >= %(on)s))),
    i.*
FROM (SELECT) AS here
LEFT JOIN (
    SELECT i.id, i.number, i.title, i.hours, count(t.id) AS taken,
        COALESCE(bool_or(t.lesson_id = %(lesson)s), false) AS is_here
    FROM lessons_topicitem i
    LEFT JOIN lessons_lessontopic t ON t.school_id = i.school_id AND t.item_id = i.id
    WHERE i.school_id = %(school)s AND i.course_id = %(course)s
    GROUP BY i.id, i.number, i.title, i.hours
    HAVING count(t.id) < i.hours OR bool_or(t.lesson_id = %(lesson)s)
    ORDER BY is_here DESC, i.number LIMIT 12
) i ON true
ORDER BY i.is_here DESC, i.number
"""
OFFERED = 3  # topics of the plan that the lesson has not taken


ACCEPTED = 2


@dataclass(frozen=True, slots=True)
class GivenGrade:
    id: int
    student_id: int
    kind: GradeKind
    mark: Mark
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class WrittenRemark:
    id: int
    student_id: int
    kind: int
    text: str
    at: datetime
    by: str


def grades_of(lesson: LessonRow) -> list[GivenGrade]:
    with connection.cursor() as cursor:
        cursor.execute(_GRADES, [school_now(), lesson.id])
        return [
            GivenGrade(grade_id, student_id, GradeKind(kind), mark_of(*columns), at, by)
            for grade_id, student_id, kind, *columns, at, by in cursor.fetchall()
        ]


def remarks_of(lesson: LessonRow) -> list[WrittenRemark]:
    with connection.cursor() as cursor:
        cursor.execute(_REMARKS, [school_now(), lesson.id])
        return [WrittenRemark(*row) for row in cursor.fetchall()]


def noticed_in(lesson: LessonRow, students: Collection[int]) -> dict[int, bool]:
    """Return whose absence from this lesson was announced, and whether it will be excused by itself."""
    found: dict[int, bool] = {}
    with connection.cursor() as cursor:
        cursor.execute(_NOTICES, {"school": school_now(), "students": list(students), "on": lesson.date})
        for student, first_hour, last_hour, state in cursor.fetchall():
            if Span(lesson.date, lesson.date, first_hour, last_hour).covers(lesson.date, lesson.hour_no):
                found[student] = found.get(student, False) or state == ACCEPTED
    return found


@dataclass(frozen=True, slots=True)
class Offered:
    """A topic as a lesson offers it; `taken` counts the lessons that took it, this one too."""

    id: int
    number: int
    title: str
    hours: int
    taken: int
    is_here: bool


@dataclass(frozen=True, slots=True)
class Ahead:
    """When the course meets next (homework is usually for then), who has nobody that is told, what to teach next."""

    next_day: date | None
    without_hearers: frozenset[int]
    topics: Sequence[Offered]


def ahead_of(lesson: LessonRow) -> Ahead:
    with connection.cursor() as cursor:
        cursor.execute(
            _AHEAD, {"school": school_now(), "course": lesson.course_id, "lesson": lesson.id, "on": lesson.date}
        )
        rows = cursor.fetchall()
    found = [Offered(*row[2:]) for row in rows if row[2] is not None]
    here = [each for each in found if each.is_here]
    return Ahead(rows[0][0], frozenset(rows[0][1]), here + [each for each in found if not each.is_here][:OFFERED])
