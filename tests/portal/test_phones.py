"""A guardian's number for SMS: offered where there is a carrier, used once its owner has answered."""

import pytest
from django.core.cache import cache

from tests.marks import committed
from tests.portal.test_home import page_of
from zvanets.guardians.models import Contact, Guardian, Subscription
from zvanets.notifications.channels.sms.incoming import Incoming
from zvanets.notifications.channels.sms.replies import take
from zvanets.notifications.models import IncomingSms, Message
from zvanets.portal.views.settings import RATES
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _carrier(db, settings):
    settings.SMPP_URL = "smpp://diary:secret@127.0.0.1:1"
    cache.clear()


def add(client, home, number="0882 818 905"):
    return client.post(home.url(0, "settings/contacts/"), {"phone": number})


def phone(home):
    with at_school(home.small.id):
        return Contact.objects.get(kind="phone")


def code(home):
    with at_school(home.small.id):
        message = Message.objects.get(channel="sms")
        assert message.contact_id == Contact.objects.get(kind="phone").pk
        assert len(message.text) <= 70
        return message.text.split()[0]


def test_without_a_carrier_no_number_is_asked_for(signed_in, home, settings):
    settings.SMPP_URL = ""
    assert "Изпрати код по SMS" not in page_of(signed_in, home.url(0, "settings/"))
    assert add(signed_in, home).status_code == 422


def test_a_number_is_confirmed_by_the_code_that_was_sent_there(signed_in, home):
    there = add(signed_in, home).headers["Location"]
    assert phone(home).address == "+359882818905"
    assert phone(home).confirmed_at is None
    assert "Няма SMS?" in page_of(signed_in, there)
    assert signed_in.post(there, {"code": code(home)}).status_code == 302
    assert phone(home).confirmed_at


@committed
def test_the_code_may_be_sent_back_from_the_number(signed_in, home):
    add(signed_in, home)
    take(Incoming("359882818905", f" {code(home)} "))
    assert phone(home).confirmed_at
    assert IncomingSms.objects.using("worker").get().answer.startswith("Nomerat e potvarden")


@committed
def test_the_code_from_another_number_confirms_nothing(signed_in, home):
    add(signed_in, home)
    take(Incoming("359888111222", code(home)))
    assert phone(home).confirmed_at is None


@pytest.mark.parametrize(("number", "word"), [("12", "не е телефонен номер"), ("02 987 6543", "не може да се изпрати")])
def test_a_number_that_no_sms_reaches_is_said_so(signed_in, home, number, word):
    answer = add(signed_in, home, number)
    assert answer.status_code == 422
    assert word in answer.content.decode()


def test_nothing_is_subscribed_before_a_number_is_confirmed(signed_in, home):
    add(signed_in, home)
    signed_in.post(home.url(0, "settings/kinds/"), {"portal": ["grade"], "email": [], "sms": ["absence"]})
    assert "първо потвърдете" in page_of(signed_in, home.url(0, "settings/"))
    with at_school(home.small.id):
        assert not Subscription.objects.filter(channel="sms").exists()
    signed_in.post(home.url(0, f"settings/contacts/{phone(home).pk}/"), {"code": code(home)})
    signed_in.post(home.url(0, "settings/kinds/"), {"portal": ["grade"], "email": [], "sms": ["absence"]})
    with at_school(home.small.id):
        assert Subscription.objects.get(channel="sms").kinds == ["absence"]


def test_the_letters_are_chosen(signed_in, home):
    signed_in.post(home.url(0, "settings/language/"), {"language": "bg", "script": "latin"})
    with at_school(home.small.id):
        assert Guardian.objects.get(pk=home.guardian.pk).sms_script == "latin"
    assert signed_in.post(home.url(0, "settings/language/"), {"language": "bg", "script": "runes"}).status_code == 404


def test_no_code_goes_to_a_country_that_the_service_does_not_write_to(signed_in, home, settings):
    answer = add(signed_in, home, "+39 312 345 6789")
    assert answer.status_code == 302
    settings.SMS_PREFIXES = ["+359"]
    answer = add(signed_in, home, "+39 312 345 6780")
    assert answer.status_code == 422
    assert "от тази държава не пращаме SMS" in answer.content.decode()


def test_a_school_sends_no_more_codes_than_its_sum_of_the_day(signed_in, home, monkeypatch):
    monkeypatch.setitem(RATES, "codes_of", "1/d/key")
    add(signed_in, home)
    add(signed_in, home, "0882 818 906")
    with at_school(home.small.id):
        assert Message.objects.filter(channel="sms").count() == 1
