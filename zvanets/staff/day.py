"""The lessons of a day or a week as a teacher's list shows them, and those that wait to be filled in."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from zvanets.attendance.models import Absence
from zvanets.lessons.models import LessonRecord
from zvanets.lib import bg, clock
from zvanets.rules.absences import AbsenceKind
from zvanets.schools.models import CourseMember, CourseTeacher, Lesson
from zvanets.schools.models.timetable import LessonQuerySet
from zvanets.staff.seat import Link, Seat, lang

WAITS_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class LessonLine:
    """One lesson in a list: when, with whom, what, and how it stands."""

    url: str
    grades_url: str  # the course's gradebook, for who may open it
    starts_at: str
    class_group: str
    subject: str
    details: str  # „каб. 12 · замествате г-жа Колева“
    state: str
    is_saved: bool
    is_now: bool
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Lessons of one day that were not filled in."""

    date: date
    text: str
    url: str


def own_lessons(seat: Seat) -> LessonQuerySet:
    lessons: LessonQuerySet = Lesson.objects.taught_by(seat.user)
    return lessons


def lines(seat: Seat, lessons: Iterable[Lesson], *, with_teachers: bool = False) -> list[LessonLine]:
    """Describe the lessons (loaded `with_names`) in a number of statements that does not grow with them."""
    found = list(lessons)
    saved = set(LessonRecord.objects.filter(lesson__in=found).values_list("lesson_id", flat=True))
    counts = Counter(Absence.objects.filter(lesson__in=found).values_list("lesson_id", "kind"))
    teachers = _teachers(found if with_teachers else [lesson for lesson in found if lesson.substitute_id])
    sizes = _sizes([lesson for lesson in found if _is_now(lesson, seat)])
    return [
        LessonLine(
            url=seat.url("lesson", lesson.pk),
            grades_url=seat.url("gradebook", lesson.course_id)
            if seat.writes_every_lesson or not lesson.substitute_id
            else "",
            starts_at=f"{lesson.starts_at:%H:%M}",
            class_group=lesson.course.class_group.name,
            subject=lesson.course.subject.name,
            details=_details(lesson, seat, teachers, sizes),
            state=_state(lesson, counts, is_saved=lesson.pk in saved),
            is_saved=lesson.pk in saved,
            is_now=lesson.pk in sizes,
            is_cancelled=lesson.is_cancelled,
        )
        for lesson in found
    ]


def _is_now(lesson: Lesson, seat: Seat) -> bool:
    now = clock.now().astimezone(seat.zone)
    return lesson.date == now.date() and lesson.starts_at <= now.time() < lesson.ends_at and not lesson.is_cancelled


def _teachers(lessons: Sequence[Lesson]) -> dict[int, str]:
    """Return who teaches each course in general: the newest assignment."""
    if not lessons:
        return {}
    rows = CourseTeacher.objects.filter(course__in={lesson.course_id for lesson in lessons})
    named = rows.order_by("starts_on").values_list("course_id", "staff_member__first_name", "staff_member__last_name")
    return {course: f"{first} {last}" for course, first, last in named}


def _sizes(running: Sequence[Lesson]) -> dict[int, int]:
    if not running:
        return {}
    members = CourseMember.objects.standing(on=running[0].date).filter(course__in=[each.course_id for each in running])
    counts = Counter(members.values_list("course_id", flat=True))
    return {lesson.pk: counts[lesson.course_id] for lesson in running}


def _details(lesson: Lesson, seat: Seat, teachers: dict[int, str], sizes: dict[int, int]) -> str:
    parts = []
    if lesson.course.sub_group:
        parts.append(_("група %s") % lesson.course.sub_group)
    if lesson.room:
        parts.append(_("каб. %s") % lesson.room)
    if lesson.pk in sizes:
        parts.append(bg.counted(sizes[lesson.pk], "student", lang()))
    teacher = teachers.get(lesson.course_id, "")
    if lesson.substitute and lesson.substitute.user_id == seat.user.pk:
        parts.append(_("замествате %s") % teacher if teacher else _("замествате"))
    elif lesson.substitute:
        parts.append(_("%(who)s замества %(whom)s") % {"who": lesson.substitute.short_name, "whom": teacher})
    elif teacher:
        parts.append(teacher)
    return " · ".join(parts)


def _state(lesson: Lesson, counts: Counter[tuple[int, int]], *, is_saved: bool) -> str:
    if lesson.is_cancelled:
        return _("не се провежда")
    if not is_saved:
        return ""
    absent = counts[lesson.pk, AbsenceKind.UNEXCUSED] + counts[lesson.pk, AbsenceKind.EXCUSED]
    late = counts[lesson.pk, AbsenceKind.LATE]
    missing = [bg.counted(n, word, lang()) for n, word in ((absent, "absent"), (late, "late")) if n]
    return _("записан, %s") % (", ".join(missing) or _("всички тук"))


def unfilled(seat: Seat, lessons: LessonQuerySet) -> LessonQuerySet:
    """Lessons of the last 14 days that are over and have no record."""
    now = clock.now().astimezone(seat.zone)
    recorded = LessonRecord.objects.filter(lesson=OuterRef("pk"))
    over = lessons.standing().filter(date__gte=now.date() - WAITS_FOR, date__lte=now.date())
    not_today = over.exclude(date=now.date(), ends_at__gt=now.time())
    waiting: LessonQuerySet = not_today.filter(~Exists(recorded))
    return waiting


def waiting_by_day(seat: Seat, lessons: LessonQuerySet) -> list[Waiting]:
    """Return „2 часа (петък)“ with the day's page, the newest day first."""
    days = Counter(day for day, _pk in unfilled(seat, lessons).values_list("date", "pk"))
    return [
        Waiting(day, f"{bg.counted(n, 'lesson', lang())} ({_day(day, seat)})", seat.url("day", day))
        for day, n in sorted(days.items(), reverse=True)
    ]


def _day(day: date, seat: Seat) -> str:
    today = seat.today()
    if day == today:
        return _("днес")
    return bg.weekday(day, lang()) if today - day < timedelta(days=7) else bg.day_name(day, lang())


def running(seat: Seat, lessons: Iterable[Lesson]) -> Lesson | None:
    """Return the lesson that runs at this moment, if any."""
    return next((lesson for lesson in lessons if _is_now(lesson, seat)), None)


def days_around(day: date, seat: Seat) -> dict[str, Any]:
    """Return the links to the day before, today and the day after."""
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    return {
        "before": Link(seat.url("day", before), bg.weekday(before, lang())),
        "after": Link(seat.url("day", after), bg.weekday(after, lang())),
        "today": None if day == seat.today() else Link(seat.url("today"), _("Днес")),
    }


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def midnight(day: date, seat: Seat) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=seat.zone)
