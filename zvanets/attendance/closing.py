"""The homeroom teacher closes a class's absences to a date: what was counted is kept, and before it nothing changes."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import transaction

from zvanets.attendance.models import Absence, AbsenceClosing, CarriedAbsence, ClosedSum
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.absences import Totals, totals
from zvanets.schools.models import ClassGroup, Enrolment, SchoolYear, Student


@transaction.atomic
def close_absences(actor: Actor, class_book: ClassGroup, on: date, *, today: date) -> AbsenceClosing:
    """Count each student's absences of the school year up to the day and keep the sums.

    Raises Refusal `closing_ahead`, `closing_outside_year`, `closed_already`.
    """
    ClassGroup.objects.select_for_update(no_key=True).only("pk").get(pk=class_book.pk)
    _may_close(class_book, on, today)
    closing = AbsenceClosing.objects.create(
        class_book=class_book, closed_on=on, closed_at=clock.now(), closed_by_id=actor.writer_id
    )
    students = list(
        Enrolment.objects.filter(class_book=class_book, starts_on__lte=on)
        .values_list("student_id", flat=True)
        .distinct()
    )
    sums = sums_of(students, class_book.school_year, until=on)
    ClosedSum.objects.bulk_create(
        ClosedSum(
            closing=closing,
            student_id=student,
            unexcused=sums[student].unexcused,
            late=sums[student].late,
            excused=sums[student].excused,
            excused_late=sums[student].excused_late,
        )
        for student in students
    )
    record([_fact(Verb.ABSENCES_CLOSED, closing)], actor=actor, tell=False)
    return closing


def _may_close(class_book: ClassGroup, on: date, today: date) -> None:
    year = class_book.school_year
    if on >= today:
        raise Refusal("closing_ahead", gettext_noop("Приключва се към минал ден: днес още се вписва."))
    if not year.starts_on <= on <= year.ends_on:
        raise Refusal("closing_outside_year", gettext_noop("Денят трябва да е в учебната година на паралелката."))
    if AbsenceClosing.objects.filter(class_book=class_book, reopened_at__isnull=True, closed_on__gte=on).exists():
        text = gettext_noop("Отсъствията вече са приключени към този или по-късен ден.")
        raise Refusal("closed_already", text)


@transaction.atomic
def reopen_absences(actor: Actor, closing: AbsenceClosing, *, why: str) -> None:
    """Let what was closed be changed again; later closings go with it, their sums stay. Heads only, with a reason."""
    later = AbsenceClosing.objects.select_for_update().filter(
        class_book=closing.class_book_id, reopened_at__isnull=True, closed_on__gte=closing.closed_on
    )
    facts = [_fact(Verb.ABSENCES_REOPENED, each, why) for each in later]
    later.update(reopened_at=clock.now(), reopened_by=actor.writer_id, reopened_why=why)
    if facts:
        record(facts, actor=actor, tell=False)


def sums_of(students: Iterable[int], year: SchoolYear, *, until: date) -> dict[int, Totals]:
    """Return the totals of the school year up to a day, with what was carried from another school."""
    students = list(students)
    rows = Absence.objects.filter(student__in=students, date__range=(year.starts_on, until))
    found: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    for student, kind, excused_at in rows.values_list("student_id", "kind", "excused_at"):
        found[student].append((kind, excused_at is not None))
    brought = carried_by(students, year)
    return {student: totals(found[student]) + brought.get(student, Totals()) for student in students}


def carried_by(students: Iterable[int], year: SchoolYear | None) -> dict[int, Totals]:
    """Return what students brought from another class or school in the year."""
    rows = CarriedAbsence.objects.filter(student__in=list(students), school_year=year)
    return {each.student_id: each.totals for each in rows}


@transaction.atomic
def carry_absences(actor: Actor, student: Student, year: SchoolYear, counts: dict[str, int]) -> None:
    """Set the six numbers that a child brought from another class or school."""
    CarriedAbsence.objects.update_or_create(student=student, school_year=year, defaults=counts)
    fact = Fact(Verb.ABSENCES_CARRIED, student_id=student.pk, object_id=student.pk, body=dict(counts))
    record([fact], actor=actor, tell=False)


def _fact(verb: Verb, closing: AbsenceClosing, why: str = "") -> Fact:
    body = {"closed_on": closing.closed_on.isoformat(), "why": why}
    return Fact(verb, class_group_id=closing.class_book_id, object_id=closing.pk, body=body)
