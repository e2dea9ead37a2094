"""What tests of SMS share: a school whose guardians have telephones, a centre, and the process's work in a thread."""

import asyncio
import threading
from contextlib import contextmanager

import pytest
from django.db import connections

from tests import small_school
from tests.notifications.sms.smsc import smsc, wait_until
from zvanets.guardians.models import ChannelName, Contact, EventKind, Guardianship, Subscription
from zvanets.history.models import Grace
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.notifications.channels.sms.carrier import Carrier
from zvanets.notifications.channels.sms.channel import SmsChannel
from zvanets.notifications.fanout import fan_out
from zvanets.tenancy.school import at_school

NUMBER = "+35999012345{}"


@pytest.fixture
def small(school, settings):
    settings.SMPP_URL = "smpp://127.0.0.1:1"
    small = small_school.build(school.pk)
    give_phones(small)
    with at_school(small.id):
        Grace.objects.bulk_create(Grace(verb=verb, seconds=0) for verb in Verb if verb.grace_seconds)
    return small


def give_phones(small) -> None:
    """Each guardian has a confirmed number and asked for everything by SMS."""
    with at_school(small.id):
        for place, guardian in enumerate(small.guardians):
            number = NUMBER.format(place)
            Contact.objects.create(guardian=guardian, kind=Contact.Kind.PHONE, address=number, confirmed_at=clock.now())
            right = Guardianship.objects.get(guardian=guardian)
            Subscription.objects.create(
                guardianship=right, channel=ChannelName.SMS, kinds=EventKind.values, starts_on=right.starts_on
            )


def tell():
    """Fan out for SMS alone."""
    return fan_out(("sms",), now=clock.now())


class Running:
    """A channel at work in a thread of its own."""

    def __init__(self, carrier, directory) -> None:
        self.carrier, self.directory = carrier, directory
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()
        self.ready.wait(5)

    def _run(self) -> None:
        async def work() -> None:
            self.loop = asyncio.get_running_loop()
            self.channel = SmsChannel(self.carrier, self.directory)
            self.ready.set()
            await self.channel.run()

        asyncio.run(work())
        connections.close_all()

    def wake(self) -> None:
        self.loop.call_soon_threadsafe(self.channel.wake.set)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.channel.stop)
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def centre():
    with smsc() as running:
        yield running


@pytest.fixture
def run_channel(tmp_path, centre):
    """Start the channel against the centre; it is stopped with the test."""
    started = []

    def start(**options):
        carrier = Carrier("127.0.0.1", centre.port, "diary", "secret", **options)
        started.append(Running(carrier, tmp_path / "marks"))
        wait_until(lambda: centre.all("bind"))
        return started[-1]

    yield start
    for running in started:
        if running.thread.is_alive():
            running.stop()


@contextmanager
def channel_at(centre, directory, **options):
    running = Running(Carrier("127.0.0.1", centre.port, "diary", "secret", **options), directory)
    try:
        yield running
    finally:
        running.stop()
