"""Digest authentication and the place with a carrier, as values: known vectors, replays, forgeries, waits."""

import re
from itertools import pairwise
from urllib.parse import quote

import pytest

from tests.ivr.messages import invite, request
from zvanets.ivr import options
from zvanets.ivr.registration import Registration
from zvanets.ivr.sip.digest import NONCE_SECONDS, Account, Doorkeeper, answer_to, response_of, taken_apart
from zvanets.ivr.sip.message import parse, respond

PBX = Account("pbx", "secret")
ASKS = 'Digest realm="carrier", nonce="abc", opaque="o", algorithm={algorithm}, qop="auth,auth-int"'


def test_the_vector_of_rfc_2617_and_that_of_rfc_7616():
    old = {
        "username": "Mufasa", "realm": "testrealm@host.com", "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093", "uri": "/dir/index.html",
        "qop": "auth", "nc": "00000001", "cnonce": "0a4f113b",
    }  # fmt: skip
    assert response_of(old, "GET", "Circle Of Life") == "6629fae49393a05397450978507c4ef1"
    new = {
        "username": "Mufasa", "realm": "http-auth@example.org", "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "uri": "/dir/index.html", "qop": "auth", "nc": "00000001", "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        "algorithm": "SHA-256",
    }  # fmt: skip
    assert (
        response_of(new, "GET", "Circle of Life") == "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    )


def asked(sent, **more):
    header = ("www-authenticate", ASKS.format(algorithm="MD5"))
    return parse(respond(sent, 401, more.get("header", header), tag="t").encoded())


def test_a_challenge_is_answered_once_as_a_new_transaction_of_the_same_call():
    sent = parse(request("BYE", number=7))
    again = answer_to(asked(sent), sent, PBX)

    assert again.cseq == (8, "BYE")
    assert again.branch != sent.branch
    assert again.call_id == sent.call_id
    said = taken_apart(again.first("authorization"))
    assert said["response"] == response_of(said, "BYE", "secret")
    assert (said["opaque"], said["qop"], said["nc"]) == ("o", "auth", "00000001")
    assert answer_to(asked(again), again, PBX) is None
    assert "secret" not in again.encoded().decode()


def test_what_we_cannot_answer_is_not_answered():
    sent = parse(request("BYE"))
    for words in (
        "Basic realm=x",
        ASKS.format(algorithm="SHA-1024"),
        'Digest realm="x"',
        ASKS.replace("auth,auth-int", "auth-int"),
    ):
        assert answer_to(asked(sent, header=("www-authenticate", words)), sent, PBX) is None
    assert answer_to(parse(respond(sent, 486, tag="t").encoded()), sent, PBX) is None


def knocking(door: Doorkeeper, account: Account, now: float = 0.0):
    """Return an INVITE that answers the door's challenge."""
    sent = parse(invite())
    return answer_to(parse(respond(sent, 401, door.challenge(now), tag="t").encoded()), sent, account)


def test_who_shows_the_password_gets_in_and_not_with_the_same_answer_again():
    door = Doorkeeper({"pbx": "secret"})
    shown = knocking(door, PBX)

    assert door.knows(shown, 1.0)
    assert not door.knows(shown, 1.0)


@pytest.mark.parametrize("account", [Account("pbx", "wrong"), Account("nobody", "secret"), Account("", "")])
def test_who_does_not_stays_outside(account):
    door = Doorkeeper({"pbx": "secret"})

    assert not door.knows(knocking(door, account), 1.0)
    assert not door.knows(parse(invite()), 1.0)


@pytest.mark.parametrize(
    "change",
    [("nc=00000001", "nc=zz"), ('nonce="', 'nonce="1'), ('realm="zvanets"', 'realm="x"'), ("qop=auth", "qop=none")],
)
def test_what_was_changed_on_the_way_is_worth_nothing(change):
    door = Doorkeeper({"pbx": "secret"})
    shown = knocking(door, PBX)
    damaged = parse(shown.encoded().replace(change[0].encode(), change[1].encode()))

    assert not door.knows(damaged, 1.0)
    assert not Doorkeeper({"pbx": "secret"}).knows(shown, 1.0)


def test_a_challenge_grows_old():
    door = Doorkeeper({"pbx": "secret"})

    assert not door.knows(knocking(door, PBX), NONCE_SECONDS + 1.0)


def place(**more) -> Registration:
    return Registration(PBX, "carrier.example", "192.0.2.1:5060", **more)


def say(registration, sent, status, *headers, now=0.0):
    return registration.takes(parse(respond(sent, status, *headers, tag="t", reason="said").encoded()), now)


def test_a_place_is_asked_for_and_again_before_it_is_forgotten():
    here = place()
    sent = here.due(0.0)
    assert (sent.method, sent.uri, sent.first("expires")) == ("REGISTER", "sip:carrier.example", "300")
    assert here.due(1.0) is None

    say(here, sent, 200, ("contact", "<sip:pbx@192.0.2.1:5060>;expires=120"))
    assert here.is_registered
    assert here.due(59.0) is None
    later = here.due(61.0)
    assert later.cseq[0] > sent.cseq[0] + 1
    assert here.goodbye().first("expires") == "0"
    assert here.due(10**6) is None


def test_silence_and_refusals_are_tried_again_slower_and_slower():
    here = place()
    now, tries = 0.0, []
    while now < 5000:
        if sent := here.due(now):
            tries.append(now)
            say(here, sent, 503, now=now)
        now += 1
    waits = [round(b - a) for a, b in pairwise(tries)]
    assert waits[:5] == [30, 60, 120, 240, 480]
    assert max(waits) <= 600
    assert not here.is_registered
    assert place().due(0.0)


def test_a_carrier_that_wants_longer_terms_gets_them():
    here = place()
    say(here, here.due(0.0), 423, ("min-expires", "1800"))

    assert here.due(0.0).first("expires") == "1800"
    assert not here.takes(parse(respond(parse(request("BYE", call="another")), 200, tag="t").encoded()), 0.0)


def test_a_trunk_and_accounts_are_read_from_the_settings():
    password = quote("p@ss:w", safe="")
    trunk = options._trunk(f"sip:pbx:{password}@carrier.example:5070;host=127.0.0.1")
    assert (trunk.account, trunk.domain, trunk.host, trunk.port) == (
        Account("pbx", "p@ss:w"),
        "carrier.example",
        "127.0.0.1",
        5070,
    )
    assert options._trunk("") is None
    assert options._accounts(["a:b", "c:d:e"]) == {"a": "b", "c": "d:e"}
    for wrong in ("sip:carrier.example", "http://a:b@c", "sip:a@c"):
        with pytest.raises(options.WrongOption):
            options._trunk(wrong)
    for wrong in (["a"], ["a:b", "a:c"], ["a:"]):
        with pytest.raises(options.WrongOption):
            options._accounts(wrong)
    assert not re.search("p@ss", repr(options.Options(trunk=trunk, accounts={"a": "p@ss"})))
