"""A teacher's day: the running lesson, what waits, what parents were told."""

from datetime import datetime, time, timedelta

import pytest

from tests import small_school
from tests.budget import statements
from tests.staff.people import colleague, fields, home, signed_in
from zvanets.lib import clock
from zvanets.schools.models import CourseTeacher, Lesson
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def noon(monkeypatch):
    """It is 09:30 of today in Sofia, in the middle of the third lesson."""
    today = clock.today()
    moment = datetime(today.year, today.month, today.day, 9, 30, tzinfo=clock.SOFIA)
    monkeypatch.setattr(clock, "now", lambda: moment)
    return moment


def test_the_lesson_of_this_hour_is_marked_and_opens_by_itself(noon, front, small):
    page = front.get(home(small)).content.decode()

    assert "Отвори часа" in page
    assert "Тече час: 7 Б, Математика." in page
    assert "4\u00a0ученици" in page
    answer = front.get(home(small, "now/"))
    assert answer["Location"] == home(small, f"lessons/{small.lesson.pk}/")


def test_between_lessons_now_leads_to_the_day(noon, front, small):
    with at_school(small.id):
        Lesson.objects.update(starts_at=time(20), ends_at=time(20, 40))
    assert front.get(home(small, "now/"))["Location"] == home(small)
    assert "Отвори часа" not in front.get(home(small)).content.decode()


def test_unfilled_lessons_of_two_weeks_wait_by_day(noon, front, small):
    with at_school(small.id):
        for days in (0, 1, 1, 20):
            Lesson.objects.create(
                course=small.course,
                date=clock.today() - timedelta(days=days),
                hour_no=Lesson.objects.count(),
                starts_at=time(7),
                ends_at=time(8),
            )
    page = front.get(home(small)).content.decode()

    assert page.count("Без запис:") == 1
    assert "2\u00a0часа (" in page
    assert "1\u00a0час (днес)" in page
    assert f"days/{clock.today() - timedelta(days=1)}/" in page


def test_a_saved_lesson_says_who_was_missing(noon, front, small):
    url = home(small, f"lessons/{small.lesson.pk}/")
    sent = {**fields(front.get(url)), "absent": [small.students[0].pk], "late": [small.students[1].pk]}
    assert front.post(url, sent).status_code == 302

    page = front.get(home(small)).content.decode()
    assert "записан, 1\u00a0отсъства, 1\u00a0закъсня" in page


def test_a_substitute_sees_the_lesson_and_whom_they_stand_in_for(noon, client, small):
    with at_school(small.id):
        other, member = small_school.add_teacher("Петър", "Колев", clock.today())
        Lesson.objects.update(substitute=member)
    client.force_login(other)
    assert "замествате Мария Иванова" in client.get(home(small)).content.decode()
    client.force_login(small.teacher)
    assert "Днес нямате часове." in client.get(home(small)).content.decode()


def test_the_week_shows_each_day_with_its_lessons(noon, front, small):
    page = front.get(home(small, "week/")).content.decode()
    assert "Математика" in page
    before = front.get(home(small, f"week/{clock.today() - timedelta(days=7)}/")).content.decode()
    assert "Тази седмица нямате часове." in before


@pytest.mark.parametrize("day", ["2025-13-01", "1999-01-01", "9999-12-31", "x"])
def test_a_day_that_is_none_is_not_there(front, small, day):
    for place in ("days", "week", "told"):
        assert front.get(home(small, f"{place}/{day}/")).status_code == 404


def test_the_day_costs_as_much_for_one_lesson_as_for_seven(noon, front, small):
    front.get(home(small))
    with statements() as one:
        front.get(home(small))
    with at_school(small.id):
        for hour in (4, 5, 6, 7, 8, 9):
            Lesson.objects.create(
                course=small.course, date=clock.today(), hour_no=hour, starts_at=time(hour + 7), ends_at=time(hour + 8)
            )
    with statements() as seven:
        front.get(home(small))
    assert len(seven) == len(one) <= 14, seven


def test_two_teachers_of_a_course_see_its_lesson_once(noon, front, small):
    with at_school(small.id):
        CourseTeacher.objects.create(
            course=small.course, staff_member=small.staff_member, starts_on=clock.today() - timedelta(days=3)
        )
    assert front.get(home(small)).content.decode().count('class="class"') == 1


def test_who_leads_a_class_sees_what_waits_there_on_top(saved):
    page = signed_in(colleague(saved, leads=True)).get(home(saved)).content.decode()
    lead = page[page.index('class="lead"') : page.index('class="two"')]
    assert f'href="{home(saved)}classes/{saved.class_group.pk}/homeroom/">7 Б</a>' in lead
    assert f'classes/{saved.class_group.pk}/#excuse">' in lead
    assert "за извиняване" in lead
