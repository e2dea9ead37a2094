"""Letters about an account: left to the worker with the request, unreadable for the web, gone when they are sent."""

from contextlib import closing
from datetime import timedelta

import psycopg
import pytest
from django.db import ProgrammingError, connection, connections, transaction
from django.test import Client

from tests import postgres
from tests.accounts.people import person, sign_in
from tests.marks import committed
from tests.notifications.carriers import FakeChannel
from tests.notifications.mail_server import SILENT, always, mail_server
from zvanets.accounts.letters import post
from zvanets.accounts.models import Letter
from zvanets.lib import clock
from zvanets.notifications.channels.base import NO_SCHOOL, AnswerLost, ChannelDown, SendError
from zvanets.notifications.channels.email.channel import EmailChannel
from zvanets.notifications.channels.email.client import Server
from zvanets.notifications.letters import LEASE, Letters
from zvanets.notifications.upkeep import LETTERS
from zvanets.tenancy import roles

pytestmark = committed

DOWN = ChannelDown("connect ConnectionRefusedError")


@pytest.fixture
def ivan(db):
    return person("i.petrov", email="ivan@example.org")


def ask(client, email="ivan@example.org"):
    return client.post("/accounts/password/reset/", {"email": email})


def waiting() -> list[Letter]:
    return list(Letter.objects.using("worker").order_by("pk"))


def send(carrier, after=timedelta(0)) -> int:
    with closing(carrier):
        return Letters(carrier).run_once(clock.now() + after)


def link_in(text: str) -> str:
    return next(word for word in text.split() if "/password/reset/key/" in word)


def test_a_new_password_comes_by_mail_and_ends_other_sessions(client, ivan):
    elsewhere, carrier = Client(), FakeChannel()
    sign_in(elsewhere, "i.petrov")
    ask(client)
    send(carrier)

    [letter] = carrier.sent
    assert (letter.school_id, letter.address, letter.language) == (NO_SCHOOL, "ivan@example.org", "bg")
    assert letter.subject == "Нова парола за дневника"
    form = client.get(link_in(letter.text), follow=True)
    new = "междучасието-свърши-12"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert sign_in(client, "i.petrov", new).status_code == 302
    assert elsewhere.get("/").headers["Location"].startswith("/accounts/login/")


def test_a_letter_that_was_sent_leaves_nothing_behind(client, ivan):
    ask(client)
    assert send(FakeChannel()) == 1
    assert waiting() == []


def test_the_page_answers_while_the_mail_server_is_down_and_the_letter_goes_later(client, ivan):
    assert ask(client).headers["Location"] == "/accounts/password/reset/done/"
    mute = EmailChannel(Server("127.0.0.1", 1))
    assert send(mute) == 1
    [letter] = waiting()
    assert letter.attempts == 1
    assert timedelta(0) < letter.due_at - clock.now() < timedelta(seconds=15)
    assert send(FakeChannel()) == 0  # not yet

    with mail_server() as (server, port):
        assert send(EmailChannel(Server("127.0.0.1", port)), timedelta(seconds=15)) == 1
    [taken] = server.taken
    assert taken.recipient == "ivan@example.org"
    assert waiting() == []


def test_who_waits_for_a_server_that_says_nothing_does_not_keep_the_others_waiting_for_each_letter(client, ivan):
    for _ in range(3):
        ask(client)
    with (
        mail_server(always("CONNECT", SILENT)) as (server, port),
        closing(EmailChannel(Server("127.0.0.1", port, timeout=0.2))) as carrier,
    ):
        letters = Letters(carrier)
        assert (letters.run_once(), letters.run_once()) == (1, 0)
    assert server.connections == 1


@pytest.mark.parametrize("error", [SendError("550 5.1.1", permanent=True, bad_address=True), SendError("x")])
def test_a_letter_that_nobody_will_take_ends(client, ivan, error):
    ask(client)
    days = timedelta(hours=0 if error.permanent else 23.9999)
    assert send(FakeChannel(script=[error]), days) == 1
    assert waiting() == []


def test_a_lost_answer_is_worth_one_more_letter(client, ivan):
    ask(client)
    lost = FakeChannel(script=[AnswerLost("no answer"), AnswerLost("no answer")])
    send(lost)
    assert timedelta(minutes=4) < waiting()[0].due_at - clock.now() < timedelta(minutes=6)
    send(lost, timedelta(minutes=6))
    assert waiting() == []


def test_a_letter_that_a_dying_worker_held_is_taken_up_again(client, ivan):
    class Died(BaseException):
        pass

    ask(client)
    with pytest.raises(Died):
        send(FakeChannel(script=[Died()]))
    assert send(FakeChannel()) == 0
    assert send(FakeChannel(), LEASE) == 1


def test_a_letter_that_nobody_sent_for_a_day_is_deleted_unsent(client, ivan):
    ask(client)
    later, carrier = timedelta(hours=24, seconds=1), FakeChannel()
    assert send(carrier, later) == 0
    LETTERS.clear(clock.now(), lambda: False)
    assert len(waiting()) == 1
    LETTERS.clear(clock.now() + later, lambda: False)
    assert waiting() == []


def test_the_web_cannot_read_what_it_wrote(client, ivan):
    ask(client)
    for statement in ("SELECT text FROM accounts_letter", "DELETE FROM accounts_letter"):
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_letter_belongs_to_the_transaction_that_asked_for_it(ivan):
    with transaction.atomic():
        post("ivan@example.org", subject="x", text="x", language="bg")
        transaction.set_rollback(True)
    assert waiting() == []


def test_the_worker_is_woken_for_it(client, ivan):
    with psycopg.connect(postgres.role_url(roles.WORKER, postgres.TEST_NAME), autocommit=True) as worker:
        worker.execute("LISTEN zvanets_pending")
        ask(client)
        assert [each.payload for each in worker.notifies(timeout=5, stop_after=1)] == ["email"]


def test_an_address_in_cyrillic_is_written_as_mail_servers_know_it(ivan):
    post("ivan@поща.бг", subject="x", text="x", language="bg")
    assert waiting()[0].address == "ivan@xn--80a1ac5b.xn--90ae"


def test_letters_are_taken_by_one_worker_each(client, ivan):
    ask(client)
    ask(client)
    with transaction.atomic(using="worker"), connections["worker"].cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_letter ORDER BY due_at LIMIT 1 FOR UPDATE")
        first = cursor.fetchone()[0]
        with psycopg.connect(postgres.role_url(roles.WORKER, postgres.TEST_NAME)) as other:
            left = other.execute("SELECT id FROM accounts_letter FOR UPDATE SKIP LOCKED").fetchall()
    assert (first,) not in left
    assert len(left) == 1
