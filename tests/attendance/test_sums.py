"""Closed to a date, carried from elsewhere, changed later, and told before a limit of the law."""

from datetime import timedelta

import pytest

from tests.attendance.conftest import MOMENT, TODAY, absence, day, lesson
from tests.small_school import add_teacher
from zvanets.accounts.models import Role
from zvanets.attendance.actions import Excuse, excuse_absences
from zvanets.attendance.changes import make_late, withdraw_absence
from zvanets.attendance.closing import carry_absences, close_absences, reopen_absences
from zvanets.attendance.locks import may_change_later
from zvanets.attendance.models import Absence, AbsenceClosing, ExcuseReason, LimitWarning
from zvanets.attendance.warnings import warn_families
from zvanets.history.models import Entry
from zvanets.history.record import Actor
from zvanets.lessons.bulk import Away, record_away
from zvanets.lib.refusals import Refusal
from zvanets.notifications.catalogue import telling_of
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.notices import Span
from zvanets.schools.models import Course, CourseTeacher, Subject

pytestmark = pytest.mark.django_db
LATER = MOMENT + timedelta(hours=2)
SIX = {"excused1": 4, "unexcused1": 2, "late1": 1, "excused2": 0, "unexcused2": 0, "late2": 0}


def refusal(action, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refused:
        action(*args, **kwargs)
    return refused.value.code


def close(small, ago: int) -> AbsenceClosing:
    return close_absences(small.actor, small.class_group, day(ago), today=TODAY)


def test_a_closing_keeps_what_was_counted_with_what_was_carried(small):
    absence(small, 3)
    absence(small, 2, kind=AbsenceKind.LATE)
    absence(small, 1)  # after the day
    carry_absences(small.actor, small.students[0], small.school_year, SIX)

    totals = close(small, 2).sums.get(student=small.students[0]).totals
    assert (totals.unexcused, totals.late, totals.excused, totals.halves) == (3, 2, 4, 8)
    assert close(small, 1).sums.count() == 4


def test_before_a_closing_nothing_changes_and_the_refusal_says_who_helps(small):
    missed = absence(small, 2)
    closing = close(small, 2)
    excuse = Excuse(ExcuseReason.HEALTH)
    with pytest.raises(Refusal, match="Директорът"):
        excuse_absences(small.actor, Absence.objects.all(), ids=[missed.pk], excuse=excuse)
    assert refusal(withdraw_absence, small.head, Absence.objects.all(), missed.pk, why="x") == "absences_closed"
    away = Away([small.students[1].pk], Span(day(2), day(2)))
    assert refusal(record_away, small.actor, away) == "absences_closed"

    reopen_absences(small.head, closing, why="бележка от лекар")
    assert excuse_absences(small.actor, Absence.objects.all(), ids=[missed.pk], excuse=excuse) == 1
    assert closing.sums.get(student=small.students[0]).unexcused == 1, "what was counted then stays"
    verbs = list(Entry.objects.filter(verb__startswith="absences.").order_by("pk").values_list("verb", flat=True))
    assert verbs == ["absences.closed", "absences.reopened"]


def test_it_closes_to_a_past_day_and_forward_only(small):
    assert refusal(close, small, 0) == "closing_ahead"
    assert refusal(close, small, 400) == "closing_outside_year"
    close(small, 2)
    assert refusal(close, small, 3) == "closed_already"
    assert close(small, 1).pk


def test_an_older_closing_takes_the_later_ones_with_it(small):
    first = close(small, 5)
    close(small, 1)
    reopen_absences(small.head, first, why="грешка")
    assert not AbsenceClosing.objects.filter(reopened_at__isnull=True).exists()


def test_the_only_later_changes_are_a_withdrawal_and_a_lateness(small):
    missed = absence(small, 4)
    make_late(small.head, Absence.objects.all(), missed.pk)
    assert Absence.objects.get().kind == AbsenceKind.LATE
    assert refusal(make_late, small.head, Absence.objects.all(), missed.pk) == "no_such_change"
    withdraw_absence(small.head, Absence.objects.all(), missed.pk, why="беше в час")
    assert not Absence.objects.exists()


def test_the_homeroom_teacher_changes_later_and_a_colleague_does_not(small):
    user, member = add_teacher("Петя", "Колева", small.school_year.starts_on)
    course = Course.objects.create(
        class_group=small.class_group, subject=Subject.objects.create(name="Час на класа"), is_class_hour=True
    )
    CourseTeacher.objects.create(course=course, staff_member=member, starts_on=small.school_year.starts_on)
    own = [small.students[0].pk]
    assert may_change_later(Actor(user.pk, Role.TEACHER, ""), own, on=TODAY)
    assert not may_change_later(small.actor, own, on=TODAY)
    assert may_change_later(small.head, own, on=TODAY)


def fill_term(small) -> None:
    """So many lessons to come that a few missed ones are no fifth of them."""
    for ahead in range(1, 41):
        lesson(small, day(-ahead))


def warn(small) -> list[tuple[str, int]]:
    warn_families(LATER)
    entries = Entry.objects.filter(verb="limit.neared").order_by("pk").select_related("body")
    return [(entry.sub_verb, entry.student_id) for entry in entries]


def test_three_lessons_in_a_month_are_told_once(small):
    fill_term(small)
    for hour in (1, 2, 3):
        absence(small, 2, hour=hour)
    anna = small.students[0].pk
    assert warn(small) == [("MONTH", anna)]
    assert warn(small) == [("MONTH", anna)]

    absence(small, 1, hour=1)
    absence(small, 1, hour=2, kind=AbsenceKind.LATE)  # 4,5
    assert warn(small) == [("MONTH", anna)] * 2


def test_from_nothing_to_five_is_one_message(small):
    fill_term(small)
    for hour in range(1, 6):
        absence(small, 2, hour=hour)
    assert len(warn(small)) == 1
    assert LimitWarning.objects.count() == 3


def test_what_was_recorded_within_the_hour_frightens_nobody_yet(small):
    for hour in (1, 2, 3):
        absence(small, 0, hour=hour, recorded_at=LATER - timedelta(minutes=59))
    assert warn(small) == []


def test_what_was_excused_warns_of_nothing(small):
    for hour in (1, 2, 3):
        absence(small, 2, hour=hour, kind=AbsenceKind.EXCUSED, reason=ExcuseReason.HEALTH, excused_at=MOMENT)
    for ago in range(20):
        lesson(small, day(ago), 7)
    assert warn(small) == []


def test_a_fifth_of_a_courses_lessons_counts_excused_ones_too(small):
    for ago in range(1, 10):
        lesson(small, day(ago))  # with today's there are ten
    for ago in (1, 2):
        absence(small, ago, kind=AbsenceKind.EXCUSED, reason=ExcuseReason.HEALTH, excused_at=MOMENT)
    assert warn(small) == [("QUARTER", small.students[0].pk)]


def test_the_thirteenth_day_of_the_parents_is_told_neutrally(small):
    for ago in range(1, 14):
        absence(small, ago, kind=AbsenceKind.EXCUSED, reason=ExcuseReason.FAMILY, excused_at=MOMENT)
        lesson(small, day(-ago))
        lesson(small, day(-ago), 4)
        lesson(small, day(-ago), 5)
        lesson(small, day(-ago), 6)
    assert warn(small) == [("PARENT_DAYS", small.students[0].pk)]
    assert telling_of("limit.neared", {"limit": "PARENT_DAYS"}).is_private
    assert not telling_of("limit.neared", {"limit": "MONTH"}).is_private
