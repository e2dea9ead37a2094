"""A school whose families are offered a month and a term, and a mother with a telephone."""

from datetime import timedelta

import pytest

from tests.small_school import SmallSchool, build
from zvanets.billing.models import Plan
from zvanets.billing.plans import offer_plan
from zvanets.guardians.actions import subscribe
from zvanets.guardians.models import ChannelName, Contact, EventKind, Guardianship, Subscription
from zvanets.lib import clock
from zvanets.tenancy.school import at_school


@pytest.fixture
def small(school) -> SmallSchool:
    return build(school.pk)


@pytest.fixture
def month(small) -> Plan:
    with at_school(small.id):
        return offer_plan(actor=small.head, name="Месец", months=1, cents=61, starts_on=clock.today())


@pytest.fixture
def term(small, month) -> Plan:
    with at_school(small.id):
        return offer_plan(actor=small.head, name="Срок", months=5, cents=305, starts_on=clock.today())


@pytest.fixture
def by_sms(small) -> Subscription:
    """Анна's mother asked for SMS."""
    with at_school(small.id):
        return give_sms(small)


def give_sms(small: SmallSchool, child: int = 0) -> Subscription:
    right = Guardianship.objects.select_related("guardian", "student").get(guardian=small.guardians[child])
    Contact.objects.create(
        guardian=right.guardian,
        kind=Contact.Kind.PHONE,
        address=f"+35988800011{child}",
        confirmed_at=clock.now() - timedelta(days=1),
    )
    given = subscribe(actor=small.actor, right=right, channel=ChannelName.SMS, kinds=EventKind.values)
    assert given
    return given
