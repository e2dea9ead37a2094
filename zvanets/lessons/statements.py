"""The statements of a lesson's save and page, written by hand.

Django's query building costs more CPU than PostgreSQL here (docs/adr/0010): with the ORM a save misses its 8 ms.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from zvanets.attendance.actions import Attendance
from zvanets.rules.absences import AbsenceKind
from zvanets.schools.register import Line
from zvanets.tenancy.school import school_now

# Who teaches a lesson `l`: the substitute, else whoever had the course on its day, the asking user before others.
TEACHER_OF_LESSON = """
LEFT JOIN LATERAL (
    SELECT p.id, p.user_id, p.first_name || ' ' || p.last_name AS name
    FROM schools_staffmember p
    LEFT JOIN schools_courseteacher ct ON ct.school_id = p.school_id AND ct.staff_member_id = p.id
        AND ct.course_id = l.course_id AND ct.starts_on <= l.date AND (ct.ends_on IS NULL OR ct.ends_on >= l.date)
    WHERE p.school_id = l.school_id
        AND CASE WHEN l.substitute_id IS NULL THEN ct.id IS NOT NULL ELSE p.id = l.substitute_id END
    ORDER BY p.user_id IS NOT DISTINCT FROM %(user)s DESC, ct.starts_on DESC, p.id LIMIT 1
) t ON true
"""
_LESSON = (
    """
SELECT l.id, l.course_id, c.class_group_id, g.name AS class_group, s.name AS subject, l.date, l.hour_no, l.starts_at,
    l.ends_at, l.room, l.is_cancelled, t.id AS teacher_id, t.name AS teacher, school.time_zone,
    l.substitute_id IS NOT NULL, r.version, r.save_key, r.topic, r.saved_at, saver.name, h.text AS homework, h.due_on,
    COALESCE(o.future_entries_locked, true) AS future_locked, o.past_month_lock_day,
    (SELECT max(x.closed_on) FROM attendance_absenceclosing x WHERE x.school_id = c.school_id
        AND x.class_book_id = c.class_group_id AND x.reopened_at IS NULL) AS absences_closed_on,
    r.verified_at, verifier.name AS verified_by,
    EXISTS (SELECT 1 FROM gradebook_closing z WHERE z.school_id = l.school_id AND z.course_id = l.course_id
        AND z.ended_at IS NULL AND z.period < 3 AND l.date BETWEEN z.starts_on AND z.ends_on) AS is_closed
FROM schools_lesson l
JOIN schools_school school ON school.id = l.school_id
JOIN schools_course c ON c.school_id = l.school_id AND c.id = l.course_id
JOIN schools_classgroup g ON g.school_id = c.school_id AND g.id = c.class_group_id
JOIN schools_subject s ON s.school_id = c.school_id AND s.id = c.subject_id
"""  # noqa: S608  (text of our own)
    + TEACHER_OF_LESSON
    + """
LEFT JOIN lessons_lessonrecord r ON r.school_id = l.school_id AND r.lesson_id = l.id
LEFT JOIN accounts_user saver ON saver.id = r.saved_by_id
LEFT JOIN accounts_user verifier ON verifier.id = r.verified_by_id
LEFT JOIN lessons_homework h ON h.school_id = l.school_id AND h.lesson_id = l.id
LEFT JOIN schools_schoolsettings o ON o.school_id = l.school_id
WHERE l.school_id = %(school)s AND l.id = %(lesson)s AND (%(every)s OR t.user_id = %(user)s)
"""
)
# Whoever closes the term waits for COMMIT, and whoever was closing it is waited for: two lessons do not wait for each other.
_HOLD_TERM = """
SELECT 1 FROM schools_course c JOIN schools_lesson l ON l.school_id = c.school_id AND l.course_id = c.id
WHERE l.school_id = %s AND l.id = %s FOR SHARE OF c
"""
_REGISTER = """
SELECT m.student_id, st.first_name || ' ' || st.last_name, g.name, COALESCE(y.level, 0), e.number,
    n.id IS NOT NULL, a.kind, a.minutes_late
FROM schools_coursemember m
JOIN schools_student st ON st.school_id = m.school_id AND st.id = m.student_id
JOIN schools_enrolment e ON e.school_id = m.school_id AND e.student_id = m.student_id
    AND e.class_book_id = %(class_group)s AND e.status = 1 AND e.starts_on <= %(on)s
    AND (e.ends_on IS NULL OR e.ends_on >= %(on)s)
JOIN schools_classgroup g ON g.school_id = e.school_id AND g.id = e.class_group_id
LEFT JOIN schools_yeargroup y ON y.school_id = g.school_id AND y.id = g.year_group_id
LEFT JOIN gradebook_specialneeds n ON n.school_id = m.school_id AND n.course_id = m.course_id
    AND n.student_id = m.student_id
