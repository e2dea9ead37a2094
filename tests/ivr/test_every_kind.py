"""Every kind of event that families hear of goes the whole way: written, told by each channel, heard by telephone."""

from datetime import timedelta

import pytest

from tests.ivr.test_desk import texts
from tests.marks import committed
from tests.notifications.bodies import BODIES
from zvanets.guardians.models import ChannelName, Contact, EventKind, Guardianship, Subscription
from zvanets.history.models import Entry
from zvanets.history.record import Fact, record
from zvanets.ivr import desk
from zvanets.lib import clock
from zvanets.notifications.catalogue import CATALOGUE
from zvanets.notifications.fanout import fan_out
from zvanets.notifications.models import Message, Told
from zvanets.notifications.spoken import told_since
from zvanets.rules.ivr_menu import Section
from zvanets.tenancy.school import at_school

pytestmark = committed
WRITTEN = (ChannelName.PORTAL, ChannelName.EMAIL, ChannelName.SMS)
# A withdrawal or a change is told to who heard of the thing before; alone there is nothing to take back.
FOLLOWS = tuple(
    verb
    for verb in CATALOGUE
    if verb.endswith((".withdrawn", ".corrected", ".changed", ".excused", ".moved", ".cancelled"))
)


@pytest.fixture
def reached(family):
    """Анна's mother, who also asked for SMS on a number of her own, of every kind."""
    with at_school(family.small.id):
        guardian, student = family.small.guardians[0], family.small.students[0]
        Contact.objects.create(
            guardian=guardian, kind=Contact.Kind.PHONE, address="+359888000111", confirmed_at=clock.now()
        )
        right = Guardianship.objects.get(guardian=guardian, student=student)
        Subscription.objects.create(
            guardianship=right,
            channel=ChannelName.SMS,
            kinds=EventKind.values,
            starts_on=clock.today() - timedelta(days=1),
        )
    return family


def test_every_kind_reaches_a_mother_by_every_channel_and_by_telephone(reached):
    small = reached.small
    mother, anna = small.guardians[0], small.students[0]
    kinds = [verb for verb in CATALOGUE if verb not in FOLLOWS]
    with at_school(small.id):
        for number, verb in enumerate(kinds, 1):
            fact = Fact(verb, student_id=anna.pk, object_id=number, body=BODIES[verb])
            record([fact], actor=small.actor, tell=True)
    fan_out(WRITTEN, now=clock.now() + timedelta(hours=2))

    with at_school(small.id):
        verbs = dict(Entry.objects.values_list("pk", "verb"))
        by_verb: dict[str, set[str]] = {}
        for entry, channel in Told.objects.filter(guardian=mother).values_list("entry", "channel"):
            by_verb.setdefault(verbs[entry], set()).add(channel)
        missing = {verb: {*WRITTEN} - by_verb.get(verb, set()) for verb in kinds}
        assert not {verb: channels for verb, channels in missing.items() if channels}
        heard = told_since(mother.pk, anna.pk, clock.now() - timedelta(days=1))
        assert {verb for each in heard for verb in each.verbs} == {*kinds}
        Message.objects.update(created_at=clock.now())

    said = texts(desk.look_up(reached.code, reached.pin), Section.NEW)
    assert len(said) == len(heard)
    assert all(said)
