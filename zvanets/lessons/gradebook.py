"""What the gradebook of a course is read by: one statement each for the course, its lessons, students, grades and absences.

Written by hand as the lesson's are (docs/adr/0010): 26 rows of 25 grades pass through here with every opening.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from zvanets.lessons.statements import TEACHER_OF_LESSON
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.averages import Counting
from zvanets.rules.finals import Period
from zvanets.rules.gradebook import Study, taught_terms
from zvanets.rules.grades import GradeKind, Mark, Scale, mark_of, scale_of
from zvanets.rules.locks import entry_lock, verified_lock
from zvanets.tenancy.school import school_now

_COURSE = """
SELECT c.id, c.class_group_id, g.name, s.name, c.sub_group, school.time_zone, y.starts_on, y.ends_on,
    (SELECT min(t.starts_on) FROM schools_term t JOIN schools_yeargroup v ON v.school_id = t.school_id
        AND v.id = t.year_group_id WHERE t.school_id = c.school_id AND t.number = 2
        AND v.school_year_id = g.school_year_id AND (g.year_group_id IS NULL OR v.id = g.year_group_id)),
    c.hours_term1, c.hours_term2, COALESCE(o.future_entries_locked, true), o.past_month_lock_day,
    o.averages_of_rounded_grades, o.grade_weights, c.subject_type BETWEEN 152 AND 156, a.teaches, a.leads,
    (SELECT max(x.closed_on) FROM attendance_absenceclosing x WHERE x.school_id = c.school_id
        AND x.class_book_id = c.class_group_id AND x.reopened_at IS NULL)
FROM schools_course c
JOIN schools_school school ON school.id = c.school_id
JOIN schools_classgroup g ON g.school_id = c.school_id AND g.id = c.class_group_id
JOIN schools_schoolyear y ON y.school_id = g.school_id AND y.id = g.school_year_id
JOIN schools_subject s ON s.school_id = c.school_id AND s.id = c.subject_id
LEFT JOIN schools_schoolsettings o ON o.school_id = c.school_id
CROSS JOIN LATERAL (
    SELECT COALESCE(bool_or(d.id = c.id), false) AS teaches, COALESCE(bool_or(d.is_class_hour), false) AS leads
    FROM schools_staffmember p
    JOIN schools_courseteacher ct ON ct.school_id = p.school_id AND ct.staff_member_id = p.id
        AND ct.starts_on <= %(on)s AND (ct.ends_on IS NULL OR ct.ends_on >= %(on)s)
    JOIN schools_course d ON d.school_id = ct.school_id AND d.id = ct.course_id AND d.is_valid
    WHERE p.school_id = c.school_id AND p.user_id = %(user)s AND d.class_group_id = c.class_group_id
) a
WHERE c.school_id = %(school)s AND c.id = %(course)s AND c.is_valid AND (%(every)s OR a.teaches OR a.leads)
"""
# One writer of a course at a time: what the others wrote is there when the next statement reads.
_LOCK = "SELECT 1 FROM schools_course WHERE school_id = %s AND id = %s FOR NO KEY UPDATE"
_LESSONS = (
    """
SELECT l.id, l.date, l.hour_no, l.is_cancelled, %(every)s OR t.user_id = %(user)s, t.id, t.name, r.version, r.topic,
    CASE WHEN r.verified_at IS NOT NULL THEN COALESCE(v.name, '') END,
    EXISTS (SELECT 1 FROM gradebook_closing z WHERE z.school_id = l.school_id AND z.course_id = l.course_id
        AND z.ended_at IS NULL AND z.period < 3 AND l.date BETWEEN z.starts_on AND z.ends_on)
FROM schools_lesson l
"""  # noqa: S608  (text of our own)
    + TEACHER_OF_LESSON
    + """
LEFT JOIN lessons_lessonrecord r ON r.school_id = l.school_id AND r.lesson_id = l.id
LEFT JOIN accounts_user v ON v.id = r.verified_by_id
WHERE l.school_id = %(school)s AND l.course_id = %(course)s AND (%(only)s::bigint[] IS NULL OR l.id = ANY(%(only)s))
ORDER BY l.date, l.hour_no
"""
)
_STUDENTS = """
SELECT m.student_id, st.first_name || ' ' || st.last_name, g.name, COALESCE(y.level, 0), min(e.number),
    min(greatest(m.starts_on, e.starts_on)),
    max(least(COALESCE(m.ends_on, '9999-12-31'),
        CASE WHEN e.status = 1 THEN COALESCE(e.ends_on, '9999-12-31') ELSE COALESCE(e.ends_on, '1000-01-01') END)),
    EXISTS (SELECT 1 FROM gradebook_specialneeds n WHERE n.school_id = m.school_id AND n.course_id = m.course_id
        AND n.student_id = m.student_id),
    (SELECT ARRAY[x.from_term_1, x.from_term_2, x.from_year] FROM gradebook_exemption x
        WHERE x.school_id = m.school_id AND x.course_id = m.course_id AND x.student_id = m.student_id)
