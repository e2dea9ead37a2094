"""Meetings, events, planned works and notes: told to those concerned, moved and cancelled aloud, reminded of once."""

from datetime import date, datetime, time, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from tests.marks import committed
from tests.notifications.telling import AFTER_GRACE, first_lines, texts
from tests.small_school import build
from zvanets.history.models import Entry, Pending
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.notifications.fanout import tell_school
from zvanets.remarks.actions import remark_students
from zvanets.remarks.actions.gatherings import (
    Gathering,
    announce_event,
    call_meeting,
    cancel_event,
    cancel_meeting,
    change_event,
    change_meeting,
    remind,
)
from zvanets.remarks.actions.notes import withdraw_note, write_note
from zvanets.remarks.actions.works import approve_works, move_work, plan_work, withdraw_work
from zvanets.remarks.models import Note, ParentMeeting, PlannedWork, Remark, SchoolEvent
from zvanets.schools.models import ClassGroup, Course, Enrolment, YearGroup
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db
ALL = {"Анна", "Борис", "Дария", "Елена"}
SOFIA = ZoneInfo("Europe/Sofia")
CONTROL = PlannedWork.Kind.CONTROL


def in_days(number: int) -> date:
    return clock.today() + timedelta(days=number)


def monday_in(weeks: int) -> date:
    return in_days(7 * weeks - clock.today().weekday())


def gathering(days: int = 7, **fields) -> Gathering:
    return Gathering(in_days(days), "Избор на съвет", time(18), "стая 12", **fields)


def told(small) -> dict[str, list[str]]:
    tell_school(small.id, now=clock.now() + AFTER_GRACE)
    return first_lines(small, "portal")


def at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), SOFIA)


def test_every_family_of_the_class_hears_of_a_meeting_its_move_and_its_end(small):
    meeting = call_meeting(small.head, small.class_group, gathering())
    said = told(small)
    assert said.keys() == ALL
    assert said["Анна"][0].startswith("Родителска среща, ")
    change_meeting(small.head, ParentMeeting.objects.all(), meeting_id=meeting.pk, wanted=gathering(8))
    assert told(small)["Анна"][-1].startswith("Промяна: родителска среща, ")
    cancel_meeting(small.head, ParentMeeting.objects.all(), meeting_id=meeting.pk, why="Ремонт")
    assert told(small)["Анна"][-1].startswith("Отменена е родителската среща, ")


def test_a_slip_within_the_grace_is_told_as_what_it_became_or_not_at_all(small):
    wrong = call_meeting(small.head, small.class_group, gathering())
    change_meeting(small.head, ParentMeeting.objects.all(), meeting_id=wrong.pk, wanted=gathering(8))
    gone = announce_event(small.head, gathering())
    cancel_event(small.head, SchoolEvent.objects.all(), event_id=gone.pk, why="Грешка")
    said = told(small)["Анна"]
    assert len(said) == 1
    assert said[0].startswith("Родителска среща, ")


@pytest.mark.parametrize("kind", ["meeting", "event"])
def test_families_are_reminded_once_the_afternoon_before(small, kind):
    day = in_days(7)
    if kind == "meeting":
        call_meeting(small.head, small.class_group, gathering())
    else:
        announce_event(small.head, gathering())
    assert remind(at(day - timedelta(days=1), 15)) == 0
    assert remind(at(day - timedelta(days=1), 16)) == 1
    assert remind(at(day - timedelta(days=1), 17)) == 0
    assert Entry.objects.filter(verb=f"{kind}.reminded").count() == 1


def test_who_was_told_of_a_move_is_reminded_of_the_new_day(small):
    meeting = call_meeting(small.head, small.class_group, gathering())
    assert remind(at(in_days(6), 16)) == 1
    change_meeting(small.head, ParentMeeting.objects.all(), meeting_id=meeting.pk, wanted=gathering(9))
    assert remind(at(in_days(8), 16)) == 1
    cancel_meeting(small.head, ParentMeeting.objects.all(), meeting_id=meeting.pk, why="Ремонт")
    assert remind(at(in_days(8), 17)) == 0


def test_a_reminder_that_did_not_commit_is_made_again(small):
    call_meeting(small.head, small.class_group, gathering())
    with transaction.atomic():
        assert remind(at(in_days(6), 16)) == 1
        transaction.set_rollback(True)
    assert not Entry.objects.filter(verb="meeting.reminded").exists()
    assert remind(at(in_days(6), 16)) == 1


def test_an_event_is_of_a_class_of_a_year_group_or_of_the_school(small):
    other = ClassGroup.objects.create(
        school_year=small.school_year, year_group=small.class_group.year_group, name="7 В"
    )
    eighth = YearGroup.objects.create(school_year=small.school_year, level=8, name="8. клас")
    ClassGroup.objects.create(school_year=small.school_year, year_group=eighth, name="8 А")
    announce_event(small.head, gathering(), book=small.class_group)
    announce_event(small.head, gathering(), year_group=small.class_group.year_group)
    announce_event(small.head, gathering())
    announced = Entry.objects.filter(verb="event.announced").order_by("number")
    entries = announced.values_list("class_group_id", flat=True)
    assert list(entries)[:3] == [small.class_group.pk, small.class_group.pk, other.pk]
    assert len(entries) == 1 + 2 + 3


def test_of_a_combined_class_the_students_of_the_year_group_hear(small):
    ClassGroup.objects.filter(pk=small.class_group.pk).update(year_group=None)
    eighth = YearGroup.objects.create(school_year=small.school_year, level=8, name="8. клас")
    part = ClassGroup.objects.create(
        school_year=small.school_year, year_group=eighth, name="8 Б", parent=small.class_group
    )
    Enrolment.objects.filter(student=small.students[1]).update(class_group=part)
    announce_event(small.head, gathering(), year_group=eighth)
    assert told(small).keys() == {"Борис"}


