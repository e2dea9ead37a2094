"""Absences of many lessons at once: the whole class away, an event, one student all day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q

from zvanets.attendance.actions import Excuse, absence_fact, lock_unexcused, mark_excused, must_be_few_days
from zvanets.attendance.covering import Missed, excuse_covered
from zvanets.attendance.locks import must_be_open
from zvanets.attendance.models import Absence, AbsenceQuerySet, ExcuseReason
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lessons.models import LessonRecord
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.locks import entry_lock
from zvanets.rules.notices import Span
from zvanets.schools.choices import choices_now
from zvanets.schools.models import CourseMember, Lesson

MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class Away:
    """Which students were away and when; with `excuse` their absences are excused at once, late ones stay."""

    students: Collection[int]
    span: Span
    excuse: Excuse | None = None


@transaction.atomic
def record_away(actor: Actor, away: Away) -> int:
    """Enter an absence in each lesson of these students in these days and hours; return how many are new or excused.

    Who is in a lesson's list already stays as they stand; unexcused absences are excused where an excuse is given.
    Raises Refusal `no_lessons`, `lesson_in_future`, `month_closed`, `lesson_verified`, `absences_closed`,
    `span_too_long`.
    """
    if (away.span.last - away.span.first).days >= MOST_DAYS:
        raise Refusal("span_too_long", gettext_noop("Наведнъж се вписва най-много за един месец."))
    missed = _missed(away)
    if not missed:
        raise Refusal("no_lessons", gettext_noop("Избраните ученици нямат часове в тези дни и часове."))
    lessons = {lesson.pk: lesson for lesson, _ in missed}
    _must_be_open(list(lessons.values()))
    must_be_open([(student, lesson.date) for lesson, student in missed])
    new = _insert(actor, missed)
    standing = Absence.objects.filter(lesson__in=lessons, student__in=away.students)
    facts = _excuse(actor, standing, away.excuse) if away.excuse else _cover(new)
    # A page that was opened before must not save over this.
    LessonRecord.objects.filter(lesson__in={each.lesson_id for each in new}).update(version=F("version") + 1)
    told = [] if away.excuse else [absence_fact(Verb.ABSENCE_RECORDED, each, minutes=None) for each in new]
    if facts or told:
        record([*told, *facts], actor=actor, tell=True)
    return len(facts if away.excuse else new)


def _missed(away: Away) -> list[tuple[Lesson, int]]:
    """Return each lesson with each of the students who stands in its register on its day."""
    span = away.span
    members = CourseMember.objects.filter(student__in=away.students, starts_on__lte=span.last)
    members = members.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=span.first))
    courses = {member.course_id for member in members}
    lessons = Lesson.objects.standing().filter(course__in=courses, date__range=(span.first, span.last))
    within = [each for each in lessons.order_by("date", "hour_no", "pk") if span.covers(each.date, each.hour_no)]
    by_course: dict[int, list[CourseMember]] = {}
    for member in members:
        by_course.setdefault(member.course_id, []).append(member)
    return [
        (lesson, member.student_id)
        for lesson in within
        for member in by_course[lesson.course_id]
        if member.starts_on <= lesson.date and (member.ends_on is None or lesson.date <= member.ends_on)
    ]


def _must_be_open(lessons: Sequence[Lesson]) -> None:
    choices, today = choices_now(), clock.today()
    for day in sorted({lesson.date for lesson in lessons}):
        lock = entry_lock(
            day,
            today=today,
            future_locked=choices.future_entries_locked,
            past_month_lock_day=choices.past_month_lock_day,
        )
        if lock:
            raise lock
    verified = LessonRecord.objects.filter(lesson__in=lessons, verified_at__isnull=False).select_related("lesson")
    if found := verified.first():
        text = gettext_noop("Има час, проверен от директора (%(day)s). Обърнете се към него или изберете други часове.")
        raise Refusal("lesson_verified", text, {"day": f"{found.lesson.date:%d.%m.%Y} г., {found.lesson.hour_no}"})


def _insert(actor: Actor, missed: Sequence[tuple[Lesson, int]]) -> list[Absence]:
    """Insert those that are not there, and return them with what their facts say."""
    there = set(
        Absence.objects.filter(lesson__in=[lesson for lesson, _ in missed]).values_list("lesson_id", "student_id")
    )
    now = clock.now()
    made = [
        Absence(
            lesson=lesson,
            student_id=student,
            date=lesson.date,
            kind=AbsenceKind.UNEXCUSED,
            recorded_at=now,
            recorded_by_id=actor.writer_id,
        )
        for lesson, student in missed
        if (lesson.pk, student) not in there
    ]
    Absence.objects.bulk_create(made, ignore_conflicts=True)
    return lock_unexcused(
        Absence.objects.filter(
            recorded_at=now,
            lesson__in={each.lesson_id for each in made},
            student__in={each.student_id for each in made},
        )
    )


def _excuse(actor: Actor, standing: AbsenceQuerySet, excuse: Excuse) -> list[Fact]:
    absent = lock_unexcused(standing.filter(kind=AbsenceKind.UNEXCUSED))
    if absent and excuse.reason == ExcuseReason.FAMILY:
        must_be_few_days(absent)
    return mark_excused(actor, absent, excuse, clock.now()) if absent else []


def _cover(new: Sequence[Absence]) -> list[Fact]:
    by_id = {each.pk: each for each in new}
    missed = [Missed(each.pk, each.student_id, each.date, each.lesson.hour_no) for each in new]
    covered = excuse_covered(missed, now=clock.now())
    return [
        absence_fact(Verb.ABSENCE_EXCUSED, by_id[pk], reason_kind=int(cover.reason)) for pk, cover in covered.items()
    ]
