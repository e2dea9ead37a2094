"""The same against a mail server that nobody here wrote: Postfix' smtp-sink, well-behaved and not."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager

import pytest

from tests import small_school
from tests.marks import committed
from tests.notifications.telling import ABSENT, messages, save, tell
from zvanets.lib import clock
from zvanets.notifications.channels.base import AnswerLost, ChannelDown, Letter, SendError
from zvanets.notifications.channels.email.channel import EmailChannel
from zvanets.notifications.channels.email.client import Server
from zvanets.notifications.delivery import Delivery
from zvanets.rules.delivery import Status

SMTP_SINK = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")

pytestmark = pytest.mark.peer


@contextmanager
def sink(*options):
    """Run smtp-sink with its own options; gives its port."""
    if SMTP_SINK is None:
        pytest.fail("smtp-sink is needed: apt-get install postfix")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    who = ("-u", "nobody") if os.geteuid() == 0 else ()
    process = subprocess.Popen([SMTP_SINK, *who, *options, f"127.0.0.1:{port}", "100"], stdout=subprocess.PIPE)
    try:
        wait_for_door(port)
        yield port, process
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def wait_for_door(port):
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    pytest.fail("smtp-sink did not open its door")


@contextmanager
def channel(port):
    made = EmailChannel(Server("127.0.0.1", port, timeout=0.7, answer_timeout=0.7))
    try:
        yield made
    finally:
        made.close()


def letter(number=1):
    return Letter(9900901, number, "mother@example.org", "bg", "Ани: Отсъства", "Отсъства", "Ани", "ОУ", 5)


@pytest.mark.parametrize("options", [(), ("-p",), ("-e",), ("-p", "-8", "-E")])
def test_a_hundred_mails_go_over_one_connection(options):
    with sink("-c", *options) as (port, process):
        with channel(port) as mail:
            for number in range(100):
                assert mail.send(letter(number))
        process.terminate()
        said = process.stdout.read()
    assert b"100" in said


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "."])
def test_greylisting_is_for_now(command):
    with sink("-r", command) as (port, _), channel(port) as mail:
        for _ in range(2):
            with pytest.raises(SendError) as refused:
                mail.send(letter())
            assert (type(refused.value), refused.value.permanent) == (SendError, False)
            assert refused.value.code == "450 4.3.0"


@pytest.mark.parametrize("command", ["RCPT", "DATA", "."])
def test_a_hard_refusal_is_for_good_and_no_fault_of_the_address(command):
    with sink("-f", command) as (port, _), channel(port) as mail, pytest.raises(SendError) as refused:
        mail.send(letter())
    assert (refused.value.permanent, refused.value.bad_address) == (True, False)


def test_an_unknown_person_is_the_fault_of_the_address():
    with sink("-f", "RCPT", "-B", "550 5.1.1 no such person") as (port, _), channel(port) as mail:
        with pytest.raises(SendError) as refused:
            mail.send(letter())
        assert (refused.value.permanent, refused.value.bad_address) == (True, True)


@pytest.mark.parametrize("options", [("-f", "CONNECT"), ("-Q", "MAIL"), ("-q", "EHLO"), ("-f", "MAIL"), ("-q", "RCPT")])
def test_a_server_that_will_not_have_us_is_down(options):
    with sink(*options) as (port, _), channel(port) as mail, pytest.raises(ChannelDown):
        mail.send(letter())


def test_a_server_that_hangs_up_after_the_text_leaves_us_in_doubt():
    with sink("-q", ".") as (port, _), channel(port) as mail, pytest.raises(AnswerLost):
        mail.send(letter())


def test_a_server_that_hangs_costs_the_time_out():
    with sink("-w", "5") as (port, _), channel(port) as mail:
        started = time.monotonic()
        with pytest.raises(ChannelDown) as down:
            mail.send(letter())
        assert down.value.offered
        assert time.monotonic() - started < 2


@committed
def test_every_family_s_mail_is_accepted(school):
    small = small_school.build(school.pk)
    save(small, attendance={student.pk: ABSENT for student in small.students})
    tell()
    with sink() as (port, _), channel(port) as mail:
        Delivery(mail).run_once()
    assert {message.status for message in messages(small, channel="email")} == {Status.ACCEPTED}
    assert all(message.reference for message in messages(small, channel="email"))


@committed
def test_a_server_that_comes_back_gets_every_mail(school, monkeypatch):
    from datetime import timedelta

    small = small_school.build(school.pk)
    save(small, attendance={student.pk: ABSENT for student in small.students})
    tell()
    with sink() as (port, _):
        pass
    with channel(port) as mail:
        delivery = Delivery(mail)
        delivery.run_once()
        assert {message.status for message in messages(small, channel="email")} == {Status.QUEUED}
        monkeypatch.setattr(clock, "_offset", timedelta(seconds=3))
        with sink() as (other, _):
            mail.connection.server = Server("127.0.0.1", other)
            delivery.run_once()
    assert {message.status for message in messages(small, channel="email")} == {Status.ACCEPTED}
