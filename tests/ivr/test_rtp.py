"""Packets of sound and the keys in them; descriptions; transactions; buckets: values in, values out."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.counts import draws, rounds
from tests.ivr.messages import SDP, invite, request
from zvanets.ivr import rtp
from zvanets.ivr.limits import Buckets, Rate, is_scanner
from zvanets.ivr.sip import sdp
from zvanets.ivr.sip.message import parse, respond
from zvanets.ivr.sip.transaction import LIFE, Incoming, Transactions

PLACE = ("127.0.0.1", 5555)


def press(key, at, *, packets=8, held=5, source=7):
    """The packets of one press, as telephones send them: the last three say that it is over."""
    return [
        rtp.Packet(101, step == 0, 0, at, source, rtp.event(key, min(step + 1, held) * 160, is_end=step >= held))
        for step in range(packets)
    ]


def heard(packets) -> str:
    keys = rtp.Keys()
    return "".join(map(keys.take, packets))


def test_a_press_is_one_key_however_many_packets_it_comes_in():
    assert heard([*press("5", 1000), *press("5", 3000), *press("#", 5000)]) == "55#"


@pytest.mark.parametrize("kept", range(8))
def test_any_one_packet_of_a_press_is_enough(kept):
    assert heard([press("7", 1000)[kept], press("8", 3000)[kept]]) == "78"


def test_packets_in_the_wrong_order_and_twice_make_no_key_twice():
    dice = draws()
    for _ in range(rounds(2000)):
        keys, packets = "0123456789*#", []
        for place, key in enumerate(keys):
            packets += press(key, 1000 + 2000 * place)
        order = sorted(range(len(packets)), key=lambda at: at + 5 * dice.random())  # within one press or its neighbour
        jittered = [packets[at] for at in order]
        assert heard([each for packet in jittered for each in (packet, packet)]) == keys


def test_a_key_held_for_ten_seconds_is_one_key():
    first = [rtp.Packet(101, n == 0, n, 1000, 7, rtp.event("1", 1000 * n, is_end=False)) for n in range(1, 65)]
    second = [rtp.Packet(101, False, n, 65000, 7, rtp.event("1", 160 * n, is_end=n > 9)) for n in range(1, 12)]

    assert heard([*first, *second, *press("2", 90000)]) == "12"


def test_the_clock_of_a_call_may_run_over():
    assert heard([*press("1", 2**32 - 500), *press("2", 1500)]) == "12"


def test_another_source_begins_anew():
    assert heard([*press("1", 10**6), *press("2", 1000, source=8)]) == "12"


@given(some.binary(max_size=60))
def test_any_bytes_are_a_packet_or_none(datagram):
    packet = rtp.read(datagram)
    if packet:
        rtp.Keys().take(packet)


def test_extensions_sources_and_padding_are_cut_off():
    plain = rtp.packed(rtp.Packet(8, True, 1, 2, 3, b"sound"))
    assert rtp.read(plain) == rtp.Packet(8, True, 1, 2, 3, b"sound")
    extended = bytes([0xB1]) + plain[1:12] + b"src4" + b"\xbe\xde\x00\x01" + b"ext4" + b"sound" + b"\x00\x02"
    assert rtp.read(extended).payload == b"sound"


def test_the_peers_order_decides_the_codec():
    assert sdp.read(SDP).codec == sdp.PCMU
    assert sdp.read(SDP.replace(b"0 8 96", b"8 0 96")).codec == sdp.PCMA
    assert sdp.read(SDP).events == 96


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"m=audio 4000", b"m=audio 0"), (b"m=audio 4000", b"m=audio 99999"), (b"RTP/AVP 0 8", b"RTP/SAVP 0 8"), (b"0 8 96", b"18 9"), (b"c=IN IP4 127.0.0.1", b"c=IN IP4 some.host")],
)  # fmt: skip
def test_what_cannot_be_heard_is_not_acceptable(old, new):
    with pytest.raises(sdp.NotAcceptable):
        sdp.read(SDP.replace(old, new))


@pytest.mark.parametrize(
    ("way", "hears", "speaks", "ours"),
    [(b"sendrecv", True, True, "sendrecv"), (b"sendonly", False, True, "recvonly"), (b"recvonly", True, False, "sendonly"), (b"inactive", False, False, "inactive")],
)  # fmt: skip
def test_hold_is_understood_and_answered(way, hears, speaks, ours):
    media = sdp.read(SDP.replace(b"sendrecv", way))

    assert (media.they_hear, media.they_speak) == (hears, speaks)
    assert f"a={ours}" in sdp.answer("192.0.2.1", 20000, media, session=1, version=2).decode()
    assert not sdp.read(SDP.replace(b"c=IN IP4 127.0.0.1", b"c=IN IP4 0.0.0.0")).they_hear


def test_an_invites_answer_is_repeated_slower_and_slower_until_its_ack():
    transactions = Transactions()
    taken = transactions.take(parse(invite()), PLACE, 0.0)
    assert isinstance(taken, Incoming)
    transactions.answer(taken, respond(taken.request, 200, tag="t"), 0.0)
    sent = [now / 10 for now in range(1, 120) if transactions.due(now / 10).datagrams]
    assert sent[:4] == [0.5, 1.5, 3.5, 7.5]

    transactions.acknowledge(taken)
    assert not transactions.due(30.0).datagrams
    assert transactions.due(LIFE + 1).unheard == []


def test_an_answer_that_nobody_acknowledges_is_told():
    transactions = Transactions()
    taken = transactions.take(parse(invite()), PLACE, 0.0)
    transactions.answer(taken, respond(taken.request, 200, tag="t"), 0.0)

    assert transactions.due(LIFE + 1).unheard == [taken]
    assert not transactions.incoming


def test_too_many_transactions_are_not_taken():
    transactions = Transactions(limit=2)
    taken = [transactions.take(parse(request("OPTIONS", branch=str(n))), PLACE, 0.0) for n in range(3)]

    assert [each is None for each in taken] == [False, False, True]


def test_a_bucket_fills_with_time_and_forgets_whom_it_has_not_seen():
    buckets = Buckets(Rate(2, 10.0), most=3)
    assert [buckets.take("a", 0.0) for _ in range(3)] == [True, True, False]
    assert [buckets.take("a", 11.0) for _ in range(2)] == [True, False]
    for name in "bcd":
        buckets.take(name, 12.0)
    assert len(buckets) == 3
    assert buckets.take("a", 12.0)


def test_scanners_are_known_by_their_names():
    assert is_scanner("friendly-scanner")
    assert is_scanner("SIPVicious 0.3")
    assert not is_scanner("Asterisk PBX 20.4")
    assert not is_scanner("baresip v1.0.0")
