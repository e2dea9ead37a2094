from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from zvanets.billing.models import Plan
from zvanets.billing.plans import close_plan, offer_plan
from zvanets.history.models import Entry
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


def offer(small, **fields) -> Plan:
    asked = {"name": "Срок", "months": 5, "cents": 305, "starts_on": clock.today()} | fields
    with at_school(small.id):
        return offer_plan(actor=small.head, **asked)


def test_a_term_for_what_its_months_cost_is_offered_and_stands_in_history(small, month):
    plan = offer(small)

    assert plan.channels == ["sms", "voice"]
    with at_school(small.id):
        assert list(Plan.objects.offered(on=clock.today()).shortest_first()) == [month, plan]
        assert Entry.objects.filter(verb="tariff.offered", object_id=plan.pk).exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cents": 307}, "dear"),
        ({"months": 0}, "months"),
        ({"months": 13}, "months"),
        ({"cents": 1}, "price"),
        ({"vat_percent": 100}, "price"),
        ({"channels": ["sms", "email"]}, "free_channel"),
        ({"channels": ["portal"]}, "free_channel"),
        ({"channels": []}, "free_channel"),
        ({"ends_on": clock.today() - timedelta(days=1)}, "dates"),
    ],
)
def test_what_would_wrong_a_family_is_refused(small, month, fields, code):
    with pytest.raises(Refusal) as refused:
        offer(small, **fields)

    assert refused.value.code == code


def test_a_month_that_would_make_the_term_dear_is_refused(small, term):
    with pytest.raises(Refusal, match="по-скъпи"):
        offer(small, months=1, cents=60)


def test_the_database_sells_no_free_channel(small):
    with (
        at_school(small.id),
        pytest.raises(IntegrityError, match="a_plan_sells_paid_channels_alone"),
        transaction.atomic(),
    ):
        Plan.objects.create(name="Х", months=1, cents=61, channels=["email"], starts_on=clock.today())


def test_a_closed_plan_is_offered_to_its_last_day(small, month):
    today = clock.today()
    with at_school(small.id):
        close_plan(actor=small.head, plan=month, last_day=today)
        assert Plan.objects.offered(on=today).exists()
        assert not Plan.objects.offered(on=today + timedelta(days=1)).exists()
        with pytest.raises(Refusal):
            close_plan(actor=small.head, plan=month, last_day=today - timedelta(days=1))


def test_another_school_sees_no_plan(two_schools, month):
    with at_school(two_schools[1].pk):
        assert not Plan.objects.exists()
