"""What comes back switches an address off only when it is the address that is wrong."""

from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from tests import small_school
from tests.marks import committed
from tests.notifications.carriers import FakeChannel
from tests.notifications.telling import ABSENT, messages, save, tell
from zvanets.guardians.models import Contact
from zvanets.history.models import Entry
from zvanets.history.verbs import Verb
from zvanets.notifications.channels.base import NO_SCHOOL
from zvanets.notifications.channels.email import bounces
from zvanets.notifications.channels.email.addresses import return_path
from zvanets.notifications.channels.email.bounces import Verdict
from zvanets.notifications.commands import receive_bounce
from zvanets.notifications.delivery import Delivery
from zvanets.rules.delivery import Status
from zvanets.tenancy.school import at_school

pytestmark = committed

# Postfix' own wording, with what differs left open.
DSN = """\
Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; mother@example.org
Original-Recipient: rfc822;mother@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} something

--B--
"""


@pytest.fixture
def told(school):
    """A mail that was accepted."""
    small = small_school.build(school.pk)
    save(small, attendance={small.students[0].pk: ABSENT})
    tell()
    Delivery(FakeChannel()).run_once()
    (message,) = messages(small, channel="email")
    return SimpleNamespace(small=small, message=message, path=return_path(small.id, message.pk))


def dsn(told, status="5.1.1", action="failed", to=None):
    return DSN.format(to=to or told.path, status=status, action=action).encode()


def after(told):
    (message,) = messages(told.small, channel="email")
    with at_school(told.small.id):
        return message.status, Contact.objects.get(pk=message.contact_id).disabled_at is not None


def test_a_mail_to_nobody_fails_its_message_and_switches_the_address_off(told):
    assert bounces.receive(dsn(told)) is Verdict.BAD_ADDRESS
    assert after(told) == (Status.FAILED, True)
    with at_school(told.small.id):
        assert Entry.objects.filter(verb=Verb.CONTACT_DISABLED).count() == 1
    assert bounces.receive(dsn(told)) is Verdict.BAD_ADDRESS
    with at_school(told.small.id):
        assert Entry.objects.filter(verb=Verb.CONTACT_DISABLED).count() == 1


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "5.4.4", "5.3.4"])
def test_a_full_mailbox_or_our_bad_name_fails_the_message_alone(told, status):
    assert bounces.receive(dsn(told, status)) is Verdict.REFUSED
    assert after(told) == (Status.FAILED, False)


def test_a_delay_changes_nothing(told):
    assert bounces.receive(dsn(told, "4.4.1", "delayed")) is Verdict.TEMPORARY
    assert after(told) == (Status.ACCEPTED, False)


def test_a_forged_return_path_is_not_ours(told):
    forged = told.path.replace(f"-{told.message.pk}-", f"-{told.message.pk + 1}-")
    assert bounces.receive(dsn(told, to=forged)) is Verdict.NOT_OURS
    assert bounces.receive(b"") is Verdict.NOT_OURS
    assert bounces.receive(b"\xff\xfe rubbish " * 1000) is Verdict.NOT_OURS


def test_a_letter_about_an_account_that_comes_back_changes_nothing(told):
    assert bounces.receive(dsn(told, to=return_path(NO_SCHOOL, told.message.pk))) is Verdict.BAD_ADDRESS
    assert after(told) == (Status.ACCEPTED, False)


def test_an_automatic_answer_is_no_bounce(told):
    answer = f"From: mother@example.org\r\nTo: {told.path}\r\nSubject: Re\r\n\r\nI am away.\r\n".encode()
    assert bounces.receive(answer) is Verdict.NOT_OURS
    assert after(told) == (Status.ACCEPTED, False)


def test_the_envelope_knows_better_than_the_headers(told):
    raw = dsn(told, to="list@example.org")
    assert bounces.receive(raw) is Verdict.NOT_OURS
    assert bounces.receive(raw, told.path) is Verdict.BAD_ADDRESS


def test_a_maildir_is_emptied_and_a_broken_mail_keeps_back_none(told, tmp_path):
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1").write_bytes(b"\x00" * 100)
    (tmp_path / "new" / "2").write_bytes(dsn(told))
    assert bounces.poll(str(tmp_path)) == 2
    assert after(told) == (Status.FAILED, True)
    assert bounces.poll(str(tmp_path)) == 0
    assert len(list((tmp_path / "cur").iterdir())) == 2


def test_a_mail_server_s_pipe_hands_it_over(told):
    done = CliRunner().invoke(receive_bounce, [told.path], input=dsn(told, to="list@example.org"))
    assert "bad address" in done.output.splitlines()
    assert after(told) == (Status.FAILED, True)