FROM schools_coursemember m
JOIN schools_student st ON st.school_id = m.school_id AND st.id = m.student_id
JOIN schools_enrolment e ON e.school_id = m.school_id AND e.student_id = m.student_id
    AND e.class_book_id = %(class_group)s
JOIN schools_classgroup g ON g.school_id = e.school_id AND g.id = e.class_group_id
LEFT JOIN schools_yeargroup y ON y.school_id = g.school_id AND y.id = g.year_group_id
WHERE m.school_id = %(school)s AND m.course_id = %(course)s
GROUP BY m.school_id, m.course_id, m.student_id, st.id, st.school_id, g.id, g.school_id, y.level
ORDER BY min(e.number) NULLS LAST, st.sort_name
"""
_GRADES = """
SELECT g.id, g.student_id, g.lesson_id, g.kind, COALESCE(g.term, 1 + (g.given_on >= %(second)s)::int),
    CASE WHEN g.lesson_id IS NULL THEN g.given_on END, g.given_by_id, g.value, g.quality, g.special
FROM gradebook_grade g
WHERE g.school_id = %(school)s AND g.course_id = %(course)s AND g.given_on >= %(starts)s
    AND (%(students)s::bigint[] IS NULL OR g.student_id = ANY(%(students)s))
    AND CASE WHEN %(at)s::timestamptz IS NULL THEN g.ended_at IS NULL
        ELSE g.given_at < %(at)s AND (g.ended_at IS NULL OR g.ended_at >= %(at)s) END
ORDER BY g.given_on, COALESCE(g.replaces_id, g.id), g.id
"""
_MODULES = """
SELECT g.student_id, g.value, g.quality, g.special
FROM gradebook_grade g JOIN schools_course c ON c.school_id = g.school_id AND c.id = g.course_id
WHERE g.school_id = %(school)s AND c.parent_id = %(course)s AND g.kind = 22
    AND CASE WHEN %(at)s::timestamptz IS NULL THEN g.ended_at IS NULL
        ELSE g.given_at < %(at)s AND (g.ended_at IS NULL OR g.ended_at >= %(at)s) END
ORDER BY g.given_on, g.id
"""
_ABSENCES = """
SELECT a.lesson_id, a.student_id, a.kind, a.minutes_late, u.name
FROM attendance_absence a JOIN accounts_user u ON u.id = a.recorded_by_id
WHERE a.school_id = %s AND a.lesson_id = ANY(%s)
"""

_KINDS = {int(kind): kind for kind in GradeKind}  # GradeKind(…) takes longer

NOT_OPEN = gettext_noop("Часът на %(day)s не е Ваш: в него пише учителят, който го е водил.")
CANCELLED = gettext_noop("Часът на %(day)s не се провежда и в него не се пише.")


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course with what its gradebook goes by; `teaches` and `leads` are of the user who asked."""

    id: int
    class_group_id: int
    class_group: str
    subject: str
    sub_group: int | None
    time_zone: str
    starts_on: dt.date
    ends_on: dt.date
    second_term: dt.date | None
    hours_term1: Decimal
    hours_term2: Decimal
    future_locked: bool
    past_month_lock_day: int | None
    is_rounded: bool | None
    weights: Sequence[int] | None
    is_profiling: bool
    teaches: bool
    leads: bool
    absences_closed_on: dt.date | None

    @property
    def counting(self) -> Counting:
        return Counting.of(self.is_rounded, self.weights)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def term_of(self, day: dt.date) -> int:
        """The days between two terms belong to the first."""
        return 2 if self.second_term and day >= self.second_term else 1

    @property
    def taught(self) -> tuple[int, ...]:
        return taught_terms(self.hours_term1, self.hours_term2)

    def hours(self, term: int) -> Decimal:
        return self.hours_term1 if term == 1 else self.hours_term2

    def lock_of(self, lesson: "LessonSlot", today: dt.date) -> Refusal | None:
        """Return why nothing may be written in the lesson by who asked, or None."""
        day = {"day": f"{lesson.date:%d.%m.%Y} г."}
        if lesson.is_cancelled:
            return Refusal("lesson_cancelled", CANCELLED, day)
        if not lesson.is_own:
            return Refusal("not_your_lesson", NOT_OPEN, day)
        if lesson.verified_by is not None:
            return verified_lock(lesson.verified_by)
        return entry_lock(
            lesson.date, today=today, future_locked=self.future_locked, past_month_lock_day=self.past_month_lock_day
        )


