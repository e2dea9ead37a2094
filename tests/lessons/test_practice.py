"""A class to practise in: everybody's own lessons, nobody behind the children, thrown away and made anew."""

from uuid import uuid4

import pytest

from tests import small_school
from tests.staff.people import fields
from zvanets.cli.practising import practice_school
from zvanets.guardians.models import Guardian
from zvanets.history.models import Pending
from zvanets.lessons import practice as practising
from zvanets.lessons.actions import Sheet, save_lesson
from zvanets.lessons.models import LessonRecord
from zvanets.lessons.practice import is_practice, practice_number, set_up
from zvanets.lib import clock
from zvanets.notifications.fanout import fan_out
from zvanets.notifications.models import Message
from zvanets.schools.models import Lesson, Student
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db(databases=["default", "worker"])


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


@pytest.fixture
def practice(small, two_schools, monkeypatch) -> int:
    """The second school of the tests stands for the first one's practice school."""
    monkeypatch.setattr(practising, "FROM", two_schools[1].pk - small.id)
    assert set_up(small.id) == 1
    return practice_number(small.id)


def test_everybody_who_works_in_the_school_has_lessons_there_and_nobody_hears_of_them(small, practice, client):
    client.force_login(small.teacher)
    with at_school(practice):
        lesson = Lesson.objects.taught_by(small.teacher).filter(date__lte=clock.today()).first()
        absent = Student.objects.first()
        assert not Guardian.objects.exists()
    url = f"/s/{practice}/lessons/{lesson.pk}/"
    page = client.get(url)
    assert client.post(url, {**fields(page), "absent": [absent.pk], "topic": "Проба"}).status_code == 302
    with at_school(practice):
        Pending.objects.update(due_at=clock.now())
    fan_out(now=clock.now())
    with at_school(practice):
        assert LessonRecord.objects.count() == 1
        assert not Message.objects.exists()
    assert "Тук се упражнявате" in client.get(f"/s/{practice}/").content.decode()


def test_what_was_practised_is_thrown_away(small, practice, client):
    client.force_login(small.teacher)
    with at_school(practice):
        lesson = Lesson.objects.taught_by(small.teacher).filter(date__lte=clock.today()).first()
        save_lesson(small.actor, lesson.pk, Sheet(seen=0, save_key=uuid4(), topic="Проба", homework="стр. 1"))
    assert client.post(f"/s/{practice}/practice/anew/", follow=True).status_code == 200
    with at_school(practice):
        assert not LessonRecord.objects.exists()
        assert Student.objects.count() == 12
        assert Lesson.objects.taught_by(small.teacher).exists()


def test_a_real_school_is_never_thrown_away(small, client):
    client.force_login(small.teacher)
    assert client.post(f"/s/{small.id}/practice/anew/").status_code == 404
    assert not is_practice(small.id)
    assert practice_school.name == "practice-school"
