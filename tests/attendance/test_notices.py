"""From „няма да дойде“ to an excused absence: by the family, by a doctor, decided once, counted by school days."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.attendance.conftest import MOMENT, TODAY, absence, day, lesson
from zvanets.attendance.actions import Attendance
from zvanets.attendance.medical import Note, receive_medical_notice
from zvanets.attendance.models import Absence, AbsenceNotice, ExcuseReason, MedicalNotice
from zvanets.attendance.notices import Said, accept_notice, give_notice, refuse_notice, withdraw_notice
from zvanets.history.models import Entry
from zvanets.lessons.actions import Sheet, save_lesson
from zvanets.lib.refusals import Refusal
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.notices import Span

pytestmark = pytest.mark.django_db
FAMILY, HEALTH = ExcuseReason.FAMILY, ExcuseReason.HEALTH


def ask(small, span, reason=FAMILY, child=0, **fields) -> AbsenceNotice:
    said = Said(span, reason, "семеен повод", **fields)
    way, guardian = AbsenceNotice.Way.PORTAL, small.guardians[child]
    return give_notice(small.actor, small.students[child], said, way=way, guardian=guardian)


def mark_absent(small, hour: int = 3, seen: int = 0) -> Absence:
    sheet = Sheet(seen, uuid4(), attendance={small.students[0].pk: Attendance(AbsenceKind.UNEXCUSED)})
    save_lesson(small.actor, lesson(small, TODAY, hour).pk, sheet)
    return Absence.objects.get(lesson__hour_no=hour, date=TODAY)


def refusal(action, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as refused:
        action(*args, **kwargs)
    return refused.value.code


def test_what_was_accepted_before_roll_call_is_excused_by_itself(small):
    notice = ask(small, Span(TODAY, TODAY))
    assert accept_notice(small.head, notice) == 0

    missed = mark_absent(small)
    assert (missed.kind, missed.reason, missed.notice_id) == (AbsenceKind.EXCUSED, FAMILY, notice.pk)
    assert missed.reason_text == "семеен повод"
    verbs = list(
        Entry.objects.filter(object_id=missed.pk, verb__startswith="absence.")
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert verbs == ["absence.recorded", "absence.excused"]


def test_what_only_waits_excuses_nothing_until_it_is_accepted(small):
    notice = ask(small, Span(TODAY, TODAY))
    missed = mark_absent(small)
    assert missed.kind == AbsenceKind.UNEXCUSED

    assert accept_notice(small.head, notice) == 1
    missed.refresh_from_db()
    assert (missed.kind, missed.excused_by_id) == (AbsenceKind.EXCUSED, small.head.user_id)


def test_a_notice_for_hours_leaves_the_others(small):
    lesson(small, TODAY, 1)
    accept_notice(small.head, ask(small, Span(TODAY, TODAY, 2, 4)))
    assert mark_absent(small, 3).kind == AbsenceKind.EXCUSED
    assert mark_absent(small, 1).kind == AbsenceKind.UNEXCUSED


def test_a_notice_accepted_late_excuses_lateness_too(small):
    late = absence(small, 1, kind=AbsenceKind.LATE)
    assert accept_notice(small.head, ask(small, Span(day(1), day(1)))) == 1
    late.refresh_from_db()
    assert late.kind == AbsenceKind.LATE
    assert late.excused_at is not None


def test_the_same_notice_twice_is_one(small):
    assert ask(small, Span(TODAY, TODAY)).pk == ask(small, Span(TODAY, TODAY)).pk


def test_it_is_decided_once(small):
    notice = ask(small, Span(TODAY, TODAY))
    refuse_notice(small.head, notice, why="Обадете се, моля.")
    for again in (accept_notice, withdraw_notice):
        assert refusal(again, small.head, notice) == "notice_decided"
    notice.refresh_from_db()
    assert (notice.state, notice.decided_why) == (AbsenceNotice.State.REFUSED, "Обадете се, моля.")


def test_what_was_withdrawn_frees_its_days(small):
    days = [day(-n) for n in range(5)]
    for each in days:
        lesson(small, each)
    withdraw_notice(small.actor, ask(small, Span(days[0], days[-1])))
    assert ask(small, Span(days[0], days[-1])).state == AbsenceNotice.State.WAITING


def test_no_more_than_five_school_days_at_once_but_days_without_lessons_do_not_count(small):
    for n in range(6):
        lesson(small, day(-n))
    assert refusal(ask, small, Span(TODAY, day(-5))) == "too_many_days_at_once"
    assert ask(small, Span(day(-1), day(-30))).pk  # five with lessons within thirty


def test_days_asked_ahead_are_counted_with_those_used(small):
    for n in range(1, 13):
        absence(small, n, kind=AbsenceKind.EXCUSED, reason=FAMILY, excused_at=MOMENT)
    for n in range(5):
        lesson(small, day(-n))
    ask(small, Span(TODAY, day(-2)))  # 12 used, three asked for: 15
    assert refusal(ask, small, Span(day(-3), day(-3))) == "too_many_days"
    assert ask(small, Span(day(-3), day(-3)), HEALTH).pk  # a doctor's paper takes none


def test_a_day_without_lessons_needs_no_notice(small):
    assert refusal(ask, small, Span(day(-100), day(-100))) == "no_school_days"


def test_history_holds_no_reason_and_no_words(small):
    notice = ask(small, Span(TODAY, TODAY), HEALTH)
    refuse_notice(small.head, notice, why="няма диагноза")
    for entry in Entry.objects.filter(verb__startswith="notice.").select_related("body"):
        assert "семеен повод" not in entry.body.text
        assert "диагноза" not in entry.body.text


def note(nrn="ABCDEF123456", first=3, last=0) -> Note:
    return Note(nrn, "1234567890", day(first), day(last), day(first))


def test_a_doctors_note_excuses_what_was_missed_and_what_will_be(small):
    missed = absence(small, 2)
    late = absence(small, 1, kind=AbsenceKind.LATE)
    assert receive_medical_notice(small.head, small.students[0], note()) == 1

    missed.refresh_from_db()
    assert (missed.kind, missed.reason, missed.excused_by_id) == (AbsenceKind.EXCUSED, HEALTH, None)
    assert missed.reason_text.startswith("Автоматично уважено с електронна медицинска бележка ABCDEF123456/18.11.2025")
    assert missed.is_confidential
    late.refresh_from_db()
    assert late.excused_at is None  # who came was not ill
    assert mark_absent(small).medical_notice == MedicalNotice.objects.get()


def test_the_doctors_word_comes_before_the_parents_and_takes_no_day(small):
    accept_notice(small.head, ask(small, Span(TODAY, TODAY)))
    receive_medical_notice(small.head, small.students[0], note())
    assert mark_absent(small).reason == HEALTH


def test_the_same_note_comes_once_and_belongs_to_one_child(small):
    receive_medical_notice(small.head, small.students[0], note())
    assert receive_medical_notice(small.head, small.students[0], note()) == 0
    assert refusal(receive_medical_notice, small.head, small.students[1], note()) == "medical_of_another"
    assert MedicalNotice.objects.count() == 1


def test_what_was_entered_meanwhile_is_no_slip_to_withdraw(small):
    """A page opened before the bulk entry shows nobody absent; saving it must not delete what came since."""
    absence(small, 0)
    save_lesson(small.actor, lesson(small, TODAY).pk, Sheet(0, uuid4(), known=frozenset()))
    assert Absence.objects.count() == 1


@pytest.mark.parametrize("minutes", [21, 45])
def test_who_came_later_than_twenty_minutes_was_absent(small, minutes):
    late = Attendance(AbsenceKind.LATE, minutes)
    save_lesson(small.actor, lesson(small, TODAY).pk, Sheet(0, uuid4(), attendance={small.students[0].pk: late}))
    missed = Absence.objects.get()
    assert (missed.kind, missed.minutes_late) == (AbsenceKind.UNEXCUSED, minutes)


def test_after_an_hour_only_the_homeroom_teacher_or_head_takes_it_back(small):
    absence(small, 0, recorded_at=MOMENT - timedelta(minutes=61))
    taken_back = Sheet(0, uuid4())
    assert refusal(save_lesson, small.actor, lesson(small, TODAY).pk, taken_back) == "undo_too_late"
    save_lesson(small.head, lesson(small, TODAY).pk, taken_back)
    assert not Absence.objects.exists()
