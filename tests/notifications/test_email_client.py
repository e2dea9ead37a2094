"""The connection to a mail server: kept, renewed, and clear about what may have been taken."""

import time

import pytest

from tests.notifications.mail_server import HANG_UP, SILENT, always, mail_server, once
from zvanets.notifications.channels.base import AnswerLost, ChannelDown, SendError
from zvanets.notifications.channels.email.client import Connection, Server

DATA = b"Subject: x\r\n\r\n.one\r\ntwo\r\n"


@pytest.fixture
def connect():
    """Make connections that end with the test."""
    made = []

    def make(port, **changes):
        made.append(
            Connection(Server(**{"host": "127.0.0.1", "port": port, "timeout": 0.5, "answer_timeout": 0.5} | changes))
        )
        return made[-1]

    yield make
    for connection in made:
        connection.close()


def send(connection, recipient="mother@example.org", data=DATA):
    return connection.send("bounce+1-2-3@bounce.example.org", recipient, data)


def test_several_mails_go_over_one_connection(connect):
    with mail_server() as (server, port):
        connection = connect(port)
        for _ in range(3):
            assert send(connection) == "2.0.0 queued as 4ABC"
        connection.quit()
    assert server.connections == 1
    assert [mail.data for mail in server.taken] == [DATA] * 3
    assert (server.taken[0].sender, server.taken[0].recipient) == (
        "bounce+1-2-3@bounce.example.org",
        "mother@example.org",
    )


def test_a_server_without_pipelining_is_asked_in_turn(connect):
    with mail_server(extensions=()) as (server, port):
        send(connect(port))
    assert len(server.taken) == 1


def test_a_connection_closed_while_idle_is_renewed_without_a_word(connect):
    with mail_server() as (server, port):
        connection = connect(port)
        send(connection)
        server.hang_up()
        send(connection)
    assert (server.connections, len(server.taken)) == (2, 2)


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)])
@pytest.mark.parametrize(
    ("word", "answer", "permanent", "bad_address"),
    [
        ("RCPT", "450 4.2.0 greylisted, come back", False, False),
        ("RCPT", "550 5.1.1 no such user here: mother@example.org", True, True),
        ("RCPT", "550 no such user", True, True),
        ("RCPT", "552 5.2.2 mailbox full", True, False),
        ("RCPT", "554 5.7.1 blocked", True, False),
        ("MAIL", "452 4.3.1 no space", False, False),
        ("DATA", "451 4.3.0 later", False, False),
        (".", "554 5.6.0 not this text", True, False),
        (".", "421 4.3.2 going down", False, False),
    ],
)
def test_a_refusal_says_whether_it_is_for_good_and_whose_fault(
    connect, extensions, word, answer, permanent, bad_address
):
    with mail_server(once(word, answer), extensions=extensions) as (server, port):
        connection = connect(port)
        with pytest.raises(SendError) as refused:
            send(connection)
        assert type(refused.value) is SendError
        assert (refused.value.permanent, refused.value.bad_address) == (permanent, bad_address)
        assert "@" not in refused.value.code
        assert send(connection, recipient="father@example.org")
    assert [mail.recipient for mail in server.taken] == ["father@example.org"]


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        ("CONNECT", "554 not you"),
        ("CONNECT", "421 4.3.2 too busy"),
        ("CONNECT", HANG_UP),
        ("EHLO", HANG_UP),
        ("MAIL", "421 4.3.2 too busy"),
        ("MAIL", "550 5.7.1 you may not send here"),
    ],
)
def test_a_server_that_will_not_have_us_is_down_and_no_letter_is_to_blame(connect, word, answer):
    with mail_server(always(word, answer)) as (server, port), pytest.raises(ChannelDown) as down:
        send(connect(port))
    assert not down.value.offered
    assert not server.taken


def test_a_closed_port_is_a_channel_that_is_down(connect):
    with mail_server() as (_, port):
        pass
    with pytest.raises(ChannelDown):
        send(connect(port))


@pytest.mark.parametrize("word", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_falls_silent_costs_its_time_out_once(connect, word):
    with mail_server(always(word, SILENT)) as (_, port):
        connection = connect(port)
        started = time.monotonic()
        with pytest.raises(ChannelDown):
            send(connection)
        assert time.monotonic() - started < 1.2


def test_silence_on_a_kept_connection_is_not_tried_a_second_time(connect):
    silent = []
    with mail_server(lambda word: SILENT if silent and word == "MAIL" else None) as (_, port):
        connection = connect(port)
        send(connection)
        silent.append(True)
        started = time.monotonic()
        with pytest.raises(ChannelDown) as down:
            send(connection)
        assert down.value.offered
        assert time.monotonic() - started < 0.9


@pytest.mark.parametrize("answer", [SILENT, HANG_UP])
def test_an_answer_lost_after_the_text_says_that_it_may_have_arrived(connect, answer):
    with mail_server(once(".", answer)) as (server, port):
        connection = connect(port)
        with pytest.raises(AnswerLost):
            send(connection)
        assert send(connection)
    assert len(server.taken) == 2


def test_a_refused_recipient_does_not_leak_into_the_next_letter(connect):
    with mail_server(once("RCPT", "450 4.2.0 later")) as (server, port):
        connection = connect(port)
        with pytest.raises(SendError):
            send(connection, recipient="first@example.org")
        send(connection, recipient="second@example.org")
    assert [mail.recipient for mail in server.taken] == ["second@example.org"]
    assert server.connections == 1


def test_login_over_a_server_that_refuses_it_is_a_channel_that_is_down(connect):
    with mail_server() as (_, port), pytest.raises(ChannelDown):
        send(connect(port, user="diary", password="secret"))
