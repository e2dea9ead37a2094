"""Make the lessons of a school year out of its weekly programme, take back those it no longer makes; narrow a register; note a colleague.

Call inside at_school(); of the lessons the caller writes history.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from zvanets.accounts.models import User
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib import names
from zvanets.schools.models import Course, CourseMember, Lesson, SchoolYear, StaffMember
from zvanets.tenancy.school import school_now

# Everything named by a school's own key; a combined class (no year group of its own) has a lesson on a day when any of
# the year groups of its child groups is in term and not off. Week A holds the first school day.
_PROGRAMME = """
WITH book_days AS (
    SELECT DISTINCT book.id AS book_id, day::date AS day
    FROM schools_classgroup book
    JOIN schools_classgroup part
      ON part.school_id = book.school_id AND (part.id = book.id OR part.parent_id = book.id)
    JOIN schools_term term ON term.school_id = part.school_id AND term.year_group_id = part.year_group_id
    CROSS JOIN generate_series(term.starts_on::timestamp, term.ends_on::timestamp, interval '1 day') AS day
    WHERE book.school_id = %(school)s AND book.school_year_id = %(year)s AND book.parent_id IS NULL
      AND NOT EXISTS (
        SELECT FROM schools_offday off
        WHERE off.school_id = book.school_id AND off.date = day::date
          AND (off.year_group_id IS NULL OR off.year_group_id = part.year_group_id))
), programme AS (
    SELECT hour.school_id, hour.course_id, book_days.day, hour.hour_no, bell.starts_at, bell.ends_at, hour.room
    FROM schools_schedulehour hour
    JOIN schools_course course ON course.school_id = hour.school_id AND course.id = hour.course_id AND course.is_valid
    JOIN book_days ON book_days.book_id = course.class_group_id
      AND book_days.day BETWEEN hour.starts_on AND hour.ends_on
      AND extract(isodow FROM book_days.day) = hour.weekday
      AND hour.week IN ('all', CASE WHEN (book_days.day - %(monday)s::date) / 7 %% 2 = 0 THEN 'A' ELSE 'B' END)
    JOIN schools_shifthour bell ON bell.school_id = hour.school_id AND bell.shift_id = hour.shift_id
      AND bell.weekday = hour.weekday AND bell.hour_no = hour.hour_no
    WHERE hour.school_id = %(school)s
)
"""
_MAKE = (
    _PROGRAMME
    + """
INSERT INTO schools_lesson (school_id, course_id, date, hour_no, starts_at, ends_at, room, is_cancelled)
SELECT DISTINCT ON (course_id, day, hour_no) school_id, course_id, day, hour_no, starts_at, ends_at, room, false
FROM programme
ORDER BY course_id, day, hour_no
ON CONFLICT (school_id, course_id, date, hour_no) DO NOTHING
"""
)
_NOT_MADE = (
    _PROGRAMME
    + """
SELECT lesson.id
FROM schools_lesson lesson
JOIN schools_course course ON course.school_id = lesson.school_id AND course.id = lesson.course_id
JOIN schools_classgroup book ON book.school_id = course.school_id AND book.id = course.class_group_id
WHERE lesson.school_id = %(school)s AND book.school_year_id = %(year)s
  AND NOT EXISTS (
    SELECT FROM programme
    WHERE programme.course_id = lesson.course_id AND programme.day = lesson.date
      AND programme.hour_no = lesson.hour_no
      AND programme.starts_at = lesson.starts_at AND programme.ends_at = lesson.ends_at)
"""
)


def make_lessons(*, school_year: SchoolYear) -> int:
    """Add the lessons that the programme makes and that are not there; return how many."""
    with _hashing() as cursor:
        cursor.execute(_MAKE, _bounds(school_year))
        return int(cursor.rowcount)


def take_back_lessons(*, school_year: SchoolYear) -> int:
    """Delete the lessons that the programme does not make, except those somebody wrote in or changed."""
    with _hashing() as cursor:
        cursor.execute(_NOT_MADE, _bounds(school_year))
        not_made = [number for (number,) in cursor]
    lessons = Lesson.objects.filter(pk__in=not_made, is_cancelled=False, substitute__isnull=True)
    # Whatever room refers to a lesson, what it wrote there stays, and the lesson with it.
    for room in Lesson._meta.related_objects:
        written = room.related_model._default_manager.filter(**{room.field.name: OuterRef("pk")})  # noqa: SLF001
        lessons = lessons.filter(~Exists(written))
    return lessons.delete()[0]


@contextmanager
def _hashing() -> Iterator[Any]:
    """In the transaction of an import the planner knows no figures yet and loops: 140 s instead of one."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield cursor
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


def _bounds(school_year: SchoolYear) -> dict[str, int | date]:
    first = school_year.starts_on
    if first.weekday() > 4:
        first += timedelta(days=7 - first.weekday())
    monday = first - timedelta(days=first.weekday())
    return {"school": school_now(), "year": school_year.pk, "monday": monday}


@transaction.atomic
def set_register(
    *, actor: Actor, course: Course, students: Collection[int], among: Collection[int], since: date
) -> int:
    """Let of `among` these students alone stand in the course's register from a day on; return how many came or went.

    What was written in lessons before stays with its student.
    """
    # One at a time: two who set it at once must not both add a student.
    Course.objects.select_for_update(no_key=True).only("pk").get(pk=course.pk)
    members = CourseMember.objects.filter(course=course, student__in=among)
    open_ones = members.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=since))
    standing = set(open_ones.values_list("student_id", flat=True))
    gone, come = standing.difference(students), set(students).intersection(among) - standing
    open_ones.filter(student__in=gone, starts_on__gte=since).delete()
    open_ones.filter(student__in=gone).update(ends_on=since - timedelta(days=1))
    back = members.filter(student__in=come, ends_on=since - timedelta(days=1))
    returned = set(back.values_list("student_id", flat=True))
    back.update(ends_on=None)
    new = sorted(come - returned)
    CourseMember.objects.bulk_create(CourseMember(course=course, student_id=each, starts_on=since) for each in new)
    if gone or come:
        body: dict[str, Json] = {"came": sorted(come), "went": sorted(gone), "since": since.isoformat()}
        record([Fact(Verb.REGISTER_CHANGED, course_id=course.pk, body=body)], actor=actor, tell=False)
    return len(gone) + len(come)


def add_staff_member(*, user: User, first_name: str, last_name: str, middle_name: str = "") -> StaffMember:
    """Return the staff member behind an account, made when there is none: whom courses and substitutions name."""
    known: StaffMember | None = StaffMember.objects.filter(user=user).first()
    return known or StaffMember.objects.create(
        user=user,
        first_name=first_name,
        middle_name=middle_name,
        last_name=last_name,
        sort_name=names.sort_key(first_name, middle_name, last_name),
    )
