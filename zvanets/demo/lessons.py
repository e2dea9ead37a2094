"""Lessons on dates out of the demo's weekly programme, and what one needs to write about them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.db.models import Max

from zvanets.demo.rows import insert
from zvanets.demo.shape import DEMO_CLASSES
from zvanets.demo.staffing import DEMO_SUBJECT
from zvanets.demo.year import AHEAD, first_day_of_life, is_week_a
from zvanets.gradebook.models import SpecialNeeds
from zvanets.lib import clock
from zvanets.schools.models import (
    Course,
    CourseMember,
    CourseTeacher,
    Enrolment,
    Lesson,
    ScheduleHour,
    SchoolYear,
    ShiftHour,
    Term,
    Week,
)
from zvanets.schools.register import Line, OpenLesson


def keep_current(today: date) -> None:
    """Let the year reach as far as it should, and make the lessons of the weeks to come."""
    year = SchoolYear.objects.latest("year")
    needed = today + AHEAD
    if year.ends_on < needed:
        SchoolYear.objects.filter(pk=year.pk).update(ends_on=needed)
        ScheduleHour.objects.filter(ends_on=year.ends_on).update(ends_on=needed)
    Term.objects.filter(year_group__school_year=year, number=2, ends_on__lt=needed).update(ends_on=needed)
    _make_lessons(year, first_day_of_life(today), today + AHEAD / 2)


def _make_lessons(year: SchoolYear, first: date, last: date) -> None:
    made_until = Lesson.objects.aggregate(last=Max("date"))["last"]
    begin = max(first, made_until + timedelta(days=1)) if made_until else first
    days = [begin + timedelta(days=number) for number in range((last - begin).days + 1)]
    columns = ("course", "date", "hour_no", "starts_at", "ends_at", "room")
    insert(Lesson, columns, [row for day in days for row in _of_day(year.starts_on, day)])


def _of_day(start: date, day: date) -> Iterator[tuple[int, date, int, time, time, str]]:
    bells = {
        (shift, hour): bell
        for shift, hour, *bell in ShiftHour.objects.filter(weekday=day.isoweekday()).values_list(
            "shift_id", "hour_no", "starts_at", "ends_at"
        )
    }
    weeks = (Week.ALL, Week.A if is_week_a(day, start) else Week.B)
    hours = ScheduleHour.objects.filter(
        weekday=day.isoweekday(), week__in=weeks, starts_on__lte=day, ends_on__gte=day
    ).order_by("shift_id", "hour_no", "pk")
    for course, shift, hour, room in hours.values_list("course_id", "shift_id", "hour_no", "room"):
        starts_at, ends_at = bells[shift, hour]
        yield course, day, hour, starts_at, ends_at, room


@dataclass(frozen=True, slots=True)
class Taught:
    """A course with its teachers' names and days."""

    id: int
    class_group_id: int
    class_group: str
    subject: str
    is_class_hour: bool
    teachers: tuple[tuple[int, int | None, str, date, date | None], ...]  # id, user, name, from, to
    lines: dict[int, Line]

    @property
    def is_round_the_clock(self) -> bool:
        return self.class_group in DEMO_CLASSES and self.subject == DEMO_SUBJECT

    def teacher(self, on: date) -> tuple[int | None, int | None, str]:
        for number, user, name, since, until in self.teachers:
            if since <= on and (until is None or until >= on):
                return number, user, name
        return None, None, ""


@dataclass(frozen=True, slots=True)
class Held:
    """A lesson that is over and nobody has written about, as the entry rooms take it."""

    course: Taught
    lesson: OpenLesson
    user_id: int
    ends: datetime


def courses() -> dict[int, Taught]:
    teachers = defaultdict(list)
    rows = CourseTeacher.objects.order_by("starts_on", "pk").values_list(
        *("course_id", "staff_member_id", "staff_member__user_id", "staff_member__first_name"),
        *("staff_member__last_name", "starts_on", "ends_on"),
    )
    for course, number, user, first, last, since, until in rows:
        teachers[course].append((number, user, f"{first} {last}", since, until))
    lines = _lines()
    columns = ("pk", "class_group_id", "class_group__name", "subject__name", "is_class_hour")
    return {
        pk: Taught(pk, book, name, subject, is_class_hour, tuple(teachers[pk]), lines.get(pk, {}))
        for pk, book, name, subject, is_class_hour in Course.objects.values_list(*columns)
    }


def _lines() -> dict[int, dict[int, Line]]:
    """Return the registers by course; who has left stands in none."""
    seats = {
        (book, student): Line(student, f"{first} {last}", group, level, number)
        for book, student, first, last, group, level, number in Enrolment.objects.filter(
            status=Enrolment.Status.ENROLLED
        ).values_list(
            *("class_book_id", "student_id", "student__first_name", "student__last_name"),
            *("class_group__name", "class_group__year_group__level", "number"),
        )
    }
    plans = set(SpecialNeeds.objects.values_list("course_id", "student_id"))
    found: dict[int, dict[int, Line]] = defaultdict(dict)
    members = CourseMember.objects.order_by("pk").values_list("course_id", "course__class_group_id", "student_id")
    for course, book, student in members:
        if line := seats.get((book, student)):
            found[course][student] = replace(line, special_needs=(course, student) in plans)
    return found


def unwritten(now: datetime) -> list[Held]:
    """Return the lessons that ended since the last written one, the oldest first."""
    written = Lesson.objects.filter(records__isnull=False).order_by("-date", "-ends_at").values_list("date", "ends_at")
    last = _ends(*written[0]) if written else None
    known = courses()
    waiting = Lesson.objects.filter(date__lte=clock.today(), date__gte=last.date() if last else date.min)
    columns = ("pk", "course_id", "date", "hour_no", "ends_at")
    found = []
    for pk, course_id, day, hour, ends_at in waiting.order_by("date", "starts_at", "pk").values_list(*columns):
        ends = _ends(day, ends_at)
        course = known[course_id]
        teacher_id, user_id, name = course.teacher(day)
        if user_id is None or ends > now or (last and ends <= last):
            continue
        lesson = OpenLesson(
            pk, course.id, course.class_group_id, course.subject, day, hour, name, teacher_id, course.lines, ends
        )
        found.append(Held(course, lesson, user_id, ends))
    return found


def _ends(day: date, ends_at: time) -> datetime:
    return datetime.combine(day, ends_at, tzinfo=clock.SOFIA)