def test_nothing_is_called_for_a_day_that_has_passed(small):
    with pytest.raises(Refusal, match="вече мина"):
        call_meeting(small.head, small.class_group, gathering(-1))
    with pytest.raises(Refusal, match="вече мина"):
        announce_event(small.head, gathering(-1))
    event = announce_event(small.head, gathering())
    with pytest.raises(Refusal, match="вече мина"):
        change_event(small.head, SchoolEvent.objects.all(), event_id=event.pk, wanted=gathering(-1))
    with pytest.raises(IntegrityError, match="event_ends_after_it_starts"), transaction.atomic():
        announce_event(small.head, gathering(ends_on=in_days(6)))


def test_a_praise_is_written_to_several_at_once_outside_any_lesson(small):
    anna, boris, *_ = small.students
    n = remark_students(
        small.actor, small.class_group, [anna.pk, boris.pk], kind=Remark.Kind.PRAISE, text="Помогнаха", on=clock.today()
    )
    assert n == 2
    assert told(small) == {"Анна": ["Похвала: Помогнаха"], "Борис": ["Похвала: Помогнаха"]}
    with pytest.raises(Refusal, match="не е дошла"):
        remark_students(small.actor, small.class_group, [anna.pk], kind=Remark.Kind.PRAISE, text="Утре", on=in_days(1))


def test_a_note_is_for_all_for_some_or_for_nobody(small):
    write_note(small.actor, small.class_group, text="Утре без час на класа", is_for_all=True)
    some = write_note(
        small.actor, small.class_group, text="Донесете снимка", is_for_all=False, students=[small.students[0].pk]
    )
    write_note(small.actor, small.class_group, text="За колегите", is_for_all=False)
    said = told(small)
    assert said.keys() == ALL
    assert said["Борис"] == ["Бележка: Утре без час на класа"]
    assert "Донесете снимка" in texts(small, "portal")["Анна"][0]
    assert not Pending.objects.exists()
    withdraw_note(small.actor, Note.objects.all(), note_id=some.pk, why="Грешка")
    assert told(small)["Анна"][-1] == "Оттеглена е бележката: Донесете снимка"


def test_a_teacher_proposes_and_families_hear_when_the_head_approves(small):
    day = monday_in(2)
    work = plan_work(small.actor, small.course, kind=CONTROL, on=day, text="Дроби")
    assert told(small) == {}
    move_work(small.actor, PlannedWork.objects.all(), work_id=work.pk, on=day + timedelta(days=1), text="Дроби")
    assert approve_works(small.head, PlannedWork.objects.all(), ids=[work.pk]) == 1
    assert told(small)["Анна"][0].startswith("Контролна работа по математика, ")
    for change in (
        lambda: move_work(small.actor, PlannedWork.objects.all(), work_id=work.pk, on=day, text=""),
        lambda: withdraw_work(small.actor, PlannedWork.objects.all(), work_id=work.pk, why="Не"),
    ):
        with pytest.raises(Refusal, match="промяна прави директорът"):
            change()
    move_work(small.head, PlannedWork.objects.all(), work_id=work.pk, on=day, text="")
    assert told(small)["Анна"][-1].startswith("Преместена контролна работа по математика, ")
    withdraw_work(small.head, PlannedWork.objects.all(), work_id=work.pk, why="Карантина")
    assert told(small)["Анна"][-1].startswith("Отменена контролна работа по математика, ")


def test_a_clash_is_refused_by_name_and_by_the_database(small):
    day = monday_in(2)
    plan_work(small.head, small.course, kind=CONTROL, on=day)
    with pytest.raises(Refusal, match="вече има контролна работа по математика"):
        plan_work(small.actor, small.course, kind=PlannedWork.Kind.CLASS, on=day)
    with pytest.raises(IntegrityError, match="one_planned_work_a_day"), transaction.atomic():
        PlannedWork.objects.create(
            course=small.course, class_book=small.class_group, kind=2, date=day, written_at=clock.now(),
            written_by=small.teacher,
        )  # fmt: skip
    plan_work(small.actor, small.course, kind=CONTROL, on=day + timedelta(days=3))
    with pytest.raises(Refusal) as refused:
        plan_work(small.actor, small.course, kind=CONTROL, on=day + timedelta(days=1))
    assert refused.value.code == "works_that_week"


def test_in_the_last_week_of_a_term_there_is_no_class_work(small):
    last = in_days(60)
    with pytest.raises(Refusal) as refused:
        plan_work(small.actor, small.course, kind=PlannedWork.Kind.CLASS, on=last)
    assert refused.value.code == "last_week"
    with pytest.raises(Refusal) as refused:
        plan_work(small.actor, small.course, kind=PlannedWork.Kind.CLASS, on=in_days(61))
    assert refused.value.code == "outside_term"


def test_two_parts_of_a_class_write_on_one_day(small):
    parts = [
        Course.objects.create(class_group=small.class_group, subject=small.course.subject, sub_group=number)
        for number in (1, 2)
    ]
    for part in parts:
        plan_work(small.actor, part, kind=CONTROL, on=monday_in(2))
    assert PlannedWork.objects.count() == 2


@committed
def test_of_two_who_plan_one_day_at_once_one_is_refused(two_schools):
    small, ready, refused = build(two_schools[0].pk), Barrier(2), []

    def propose() -> None:
        try:
            ready.wait()
            with at_school(small.id):
                plan_work(small.actor, small.course, kind=CONTROL, on=monday_in(2))
        except Refusal as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=propose) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["work_that_day"]
