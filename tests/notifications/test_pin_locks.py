"""Somebody tries the PINs of a child: the guardians hear of the lock at once, whatever they chose to be told of."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests import small_school
from tests.marks import committed
from tests.notifications.telling import messages, tell
from tests.small_school import add_guardian
from zvanets.guardians.models import EventKind, Guardian, PinTry, Subscription
from zvanets.guardians.pins import check_pin
from zvanets.tenancy.school import at_school

pytestmark = committed


@pytest.fixture
def small(school):
    with time_machine.travel(datetime(2025, 10, 7, 7, 20, tzinfo=UTC), tick=False):
        yield small_school.build(school.pk)


def guess(small, times):
    """No guardian has a PIN yet, so every try is wrong."""
    for _ in range(times):
        with at_school(small.id):
            check_pin(actor=small.head, student=small.students[0], pin="481907")


def test_each_guardian_hears_at_once_by_each_channel_by_which_they_hear_of_anything(small):
    with at_school(small.id):
        father = add_guardian(small.students[0], small.lesson.date)
        Subscription.objects.filter(guardianship__guardian=father, channel="portal").update(kinds=[EventKind.GRADE])
        Subscription.objects.filter(guardianship__guardian=father, channel="email").delete()
    guess(small, 5)
    tell()

    heard = {(message.guardian_id, message.channel) for message in messages(small)}
    mother = small.guardians[0].pk
    assert heard == {(mother, "portal"), (mother, "email"), (father.pk, "portal")}
    assert all(message.is_urgent for message in messages(small))


def test_it_says_until_when_and_what_to_do(small):
    guess(small, 5)
    tell()

    (mail,) = messages(small, channel="email")
    assert mail.subject == "Анна: телефонната справка е заключена"
    assert mail.text.splitlines() == [
        "Телефонната справка за детето е заключена до вторник, 7 октомври, 10:35",
        "Много пъти е набран грешен ПИН. Потвърдените Ви номера не са засегнати.",
        "Ако не сте били Вие или Ваш близък, кажете на класния ръководител.",
    ]


def test_the_last_lock_says_who_lifts_it(small):
    with at_school(small.id):
        Guardian.objects.update(language="en")
        summer = datetime(2025, 8, 1, tzinfo=UTC)
        PinTry.objects.bulk_create(PinTry(student=small.students[0], at=summer, succeeded=False) for _ in range(19))
    guess(small, 1)
    tell()

    (mail,) = messages(small, channel="email")
    assert mail.text.splitlines()[0] == (
        "The telephone line about the child is locked until the homeroom teacher unlocks it"
    )


def test_each_lock_is_told_once_and_tries_below_it_are_not(small):
    guess(small, 4)
    tell()
    assert not messages(small)
    guess(small, 4)
    tell()
    tell()
    assert len(messages(small, channel="email")) == 1
