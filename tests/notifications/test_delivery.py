"""Messages go out once, in the order of need, and every answer of a carrier is kept."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connections

from tests import small_school
from tests.marks import committed
from tests.notifications.carriers import FakeChannel
from tests.notifications.telling import ABSENT, AFTER_GRACE, grade, messages, save, tell
from zvanets.guardians.models import Contact, Guardianship, Subscription
from zvanets.history.models import Entry
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.notifications.channels.base import AnswerLost, ChannelDown, SendError
from zvanets.notifications.delivery import Delivery
from zvanets.notifications.models import Message
from zvanets.notifications.queue import LEASE
from zvanets.rules.delivery import ANSWER_LOST_WAIT, Status
from zvanets.schools.models import Enrolment
from zvanets.tenancy.school import at_school

pytestmark = committed

LATER = SendError("450 4.2.0")
NEVER = SendError("554 5.7.1", permanent=True)
NO_SUCH_PERSON = SendError("550 5.1.1", permanent=True, bad_address=True)
LOST = AnswerLost("no answer")
DOWN = ChannelDown("connect ConnectionRefusedError")


@pytest.fixture
def small(school):
    """The small school with one e-mail that waits: Анна is absent."""
    small = small_school.build(school.pk)
    save(small, attendance={small.students[0].pk: ABSENT})
    tell()
    return small


def the_mail(small):
    (message,) = messages(small, channel="email")
    return message


def deliver(carrier, after=timedelta(0)):
    return Delivery(carrier).run_once(clock.now() + after)


def test_a_mail_goes_out_and_its_reference_is_kept(small):
    carrier = FakeChannel()
    assert deliver(carrier) == 1
    (letter,) = carrier.sent
    assert letter.subject == "Анна: отсъства от 3-тия час (математика)"
    assert (letter.child, letter.school) == ("Анна Желева", "ОУ „Изпитно“")
    assert letter.address.endswith("@example.org")
    message = the_mail(small)
    assert (message.status, message.reference, message.attempts, message.lost_answers) == (
        Status.ACCEPTED,
        "taken 1",
        1,
        0,
    )
    assert message.accepted_at >= message.entered_at
    assert deliver(carrier) == 0


def test_what_is_leased_by_one_is_not_sent_by_another(small):
    first, second = FakeChannel(), FakeChannel()
    from zvanets.notifications import queue

    assert len(queue.claim("email", limit=10, now=clock.now())) == 1
    assert deliver(first) == 0
    assert deliver(second, LEASE) == 1


def test_a_greylisted_mail_is_tried_again_after_a_while(small):
    carrier = FakeChannel(script=[LATER])
    deliver(carrier)
    message = the_mail(small)
    assert (message.status, message.error, message.attempts) == (Status.QUEUED, "450 4.2.0", 1)
    assert 7 < (message.due_at - clock.now()).total_seconds() < 13
    assert deliver(carrier) == 0
    assert deliver(carrier, timedelta(seconds=15)) == 1
    assert the_mail(small).status == Status.ACCEPTED


def test_a_mail_refused_for_good_is_not_tried_again(small):
    deliver(FakeChannel(script=[NEVER]))
    message = the_mail(small)
    assert (message.status, message.error) == (Status.FAILED, "554 5.7.1")
    with at_school(small.id):
        assert Contact.objects.usable().count() == len(small.guardians)


def test_an_address_that_is_not_there_is_switched_off_and_the_school_sees_it(small):
    deliver(FakeChannel(script=[NO_SUCH_PERSON]))
    with at_school(small.id):
        contact = Contact.objects.get(pk=the_mail(small).contact_id)
        assert contact.disabled_at
        assert contact.disabled_why == "няма такъв адрес"
        assert Entry.objects.filter(verb=Verb.CONTACT_DISABLED, object_id=contact.pk).exists()


@pytest.fixture
def wait(monkeypatch):
    """Let so many seconds pass on our clock."""

    def pass_by(seconds):
        monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(seconds=seconds))

    return pass_by


def test_a_channel_that_is_down_is_left_alone_longer_each_time_and_no_try_counts(small, wait):
    save(small, attendance={student.pk: ABSENT for student in small.students})
    tell()
    carrier = FakeChannel(script=[DOWN, DOWN])
    delivery = Delivery(carrier)
    handled = []
    for seconds in (0, 0.5, 1.5, 1.5, 3):
        wait(seconds)
        handled.append(delivery.run_once())
    assert handled == [4, 0, 4, 0, 4]
    assert {(m.status, m.attempts) for m in messages(small, channel="email")} == {(Status.ACCEPTED, 1)}
    assert len(carrier.sent) == 4


def test_a_letter_over_which_the_carrier_falls_silent_does_not_keep_back_the_others(small, wait):
    save(small, attendance={student.pk: ABSENT for student in small.students[:2]})
    tell()
    carrier = FakeChannel(script=[ChannelDown("silence", offered=True)])
    delivery = Delivery(carrier)
    delivery.run_once()
    wait(3)
    delivery.run_once()
    assert [letter.child for letter in carrier.sent] == ["Борис Василев"]
    assert the_status_of(small, "Анна") == (Status.QUEUED, 1)


def the_status_of(small, child):
    (message,) = (m for m in messages(small, channel="email") if m.student.first_name == child)
    return message.status, message.attempts


def test_an_urgent_mail_without_an_answer_is_sent_again_at_once(small):
    carrier = FakeChannel(script=[LOST])
    deliver(carrier)
    message = the_mail(small)
    assert (message.status, message.lost_answers) == (Status.UNKNOWN, 1)
    assert deliver(carrier, timedelta(seconds=3)) == 1
    assert the_mail(small).status == Status.ACCEPTED


def test_a_grade_without_an_answer_waits_is_tried_once_more_and_then_given_up(small):
    deliver(FakeChannel())
    save(small, attendance={small.students[0].pk: ABSENT}, grades=[grade(small, 1)])
    tell(AFTER_GRACE)
    carrier = FakeChannel(script=[LOST, LOST])
    deliver(carrier, AFTER_GRACE)
    assert deliver(carrier, AFTER_GRACE + ANSWER_LOST_WAIT / 2) == 0
    assert deliver(carrier, AFTER_GRACE + ANSWER_LOST_WAIT) == 1
    assert deliver(carrier, timedelta(hours=20)) == 0
    assert the_grade(small) == (Status.UNKNOWN, 2)
    deliver(carrier, timedelta(hours=25))
    assert the_grade(small) == (Status.FAILED, 2)
    assert not carrier.sent


def the_grade(small):
    (message,) = (m for m in messages(small, channel="email") if m.student.first_name == "Борис")
    return message.status, message.lost_answers


def test_a_mail_that_was_being_sent_when_the_worker_died_is_in_doubt_and_sent_again(small):
    with at_school(small.id):
        Message.objects.filter(channel="email").update(status=Status.SENDING, due_at=clock.now() + LEASE)
    carrier = FakeChannel()
    assert deliver(carrier, LEASE / 2) == 0
    assert deliver(carrier, LEASE) == 0
    assert the_mail(small).status == Status.UNKNOWN
    assert deliver(carrier, LEASE + timedelta(seconds=3)) == 1
    message = the_mail(small)
    assert (message.status, message.lost_answers) == (Status.ACCEPTED, 1)


def test_urgent_mails_go_first(small):
    deliver(FakeChannel())
    save(small, attendance={}, grades=[grade(small, 1)])
    tell(AFTER_GRACE)
    save(small, attendance={small.students[2].pk: ABSENT})
    tell(AFTER_GRACE)
    carrier = FakeChannel()
    deliver(carrier, AFTER_GRACE * 2)
    assert [letter.child for letter in carrier.sent][-1] == "Борис Василев"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda: Guardianship.objects.update(withdrawn_at=clock.now()), "right ended"),
        (lambda: Guardianship.objects.update(ends_on=clock.today() - timedelta(days=1)), "right ended"),
        (lambda: Contact.objects.update(disabled_at=clock.now()), "no address"),
        (lambda: Contact.objects.update(confirmed_at=None), "no address"),
        (lambda: Subscription.objects.update(ends_on=clock.today() - timedelta(days=1)), "unsubscribed"),
        (lambda: Enrolment.objects.update(status=Enrolment.Status.LEFT), "left school"),
    ],
)
def test_what_ended_after_the_message_was_written_cancels_it(small, change, why):
    with at_school(small.id):
        change()
    carrier = FakeChannel()
    deliver(carrier)
    message = the_mail(small)
    assert (message.status, message.error) == (Status.CANCELLED, why)
    assert not carrier.sent


def test_a_mail_that_could_not_be_sent_for_a_day_is_cancelled(small):
    deliver(FakeChannel(), timedelta(hours=24, minutes=1))
    assert (the_mail(small).status, the_mail(small).error) == (Status.CANCELLED, "stale")


def second_channel(small, first_status):
    with at_school(small.id):
        Message.objects.filter(channel="email").update(wait_minutes=10)
        first = Message.objects.get(channel="portal")
        first.channel, first.status = "sms", first_status
        first.save()


def test_the_next_channel_is_silent_when_an_earlier_one_succeeded(small):
    second_channel(small, Status.ACCEPTED)
    deliver(FakeChannel())
    assert the_mail(small).error == "told already"


def test_the_next_channel_speaks_when_no_earlier_one_succeeded(small):
    second_channel(small, Status.FAILED)
    deliver(FakeChannel())
    assert the_mail(small).status == Status.ACCEPTED


def test_the_portal_counts_as_told_once_it_was_read(small):
    with at_school(small.id):
        Message.objects.filter(channel="email").update(wait_minutes=10)
        Message.objects.filter(channel="portal").update(read_at=clock.now())
    deliver(FakeChannel())
    assert the_mail(small).error == "told already"


def test_a_letter_that_cannot_be_made_does_not_stop_the_others(small):
    save(small, attendance={student.pk: ABSENT for student in small.students[:2]})
    tell()
    carrier = FakeChannel(script=[KeyError("anything")])
    deliver(carrier)
    assert [letter.child for letter in carrier.sent] == ["Борис Василев"]
    assert the_status_of(small, "Анна") == (Status.QUEUED, 1)


def test_a_message_cancelled_after_it_was_claimed_is_not_sent(small):
    class Cancelling(FakeChannel):
        def send(self, letter):
            with at_school(letter.school_id):
                Message.objects.filter(status=Status.QUEUED).update(status=Status.CANCELLED)
            return super().send(letter)

    save(small, attendance={student.pk: ABSENT for student in small.students})
    tell()
    carrier = Cancelling()
    deliver(carrier)
    assert len(carrier.sent) == 1


def test_an_answer_outlives_a_lost_connection_to_the_database(small):
    class Cutting(FakeChannel):
        """The database goes away while the carrier answers."""

        def send(self, letter):
            connections["worker"].connection.close()
            return super().send(letter)

    carrier = Cutting()
    delivery = Delivery(carrier)
    with pytest.raises(OperationalError):
        delivery.run_once()
    connections["worker"].close()
    carrier.__class__ = FakeChannel
    delivery.run_once()
    assert len(carrier.sent) == 1
    assert the_mail(small).status == Status.ACCEPTED


def test_a_worker_that_stops_gives_back_what_it_leased(small):
    save(small, attendance={student.pk: ABSENT for student in small.students})
    tell()
    carrier = FakeChannel()
    Delivery(carrier, is_stopping=lambda: len(carrier.sent) >= 1).run_once()
    assert len(carrier.sent) == 1
    assert deliver(carrier, timedelta(seconds=1)) == 3


def test_a_slow_carrier_gets_small_batches(small):
    delivery = Delivery(FakeChannel())
    delivery._adapt(100, 10.0)
    assert delivery.batch == 10
    delivery._adapt(10, 0.1)
    assert delivery.batch == 20
