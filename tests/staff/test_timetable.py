"""The head's page of drafts: what hinders is said before anybody solves; a draft is watched, stopped, put in force."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from tests import peopled
from zvanets.lib import clock
from zvanets.schools.models import ScheduleHour, Shift, ShiftHour
from zvanets.tenancy.school import at_school
from zvanets.timetable.models import Draft, DraftHour, DraftShortage


@pytest.fixture
def people(school):
    return peopled.people(school.pk)


@pytest.fixture
def head(people):
    return people.client("director")


def bells(small, *, hours: int = 7) -> Shift:
    shift = Shift.objects.create(school_year=small.school_year, name="Първа смяна")
    ShiftHour.objects.bulk_create(
        ShiftHour(shift=shift, weekday=day, hour_no=n, starts_at=time(7 + n, 20), ends_at=time(8 + n, 0))
        for day in range(1, 6)
        for n in range(1, hours + 1)
    )
    return shift


def test_without_bells_the_page_says_what_is_missing(people, head):
    answer = head.post(reverse("staff:drafts", args=[people.small.id]), {"term": 1, "seconds": 60})
    assert answer.status_code == 422
    assert "Няма въведени звънци" in answer.content.decode()


def test_a_class_that_cannot_fit_is_named_with_both_figures(people, head):
    with at_school(people.small.id):
        bells(people.small, hours=1)
        people.small.course.hours_term1 = 6
        people.small.course.save()
    text = head.post(reverse("staff:drafts", args=[people.small.id]), {"term": 1, "seconds": 60}).content.decode()
    assert "7 Б: нужни са 6 часа седмично, а свободни са 5 часа." in text


def test_a_draft_is_asked_for_and_stopped(people, head):
    with at_school(people.small.id):
        bells(people.small)
    answer = head.post(reverse("staff:drafts", args=[people.small.id]), {"term": 1, "seconds": 60})
    assert answer.status_code == 302
    assert "Спри съставянето" in head.get(answer.url).content.decode()
    again = head.post(reverse("staff:drafts", args=[people.small.id]), {"term": 1, "seconds": 60})
    assert again.status_code == 409
    assert "Вече се съставя проект" in again.content.decode()
    head.post(f"{answer.url}stop/")
    assert "спрян" in head.get(answer.url).content.decode()


def test_the_piece_that_watches_refreshes_the_page_at_the_end(people, head):
    url = reverse("staff:draft", args=[people.small.id, people.ids["draft_id"]])
    answer = head.get(url, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


@pytest.fixture
def ready(people) -> str:
    small = people.small
    with at_school(small.id):
        shift = bells(small)
        draft = Draft.objects.get(pk=people.ids["draft_id"])
        Draft.objects.filter(pk=draft.pk).update(state=Draft.State.READY)
        DraftHour.objects.create(draft=draft, course=small.course, shift=shift, weekday=2, hour_no=3, week="A")
        DraftShortage.objects.create(draft=draft, course=small.course, half_hours=3)
    return reverse("staff:draft", args=[small.id, draft.pk])


def test_a_ready_draft_shows_whose_week_and_what_is_left_out(people, head, ready):
    text = head.get(ready).content.decode()
    assert "Математика (седмица А)" in text
    assert "7 Б, Математика: 1,5 часа" in text
    teachers = head.get(ready, {"whose": f"teacher-{people.small.staff_member.pk}"}).content.decode()
    assert "7 Б · Математика" in teachers


@pytest.mark.parametrize("whose", ["class-", "class-99999999999999999999", "school-1", "class-1; DROP", "-"])
def test_a_week_of_nobody_is_empty_in_words(people, head, ready, whose):
    assert "Тук няма поставени часове." in head.get(ready, {"whose": whose}).content.decode()


def test_a_draft_is_put_in_force_on_a_monday_only(people, head, ready):
    monday = clock.today() + timedelta(days=7 - clock.today().weekday())
    wrong = head.post(f"{ready}begin/", {"since": (monday + timedelta(days=1)).isoformat()})
    assert wrong.status_code == 422
    assert "Изберете понеделник" in wrong.content.decode()
    assert head.post(f"{ready}begin/", {"since": monday.isoformat()}).status_code == 302
    with at_school(people.small.id):
        hour = ScheduleHour.objects.get()
        assert (hour.weekday, hour.hour_no, hour.week, hour.starts_on) == (2, 3, "A", monday)
