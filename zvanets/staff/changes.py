"""A day's changes of the programme: who is away, which lessons that leaves alone, what was done about each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from zvanets.lessons.changes import busy_at
from zvanets.lessons.substitutes import described
from zvanets.schools.models import ClassGroup, Course, CourseTeacher, Lesson, LessonChange, StaffMember, TeacherAbsence
from zvanets.staff.seat import Seat, lang


@dataclass(frozen=True, slots=True)
class Line:
    """A lesson of the day, by the programme and as it is."""

    url: str
    starts_at: str
    class_group: str
    subject: str
    teacher: str
    done: str


def teachers() -> QuerySet[StaffMember]:
    """Everybody who teaches something, by name."""
    taught = CourseTeacher.objects.values("staff_member")
    return StaffMember.objects.filter(pk__in=taught).order_by("sort_name", "pk")


def away_on(day: date) -> list[TeacherAbsence]:
    absences = TeacherAbsence.objects.on(day).select_related("staff_member")
    return list(absences.order_by("staff_member__sort_name"))


def lessons_alone(day: date, away: Iterable[TeacherAbsence]) -> QuerySet[Lesson]:
    """The lessons of the day whose teacher by the programme is away, and those that were changed."""
    ids = [each.staff_member_id for each in away]
    ends = Q(course__teachers__ends_on__isnull=True) | Q(course__teachers__ends_on__gte=day)
    left = Q(ends, course__teachers__staff_member__in=ids, course__teachers__starts_on__lte=day)
    lessons: QuerySet[Lesson] = Lesson.objects.filter(left | Q(changes__isnull=False), date=day)
    return lessons.distinct()


def lines_of(seat: Seat, lessons: QuerySet[Lesson], day: date) -> list[Line]:
    found = list(lessons.with_names().order_by("starts_at", "hour_no", "pk"))  # type: ignore[attr-defined]
    names = _teachers_by_course({each.course_id for each in found}, day)
    done = {each.lesson_id: described(each, lang()) for each in changes_of(found)}
    return [
        Line(
            url=seat.url("change_lesson", each.pk),
            starts_at=f"{each.starts_at:%H:%M}",
            class_group=each.course.class_group.name,
            subject=each.course.subject.name,
            teacher=names.get(each.course_id, ""),
            done=done.get(each.pk, ""),
        )
        for each in found
    ]


def changes_of(lessons: Iterable[Lesson]) -> QuerySet[LessonChange]:
    return LessonChange.objects.filter(lesson__in=list(lessons)).select_related(
        "substitute", "instead__course__subject"
    )


def _teachers_by_course(courses: set[int], day: date) -> dict[int, str]:
    rows = CourseTeacher.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day), course__in=courses)
    named = rows.filter(starts_on__lte=day).order_by("starts_on").select_related("staff_member")
    return {each.course_id: each.staff_member.short_name for each in named}


def substitutes_for(lesson: Lesson) -> list[tuple[int, str]]:
    """Return who may take the lesson: those who teach its subject first, each with a word on what they do then."""
    busy = busy_at(lesson)
    away = {each.staff_member_id for each in away_on(lesson.date)}
    own = set(Course.objects.filter(subject=lesson.course.subject_id).values_list("teachers__staff_member", flat=True))
    found = [
        (each.pk not in own, each.pk in busy, each)
        for each in teachers()
        if each.pk not in away
    ]  # fmt: skip
    return [(each.pk, _with_words(each, own, busy)) for _own, _busy, each in sorted(found, key=lambda row: row[:2])]


def _with_words(member: StaffMember, own: set[int], busy: set[int]) -> str:
    words = [member.short_name]
    if member.pk in own:
        words.append(_("същия предмет"))
    if member.pk in busy:
        words.append(_("има час, ще са слети"))
    return " · ".join(words)


def courses_beside(lesson: Lesson) -> list[tuple[int, str]]:
    """Return the other subjects of the class."""
    book: ClassGroup = lesson.course.class_group
    others = Course.objects.valid().filter(class_group=book).exclude(pk=lesson.course_id).select_related("subject")
    return [(each.pk, each.subject.name) for each in others.order_by("subject__name", "pk")]