LEFT JOIN attendance_absence a ON a.school_id = m.school_id AND a.lesson_id = %(lesson)s
    AND a.student_id = m.student_id
WHERE m.school_id = %(school)s AND m.course_id = %(course)s AND m.starts_on <= %(on)s
    AND (m.ends_on IS NULL OR m.ends_on >= %(on)s)
ORDER BY e.number NULLS LAST, st.sort_name
"""
# Compare and set in one: no row comes back when somebody saved since `seen`. Run first, it also is the lesson's lock,
# so every later statement of the save sees what the former saver wrote.
_TAKE_TURN = """
INSERT INTO lessons_lessonrecord (school_id, lesson_id, version, save_key, topic, saved_at, saved_by_id)
VALUES (%(school)s, %(lesson)s, %(seen)s + 1, %(key)s, %(topic)s, %(at)s, %(by)s)
ON CONFLICT (school_id, lesson_id) DO UPDATE SET version = lessons_lessonrecord.version + 1,
    save_key = excluded.save_key, topic = excluded.topic, saved_at = excluded.saved_at, saved_by_id = excluded.saved_by_id
WHERE lessons_lessonrecord.version = %(seen)s
RETURNING version
"""
_HOMEWORK = """
INSERT INTO lessons_homework (school_id, course_id, lesson_id, text, due_on, given_at)
VALUES (%(school)s, %(course)s, %(lesson)s, %(text)s, %(due)s, %(at)s)
ON CONFLICT (school_id, lesson_id) DO UPDATE SET text = excluded.text, due_on = excluded.due_on
WHERE (lessons_homework.text, lessons_homework.due_on) IS DISTINCT FROM (excluded.text, excluded.due_on)
RETURNING id, xmax = 0
"""


@dataclass(frozen=True, slots=True)
class LessonRow:
    """A lesson with its names, record, homework and the school's locks; `version` None: never saved."""

    id: int
    course_id: int
    class_group_id: int
    class_group: str
    subject: str
    date: dt.date
    hour_no: int
    starts_at: dt.time
    ends_at: dt.time
    room: str
    is_cancelled: bool
    teacher_id: int | None
    teacher: str | None
    time_zone: str
    is_substituted: bool
    version: int | None
    save_key: UUID | None
    topic: str | None
    saved_at: dt.datetime | None
    saved_by: str | None
    homework: str | None
    due_on: dt.date | None
    future_locked: bool
    past_month_lock_day: int | None
    absences_closed_on: dt.date | None
    verified_at: dt.datetime | None
    verified_by: str | None
    is_closed: bool

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


@dataclass(frozen=True, slots=True)
class Register:
    """The lines of a lesson's register, by number, and how each student stands in it now."""

    lines: Mapping[int, Line]
    attendance: Mapping[int, Attendance]


def hold_term(lesson_id: int) -> None:
    """Keep the term of the lesson's course as it is, open or closed, until COMMIT; what is read next is so."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_TERM, [school_now(), lesson_id])


def find_lesson(lesson_id: int, *, user_id: int, every: bool) -> LessonRow | None:
    """Return the lesson if the user teaches or substitutes it, or (`every`) whoever teaches it; else None."""
    with connection.cursor() as cursor:
        cursor.execute(_LESSON, {"school": school_now(), "lesson": lesson_id, "user": user_id, "every": every})
        row = cursor.fetchone()
    return LessonRow(*row) if row else None


def read_register(lesson: LessonRow) -> Register:
    lines: dict[int, Line] = {}
    attendance: dict[int, Attendance] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _REGISTER,
            {
                "school": school_now(),
                "lesson": lesson.id,
                "course": lesson.course_id,
                "class_group": lesson.class_group_id,
                "on": lesson.date,
            },
        )
        for student_id, name, class_group, level, number, special, kind, minutes in cursor.fetchall():
            lines[student_id] = Line(student_id, name, class_group, level, number, special_needs=special)
            if kind is not None:
                attendance[student_id] = Attendance(AbsenceKind(kind), minutes)
    return Register(lines, attendance)


def take_turn(lesson_id: int, *, seen: int, key: UUID, topic: str, at: dt.datetime, by: int) -> int | None:
    """Raise the record's version from `seen`, or return None: somebody was first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE_TURN,
            {"school": school_now(), "lesson": lesson_id, "seen": seen, "key": key, "topic": topic, "at": at, "by": by},
        )
        row = cursor.fetchone()
    return row[0] if row else None


def put_homework(lesson: LessonRow, *, text: str, due_on: dt.date | None, at: dt.datetime) -> tuple[int, bool] | None:
    """Return the homework's id and whether it is new; None when nothing changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            _HOMEWORK,
            {
                "school": school_now(),
                "course": lesson.course_id,
                "lesson": lesson.id,
                "text": text,
                "due": due_on,
                "at": at,
            },
        )
        row = cursor.fetchone()
    return (row[0], row[1]) if row else None
