"""From the head's wish to the programme in force: a draft, the office's process, the lessons of the week."""

from datetime import date, time, timedelta
from threading import Event, Thread

import pytest
from django.db import connections

from tests import small_school
from tests.marks import committed
from zvanets.history.models import Entry
from zvanets.history.verbs import Verb
from zvanets.lessons.models import LessonRecord
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.schools.models import Course, CourseTeacher, Lesson, ScheduleHour, Shift, ShiftHour, Subject
from zvanets.tenancy.school import at_school
from zvanets.timetable.actions import ask_for_draft, cancel_draft, put_in_force
from zvanets.timetable.models import ClosedHour, CourseRoom, Draft, DraftHour
from zvanets.timetable.needs import read_needs
from zvanets.timetable.office import SILENT, work_off_next

pytestmark = committed
QUICK = 2  # seconds: enough for five courses


@pytest.fixture
def small(school):
    """7 Б with five courses of one teacher each and a morning shift of seven hours."""
    built = small_school.build(school.pk)
    with at_school(school.pk):
        shift = Shift.objects.create(school_year=built.school_year, name="Първа смяна")
        ShiftHour.objects.bulk_create(
            ShiftHour(shift=shift, weekday=day, hour_no=n, starts_at=time(7 + n, 20), ends_at=time(8 + n, 0))
            for day in range(1, 6)
            for n in range(1, 8)
        )
        add_course(built, "Час на класа", hours=1, weeks=15, is_class_hour=True)
        add_course(built, "Безопасност на движението", hours=1, weeks=3)
        add_course(built, "Музика", hours="1.5")
        add_course(built, "Изобразително изкуство", hours="1.5")
    return built


def add_course(built, name, *, hours, weeks=18, **more) -> Course:
    subject = Subject.objects.create(name=name)
    course = Course.objects.create(
        class_group=built.class_group, subject=subject, hours_term1=hours, weeks_term1=weeks, **more
    )
    _, staff_member = small_school.add_teacher(name, "Учител", built.school_year.starts_on)
    CourseTeacher.objects.create(course=course, staff_member=staff_member, starts_on=built.school_year.starts_on)
    return course


def draft_of(small, **changes) -> Draft:
    draft = ask_for_draft(small.head, small.school_year, **{"term": 1, "seconds": 10, **changes})
    if not changes:
        Draft.objects.filter(pk=draft.pk).update(seconds=QUICK)
    return draft


def next_monday() -> date:
    return clock.today() + timedelta(days=7 - clock.today().weekday())


def test_a_draft_is_drawn_up_and_put_in_force(small):
    with at_school(small.id):
        draft = draft_of(small)
        LessonRecord.objects.create(
            lesson=small.lesson, save_key="0" * 32, saved_at=clock.now(), saved_by=small.teacher, topic="Пропорции"
        )
    assert work_off_next(Event())
    assert not work_off_next(Event())
    with at_school(small.id):
        draft.refresh_from_db()
        assert (draft.state, draft.shortages.count()) == (Draft.State.READY, 0)
        hours = DraftHour.objects.filter(draft=draft)
        both = {name: set(rows(hours, name)) for name in ("Час на класа", "Безопасност на движението")}
        assert both["Час на класа"] == both["Безопасност на движението"]
        assert len(rows(hours, "Математика")) == 4
        come, _ = put_in_force(small.head, draft, since=next_monday())
        assert come > 0
        assert Lesson.objects.filter(date__gte=next_monday()).count() >= come
        assert set(ScheduleHour.objects.values_list("starts_on", flat=True)) == {next_monday()}
        assert Lesson.objects.filter(pk=small.lesson.pk).exists()  # somebody wrote in it
        verbs = set(Entry.objects.values_list("verb", flat=True))
        assert {Verb.TIMETABLE_DRAFTED, Verb.TIMETABLE_PUT_IN_FORCE} <= verbs


def rows(hours, name) -> list[tuple[int, int, str]]:
    return list(hours.filter(course__subject__name=name).values_list("weekday", "hour_no", "week"))


