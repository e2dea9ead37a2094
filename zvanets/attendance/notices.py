"""A family says that its child will not come, or asks to excuse that it did not; the homeroom teacher decides.

One action for whatever way it came by: the portal, the homeroom teacher on behalf, SMS, the telephone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, Q

from zvanets.attendance.actions import Excuse, lock_unexcused, mark_excused
from zvanets.attendance.models import (
    Absence,
    AbsenceNotice,
    AbsenceNoticeQuerySet,
    AbsenceQuerySet,
    ExcuseReason,
    NoticeFile,
)
from zvanets.files.actions import Attached, keep
from zvanets.guardians.models import Guardian
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.notices import Span, check_parents_word, check_span, school_days
from zvanets.schools.models import Lesson, SchoolYear, Student

State = AbsenceNotice.State


@dataclass(frozen=True, slots=True)
class Said:
    """What the family says: when, why, and whether only the homeroom teacher and the heads may read the words."""

    span: Span
    reason: ExcuseReason
    text: str = ""
    is_confidential: bool = True
    files: Sequence[Attached] = ()


@transaction.atomic
def give_notice(
    actor: Actor, student: Student, said: Said, *, way: AbsenceNotice.Way, guardian: Guardian | None = None
) -> AbsenceNotice:
    """Take a notice; the very same one given twice is one. Raises Refusal of rules.notices and rules.absences."""
    _one_at_a_time(student.pk)
    span = said.span
    standing = AbsenceNotice.objects.standing().filter(student=student, guardian=guardian, reason=said.reason)
    twin: AbsenceNotice | None = standing.filter(
        starts_on=span.first, ends_on=span.last, first_hour=span.first_hour, last_hour=span.last_hour
    ).first()
    if twin:
        return twin
    _must_be_right(student.pk, said.span, said.reason, AbsenceNotice.objects.standing())
    notice: AbsenceNotice = AbsenceNotice.objects.create(
        student=student,
        guardian=guardian,
        way=way,
        starts_on=span.first,
        ends_on=span.last,
        first_hour=span.first_hour,
        last_hour=span.last_hour,
        reason=said.reason,
        text=said.text.strip(),
        is_confidential=said.is_confidential,
        given_at=clock.now(),
        given_by_id=actor.user_id,
    )
    keep(NoticeFile, said.files, actor=actor, notice=notice)
    record([_fact(Verb.NOTICE_GIVEN, notice)], actor=actor, tell=False)
    return notice


@transaction.atomic
def accept_notice(actor: Actor, notice: AbsenceNotice) -> int:
    """Accept it and excuse what was missed by now; what is recorded later is excused by itself. Returns how many.

    Raises Refusal `notice_decided`, `absences_closed`, and those of `give_notice`.
    """
    _one_at_a_time(notice.student_id)
    notice = _waiting(notice)
    _must_be_right(notice.student_id, notice.span, notice.reason, AbsenceNotice.objects.filter(state=State.ACCEPTED))
    _decide(actor, notice, State.ACCEPTED)
    missed = [each for each in lock_unexcused(_within(notice)) if notice.span.covers(each.date, each.lesson.hour_no)]
    excuse = Excuse(ExcuseReason(notice.reason), notice.text, notice.is_confidential, notice)
    facts = mark_excused(actor, missed, excuse, clock.now()) if missed else []
    record([_fact(Verb.NOTICE_ACCEPTED, notice)], actor=actor, tell=True)
    if facts:  # the family hears of them by the notice
        record(facts, actor=actor, tell=False)
    return len(missed)


@transaction.atomic
def refuse_notice(actor: Actor, notice: AbsenceNotice, *, why: str) -> None:
    """Refuse it with a reason, which the family reads in the portal alone. Raises Refusal `notice_decided`."""
    notice = _waiting(notice)
    _decide(actor, notice, State.REFUSED, why)
    record([_fact(Verb.NOTICE_REFUSED, notice)], actor=actor, tell=True)


@transaction.atomic
def withdraw_notice(actor: Actor, notice: AbsenceNotice) -> None:
    """Take back what nobody has decided about. Raises Refusal `notice_decided`."""
    notice = _waiting(notice)
    _decide(actor, notice, State.WITHDRAWN)
    record([_fact(Verb.NOTICE_WITHDRAWN, notice)], actor=actor, tell=False)


def _one_at_a_time(student_id: int) -> None:
    """Two notices at once must not both find a day left."""
    Student.objects.select_for_update(no_key=True).only("pk").get(pk=student_id)


def _waiting(notice: AbsenceNotice) -> AbsenceNotice:
    locked: AbsenceNotice = (
        AbsenceNotice.objects.select_for_update(of=("self",)).select_related("student").get(pk=notice.pk)
    )
    if locked.state != State.WAITING:
        text = gettext_noop("По тази молба вече е решено. Презаредете страницата, за да видите как.")
        raise Refusal("notice_decided", text)
    return locked


def _decide(actor: Actor, notice: AbsenceNotice, state: State, why: str = "") -> None:
    notice.state, notice.decided_why = state, why.strip()
    notice.decided_at, notice.decided_by_id = clock.now(), actor.user_id
    notice.save(update_fields=["state", "decided_why", "decided_at", "decided_by"])


def _within(notice: AbsenceNotice) -> AbsenceQuerySet:
    found: AbsenceQuerySet = Absence.objects.filter(
        student=notice.student_id, date__range=(notice.starts_on, notice.ends_on)
    )
    return found


def _must_be_right(student_id: int, span: Span, reason: int, others: AbsenceNoticeQuerySet) -> None:
    year = year_of(span.first)
    check_span(span, year_starts=year.starts_on, year_ends=year.ends_on)
    if reason != ExcuseReason.FAMILY:
        return
    asked = school_days(span, lessons_of(student_id, span))
    ahead = days_ahead(student_id, year, others.filter(student=student_id, ends_on__gte=clock.today()))
    check_parents_word(asked, excused=days_excused(student_id, year), ahead=ahead)


def year_of(day: date) -> SchoolYear:
    """Return the school year of the day: the last one that began by then, else the first there is."""
    years = SchoolYear.objects.order_by("starts_on")
    found = years.filter(starts_on__lte=day).last() or years.first()
    if found is None:
        raise Refusal("no_school_year", gettext_noop("Училището още няма учебна година."))
    return found


def lessons_of(student_id: int, span: Span) -> list[tuple[date, int]]:
    """Return day and number of the student's lessons in these days."""
    lessons = Lesson.objects.standing().filter(
        Q(course__members__ends_on__isnull=True) | Q(course__members__ends_on__gte=F("date")),
        date__range=(span.first, span.last),
        course__members__student=student_id,
        course__members__starts_on__lte=F("date"),
    )
    return list(lessons.values_list("date", "hour_no"))


