"""The contract that every channel keeps; a new channel joins the list of makers."""

from contextlib import contextmanager

import pytest

from tests.notifications.mail_server import mail_server, once
from tests.notifications.sms import one_by_one
from zvanets.guardians.models import ChannelName
from zvanets.notifications.channels.base import Channel, Letter, SendError
from zvanets.notifications.channels.email.channel import EmailChannel
from zvanets.notifications.channels.email.client import Server
from zvanets.notifications.channels.portal.channel import PortalChannel
from zvanets.notifications.worker import CHANNELS


@contextmanager
def email():
    with mail_server(once("RCPT", "550 5.1.1 nobody")) as (server, port):
        server.script = lambda _word: None
        yield EmailChannel(Server("127.0.0.1", port, timeout=0.5, answer_timeout=0.5))


@contextmanager
def email_that_refuses():
    with mail_server(once("RCPT", "550 5.1.1 nobody")) as (_, port):
        yield EmailChannel(Server("127.0.0.1", port, timeout=0.5, answer_timeout=0.5))


@contextmanager
def email_without_a_server():
    with mail_server() as (_, port):
        pass
    yield EmailChannel(Server("127.0.0.1", port, timeout=0.5, answer_timeout=0.5))


@contextmanager
def portal():
    yield PortalChannel()


WORKING = [email, portal, *one_by_one.WORKING]
FAILING = [email_that_refuses, email_without_a_server, *one_by_one.FAILING]


def letter(number=1):
    return Letter(9900901, number, "mother@example.org", "bg", "Ани: Отсъства", "Отсъства", "Ани", "ОУ", 5)


@pytest.mark.parametrize("make", WORKING)
def test_a_letter_is_taken_and_has_a_reference(make):
    with make() as channel:
        reference = channel.send(letter())
        assert isinstance(reference, str)
        assert reference
        channel.close()


@pytest.mark.parametrize("make", WORKING)
def test_letters_follow_each_other_and_a_closed_channel_opens_again(make):
    with make() as channel:
        for number in (1, 2):
            channel.send(letter(number))
        channel.close()
        channel.close()
        assert channel.send(letter(3))
        channel.close()


@pytest.mark.parametrize("make", WORKING)
def test_a_channel_has_the_name_that_subscriptions_know(make):
    with make() as channel:
        assert channel.name in ChannelName.values


@pytest.mark.parametrize("make", FAILING)
def test_a_failure_is_a_send_error_with_a_short_code_that_names_nobody(make):
    with make() as channel:
        with pytest.raises(SendError) as failed:
            channel.send(letter())
        assert failed.value.code
        assert len(failed.value.code) <= 60
        assert "mother" not in failed.value.code
        channel.close()


def test_the_worker_runs_every_channel_under_its_own_name():
    for name, make in CHANNELS.items():
        channel: Channel = make()
        assert channel.name == name
        channel.close()
