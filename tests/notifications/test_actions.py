"""One click ends the e-mails about a child; a code reaches an address that is not confirmed yet."""

import pytest

from tests import small_school
from tests.marks import committed
from tests.notifications.carriers import FakeChannel
from tests.notifications.telling import ABSENT, messages, save, tell
from zvanets.guardians.actions import confirm_contact
from zvanets.guardians.models import Contact, Guardianship, Subscription
from zvanets.history.models import Entry
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.notifications.actions import end_emails, mark_read, send_code
from zvanets.notifications.delivery import Delivery
from zvanets.notifications.tokens import unsubscribe_token
from zvanets.rules.delivery import Status
from zvanets.tenancy.school import at_school

pytestmark = committed


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


def token_of(small, place=0):
    with at_school(small.id):
        return unsubscribe_token(small.id, Guardianship.objects.get(student=small.students[place]).pk)


def test_one_click_ends_the_e_mails_about_this_child_and_nothing_else(small):
    token = token_of(small)
    assert end_emails(token, address="127.0.0.1")
    save(small, attendance={student.pk: ABSENT for student in small.students[:2]})
    tell()
    assert {(m.student.first_name, m.channel) for m in messages(small)} == {
        ("Анна", "portal"),
        ("Борис", "portal"),
        ("Борис", "email"),
    }
    with at_school(small.id):
        assert Entry.objects.filter(verb=Verb.SUBSCRIPTION_CHANGED).count() == 1


def test_a_second_click_changes_nothing(small):
    token = token_of(small)
    assert end_emails(token)
    assert end_emails(token)
    with at_school(small.id):
        assert Entry.objects.filter(verb=Verb.SUBSCRIPTION_CHANGED).count() == 1


def test_a_forged_token_ends_nothing(small):
    token = token_of(small)
    assert end_emails(token[:-2] + ("AA" if token[-2:] != "AA" else "BB")) is None
    with at_school(small.id):
        assert Subscription.objects.filter(ends_on__isnull=True).count() == 2 * len(small.students)


def test_what_waited_is_not_sent_after_the_click(small):
    save(small, attendance={small.students[0].pk: ABSENT})
    tell()
    end_emails(token_of(small))
    carrier = FakeChannel()
    Delivery(carrier).run_once()
    assert not carrier.sent


def test_a_code_goes_to_an_address_that_is_not_confirmed_and_confirms_it(small):
    with at_school(small.id):
        contact = Contact.objects.first()
        Contact.objects.filter(pk=contact.pk).update(confirmed_at=None)
        message = send_code(contact=contact)
        with pytest.raises(Refusal):
            send_code(contact=contact)
    carrier = FakeChannel()
    Delivery(carrier).run_once()
    (letter,) = carrier.sent
    code = message.subject[:6]
    assert code.isdigit()
    assert code in letter.text
    assert letter.guardianship_id is None
    with at_school(small.id):
        confirm_contact(actor=small.actor, contact=contact, code=code)
        assert Contact.objects.usable().filter(pk=contact.pk).exists()


def test_what_a_guardian_saw_is_read_once(small):
    save(small, attendance={small.students[0].pk: ABSENT})
    tell()
    ids = [message.pk for message in messages(small)]
    with at_school(small.id):
        assert mark_read(ids) == 1
        assert mark_read(ids) == 0
    (seen,) = messages(small, channel="portal")
    assert seen.read_at <= clock.now()
    assert seen.status == Status.DELIVERED
