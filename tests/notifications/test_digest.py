"""Each morning: what was entered in one's name the day before; once, whatever is killed, and nothing on quiet days."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests import small_school
from tests.marks import committed
from tests.notifications.telling import ABSENT, grade, save
from tests.staff.people import colleague
from zvanets.accounts.models import Letter, Role, SignIn, User
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.notifications import digest
from zvanets.notifications.digest import Digests, write_digests
from zvanets.notifications.models import DigestDay
from zvanets.tenancy.school import at_school

pytestmark = committed
SOFIA = ZoneInfo("Europe/Sofia")


@pytest.fixture
def small(school):
    small = small_school.build(school.pk)
    User.objects.filter(pk=small.teacher.pk).update(email="maria@example.org")
    return small


def letters():
    return list(Letter.objects.using("worker").order_by("pk"))


def morning(small, days=0):
    """As the worker does on the morning after today."""
    return write_digests(small.id, yesterday=clock.today() + timedelta(days=days), zone=SOFIA)


def test_a_teacher_reads_next_morning_what_was_entered_and_from_what(small):
    save(small, grades=[grade(small, 0), grade(small, 1)], attendance={small.students[2].pk: ABSENT})
    SignIn.objects.create(
        user=small.teacher, at=clock.now(), succeeded=True, address="203.0.113.9", device="computer Windows Firefox"
    )
    SignIn.objects.create(user=small.teacher, at=clock.now(), succeeded=False, address="203.0.113.9")

    assert morning(small) == 1
    (letter,) = letters()
    assert letter.address == "maria@example.org"
    assert "7 Б, Математика: записани часове 1, оценки 2, отсъствия 1" in letter.text
    assert "компютър (Windows, Firefox)" in letter.text
    assert "Грешни пароли: 1" in letter.text
    assert "203.0.113.9" not in letter.text
    assert "Анна" not in letter.text


def test_what_somebody_else_entered_in_her_name_stands_with_their_name(small):
    clerk = colleague(small, Role.CLERK)
    with at_school(small.id):
        body = {"student": "Анна Желева"}
        facts = [Fact(Verb.GRADE_GIVEN, course_id=small.course.pk, student_id=small.students[0].pk, body=body)]
        record(facts, actor=Actor(clerk.pk, Role.CLERK, "127.0.0.1"), tell=False)

    morning(small)
    (letter,) = letters()
    assert "оценки 1" in letter.text
    assert f"вписа {clerk.name}" in letter.text


def test_a_day_without_entries_is_quiet(small):
    SignIn.objects.create(user=small.teacher, at=clock.now(), succeeded=True)
    assert morning(small) == 0
    assert letters() == []


def test_a_day_is_written_once_however_often_it_is_asked_for(small):
    save(small, grades=[grade(small, 0)])
    assert [morning(small), morning(small), Digests().run(clock.now())] == [1, 0, 0]
    assert len(letters()) == 1


def test_a_kill_between_the_day_and_its_letters_loses_nothing(small, monkeypatch):
    save(small, grades=[grade(small, 0)])

    def die(_posts):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(digest, "post_all", die)
        with pytest.raises(SystemExit):
            morning(small)
    with at_school(small.id):
        assert not DigestDay.objects.exists()
    assert morning(small) == 1


def test_days_on_which_the_worker_stood_still_are_made_good(small):
    morning(small, days=-3)
    save(small, grades=[grade(small, 0)])

    assert morning(small) == 1
    with at_school(small.id):
        assert DigestDay.objects.count() == 4


def test_nobody_is_woken_before_six(small):
    save(small, grades=[grade(small, 0)])
    tomorrow = (clock.now().astimezone(SOFIA) + timedelta(days=1)).replace(hour=5, minute=59)
    digests = Digests()
    assert digests.run(tomorrow) == 0
    assert digests.run(tomorrow + timedelta(minutes=2)) == 1
    assert digests.run(tomorrow + timedelta(minutes=3)) == 0
