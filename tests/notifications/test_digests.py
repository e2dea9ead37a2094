"""What waits for the daily digest: one letter, which grows until its hour and loses nothing."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests import small_school
from tests.marks import committed
from tests.notifications.carriers import FakeChannel
from tests.notifications.telling import ABSENT, grade, messages, remark, save, tell
from zvanets.gradebook.actions import withdraw_grade
from zvanets.gradebook.models import Grade
from zvanets.guardians.models import Contact, EventKind, Guardian, Guardianship, Subscription
from zvanets.lib import clock
from zvanets.notifications.delivery import Delivery
from zvanets.notifications.fanout import fan_out
from zvanets.notifications.models import Message, Told
from zvanets.rules.delivery import Status
from zvanets.tenancy.school import at_school

pytestmark = committed

CHANNELS = ("portal", "email", "sms")
DAILY = [EventKind.GRADE, EventKind.REMARK]


@pytest.fixture
def small(school):
    """The digest comes in six hours; the mothers have telephones too, and ask for no SMS yet."""
    small = small_school.build(school.pk)
    at = (clock.now() + timedelta(hours=6)).astimezone(ZoneInfo("Europe/Sofia")).time().replace(microsecond=0)
    with at_school(small.id):
        Guardian.objects.update(digest_at=at)
        Subscription.objects.filter(channel="email").update(digest_kinds=DAILY)
    return small


def waiting(small, channel="email") -> list[Message]:
    return messages(small, channel=channel, status=Status.QUEUED)


def lines(message: Message) -> list[str]:
    return [part.splitlines()[0] for part in message.text.split("\n\n")]


def deliver(after, channel="email"):
    carrier = FakeChannel(channel)
    Delivery(carrier).run_once(clock.now() + after)
    return [letter.text for letter in carrier.sent]


def by_sms(small, *, a_day: int | None) -> None:
    with at_school(small.id):
        Guardian.objects.update(sms_a_day=a_day)
        Subscription.objects.exclude(channel="portal").delete()
        for right in Guardianship.objects.all():
            Contact.objects.create(
                guardian=right.guardian, kind="phone", address=f"+35988{right.pk:07}", confirmed_at=clock.now()
            )
            Subscription.objects.create(
                guardianship=right, channel="sms", kinds=EventKind.values, starts_on=right.starts_on
            )


def test_a_late_event_joins_the_letter_that_waits(small):
    save(small, grades=[grade(small, 0)])
    tell(timedelta(minutes=2))
    (first,) = waiting(small)
    save(small, remarks=[remark(small, 0, "Няма учебник")])
    tell(timedelta(minutes=2))

    (letter,) = waiting(small)
    assert letter.due_at == first.due_at == letter.held_until
    assert lines(letter) == ["Отличен 5,50 по математика, контролна работа", "Забележка по математика: Няма учебник"]
    assert messages(small, pk=first.pk)[0].error == "replaced"
    with at_school(small.id):
        assert Told.objects.filter(channel="email", message=letter.pk).count() == 2
    assert len(messages(small, channel="portal", status=Status.DELIVERED)) == 2
    assert deliver(timedelta(hours=5)) == []
    assert len(deliver(timedelta(hours=6, minutes=1))) == 1


def test_what_is_urgent_waits_for_no_digest(small):
    with at_school(small.id):
        Subscription.objects.update(digest_kinds=EventKind.values)
    save(small, attendance={small.students[0].pk: ABSENT})
    tell()

    assert not waiting(small)[0].is_digest
    assert len(deliver(timedelta(0))) == 1


def test_a_correction_before_the_hour_is_silent(small):
    save(small, grades=[grade(small, 0, "3")])
    tell(timedelta(minutes=2))
    with at_school(small.id):
        given = Grade.objects.get(student=small.students[0])
        withdraw_grade(small.actor, Grade.objects.all(), grade_id=given.pk, why="грешка")
    tell(timedelta(minutes=4))

    assert waiting(small) == []


def test_what_exceeds_the_familys_budget_goes_into_the_digest(small):
    by_sms(small, a_day=1)
    save(small, grades=[grade(small, 0)])
    fan_out(CHANNELS, now=clock.now() + timedelta(minutes=2))
    for word in ("Първа", "Втора"):
        save(small, remarks=[remark(small, 0, word)])
        fan_out(CHANNELS, now=clock.now() + timedelta(minutes=2))

    at_once, digest = waiting(small, "sms")
    assert (at_once.is_digest, digest.is_digest) == (False, True)
    assert "5,50" in at_once.text
    assert "Първа" in digest.text
    assert "Втора" in digest.text


def test_an_absence_is_told_whatever_the_budget(small):
    by_sms(small, a_day=0)
    save(small, attendance={small.students[0].pk: ABSENT}, remarks=[remark(small, 1, "Няма учебник")])
    fan_out(CHANNELS, now=clock.now() + timedelta(minutes=2))

    assert {message.student.first_name: message.is_digest for message in waiting(small, "sms")} == {
        "Анна": False,
        "Борис": True,
    }