def days_excused(student_id: int, year: SchoolYear) -> frozenset[date]:
    """Return the school days of the year that were excused on a parent's word."""
    rows = Absence.objects.filter(student=student_id, date__lte=year.ends_on)
    return frozenset(rows.on_a_parents_word(since=year.starts_on).values_list("date", flat=True))


def days_ahead(student_id: int, year: SchoolYear, notices: Iterable[AbsenceNotice]) -> frozenset[date]:
    """Return the school days from today on for which these notices ask on the parent's word."""
    since = max(clock.today(), year.starts_on)
    own = [each for each in notices if each.reason == ExcuseReason.FAMILY and each.ends_on >= since]
    if not own:
        return frozenset()
    lessons = lessons_of(student_id, Span(since, max(each.ends_on for each in own)))
    return frozenset(day for each in own for day in school_days(each.span, lessons))


def _fact(verb: Verb, notice: AbsenceNotice) -> Fact:
    """The reason, its words and why it was refused are read in the portal: here stand the days."""
    return Fact(
        verb,
        sub_verb=notice.way,
        student_id=notice.student_id,
        object_id=notice.pk,
        body={
            "student": notice.student.short_name,
            "starts_on": notice.starts_on.isoformat(),
            "ends_on": notice.ends_on.isoformat(),
            "first_hour": notice.first_hour,
            "last_hour": notice.last_hour,
            "state": int(notice.state),
        },
    )
