"""What a lesson's page shows beside the register: the grades and remarks given in it, and when the course meets next."""

from collections.abc import Collection
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
_NEXT = """
SELECT min(n.date) FROM schools_lesson n
WHERE n.school_id = %s AND n.course_id = %s AND n.date > %s AND NOT n.is_cancelled
"""


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


def next_day_of(lesson: LessonRow) -> date | None:
    """Return the course's next day with a lesson: for when homework is usually given."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [school_now(), lesson.course_id, lesson.date])
        row = cursor.fetchone()
    day: date | None = row[0] if row else None
    return day
