"""Record and excuse absences."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from zvanets.attendance.models import Absence, AbsenceQuerySet, ExcuseReason
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.absences import AbsenceKind, check_parent_days
from zvanets.schools.models import SchoolYear, Student
from zvanets.schools.register import OpenLesson
from zvanets.tenancy.school import school_now

_UPSERT = """
INSERT INTO attendance_absence (school_id, lesson_id, student_id, date, kind, minutes_late, reason_text,
    recorded_at, recorded_by_id)
SELECT %(school)s, %(lesson)s, t.student, %(on)s, t.kind, t.minutes, '', %(at)s, %(by)s
FROM unnest(%(students)s::bigint[], %(kinds)s::smallint[], %(minutes)s::smallint[]) AS t (student, kind, minutes)
ON CONFLICT (school_id, lesson_id, student_id) DO UPDATE
SET kind = excluded.kind, minutes_late = excluded.minutes_late, recorded_at = excluded.recorded_at,
    recorded_by_id = excluded.recorded_by_id
RETURNING student_id, id
"""
_DELETE = """
DELETE FROM attendance_absence
WHERE school_id = %(school)s AND lesson_id = %(lesson)s AND student_id = ANY(%(students)s)
RETURNING student_id, id
"""

# To the class teacher, of one of several children; the rule's own words are for the parent.
_TOO_MANY_DAYS = {
    "too_many_days_at_once": gettext_noop(
        "%(student)s: по семейни причини се извиняват най-много %(at_once)s учебни дни наведнъж, а избраните са %(asked)s."
    ),
    "too_many_days": gettext_noop(
        "%(student)s: избрани са %(asked)s учебни дни по семейни причини, а от %(a_year)s за годината са неизползвани %(left)s."
    ),
}


@dataclass(frozen=True, slots=True)
class Attendance:
    """How one student stands in a lesson's register: absent or late, perhaps with minutes."""

    kind: AbsenceKind
    minutes: int | None = None


def take_register(
    actor: Actor, lesson: OpenLesson, before: Mapping[int, Attendance], after: Mapping[int, Attendance]
) -> list[Fact]:
    """Turn the lesson's absences from `before` into `after` (student id → attendance; who is in neither is present).

    An absence that was excused meanwhile stays so when the register says absent again. Returns the facts for
    the caller's `record`.
    """
    changed = {student: mark for student, mark in after.items() if not _same(before.get(student), mark)}
    gone = [student for student in before if student not in after]
    return [*_write(actor, lesson, before, changed), *_withdraw(lesson, before, gone)]


def _same(before: Attendance | None, after: Attendance) -> bool:
    if before is None:
        return False
    still_absent = before.kind is AbsenceKind.EXCUSED and after.kind is not AbsenceKind.LATE
    return still_absent or before == after


def _write(
    actor: Actor, lesson: OpenLesson, before: Mapping[int, Attendance], changed: Mapping[int, Attendance]
) -> list[Fact]:
    if not changed:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            {
                "school": school_now(),
                "lesson": lesson.id,
                "on": lesson.date,
                "at": lesson.now,
                "by": actor.writer_id,
                "students": list(changed),
                "kinds": [int(mark.kind) for mark in changed.values()],
                "minutes": [mark.minutes for mark in changed.values()],
            },
        )
        ids = dict(cursor.fetchall())
    return [attendance_fact(_verb(before.get(s), mark), lesson, s, ids[s], mark) for s, mark in changed.items()]


def _withdraw(lesson: OpenLesson, before: Mapping[int, Attendance], gone: list[int]) -> list[Fact]:
    if not gone:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, {"school": school_now(), "lesson": lesson.id, "students": gone})
        ids = dict(cursor.fetchall())
    return [attendance_fact(Verb.ABSENCE_WITHDRAWN, lesson, s, ids[s], before[s]) for s in gone if s in ids]


def _verb(before: Attendance | None, after: Attendance) -> Verb:
    if before is not None:
        return Verb.ABSENCE_CHANGED
    return Verb.LATENESS_RECORDED if after.kind is AbsenceKind.LATE else Verb.ABSENCE_RECORDED


def attendance_fact(verb: Verb, lesson: OpenLesson, student_id: int, absence_id: int, mark: Attendance) -> Fact:
    return Fact(
        verb,
        sub_verb=mark.kind.name,
        student_id=student_id,
        course_id=lesson.course_id,
        class_group_id=lesson.class_group_id,
        lesson_id=lesson.id,
        object_id=absence_id,
        body=lesson.about(student_id) | {"kind": mark.kind.name, "minutes": mark.minutes},
    )


