"""Who is away, and what becomes of their lessons: substituted, merged, cancelled, given to another subject, moved.

A lesson that somebody filled in stays as it was taught. Families and the teachers concerned are told of each change.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from zvanets.accounts.letters import post
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lessons.models import LessonRecord
from zvanets.lessons.substitutes import letter_about
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.schools.models import (
    Course,
    Lesson,
    LessonChange,
    OffDay,
    School,
    ShiftHour,
    StaffMember,
    TeacherAbsence,
)
from zvanets.tenancy.school import school_now

Kind = LessonChange.Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to become of a lesson: one of a substitute, another course, or another day and hour; none: it is cancelled."""

    substitute: StaffMember | None = None
    is_specialist: bool = True
    course: Course | None = None
    day: date | None = None
    hour_no: int | None = None


@transaction.atomic
def note_absence(actor: Actor, staff_member: StaffMember, starts_on: date, ends_on: date) -> TeacherAbsence:
    """Keep that a teacher is away from a day to a day."""
    if ends_on < starts_on:
        raise Refusal("absence_ends_early", gettext_noop("Последният ден е преди първия."))
    overlap = TeacherAbsence.objects.filter(staff_member=staff_member, starts_on__lte=ends_on, ends_on__gte=starts_on)
    if overlap.exists():
        raise Refusal("absence_stands", gettext_noop("За тези дни вече е отбелязано отсъствие на този учител."))
    made: TeacherAbsence = TeacherAbsence.objects.create(
        staff_member=staff_member,
        starts_on=starts_on,
        ends_on=ends_on,
        noted_at=clock.now(),
        noted_by_id=actor.writer_id,
    )
    body: dict[str, Json] = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
    fact = Fact(Verb.TEACHER_AWAY, object_id=staff_member.pk, body=body)
    record([fact], actor=actor, tell=False)
    return made


@transaction.atomic
def end_absence(actor: Actor, absence: TeacherAbsence) -> None:
    """Take back that a teacher is away; what was done about the lessons stays until it is taken back too."""
    fact = Fact(Verb.TEACHER_BACK, object_id=absence.staff_member_id, body={"starts_on": absence.starts_on.isoformat()})
    absence.delete()
    record([fact], actor=actor, tell=False)


@transaction.atomic
def change_lesson(actor: Actor, lesson_id: int, wanted: Wanted) -> LessonChange:
    """Do it to the lesson and tell the families and the teachers concerned."""
    lesson = _locked(lesson_id)
    if LessonChange.objects.filter(lesson=lesson).exists() or lesson.is_cancelled or lesson.substitute_id:
        raise Refusal("lesson_changed", gettext_noop("Този час вече е променен. Първо отменете промяната."))
    change = LessonChange(lesson=lesson, is_specialist=wanted.is_specialist, made_at=clock.now())
    change.made_by_id = actor.writer_id
    if wanted.substitute:
        _substitute(lesson, change, wanted.substitute)
    else:
        _cancel(lesson, change, wanted)
    change.save()
    _tell(actor, Verb.HOUR_CHANGED, change)
    return change


@transaction.atomic
def take_back(actor: Actor, change_id: int) -> None:
    """Let the lesson be as the programme has it, unless what was held in its place was filled in."""
    change = LessonChange.objects.select_related("substitute", "instead__course__subject").get(pk=change_id)
    lesson = change.lesson = _locked(change.lesson_id)
    instead = change.instead
    if instead is not None:
        _locked(instead.pk)
    lesson.substitute, lesson.is_cancelled = None, False
    lesson.save(update_fields=["substitute", "is_cancelled"])
    change.delete()
    _tell(actor, Verb.HOUR_WITHDRAWN, change)
    if instead is not None:
        instead.delete()


def _locked(lesson_id: int) -> Lesson:
    """Lock a lesson that nobody filled in."""
    Lesson.objects.select_for_update(no_key=True).only("pk").get(pk=lesson_id)
    lesson: Lesson = Lesson.objects.with_names().get(pk=lesson_id)
    if LessonRecord.objects.filter(lesson=lesson).exists():
        raise Refusal("lesson_filled", gettext_noop("Този час вече е записан и остава така, както е проведен."))
    return lesson


def _substitute(lesson: Lesson, change: LessonChange, by: StaffMember) -> None:
    if by in teachers_of(lesson):
        raise Refusal("own_substitute", gettext_noop("Учителят не може да замества себе си."))
    if TeacherAbsence.objects.on(lesson.date).filter(staff_member=by).exists():
        raise Refusal("substitute_away", gettext_noop("Този учител също отсъства в този ден."))
    change.kind = Kind.MERGED if by.pk in busy_at(lesson) else Kind.SUBSTITUTED
    change.substitute = lesson.substitute = by
    lesson.save(update_fields=["substitute"])


def _cancel(lesson: Lesson, change: LessonChange, wanted: Wanted) -> None:
    change.kind = Kind.REPLACED if wanted.course else Kind.MOVED if wanted.day else Kind.CANCELLED
    if change.kind != Kind.CANCELLED:
        change.instead = _instead(lesson, wanted)
    lesson.is_cancelled = True
    lesson.save(update_fields=["is_cancelled"])


