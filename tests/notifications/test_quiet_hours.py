"""A guardian's quiet hours hold back letters, never the portal and never what is urgent."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests import small_school
from tests.marks import committed
from tests.notifications.carriers import FakeChannel
from tests.notifications.telling import ABSENT, grade, messages, save, tell
from zvanets.guardians.models import Guardian
from zvanets.history.record import Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.notifications.delivery import Delivery
from zvanets.notifications.models import Message
from zvanets.rules.delivery import Status
from zvanets.tenancy.school import at_school

pytestmark = committed

SOFIA = ZoneInfo("Europe/Sofia")


@pytest.fixture
def small(school):
    """Everybody sleeps from an hour ago, for ten hours."""
    small = small_school.build(school.pk)
    now = clock.now().astimezone(SOFIA)
    sleeps, wakes = ((now + timedelta(hours=hours)).time().replace(second=0, microsecond=0) for hours in (-1, 9))
    with at_school(small.id):
        Guardian.objects.update(quiet_from=sleeps, quiet_to=wakes)
    return small


def mail(small, **wanted) -> Message:
    (message,) = messages(small, channel="email", **wanted)
    return message


def deliver(after):
    carrier = FakeChannel()
    Delivery(carrier).run_once(clock.now() + after)
    return [letter.text.splitlines()[0] for letter in carrier.sent]


def test_a_grade_waits_for_the_morning_and_stands_in_the_portal_at_once(small):
    save(small, grades=[grade(small, 0)])
    tell(timedelta(seconds=61))

    assert mail(small).held_until == mail(small).due_at > clock.now() + timedelta(hours=8)
    assert messages(small, channel="portal")[0].status == Status.DELIVERED
    assert deliver(timedelta(hours=8)) == []
    assert deliver(timedelta(hours=9, minutes=5)) == ["Отличен 5,50 по математика, контролна работа"]


def test_an_absence_waits_for_nobody(small):
    save(small, attendance={small.students[0].pk: ABSENT})
    tell()

    assert mail(small).held_until is None
    assert deliver(timedelta(0)) == ["Отсъства от 3-тия час (математика)"]


def test_what_was_held_is_news_for_a_day_from_then_on(small):
    save(small, grades=[grade(small, 0)])
    tell(timedelta(seconds=61))

    assert len(deliver(timedelta(hours=30))) == 1


@pytest.mark.parametrize(("soon", "held"), [(True, False), (False, True)])
def test_only_what_changes_today_or_first_thing_tomorrow_is_told_at_night(small, soon, held):
    body = {"class_group": "7 Б", "subject": "Математика", "date": "2026-11-23", "hour_no": 1, "change": "CANCELLED"}
    about = {"course_id": small.course.pk, "lesson_id": small.lesson.pk, "object_id": small.lesson.pk}
    with at_school(small.id):
        changed = Fact(Verb.HOUR_CHANGED, **about, body=body | {"teacher": "", "instead": "", "soon": soon})
        record([changed], actor=small.actor, tell=True)
    tell(timedelta(hours=1))

    assert all(bool(message.held_until) is held for message in messages(small, channel="email"))


def test_the_hours_are_those_of_the_readers_own_clock(small):
    now = clock.now().astimezone(ZoneInfo("Asia/Tokyo"))
    sleeps, wakes = ((now + timedelta(hours=hours)).time().replace(second=0, microsecond=0) for hours in (-1, 3))
    with at_school(small.id):
        Guardian.objects.update(time_zone="Asia/Tokyo", quiet_from=sleeps, quiet_to=wakes)
    save(small, grades=[grade(small, 0)])
    tell(timedelta(seconds=61))

    assert timedelta(hours=2, minutes=58) < mail(small).due_at - clock.now() <= timedelta(hours=3)
