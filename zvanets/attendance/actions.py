"""Record and excuse absences."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction

from zvanets.attendance.covering import Missed, excuse_covered
from zvanets.attendance.locks import must_be_open, must_be_undoable
from zvanets.attendance.models import Absence, AbsenceNotice, AbsenceQuerySet, ExcuseReason
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.absences import AbsenceKind, check_parent_days, kind_for_minutes
from zvanets.rules.locks import closed_lock
from zvanets.schools.models import SchoolYear, Student
from zvanets.schools.register import OpenLesson
from zvanets.tenancy.school import school_now

_UPSERT = """
INSERT INTO attendance_absence (school_id, lesson_id, student_id, date, kind, minutes_late, reason_text,
    is_confidential, recorded_at, recorded_by_id)
SELECT %(school)s, %(lesson)s, t.student, %(on)s, t.kind, t.minutes, '', true, %(at)s, %(by)s
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
    actor: Actor,
    lesson: OpenLesson,
    before: Mapping[int, Attendance],
    after: Mapping[int, Attendance],
    *,
    known: Collection[int] | None = None,
) -> list[Fact]:
    """Turn the lesson's absences from `before` into `after` (student id → attendance; who is in neither is present).

    An absence that was excused meanwhile stays so when the register says absent again, and one that was entered
    meanwhile (not among `known`, which the page showed) is no slip to withdraw. What a notice covers is excused at
    once. Returns the facts for the caller's `record`. Raises Refusal: `absences_closed`, `undo_too_late`,
    `undo_of_another`.
    """
    after = {student: _by_minutes(mark, lesson.date) for student, mark in after.items()}
    changed = {student: mark for student, mark in after.items() if not _same(before.get(student), mark)}
    gone = [student for student in before if student not in after and (known is None or student in known)]
    if (changed or gone) and (lock := closed_lock(lesson.date, lesson.absences_closed_on)):
        raise lock
    if undone := [*gone, *(student for student in changed if student in before)]:
        must_be_undoable(actor, lesson.id, undone, now=lesson.now)
    return [*_write(actor, lesson, before, changed), *_withdraw(lesson, before, gone)]


def _by_minutes(mark: Attendance, on: date) -> Attendance:
    """Who came later than a lateness reaches was absent; the minutes stay with it."""
    if mark.kind is AbsenceKind.LATE and mark.minutes:
        return Attendance(kind_for_minutes(mark.minutes, on) or AbsenceKind.LATE, mark.minutes)
    return mark


def _same(before: Attendance | None, after: Attendance) -> bool:
    if before is None:
        return False
    still_absent = before.kind is not AbsenceKind.LATE and after == Attendance(AbsenceKind.UNEXCUSED)
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
    facts = [attendance_fact(_verb(before.get(s), mark), lesson, s, ids[s], mark) for s, mark in changed.items()]
    return [*facts, *_excuse_covered(lesson, {ids[s]: s for s, mark in changed.items() if _is_absent(mark)})]


def _is_absent(mark: Attendance) -> bool:
    return mark.kind is AbsenceKind.UNEXCUSED


def _excuse_covered(lesson: OpenLesson, students: Mapping[int, int]) -> list[Fact]:
    missed = [Missed(absence, student, lesson.date, lesson.hour_no) for absence, student in students.items()]
    return [
        Fact(
            Verb.ABSENCE_EXCUSED,
            sub_verb=AbsenceKind.EXCUSED.name,
            student_id=cover.student_id,
            course_id=lesson.course_id,
            class_group_id=lesson.class_group_id,
            lesson_id=lesson.id,
            object_id=absence,
            body=lesson.about(cover.student_id)
            | {"kind": AbsenceKind.EXCUSED.name, "minutes": None, "reason_kind": int(cover.reason)},
        )
        for absence, cover in excuse_covered(missed, now=lesson.now).items()
    ]


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


@dataclass(frozen=True, slots=True)
class Excuse:
    """Why absences are excused. The text is special-category data: history holds the reason's number alone."""

    reason: ExcuseReason
    text: str = ""
    is_confidential: bool = True
    notice: AbsenceNotice | None = None


@transaction.atomic
def excuse_absences(actor: Actor, absences: AbsenceQuerySet, *, ids: list[int], excuse: Excuse) -> int:
    """Excuse those of `absences` (the ones the actor may excuse) named by `ids`; returns how many.

    An absence becomes EXCUSED; a lateness stays one and adds nothing (domain.md 0.1). Raises Refusal
    `nothing_to_excuse`, `absences_closed`, and for family reasons `too_many_days_at_once`, `too_many_days`.
    """
    chosen = lock_unexcused(absences.filter(pk__in=ids))
    if not chosen:
        raise Refusal("nothing_to_excuse", gettext_noop("Изберете поне едно отсъствие, което още не е извинено."))
    if excuse.reason == ExcuseReason.FAMILY:
        must_be_few_days([absence for absence in chosen if absence.kind == AbsenceKind.UNEXCUSED])
    record(mark_excused(actor, chosen, excuse, clock.now()), actor=actor, tell=True)
    return len(chosen)


def lock_unexcused(absences: AbsenceQuerySet) -> list[Absence]:
    """Lock those that are not excused yet, with what their facts say."""
    return list(
        Absence.objects.filter(pk__in=absences.unexcused().values("pk"))
        .select_for_update(of=("self",))
        .select_related("student", "lesson__course__subject", "lesson__course__class_group")
    )


def must_be_few_days(chosen: list[Absence]) -> None:
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


def mark_excused(actor: Actor, chosen: list[Absence], excuse: Excuse, now: datetime) -> list[Fact]:
    """Excuse these and return the facts; Refusal `absences_closed` when one lies before a closing."""
    must_be_open([(absence.student_id, absence.date) for absence in chosen])
    rows = Absence.objects.filter(pk__in=[absence.pk for absence in chosen])
    rows.update(
        reason=excuse.reason,
        reason_text=excuse.text.strip()[:300],
        is_confidential=excuse.is_confidential,
        notice=excuse.notice,
        excused_at=now,
        excused_by=actor.writer_id,
    )
    rows.filter(kind=AbsenceKind.UNEXCUSED).update(kind=AbsenceKind.EXCUSED)
    return [absence_fact(Verb.ABSENCE_EXCUSED, absence, reason_kind=int(excuse.reason)) for absence in chosen]


def absence_fact(verb: Verb, absence: Absence, **more: Json) -> Fact:
    """What history says of an absence that stands; its relations were fetched with it."""
    course, kind = absence.lesson.course, AbsenceKind(absence.kind).name
    return Fact(
        verb,
        sub_verb=kind,
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
            "kind": kind,
            **more,
        },
    )
