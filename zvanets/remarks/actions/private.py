"""Health notes, support and individual work: history holds ids, and who reads is kept."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.remarks.actions.entries import ended, students_of
from zvanets.remarks.models import (
    ActivityKind,
    Difficulty,
    HealthNote,
    IndividualWork,
    PrivateRead,
    Support,
    SupportActivity,
    SupportStudent,
    SupportTeacher,
)
from zvanets.schools.models import ClassGroup, StaffMember, Student


@transaction.atomic
def note_health(actor: Actor, student: Student, *, on: date, text: str) -> HealthNote:
    note = HealthNote.objects.create(
        student=student, noted_on=on, text=text, written_at=clock.now(), written_by_id=actor.writer_id
    )
    record([_of_child(Verb.HEALTH_NOTED, student.pk, "health_note_id", note.pk)], actor=actor, tell=True)
    return note


@transaction.atomic
def withdraw_health_note(actor: Actor, notes: QuerySet[HealthNote], *, note_id: int, why: str) -> None:
    note = ended(notes, note_id, why)
    record([_of_child(Verb.HEALTH_WITHDRAWN, note.student_id, "health_note_id", note.pk)], actor=actor, tell=True)


@transaction.atomic
def record_individual_work(actor: Actor, student: Student, *, on: date, text: str) -> IndividualWork:
    work = IndividualWork.objects.create(
        student=student, held_on=on, text=text, written_at=clock.now(), written_by_id=actor.writer_id
    )
    record([_of_child(Verb.INDIVIDUAL_RECORDED, student.pk, "individual_work_id", work.pk)], actor=actor, tell=True)
    return work


@transaction.atomic
def withdraw_individual_work(actor: Actor, works: QuerySet[IndividualWork], *, work_id: int, why: str) -> None:
    work = ended(works, work_id, why)
    fact = _of_child(Verb.INDIVIDUAL_WITHDRAWN, work.student_id, "individual_work_id", work.pk)
    record([fact], actor=actor, tell=True)


@dataclass(frozen=True, slots=True)
class Activity:
    """What is done in a plan of support; the result and its day come later."""

    kind: ActivityKind
    target: str = ""
    result: str = ""
    done_on: date | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of support as somebody typed it."""

    difficulties: Collection[Difficulty]
    starts_on: date
    ends_on: date
    teachers: Collection[int]  # of staff members
    activities: Sequence[Activity] = field(default=())
    text: str = ""
    expected_result: str = ""


@transaction.atomic
def plan_support(actor: Actor, book: ClassGroup, students: Collection[int], plan: Plan) -> Support:
    """Begin a support; raises Refusal `nobody` or `no_team`."""
    chosen = students_of(book, students, on=clock.today())
    support = Support.objects.create(
        class_book=book,
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        difficulties=sorted(plan.difficulties),
        text=plan.text,
        expected_result=plan.expected_result,
        written_at=clock.now(),
        written_by_id=actor.writer_id,
    )
    SupportStudent.objects.bulk_create(SupportStudent(support=support, student=student) for student in chosen)
    _set_team(support, plan)
    _tell(actor, Verb.SUPPORT_PLANNED, support, [student.pk for student in chosen])
    return support


@transaction.atomic
def change_support(actor: Actor, supports: QuerySet[Support], *, support_id: int, plan: Plan) -> None:
    """Put the plan in the place of what stood; raises Support.DoesNotExist and Refusal `no_team`, `already_ended`."""
    support = Support.objects.filter(pk__in=supports.values("pk")).select_for_update().get(pk=support_id)
    if support.ended_at is not None:
        raise Refusal("already_ended", gettext_noop("Този запис вече е оттеглен."))
    Support.objects.filter(pk=support.pk).update(
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        difficulties=sorted(plan.difficulties),
        text=plan.text,
        expected_result=plan.expected_result,
    )
    SupportTeacher.objects.filter(support=support).delete()
    SupportActivity.objects.filter(support=support).delete()
    _set_team(support, plan)
    _tell(actor, Verb.SUPPORT_CHANGED, support, _supported(support))


@transaction.atomic
def end_support(actor: Actor, supports: QuerySet[Support], *, support_id: int, why: str) -> None:
    support = ended(supports, support_id, why)
    _tell(actor, Verb.SUPPORT_WITHDRAWN, support, _supported(support))


def keep_reads(actor: Actor, students: Iterable[int], what: PrivateRead.What) -> None:
    """Keep that the actor read what is private of these students: one row each."""
    now = clock.now()
    PrivateRead.objects.bulk_create(
        PrivateRead(student_id=student, what=what, at=now, user_id=actor.writer_id, role=actor.role)
        for student in sorted(set(students))
    )


def _set_team(support: Support, plan: Plan) -> None:
    team = list(StaffMember.objects.filter(pk__in=plan.teachers))
    if not team:
        raise Refusal("no_team", gettext_noop("Изберете поне един учител, който ще подкрепя."))
    SupportTeacher.objects.bulk_create(SupportTeacher(support=support, staff_member=member) for member in team)
    SupportActivity.objects.bulk_create(
        SupportActivity(support=support, kind=each.kind, target=each.target, result=each.result, done_on=each.done_on)
        for each in plan.activities
    )


def _supported(support: Support) -> list[int]:
    return list(SupportStudent.objects.filter(support=support).values_list("student_id", flat=True))


def _tell(actor: Actor, verb: Verb, support: Support, students: Iterable[int]) -> None:
    record([_of_child(verb, student, "support_id", support.pk) for student in students], actor=actor, tell=True)


def _of_child(verb: Verb, student_id: int, name: str, pk: int) -> Fact:
    return Fact(verb, student_id=student_id, object_id=pk, body={name: pk})
