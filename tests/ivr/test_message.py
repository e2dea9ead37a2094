"""SIP messages: what can be read is read whole, and nothing else does anything but raise Malformed."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.counts import draws, rounds
from tests.ivr.messages import invite, request
from zvanets.ivr.sip import sdp
from zvanets.ivr.sip.message import (
    Malformed,
    Request,
    Response,
    address_of,
    parameters,
    parse,
    respond,
    with_parameters,
)


def test_an_invite_is_read_and_written_as_it_came():
    message = parse(invite())

    assert isinstance(message, Request)
    assert (message.method, message.uri, message.cseq) == ("INVITE", "sip:1@127.0.0.1", (1, "INVITE"))
    assert (message.branch, message.from_tag, message.to_tag) == ("z9hG4bK1", "a", "")
    assert parse(message.encoded()) == message


def test_compact_and_folded_and_listed_headers():
    text = (
        b"OPTIONS sip:x@y SIP/2.0\r\nv: SIP/2.0/UDP a;branch=z9hG4bK1, SIP/2.0/UDP b;branch=z9hG4bK2\r\nf: <sip:a@b>;tag=1\r\n"
        b't: <sip:c@d>\r\ni: 7\r\nCSEQ: 3 OPTIONS\r\nm: "A, B" <sip:a@b>,\r\n <sip:c@d>\r\nl: 0\r\n\r\n'
    )
    message = parse(text)

    assert message.all("via") == ["SIP/2.0/UDP a;branch=z9hG4bK1", "SIP/2.0/UDP b;branch=z9hG4bK2"]
    assert message.all("contact") == ['"A, B" <sip:a@b>', "<sip:c@d>"]
    assert message.call_id == "7"


def test_the_body_ends_where_its_length_says():
    message = parse(request("INFO", body=b"Signal=5\r\n", more="Content-Length: 8"))
    assert message.body == b"Signal=5"

    with pytest.raises(Malformed):
        parse(request("INFO", body=b"5", more="Content-Length: 2"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"CSeq: 1 INVITE", b"CSeq: x INVITE"),
        (b"CSeq: 1 INVITE", b"CSeq: 1 BYE"),
        (b"CSeq: 1 INVITE", b"CSeq: 99999999999 INVITE"),
        (b"Call-ID: c1", b"Call-ID: c1\r\nCall-ID: c2"),
        (b"Via: SIP/2.0/UDP", b"Via: nothing"),
        (b"Max-Forwards: 70", b"no header at all"),
    ],
)
def test_what_is_wrong_but_can_be_answered_carries_its_request(old, new):
    with pytest.raises(Malformed) as refused:
        parse(invite().replace(old, new))

    answer = respond(refused.value.request, 400, tag="t") if refused.value.request else None
    assert answer is None or answer.encoded().startswith(b"SIP/2.0 400 Bad Request\r\n")


@pytest.mark.parametrize(
    "text",
    [b"", b"\r\n\r\n", b"\x00" * 40, b"GET / HTTP/1.1\r\n\r\n", b"INVITE sip:x SIP/2.0\r\n\r\n", b"SIP/2.0 2xx OK\r\n\r\n", b"A" * 20_000],
)  # fmt: skip
def test_what_is_no_sip_is_malformed(text):
    with pytest.raises(Malformed):
        parse(text)


def test_an_answer_copies_what_its_request_says_and_adds_our_tag():
    answer = respond(parse(invite()), 200, ("contact", "<sip:us>"), tag="ours")

    assert isinstance(parse(answer.encoded()), Response)
    assert answer.first("to") == "<sip:1@127.0.0.1>;tag=ours"
    assert answer.first("via").endswith("branch=z9hG4bK1;rport")


def test_addresses_are_taken_apart():
    found = address_of('"Ана" <sip:+359882818905@host:5070;user=phone>;tag=x')
    assert (found.scheme, found.user, found.host, found.port) == ("sip", "+359882818905", "host", 5070)
    assert address_of("tel:+359882818905;phone-context=x").user == "+359882818905"
    assert address_of("<sip:[::1]:5060>").host == "[::1]"
    for text in ("", "<>", "<sip:>", "mailto:a@b", "<sip:a@b:99999>"):
        with pytest.raises(Malformed):
            address_of(text)


def test_parameters_of_a_header_are_its_own_not_those_of_its_uri():
    assert parameters("<sip:a@b;tag=no>;tag=yes;x") == {"tag": "yes", "x": ""}
    assert with_parameters("SIP/2.0/UDP a;rport;branch=z", received="1.2.3.4", rport=5) == (
        "SIP/2.0/UDP a;branch=z;received=1.2.3.4;rport=5"
    )


def try_to_read(datagram: bytes) -> None:
    try:
        message = parse(datagram)
        again = parse(message.encoded())
        assert type(again) is type(message)
        if message.body:
            sdp.read(message.body)
    except (Malformed, sdp.NotAcceptable):
        pass


@given(some.binary(max_size=400))
def test_any_bytes_are_read_or_refused(datagram):
    try_to_read(datagram)


def test_random_messages_are_read_or_refused():
    dice = draws()
    for _ in range(rounds(100_000)):
        datagram = bytearray(
            invite()
            if dice.random() < 0.6
            else request(dice.choice(["BYE", "INFO", "CANCEL", "OPTIONS"]), body=b"Signal=1")
        )
        for _ in range(dice.randrange(1, 8)):
            at = dice.randrange(len(datagram))
            match dice.randrange(4):
                case 0:
                    datagram[at] = dice.randrange(256)
                case 1:
                    del datagram[at : at + dice.randrange(1, 40)]
                case 2:
                    datagram[at:at] = dice.randbytes(dice.randrange(1, 20))
                case _:
                    datagram[at:at] = datagram[: dice.randrange(1, 60)]
            if not datagram:
                break
        try_to_read(bytes(datagram))