@transaction.atomic
def excuse_absences(
    actor: Actor, absences: AbsenceQuerySet, *, ids: list[int], reason: ExcuseReason, text: str = ""
) -> int:
    """Excuse those of `absences` (the ones the actor may excuse) named by `ids`; returns how many.

    An absence becomes EXCUSED; a lateness stays one and adds nothing (domain.md 0.1). The reason is special-category
    data: history holds its number, never its text. Raises Refusal `nothing_to_excuse`, and for family reasons
    `too_many_days_at_once`, `too_many_days`.
    """
    now = clock.now()
    chosen = list(
        Absence.objects.filter(pk__in=absences.filter(pk__in=ids).unexcused())
        .select_for_update(of=("self",))
        .select_related("student", "lesson__course__subject", "lesson__course__class_group")
    )
    if not chosen:
        raise Refusal("nothing_to_excuse", gettext_noop("Изберете поне едно отсъствие, което още не е извинено."))
    if reason == ExcuseReason.FAMILY:
        _must_be_few_days([absence for absence in chosen if absence.kind == AbsenceKind.UNEXCUSED])
    _mark_excused(actor, chosen, reason, text.strip(), now)
    record([_excused(absence, reason) for absence in chosen], actor=actor, tell=True)
    return len(chosen)


def _must_be_few_days(chosen: list[Absence]) -> None:
    """Refuse more school days of a child, at once or in its school year, than a parent's word excuses; a lateness is none."""
    children = {absence.student_id: absence.student for absence in chosen}
    # One who excuses at a time: two must not both find a day left.
    list(Student.objects.filter(pk__in=children).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    starts = sorted(SchoolYear.objects.values_list("starts_on", flat=True))
    asked: dict[tuple[int, date], set[date]] = defaultdict(set)
    for absence in chosen:
        asked[absence.student_id, _begin_of_year(absence.date, starts)].add(absence.date)
    used = _days_used(children, starts)
    for (student_id, year), days in asked.items():
        before = used[student_id, year]
        if days - before:
            _check_days(children[student_id], len(days - before), used=len(before), on=max(days))


def _begin_of_year(day: date, starts: Iterable[date]) -> date:
    return max((start for start in starts if start <= day), default=date.min)


def _days_used(children: Iterable[int], starts: Iterable[date]) -> dict[tuple[int, date], set[date]]:
    rows = Absence.objects.filter(student__in=list(children)).on_a_parents_word(since=date.min)
    used: dict[tuple[int, date], set[date]] = defaultdict(set)
    for student_id, day in rows.values_list("student_id", "date").distinct():
        used[student_id, _begin_of_year(day, starts)].add(day)
    return used


def _check_days(student: Student, asked: int, *, used: int, on: date) -> None:
    try:
        check_parent_days(asked, used=used, on=on)
    except Refusal as refused:
        about = {**refused.params, "student": student.short_name, "asked": asked}
        raise Refusal(refused.code, _TOO_MANY_DAYS[refused.code], about) from None


def _mark_excused(actor: Actor, chosen: list[Absence], reason: ExcuseReason, text: str, now: datetime) -> None:
    rows = Absence.objects.filter(pk__in=[absence.pk for absence in chosen])
    rows.update(reason=reason, reason_text=text, excused_at=now, excused_by=actor.writer_id)
    rows.filter(kind=AbsenceKind.UNEXCUSED).update(kind=AbsenceKind.EXCUSED)


def _excused(absence: Absence, reason: ExcuseReason) -> Fact:
    course = absence.lesson.course
    return Fact(
        Verb.ABSENCE_EXCUSED,
        sub_verb=AbsenceKind(absence.kind).name,
        student_id=absence.student_id,
        course_id=course.pk,
        class_group_id=course.class_group_id,
        lesson_id=absence.lesson_id,
        object_id=absence.pk,
        body={
            "student": absence.student.short_name,
            "class_group": course.class_group.name,
            "subject": course.subject.name,
            "hour_no": absence.lesson.hour_no,
            "date": absence.date.isoformat(),
            "kind": AbsenceKind(absence.kind).name,
            "reason_kind": int(reason),
        },
    )