@dataclass(frozen=True, slots=True)
class LessonSlot:
    """A lesson of the course; `version` None: its register was never taken."""

    id: int
    date: dt.date
    hour_no: int
    is_cancelled: bool
    is_own: bool
    teacher_id: int | None
    teacher: str | None
    version: int | None
    topic: str | None
    verified_by: str | None
    is_closed: bool  # the term of its day: grades wait until it is opened again


@dataclass(frozen=True, slots=True)
class Member:
    """A student of the course's register and from when until when they stand in it."""

    student_id: int
    name: str
    class_group: str
    level: int
    number: int | None
    since: dt.date
    until: dt.date
    special_needs: bool  # studies this subject by an individual plan
    exempt: Sequence[bool] | None  # from the first term, the second, the year

    @property
    def scale(self) -> Scale | None:
        return scale_of(self.level, special_needs=self.special_needs)

    def study(self, course: CourseRow) -> Study:
        exempt = frozenset(period for period, is_exempt in zip(Period, self.exempt or (), strict=False) if is_exempt)
        return Study(self.level, self.special_needs, exempt, course.taught)

    def stands_on(self, day: dt.date) -> bool:
        return self.since <= day <= self.until


class Standing(NamedTuple):
    """A grade that stands. `given_on` is told of those without a lesson, which carries the day of the others.

    A named tuple, for a page makes 650 of them; `term` is that of its day, or the one it ends.
    """

    id: int
    student_id: int
    lesson_id: int | None
    kind: GradeKind
    term: int
    given_on: dt.date | None
    given_by_id: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class Missing:
    """How a student stands in a lesson's register."""

    kind: AbsenceKind
    minutes: int | None
    by: str


def find_course(course_id: int, *, user_id: int, every: bool, on: dt.date) -> CourseRow | None:
    """Return the course if the user teaches it or leads its class on this day, or (`every`) any; else None."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COURSE, {"school": school_now(), "course": course_id, "user": user_id, "every": every, "on": on}
        )
        row = cursor.fetchone()
    return CourseRow(*row) if row else None


def lock_course(course_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [school_now(), course_id])


def lessons_of(
    course: CourseRow, *, user_id: int, every: bool, only: Collection[int] | None = None
) -> dict[int, LessonSlot]:
    """Return the course's lessons in order, all or those of `only`; `every` as in find_course."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LESSONS,
            {
                "school": school_now(),
                "course": course.id,
                "user": user_id,
                "every": every,
                "only": None if only is None else list(only),
            },
        )
        return {row[0]: LessonSlot(*row) for row in cursor.fetchall()}


def members_of(course: CourseRow) -> dict[int, Member]:
    with connection.cursor() as cursor:
        asked = {"school": school_now(), "course": course.id, "class_group": course.class_group_id}
        cursor.execute(_STUDENTS, asked)
        return {row[0]: Member(*row) for row in cursor.fetchall()}


def grades_of(
    course: CourseRow, *, at: dt.datetime | None = None, students: Sequence[int] | None = None
) -> list[Standing]:
    """Return the grades that stand, or stood at a moment, in the order they were given."""
    second = course.second_term or dt.date.max
    asked = {"school": school_now(), "course": course.id, "at": at, "starts": course.starts_on, "second": second}
    marks: dict[tuple[Decimal | None, int | None, int | None], Mark] = {}
    found = []
    with connection.cursor() as cursor:
        cursor.execute(_GRADES, {**asked, "students": None if students is None else list(students)})
        for grade, student, lesson, kind, term, given_on, by, *columns in cursor.fetchall():
            value = tuple(columns)
            mark = marks.get(value) or marks.setdefault(value, mark_of(*value))
            found.append(Standing(grade, student, lesson, _KINDS[kind], term, given_on, by, mark))
    return found


def modules_of(course: CourseRow, *, at: dt.datetime | None = None) -> dict[int, list[Mark]]:
    """Return the annual grades of a profiling subject's modules, by student; others have none."""
    found: dict[int, list[Mark]] = defaultdict(list)
    if not course.is_profiling:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_MODULES, {"school": school_now(), "course": course.id, "at": at})
        for student, *columns in cursor.fetchall():
            found[student].append(mark_of(*columns))
    return found


def absences_of(lessons: Collection[int]) -> dict[tuple[int, int], Missing]:
    """Return who is absent or late in these lessons, by lesson and student."""
    with connection.cursor() as cursor:
        cursor.execute(_ABSENCES, [school_now(), list(lessons)])
        return {
            (lesson, student): Missing(AbsenceKind(kind), minutes, by)
            for lesson, student, kind, minutes, by in cursor.fetchall()
        }
