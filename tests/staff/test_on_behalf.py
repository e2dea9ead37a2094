"""A clerk enters for a teacher: the page says so, history knows who wrote and in whose name."""

import json

import pytest

from tests.staff.people import colleague, fields, signed_in
from zvanets.accounts.models import Role
from zvanets.gradebook.models import Grade
from zvanets.history.models import Entry
from zvanets.history.verbs import Verb
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


def test_a_clerk_writes_in_the_teachers_name_and_both_are_shown(small):
    clerk = colleague(small, Role.CLERK)
    front, url = signed_in(clerk), f"/s/{small.id}/lessons/{small.lesson.pk}/"
    anna = small.students[0].pk
    sent = {**fields(front.get(url)), f"grade-{anna}-1": "6", "kind": "1"}
    page = front.post(url, sent, follow=True).content.decode()

    assert f"{clerk.name} от името на Мария Иванова" in page
    with at_school(small.id):
        grade = Grade.objects.get()
        assert (grade.given_by, grade.teacher) == (clerk, small.staff_member)
        entry = Entry.objects.get(verb=Verb.GRADE_GIVEN)
        assert (entry.actor_id, entry.actor_role) == (clerk.pk, Role.CLERK)
        assert json.loads(entry.body.text)["teacher"] == "Мария Иванова"


def test_the_teachers_own_save_names_nobody_else(front, small):
    url = f"/s/{small.id}/lessons/{small.lesson.pk}/"
    page = front.post(url, fields(front.get(url)), follow=True).content.decode()
    assert "от името на" not in page
