"""Nobody's SMS fall silent before they were told; what is free is never touched; a payment opens everything again."""

from datetime import date, timedelta

import pytest

from tests.billing.conftest import give_sms
from tests.billing.test_purse import ordered, paid
from tests.marks import committed
from tests.small_school import build
from zvanets.billing.actions import withdraw
from zvanets.billing.covering import paid_until
from zvanets.billing.expiry import Expiry, expire
from zvanets.billing.plans import offer_plan
from zvanets.guardians.models import Subscription
from zvanets.history.models import Entry, Pending
from zvanets.lib import clock
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(small):
    with at_school(small.id):
        yield small


def at(monkeypatch, today: date) -> None:
    """Let the worker run on that day."""
    moved = clock._offset + (today - clock.today())
    monkeypatch.setattr(clock, "_offset", moved)
    expire(today=clock.today())


def channels() -> list[str]:
    own = Subscription.objects.active(on=clock.today())
    return sorted(set(own.values_list("channel", flat=True)))


def told(verb: str) -> int:
    return Entry.objects.filter(verb=verb).count()


def test_a_paid_month_is_warned_of_a_week_before_and_ends_after_the_grace(inside, month, by_sms, monkeypatch):
    paid(ordered(inside, month))
    last = _until(inside)

    at(monkeypatch, last - timedelta(days=8))
    assert told("purse.ending") == 0
    at(monkeypatch, last - timedelta(days=7))
    at(monkeypatch, last - timedelta(days=6))
    assert told("purse.ending") == 1
    assert Pending.objects.filter(verb="purse.ending").exists()
    at(monkeypatch, last + timedelta(days=14))
    assert "sms" in channels()
    at(monkeypatch, last + timedelta(days=15))
    assert channels() == ["email", "portal"]
    assert told("purse.ended") == 1


def _until(small) -> date:
    return paid_until([small.students[0].pk], ["sms"])[small.students[0].pk]


def test_who_was_not_warned_is_not_silenced_however_late_the_worker_comes(inside, month, by_sms, monkeypatch):
    paid(ordered(inside, month))
    late = _until(inside) + timedelta(days=60)

    at(monkeypatch, late)
    assert "sms" in channels()
    at(monkeypatch, late + timedelta(days=6))
    assert "sms" in channels()
    at(monkeypatch, late + timedelta(days=7))
    assert "sms" not in channels()


def test_a_school_without_a_plan_asks_nobody_for_money(inside, by_sms, monkeypatch):
    at(monkeypatch, clock.today() + timedelta(days=300))

    assert "sms" in channels()
    assert told("purse.ending") == 0


def test_who_never_paid_has_two_weeks_and_a_payment_opens_the_sms_again(inside, month, by_sms, monkeypatch):
    invoice = ordered(inside, month)
    expire(today=clock.today())
    assert told("purse.ending") == 1
    at(monkeypatch, clock.today() + timedelta(days=14))
    assert "sms" not in channels()

    paid(invoice)
    again = Subscription.objects.active(on=clock.today()).get(channel="sms")
    assert (again.guardianship_id, again.kinds) == (by_sms.guardianship_id, by_sms.kinds)


def test_asking_anew_without_paying_is_no_new_grace(inside, month, by_sms, monkeypatch):
    expire(today=clock.today())
    at(monkeypatch, clock.today() + timedelta(days=14))
    give_sms(inside, 1)  # another child's mother, who has her own two weeks
    Subscription.objects.create(
        guardianship_id=by_sms.guardianship_id, channel="sms", kinds=by_sms.kinds, starts_on=clock.today()
    )
    at(monkeypatch, clock.today() + timedelta(days=1))

    assert [
        each.guardianship.guardian for each in Subscription.objects.active(on=clock.today()).filter(channel="sms")
    ] == [inside.guardians[1]]


def test_who_withdraws_is_told_anew_and_keeps_a_week(inside, month, by_sms, monkeypatch):
    expire(today=clock.today())
    invoice = ordered(inside, month)
    paid(invoice)
    at(monkeypatch, clock.today() + timedelta(days=13))
    withdraw(actor=inside.actor, invoice=invoice)
    expire(today=clock.today())
    assert told("purse.ending") == 2

    at(monkeypatch, clock.today() + timedelta(days=6))
    assert "sms" in channels()
    at(monkeypatch, clock.today() + timedelta(days=1))
    assert "sms" not in channels()


@committed
def test_the_worker_visits_the_schools_with_plans_once_a_day(school):
    small, expiry = build(school.pk), Expiry()
    with at_school(small.id):
        offer_plan(actor=small.head, name="Месец", months=1, cents=61, starts_on=clock.today())
        give_sms(small)
    expiry.run()
    with at_school(small.id):
        assert told("purse.ending") == 1
        give_sms(small, 1)
    expiry.run()
    with at_school(small.id):
        assert told("purse.ending") == 1