def _instead(lesson: Lesson, wanted: Wanted) -> Lesson:
    """Make the lesson that is held in this one's place: of another course in its hour, or of its own at another time."""
    course, day, hour = wanted.course or lesson.course, wanted.day or lesson.date, wanted.hour_no
    if wanted.course:
        if course == lesson.course or course.class_group_id != lesson.course.class_group_id:
            raise Refusal("other_course", gettext_noop("Изберете друг предмет на същата паралелка."))
        starts_at, ends_at, hour = lesson.starts_at, lesson.ends_at, lesson.hour_no
    else:
        hour = lesson.hour_no if hour is None else hour
        _must_be_free(lesson, day, hour)
        starts_at, ends_at = _bell(lesson, day, hour)
    made: Lesson
    made, is_new = Lesson.objects.get_or_create(
        course=course,
        date=day,
        hour_no=hour,
        defaults={"starts_at": starts_at, "ends_at": ends_at, "room": lesson.room},
    )
    if not is_new:
        raise Refusal("hour_taken", gettext_noop("В този час паралелката вече има урок."))
    return made


def _must_be_free(lesson: Lesson, day: date, hour: int) -> None:
    book = lesson.course.class_group
    off = Q(year_group__isnull=True) | Q(year_group=book.year_group_id)
    if OffDay.objects.filter(off, date=day).exists():
        raise Refusal("off_day", gettext_noop("Този ден е неучебен."))
    at_once = Lesson.objects.standing().filter(course__class_group=book, date=day, hour_no=hour)
    if lesson.course.sub_group:  # another group of the class may have its hour then
        at_once = at_once.filter(Q(course__sub_group__isnull=True) | Q(course__sub_group=lesson.course.sub_group))
    if at_once.exists():
        raise Refusal("hour_taken", gettext_noop("В този час паралелката вече има урок."))


def _bell(lesson: Lesson, day: date, hour: int) -> tuple[time, time]:
    """Return when the hour begins and ends that day: as for the class's own lessons, else by the school's bells."""
    near = Lesson.objects.filter(course__class_group=lesson.course.class_group_id, hour_no=hour)
    times = near.order_by("-date").values_list("starts_at", "ends_at").first()
    times = times or ShiftHour.objects.filter(
        shift__school_year=lesson.course.class_group.school_year_id, weekday=day.isoweekday(), hour_no=hour
    ).order_by("pk").values_list("starts_at", "ends_at").first()  # fmt: skip
    if times is None:
        raise Refusal("no_bell", gettext_noop("Училището няма такъв час."))
    return times[0], times[1]


def teachers_of(lesson: Lesson) -> list[StaffMember]:
    """Return who teaches the lesson by the programme."""
    day = lesson.date
    found = StaffMember.objects.filter(
        Q(courses__ends_on__isnull=True) | Q(courses__ends_on__gte=day),
        courses__course=lesson.course_id,
        courses__starts_on__lte=day,
    )
    return list(found.distinct())


def busy_at(lesson: Lesson) -> set[int]:
    """Return the staff members who have a lesson at the same time."""
    at_once = Lesson.objects.standing().filter(
        date=lesson.date, starts_at__lt=lesson.ends_at, ends_at__gt=lesson.starts_at
    ).exclude(pk=lesson.pk)  # fmt: skip
    day = Q(course__teachers__ends_on__isnull=True) | Q(course__teachers__ends_on__gte=lesson.date)
    own = at_once.filter(day, substitute__isnull=True, course__teachers__starts_on__lte=lesson.date)
    found = set(own.values_list("course__teachers__staff_member", flat=True))
    return found | set(at_once.filter(substitute__isnull=False).values_list("substitute", flat=True))


def _tell(actor: Actor, verb: Verb, change: LessonChange) -> None:
    lesson, instead = change.lesson, change.instead
    today = clock.today(ZoneInfo(School.objects.get(pk=school_now()).time_zone))
    days = [lesson.date, *([instead.date] if instead else [])]
    body: dict[str, Json] = {
        "class_group": lesson.course.class_group.name,
        "subject": lesson.course.subject.name,
        "date": lesson.date.isoformat(),
        "hour_no": lesson.hour_no,
        "change": Kind(change.kind).name,
        "teacher": change.substitute.short_name if change.substitute else "",
        "instead": instead.course.subject.name if instead and change.kind == Kind.REPLACED else "",
        "to_date": instead.date.isoformat() if instead else "",
        "to_hour": instead.hour_no if instead else None,
        "soon": any(_is_soon(each, today) for each in (lesson, instead) if each),
    }
    for member in {*teachers_of(lesson), *([change.substitute] if change.substitute else [])}:
        if member.user and member.user.email:
            subject, text = letter_about(verb, change, member, member.user.language)
            post(member.user.email, subject=subject, text=text, language=member.user.language)
    fact = Fact(verb, course_id=lesson.course_id, lesson_id=lesson.pk, object_id=lesson.pk, body=body)
    record([fact], actor=actor, tell=max(days) >= today)


def _is_soon(lesson: Lesson, today: date) -> bool:
    """Whether it cannot wait for the morning: a lesson of today, or the first that the class has tomorrow."""
    if lesson.date != today + timedelta(days=1):
        return lesson.date <= today
    of_the_class = Lesson.objects.standing().filter(course__class_group=lesson.course.class_group_id, date=lesson.date)
    return not of_the_class.filter(hour_no__lt=lesson.hour_no).exists()
