"""The day before, everybody who was told hears again, once, whatever becomes of the worker; and the staff hear too."""

import signal
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests import small_school
from tests.marks import committed
from tests.notifications.dying_worker import REMINDING
from tests.notifications.mail_server import mail_server
from tests.notifications.telling import AFTER_GRACE, tell
from tests.notifications.test_kills import wait_for, worker
from zvanets.accounts.models import Letter, Membership, Role, User
from zvanets.history.models import Entry, Pending
from zvanets.lib import clock
from zvanets.notifications.models import Told
from zvanets.notifications.reminding import remind_due
from zvanets.remarks.actions.gatherings import (
    Gathering,
    announce_event,
    call_meeting,
    cancel_meeting,
    change_meeting,
)
from zvanets.remarks.models import ParentMeeting
from zvanets.tenancy.school import at_school

pytestmark = committed
SOFIA = ZoneInfo("Europe/Sofia")
DAY = clock.today() + timedelta(days=3)
EVE = datetime.combine(DAY - timedelta(days=1), time(16, 5), SOFIA)
MEETING = Gathering(DAY, "Избор на съвет", time(18), "стая 12")


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


def call(small) -> ParentMeeting:
    with at_school(small.id):
        return call_meeting(small.head, small.class_group, MEETING)


def reminders(small) -> list[tuple[int, str]]:
    """Who was reminded by which channel."""
    with at_school(small.id):
        entries = Entry.objects.filter(verb="meeting.reminded").values_list("pk", flat=True)
        assert len(entries) == 1
        return sorted(Told.objects.filter(entry__in=entries).values_list("guardian_id", "channel"))


@pytest.mark.parametrize("step", REMINDING)
def test_a_worker_killed_while_it_reminds_reminds_everybody_once(small, step):
    call(small)
    tell(AFTER_GRACE)
    later = (EVE - clock.now()).total_seconds()
    with mail_server() as (_server, port):
        with worker(port, step, seconds_later=later) as dying:
            assert dying.wait(40) == -signal.SIGKILL
        with worker(port, seconds_later=later + 60):
            wait_for(lambda: _is_reminded(small))
    assert remind_due(EVE + timedelta(hours=1)) == 0
    assert reminders(small) == sorted((one.pk, way) for one in small.guardians for way in ("email", "portal"))


def _is_reminded(small) -> bool:
    with at_school(small.id):
        return Entry.objects.filter(verb="meeting.reminded").exists() and not Pending.objects.exists()


def test_schools_are_asked_once_for_what_is_tomorrow(small):
    call(small)
    assert remind_due(EVE - timedelta(hours=2)) == 0
    assert remind_due(EVE) == 1
    assert remind_due(EVE + timedelta(minutes=1)) == 0


@pytest.fixture
def colleague(small) -> User:
    """A second teacher of the class has an address; the first, who calls the meeting, has one too."""
    with at_school(small.id):
        User.objects.filter(pk=small.teacher.pk).update(email="maria@example.org")
        head = User.objects.create(username="head", name="Директорова", email="head@example.org", language="en")
        Membership.objects.create(user=head, role=Role.DIRECTOR, starts_on=clock.today())
        return head


def letters() -> list[tuple[str, str]]:
    return sorted(Letter.objects.using("worker").values_list("address", "subject"))


def test_staff_hear_when_families_do_but_nobody_of_what_they_did_themselves(small, colleague):
    meeting = call(small)
    assert letters() == []
    tell(AFTER_GRACE)
    (said,) = letters()
    assert said[0] == "head@example.org"
    assert said[1].startswith("Parent meeting, ")
    with at_school(small.id):
        cancel_meeting(small.head, ParentMeeting.objects.all(), meeting_id=meeting.pk, why="Ремонт")
    tell(AFTER_GRACE)
    assert any(subject.startswith("The parent meeting is cancelled") for _address, subject in letters())


def test_staff_get_one_letter_of_an_event_of_many_classes_and_of_a_slip_none(small, colleague):
    with at_school(small.id):
        announce_event(small.head, Gathering(DAY, "Излет"))
        gone = call_meeting(small.head, small.class_group, MEETING)
        change_meeting(small.head, ParentMeeting.objects.all(), meeting_id=gone.pk, wanted=MEETING)
        cancel_meeting(small.head, ParentMeeting.objects.all(), meeting_id=gone.pk, why="Грешка")
    tell(AFTER_GRACE)
    assert [subject.split(",")[0] for _address, subject in letters()] == ["Излет"]


def test_of_a_reminder_those_hear_too_who_called_the_meeting(small, colleague):
    call(small)
    tell(AFTER_GRACE)
    remind_due(EVE)
    tell(EVE - clock.now() + timedelta(seconds=1))
    reminded = {address for address, subject in letters() if "eminder" in subject or "апомняне" in subject}
    assert reminded == {"head@example.org", "maria@example.org"}