def test_a_second_programme_ends_the_first_on_its_day(small):
    with at_school(small.id):
        draft = draft_of(small)
    work_off_next(Event())
    later = next_monday() + timedelta(days=14)
    with at_school(small.id):
        put_in_force(small.head, Draft.objects.get(pk=draft.pk), since=next_monday())
        before = ScheduleHour.objects.count()
        put_in_force(small.head, Draft.objects.get(pk=draft.pk), since=later)
        assert ScheduleHour.objects.filter(ends_on=later - timedelta(days=1)).count() == before
        assert ScheduleHour.objects.filter(starts_on=later).count() == before


def test_a_stopped_draft_ends_the_solver(small):
    with at_school(small.id):
        draft = draft_of(small, seconds=300)
    working = Thread(target=work_off_and_leave)
    working.start()
    wait_for(lambda: state(small, draft) == Draft.State.SOLVING)
    with at_school(small.id):
        assert cancel_draft(draft)
        assert not cancel_draft(draft)
    working.join(20)
    assert not working.is_alive()
    assert state(small, draft) == Draft.State.CANCELLED


def work_off_and_leave() -> None:
    work_off_next(Event())
    connections.close_all()


def state(small, draft) -> str:
    with at_school(small.id):
        return Draft.objects.get(pk=draft.pk).state


def wait_for(what, seconds=20) -> None:
    end = Event()
    for _ in range(seconds * 20):
        if what():
            return
        end.wait(0.05)
    raise AssertionError("it did not come")


def test_a_draft_whose_process_died_is_taken_up_again(small):
    with at_school(small.id):
        draft = draft_of(small)
        Draft.objects.filter(pk=draft.pk).update(state=Draft.State.SOLVING, beat_at=clock.now())
    assert not work_off_next(Event())  # somebody was at it a moment ago
    with at_school(small.id):
        Draft.objects.filter(pk=draft.pk).update(beat_at=clock.now() - 2 * SILENT)
    assert work_off_next(Event())
    assert state(small, draft) == Draft.State.READY


def test_a_week_too_short_fails_before_anybody_solves(small):
    with at_school(small.id):
        add_course(small, "Химия", hours=36)
        draft = draft_of(small)
    work_off_next(Event())
    assert state(small, draft) == Draft.State.FAILED


def test_wishes_and_rooms_reach_the_solver(small):
    with at_school(small.id):
        ClosedHour.objects.create(staff_member=small.staff_member, weekday=1, hour_no=1)
        CourseRoom.objects.create(course=small.course, room="физкултурен салон")
        needs = read_needs(small.school_year, 1)
        block = needs.blocks[small.course.pk]
        assert (1, 1) in block.closed
        assert needs.rooms[block.room] == "физкултурен салон"


@pytest.mark.parametrize(
    ("changes", "code"), [({"seconds": 5}, "draft_seconds"), ({"seconds": 100_000}, "draft_seconds")]
)
def test_the_solver_is_given_a_sensible_time(small, changes, code):
    with at_school(small.id), pytest.raises(Refusal) as refusal:
        draft_of(small, **changes)
    assert refusal.value.code == code


def test_one_draft_at_a_time(small):
    with at_school(small.id):
        draft_of(small)
        with pytest.raises(Refusal) as refusal:
            draft_of(small)
    assert refusal.value.code == "draft_running"


@pytest.mark.parametrize(
    ("days", "code"), [(1, "draft_not_monday"), (-7, "draft_past"), (70, "draft_after_term"), (0, "draft_not_ready")]
)
def test_a_programme_begins_on_a_monday_of_its_term(small, days, code):
    with at_school(small.id):
        draft = draft_of(small)
        if days:
            Draft.objects.filter(pk=draft.pk).update(state=Draft.State.READY)
        with pytest.raises(Refusal) as refusal:
            put_in_force(small.head, draft, since=next_monday() + timedelta(days=days))
    assert refusal.value.code == code
