"""Whatever comes over the line or out of a telephone: nothing breaks, and nothing personal is kept."""

import asyncio
import json
import random
import struct
from contextlib import suppress
from datetime import timedelta

import smpp34

from tests.counts import draws, rounds
from tests.marks import committed
from zvanets.lib import clock
from zvanets.notifications.channels.sms import joining, pdus
from zvanets.notifications.channels.sms.carrier import Carrier
from zvanets.notifications.channels.sms.incoming import kept_text, read, scrub
from zvanets.notifications.channels.sms.pdus import Frames, Malformed
from zvanets.notifications.channels.sms.receipts import is_receipt, read_receipt
from zvanets.notifications.channels.sms.session import Session
from zvanets.notifications.models import IncomingSms
from zvanets.rules.sms import understand

COMMANDS = [0x03, 0x04, 0x05, 0x06, 0x09, 0x0B, 0x15, 0x102, 0x103, 0x80000000, 0x80000004, 0x80000005, 0x80000015]


class Line:
    """What a session writes to."""

    def __init__(self):
        self.written = b""
        self.closed = False

    def write(self, data):
        self.written += data

    def close(self):
        self.closed = True


def deliver(chance: random.Random) -> bytes:
    """A deliver_sm, then spoiled in some way or none."""
    tlvs = [
        smpp34.Tlv(
            chance.choice([0x1E, 0x427, 0x424, 0x20C, 0x20E, 0x20F, 0x1403]), chance.randbytes(chance.randrange(6))
        )
    ]
    raw = bytearray(
        smpp34.DeliverSm(
            chance.choice(["359990123456", "", "Мама", "0882818905", "+", "1" * 20]),
            "1917",
            chance.randbytes(chance.randrange(160)) if chance.random() < 0.7 else b"id:12 stat:DELIVRD err:\xff",
            esm_class=chance.randrange(256),
            data_coding=chance.choice([0, 1, 3, 4, 8, chance.randrange(256)]),
            sequence_number=chance.randrange(1, 2**31),
            tlvs=tlvs if chance.random() < 0.5 else [],
        ).encode()
    )
    for _ in range(chance.choice([0, 0, 1, 3])):
        raw[chance.randrange(4, len(raw))] = chance.randrange(256)
    return bytes(raw)


def anything(chance: random.Random) -> bytes:
    body = chance.randbytes(chance.randrange(60))
    length = 16 + len(body) if chance.random() < 0.97 else chance.randrange(2**32)
    return struct.pack(">IIII", length, chance.choice(COMMANDS), chance.randrange(256), chance.randrange(2**32)) + body


class Reader:
    """Does with each deliver_sm what the channel does, but for the database."""

    def __init__(self, chance):
        self.chance, self.taken = chance, 0

    def __call__(self, head) -> None:
        self.taken += 1
        try:
            message = pdus.decode_deliver(head)
        except Malformed:
            return
        if is_receipt(message):
            read_receipt(message, self.chance.choice(["auto", "same", "hex", "dec"]))
            return
        text = read(message).text
        kept_text(text, understand(text, today=clock.today()))


def test_random_pdus_break_no_session():
    chance = draws()
    total = rounds(100_000)

    async def work() -> None:
        reader, session = Reader(chance), None
        for _ in range(total):
            if session is None or session.ended.done():
                session = Session(Carrier("127.0.0.1"), reader, lambda *_: None)
                session.connection_made(Line())
                session.ask(session.next_sequence(), b"", lambda _head: None)
            raw = deliver(chance) if chance.random() < 0.6 else anything(chance)
            at = chance.randrange(len(raw))
            for piece in (raw[:at], raw[at:]):
                session.data_received(piece)
        session.end("over")
        assert reader.taken > total // 3

    asyncio.run(work())


@committed
def test_random_messages_are_all_kept_or_dropped(small, caplog):
    chance, now = draws(), clock.now()
    for sent in range(rounds(5_000)):
        with suppress(Malformed, ValueError):
            message = pdus.decode_deliver(next(Frames().feed(deliver(chance)), None))
            if not is_receipt(message):
                joining.take(read(message), now + timedelta(seconds=sent))
    joining.take_overdue(now + timedelta(days=30))
    assert IncomingSms.objects.using("worker").exists()
    assert "a message could not be kept" not in caplog.text


def test_a_length_that_cannot_be_one_ends_the_line():
    async def work() -> None:
        session = Session(Carrier("127.0.0.1"), lambda _: None, lambda *_: None)
        line = Line()
        session.connection_made(line)
        session.data_received(struct.pack(">IIII", 2**31, 0x15, 0, 1))
        assert session.ended.done()
        assert line.closed
        assert struct.unpack(">IIII", line.written)[1] == pdus.GENERIC_NACK

    asyncio.run(work())


def test_what_is_no_command_is_said_so_and_the_line_stays():
    async def work() -> None:
        session = Session(Carrier("127.0.0.1"), lambda _: None, lambda *_: None)
        line = Line()
        session.connection_made(line)
        session.data_received(pdus.pdu(0x7777, 9))
        assert struct.unpack(">IIII", line.written) == (16, pdus.GENERIC_NACK, pdus.BAD_COMMAND, 9)
        assert not session.ended.done()
        session.end("over")

    asyncio.run(work())


def test_pdus_are_cut_wherever_the_network_cut_them():
    whole = b"".join(pdus.pdu(0x15, number, b"x" * (number % 5)) for number in range(1, 50))
    frames = Frames()
    found = [head.sequence for at in range(len(whole)) for head in frames.feed(whole[at : at + 1])]
    assert found == list(range(1, 50))


def test_random_texts_leave_no_identifier():
    from stdnum.bg import egn, pnf

    chance = draws()
    for _ in range(rounds(20_000)):
        number = next(
            text
            for text in iter(lambda: f"{chance.randrange(10**10):010}", None)
            if egn.is_valid(text) or pnf.is_valid(text)
        )
        typed = chance.choice(["", " ", "-", "."]).join([number[:6], number[6:]])
        text = chance.choice(["{}", "абонирай {} моля", "EGN:{}", "{}1", "9{}", "тел. {} и 0882818905"]).format(typed)
        kept = scrub(text)
        assert number not in kept.replace(" ", "").replace("-", "").replace(".", ""), (text, kept)
    assert json.dumps(scrub("Арабски ٧٥٢٣١٦٩٢٦٣")).count("#") == 1
