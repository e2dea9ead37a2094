"""The head's office sees who is away, does something about each lesson, and takes it back."""

import pytest

from tests import small_school
from tests.staff.people import colleague, home, signed_in
from zvanets.accounts.models import Role
from zvanets.lib import clock
from zvanets.schools.models import Lesson, LessonChange, TeacherAbsence
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(small):
    return signed_in(colleague(small, Role.DIRECTOR))


@pytest.fixture
def other(small):
    """Another teacher, who teaches something."""
    with at_school(small.id):
        user, member = small_school.add_teacher("Елена", "Петрова", small.school_year.starts_on)
        small.course.teachers.create(
            staff_member=member, starts_on=small.school_year.starts_on, ends_on=small.school_year.starts_on
        )
        return user, member


def day(small, rest="") -> str:
    return home(small, f"head/changes/{clock.today()}/{rest}")


def lesson_url(small, rest="") -> str:
    return home(small, f"head/changes/lessons/{small.lesson.pk}/{rest}")


def test_an_absent_teacher_leaves_lessons_alone_and_each_is_seen_to(office, small, other):
    assert "Никой не отсъства" in office.get(day(small)).content.decode()
    today = clock.today().isoformat()
    sent = {"teacher": small.staff_member.pk, "starts_on": today, "ends_on": today}
    page = office.post(day(small, "absent/"), sent, follow=True).content.decode()
    assert "нищо не е направено" in page

    assert "Елена Петрова · същия предмет" in office.get(lesson_url(small)).content.decode()
    sent = {"what": "substitute", "teacher": other[1].pk, "is_other_subject": "on"}
    page = office.post(lesson_url(small), sent, follow=True).content.decode()
    assert "замества Елена Петрова (друг предмет)" in page

    page = office.get(lesson_url(small)).content.decode()
    assert "Отмени промяната" in page
    office.post(lesson_url(small, "back/"))
    with at_school(small.id):
        assert not LessonChange.objects.exists()
        assert Lesson.objects.get().substitute_id is None
        absence = TeacherAbsence.objects.get()
    office.post(home(small, f"head/absent/{absence.pk}/remove/"))
    with at_school(small.id):
        assert not TeacherAbsence.objects.exists()


def test_what_is_missing_is_said_in_words(office, small):
    for sent, words in (
        ({}, "Изберете какво става с часа."),
        ({"what": "substitute"}, "Попълнете и това."),
        ({"what": "move", "date": clock.today().isoformat(), "hour_no": 3}, "В този час паралелката вече има урок."),
    ):
        answer = office.post(lesson_url(small), sent)
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_the_lessons_of_any_class_can_be_found(office, small):
    page = office.get(day(small), {"class": small.class_group.pk}).content.decode()
    assert lesson_url(small) in page
    assert office.get(day(small), {"class": "x" * 30}).status_code == 200


def test_the_family_reads_in_the_week_what_is_held_instead(office, small, client):
    sent = {"what": "cancel"}
    assert office.post(lesson_url(small), sent).status_code == 302
    with at_school(small.id):
        user, _ = small_school.add_teacher("Родител", "Желева", small.school_year.starts_on)
        guardian = small.guardians[0]
        guardian.user = user
        guardian.save()
    client.force_login(user)
    assert "отпада" in client.get(f"/p/{small.id}/{small.students[0].pk}/week/").content.decode()


def test_a_teacher_has_no_such_page(front, small):
    assert front.get(day(small)).status_code == 404
    assert front.post(lesson_url(small), {"what": "cancel"}).status_code == 404
