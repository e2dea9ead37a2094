"""A stand-in for the mobile carrier: an SMS centre with a short code on the loopback, and what reached the telephones.

Run as `python -m zvanets.demo.smsc --port 2775 --dir FOLDER`; with port 0 the file FOLDER/port tells the chosen one.
"""

import argparse
import asyncio
import itertools
import json
import os
import signal
import socket
import sys
from collections import OrderedDict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import smpp34

from zvanets.demo.mailbox import announce
from zvanets.lib import clock
from zvanets.notifications.channels.sms.incoming import cut_header, place_in_header
from zvanets.notifications.channels.sms.pdus import BAD_TARGET
from zvanets.notifications.channels.sms.texts import decode

HOST = "127.0.0.1"
SHOWN, TAIL = 12, 64_000
ROTATE = 2_000_000
RECEIPT_SECONDS = 0.3
JOINED_AT_ONCE = 1000
WANTS_RECEIPT = 1
_RECEIPT = "id:{id} sub:001 dlvrd:001 submit date:{at} done date:{at} stat:DELIVRD err:000 text:"


@dataclass(frozen=True, slots=True)
class Arrived:
    """One SMS as a telephone shows it; `id` is the centre's for its first part."""

    id: str
    to: str
    sender: str
    text: str
    parts: int
    at: float


@dataclass
class Telephones:
    """Everybody's telephone in one file, a message a line; parts are joined as a telephone does."""

    path: Path
    _waiting: OrderedDict[tuple[str, int, int], dict[int, tuple[str, str]]] = field(default_factory=OrderedDict)

    def take(self, event: Any, carrier_id: str) -> Arrived | None:
        """Keep a part; return the message that is whole with it."""
        header, data = cut_header(event.short_message) if event.esm_class & 0x40 else (b"", event.short_message)
        place = place_in_header(header)
        text = decode(data, event.data_coding)
        if place is None:
            return self._keep(event, [(carrier_id, text)])
        reference, count, part = place
        key = (event.destination_addr, reference, count)
        parts = self._waiting.setdefault(key, {})
        parts[part] = (carrier_id, text)
        if len(parts) == count:
            del self._waiting[key]
            return self._keep(event, [parts[number] for number in sorted(parts)])
        if len(self._waiting) > JOINED_AT_ONCE:
            self._waiting.popitem(last=False)
        return None

    def _keep(self, event: Any, parts: list[tuple[str, str]]) -> Arrived:
        text = "".join(part for _, part in parts)
        arrived = Arrived(
            parts[0][0], event.destination_addr, event.source_addr, text, len(parts), clock.now().timestamp()
        )
        if self.path.exists() and self.path.stat().st_size > ROTATE:
            self.path.rename(self.path.with_suffix(".old"))
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(arrived), ensure_ascii=False) + "\n")
        return arrived


def newest(path: Path, count: int = SHOWN) -> list[Arrived]:
    """Return the newest messages of a file, the newest first; none when nobody made it yet."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            lines = file.read().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    whole = [line for line in lines if line.startswith(b"{") and line.endswith(b"\n")]
    return [Arrived(**json.loads(line)) for line in reversed(whole[-count:])]


class Centre:
    """Takes what is submitted and answers with receipts, as a carrier does."""

    def __init__(self, telephones: Telephones) -> None:
        self.telephones = telephones
        self.sessions: dict[str, smpp34.Esme] = {}
        self._numbers = itertools.count(int(clock.now().timestamp() * 1000) << 8)  # never the same after a new start
        self._receipts: set[asyncio.Task[None]] = set()

    async def serve(self, server: smpp34.Server) -> None:
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                self.sessions[event.session_id] = event
            elif isinstance(event, smpp34.SubmitSmEvent):
                self._take(event)
            else:
                self.sessions.pop(event.session_id, None)

    def _take(self, event: smpp34.SubmitSmEvent) -> None:
        if not event.destination_addr.lstrip("+").isdigit():
            event.reject(BAD_TARGET)
            return
        carrier_id = f"{next(self._numbers):x}"
        self.telephones.take(event, carrier_id)
        event.accept(carrier_id)
        if event.registered_delivery & WANTS_RECEIPT:
            task = asyncio.create_task(self._report(event, carrier_id))
            self._receipts.add(task)
            task.add_done_callback(self._receipts.discard)

    async def _report(self, event: smpp34.SubmitSmEvent, carrier_id: str) -> None:
        await asyncio.sleep(RECEIPT_SECONDS)
        session = self.sessions.get(event.session_id) or next(iter(self.sessions.values()), None)
        if session is None or not session.can_receive:
            return
        text = _RECEIPT.format(id=carrier_id, at=clock.now().strftime("%y%m%d%H%M"))
        try:
            await session.deliver_sm(
                event.source_addr,
                text.encode("ascii"),
                source_addr=event.destination_addr,
                source_addr_ton=event.dest_addr_ton,
                source_addr_npi=event.dest_addr_npi,
                esm_class=0x04,
            )
        except (smpp34.SmppError, OSError, RuntimeError):
            return  # the line is gone; a real carrier would keep it


async def serve(port: int, path: Path) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    port = port or _free_port()
    server = smpp34.Server(HOST, port, system_id="1917")
    await server.start()
    announce(path, port, "smsc")
    loop = asyncio.get_running_loop()
    work = asyncio.create_task(Centre(Telephones(path / "messages.jsonl")).serve(server))
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        await server.stop()


def _free_port() -> int:
    with socket.socket() as door:
        door.bind((HOST, 0))
        return int(door.getsockname()[1])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m zvanets.demo.smsc", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dir", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    chosen.dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        asyncio.run(serve(chosen.port, chosen.dir))
    except OSError as problem:
        sys.stderr.write(f"smsc: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # the codec's own threads outlive the interpreter and now and then crash in its last moments
