"""Addresses and numbers, their confirmation, and what is told there."""

import pytest

from zvanets.guardians.actions import (
    Confirmation,
    add_contact,
    confirm_contact,
    disable_contact,
    start_confirmation,
    subscribe,
    unsubscribe,
)
from zvanets.guardians.models import ChannelName, Contact, ContactCode, Guardianship, Subscription
from zvanets.history.models import Entry, EntryBody, Pending
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(inside):
    return add_contact(
        actor=inside.head, guardian=inside.guardians[0], kind=Contact.Kind.EMAIL, address=" Mother@Example.org "
    )


@pytest.fixture
def right(inside):
    return Guardianship.objects.get(guardian=inside.guardians[0])


def test_an_address_is_kept_in_one_form_and_unconfirmed(inside, contact):
    assert contact.address == "mother@example.org"
    assert not Contact.objects.usable().filter(pk=contact.pk).exists()
    assert "example" not in EntryBody.objects.get(entry__verb="contact.added").text
    assert not Pending.objects.exists()


def test_the_same_address_twice_is_one_contact(inside, contact):
    again = add_contact(
        actor=inside.head, guardian=inside.guardians[0], kind=Contact.Kind.EMAIL, address="mother@EXAMPLE.org"
    )
    assert again == contact
    assert Entry.objects.filter(verb="contact.added").count() == 1


def test_a_number_is_kept_as_it_is_dialled_and_a_wrong_one_refused(inside):
    phone = add_contact(
        actor=inside.head, guardian=inside.guardians[0], kind=Contact.Kind.PHONE, address="0882 818 905"
    )
    assert phone.address == "+359882818905"
    for kind, address in ((Contact.Kind.PHONE, "12"), (Contact.Kind.EMAIL, "майка@example")):
        with pytest.raises(Refusal):
            add_contact(actor=inside.head, guardian=inside.guardians[0], kind=kind, address=address)


def test_the_code_confirms_and_is_used_up(inside, contact):
    code = start_confirmation(contact=contact)
    assert code not in ContactCode.objects.get().code_hash

    assert confirm_contact(actor=inside.head, contact=contact, code=f" {code[:3]} {code[3:]} ") is Confirmation.DONE
    assert Contact.objects.usable().filter(pk=contact.pk).exists()
    assert confirm_contact(actor=inside.head, contact=contact, code=code) is Confirmation.OVER


def test_five_wrong_codes_use_it_up(inside, contact):
    code = start_confirmation(contact=contact)
    wrong = f"{(int(code) + 1) % 10**6:06}"

    answers = [confirm_contact(actor=inside.head, contact=contact, code=wrong) for _ in range(5)]
    assert answers == [Confirmation.WRONG] * 5
    assert confirm_contact(actor=inside.head, contact=contact, code=code) is Confirmation.OVER


def test_a_code_lasts_a_quarter_of_an_hour(inside, contact, later):
    code = start_confirmation(contact=contact)
    later(minutes=16)

    assert confirm_contact(actor=inside.head, contact=contact, code=code) is Confirmation.OVER


def test_a_new_code_takes_the_place_of_the_old_one_after_a_minute(inside, contact, later):
    old = start_confirmation(contact=contact)
    with pytest.raises(Refusal, match="по-малко от минута"):
        start_confirmation(contact=contact)
    later(seconds=61)
    new = start_confirmation(contact=contact)

    if old != new:
        assert confirm_contact(actor=inside.head, contact=contact, code=old) is Confirmation.WRONG
    assert confirm_contact(actor=inside.head, contact=contact, code=new) is Confirmation.DONE


def test_a_code_of_another_contact_does_not_confirm(inside, contact):
    other = add_contact(
        actor=inside.head, guardian=inside.guardians[0], kind=Contact.Kind.EMAIL, address="b@example.org"
    )
    code = start_confirmation(contact=other)
    start_confirmation(contact=contact)
    ContactCode.objects.filter(contact=contact).update(code_hash=ContactCode.objects.get(contact=other).code_hash)

    assert confirm_contact(actor=inside.head, contact=contact, code=code) is Confirmation.WRONG


def test_what_was_switched_off_comes_back_unconfirmed(inside, contact):
    confirm_contact(actor=inside.head, contact=contact, code=start_confirmation(contact=contact))
    disable_contact(actor=inside.head, contact=contact, why="550")
    disable_contact(actor=inside.head, contact=contact, why="551")
    contact.refresh_from_db()
    assert contact.disabled_why == "550"
    assert not Contact.objects.usable().filter(pk=contact.pk).exists()

    back = add_contact(
        actor=inside.head, guardian=inside.guardians[0], kind=Contact.Kind.EMAIL, address="mother@example.org"
    )
    assert (back.pk, back.confirmed_at, back.disabled_at) == (contact.pk, None, None)


def test_kinds_are_changed_in_place_and_history_keeps_both(inside, right):
    subscribe(actor=inside.head, right=right, channel=ChannelName.EMAIL, kinds=["absence", "grade", "grade"])

    own = Subscription.objects.active(on=clock.today()).get(guardianship=right, channel=ChannelName.EMAIL)
    assert own.kinds == ["grade", "absence"]
    said = EntryBody.objects.get(entry__verb="subscription.changed").text
    assert '"after":["grade","absence"]' in said
    assert '"before":["grade","absence","lateness"' in said


def test_what_did_not_change_is_not_recorded(inside, right):
    own = Subscription.objects.get(guardianship=right, channel=ChannelName.EMAIL)
    subscribe(actor=inside.head, right=right, channel=ChannelName.EMAIL, kinds=own.kinds)

    assert not Entry.objects.exists()


def test_unsubscribing_is_silent_from_this_moment(inside, right):
    unsubscribe(actor=inside.head, subscription=Subscription.objects.get(guardianship=right, channel="email"))
    assert not Subscription.objects.active(on=clock.today()).filter(channel="email", guardianship=right).exists()

    subscribe(actor=inside.head, right=right, channel=ChannelName.EMAIL, kinds=["grade"])
    subscribe(actor=inside.head, right=right, channel=ChannelName.EMAIL, kinds=[])
    assert not Subscription.objects.active(on=clock.today()).filter(channel="email", guardianship=right).exists()
    assert Entry.objects.filter(verb="subscription.changed").count() == 3
