"""A telephone for the demo's page: a SIP caller whose keys and ear are in the browser.

Run as `python -m zvanets.demo.telephone --port PORT --sip-port SIP`. The web asks it over the loopback, one line of JSON a
question: {"do": "dial"}, {"do": "press", "call", "keys"}, {"do": "hear", "call", "from"}, {"do": "hang_up", "call"}.
The answer is one line of JSON, after it `bytes` bytes of A-law.
"""

import argparse
import asyncio
import json
import secrets
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from zvanets.ivr import rtp
from zvanets.ivr.sip import sdp
from zvanets.ivr.sip.message import Header, Malformed, Request, Response, parse, respond
from zvanets.lib.g711 import ALAW_SILENCE

HOST = "127.0.0.1"
MOST_CALLS = 8
FORGOTTEN_SECONDS = 20.0  # a page that was closed asks no more
LONGEST_SECONDS = 1800.0
_KEY_SECONDS, _KEY_FRAMES = 0.1, 5
_LATEST_BYTES = 16_000  # who comes back after a while hears the last two seconds, not the last two minutes
_FRAME_SECONDS = 0.02
_SILENCE = ALAW_SILENCE * rtp.FRAME
_AGAIN_SECONDS, _TRIES = 0.5, 7


class Call(asyncio.DatagramProtocol):
    """One call: a socket for signals, one for sound, and what was heard."""

    def __init__(self, target: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.target = target
        self.name = secrets.token_urlsafe(12)
        self.state = "ringing"
        self.heard = bytearray()
        self.asked_at = self.began_at = self.loop.time()
        self._call_id, self._tag, self._number = secrets.token_hex(12), secrets.token_hex(8), 1
        self._branch = _branch()
        self._to = f"<sip:zvanets@{HOST}:{target}>"
        self._keys: list[tuple[str, int]] = []
        self._sound: tuple[str, int] | None = None
        self._events = sdp.OUR_EVENTS
        self._tick, self._key_began = secrets.randbits(16), 0
        self._source = secrets.randbits(32)
        self._answered = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self) -> None:
        self._ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._ear.setblocking(False)
        self._ear.bind((HOST, 0))
        self.loop.add_reader(self._ear.fileno(), self._hear)
        self._transport, _ = await self.loop.create_datagram_endpoint(lambda: self, local_addr=(HOST, 0))
        self._tasks = [self.loop.create_task(self._invite()), self.loop.create_task(self._speak())]

    def press(self, keys: str) -> None:
        """Each key is down for 100 ms and up as long, as a telephone does it."""
        self._keys += [(key, 0) for key in keys if key in rtp.KEYS][: 40 - len(self._keys)]

    def hang_up(self) -> None:
        if self.state == "talking":
            self._number += 1
            self._branch = _branch()
            self._send(self._request("BYE"))
        elif self.state == "ringing":
            self._send(self._request("CANCEL"))
        self._end()

    def sound_since(self, at: int) -> tuple[int, bytes]:
        """Return where the hearer has come to, and the sound on the way there."""
        at = max(at, len(self.heard) - _LATEST_BYTES)
        return len(self.heard), bytes(self.heard[at:])

    def close(self) -> None:
        self._end()
        for task in self._tasks:
            task.cancel()
        self._transport.close()
        self.loop.remove_reader(self._ear.fileno())
        self._ear.close()

    def datagram_received(self, datagram: bytes, _place: tuple[str, int]) -> None:
        with suppress(Malformed):
            message = parse(datagram)
            if isinstance(message, Response):
                self._answer(message)
            elif message.method == "BYE":
                self._send(respond(message, 200))
                self._end()

    def _answer(self, response: Response) -> None:
        if response.cseq[1] != "INVITE" or response.status < 200:
            return
        self._to = response.first("to")
        self._answered.set()
        if response.status >= 300:
            self._send(self._request("ACK"))
            self._end("busy")
            return
        try:
            media = sdp.read(response.body)
        except sdp.NotAcceptable:
            self._end("busy")
            return
        self._branch = _branch()
        self._send(self._request("ACK"))
        self._sound, self.state = (media.host, media.port), "talking"
        self._events = media.events or self._events

    async def _invite(self) -> None:
        """Ask until somebody answers."""
        port = self._ear.getsockname()[1]
        body = sdp.offer(HOST, port, session=1, version=1)
        for wait in range(_TRIES):
            self._send(self._request("INVITE", ("content-type", "application/sdp"), body=body))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._answered.wait(), _AGAIN_SECONDS * 2**wait)
                return
        self._end("busy")

    async def _speak(self) -> None:
        """Send 20 ms after 20 ms: silence, or the key that is down."""
        due = self.loop.time()
        while self.state != "ended":
            due = max(due + _FRAME_SECONDS, self.loop.time())
            await asyncio.sleep(due - self.loop.time())
            if self._sound is not None:
                self._tick += 1
                self._ear.sendto(rtp.packed(self._packet()), self._sound)

    def _packet(self) -> rtp.Packet:
        number, timestamp = self._tick & 0xFFFF, self._tick * rtp.FRAME & 0xFFFFFFFF
        if not self._keys or self._keys[0][1] < 0:
            if self._keys:  # between two keys
                key, left = self._keys[0]
                self._keys[0] = (key, left + 1)
                if left + 1 == 0:
                    self._keys.pop(0)
            return rtp.Packet(sdp.PCMA, False, number, timestamp, self._source, _SILENCE)
        key, step = self._keys[0]
        if step == 0:
            self._key_began = timestamp
        is_end = step >= _KEY_FRAMES
        # The end is told three times, for a packet may be lost.
        self._keys[0] = (key, step + 1) if step < _KEY_FRAMES + 2 else (key, -_KEY_FRAMES)
        event = rtp.event(key, min(step + 1, _KEY_FRAMES) * rtp.FRAME, is_end=is_end)
        return rtp.Packet(self._events, step == 0, number, self._key_began, self._source, event)

    def _hear(self) -> None:
        with suppress(OSError):
            packet = rtp.read(self._ear.recv(2048))
            if packet and packet.payload_type == sdp.PCMA:
                self.heard += packet.payload

    def _request(self, method: str, *more: Header, body: bytes = b"") -> Request:
        address = f"{HOST}:{self._transport.get_extra_info('sockname')[1]}"
        headers = [
            ("via", f"SIP/2.0/UDP {address};rport;branch={self._branch}"),
            ("max-forwards", "70"),
            ("from", f"<sip:roditel@{address}>;tag={self._tag}"),
            ("to", self._to),
            ("call-id", self._call_id),
            ("cseq", f"{self._number} {method}"),
            ("contact", f"<sip:roditel@{address}>"),
            *more,
        ]
        return Request(headers, body, method, f"sip:zvanets@{HOST}:{self.target}")

    def _send(self, message: Request | Response) -> None:
        if not self._transport.is_closing():
            self._transport.sendto(message.encoded(), (HOST, self.target))

    def _end(self, state: str = "ended") -> None:
        if self.state not in {"ended", "busy"}:
            self.state = state
        self._answered.set()


class Desk:
    """The calls of all open pages, and what the web may ask."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.calls: dict[str, Call] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answer, sound = await self._do(json.loads(await reader.readline() or b"{}"))
            writer.write(json.dumps({**answer, "bytes": len(sound)}).encode() + b"\n" + sound)
            await writer.drain()
        except (ValueError, KeyError, TypeError, OSError, asyncio.CancelledError):
            pass  # who asks so gets no answer, nor who asks while we end
        finally:
            writer.close()

    async def _do(self, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        if asked["do"] == "dial":
            return await self._dial(), b""
        call = self.calls.get(str(asked.get("call")))
        if call is None:
            return {"state": "ended", "at": 0}, b""
        call.asked_at = call.loop.time()
        if asked["do"] == "press":
            call.press(str(asked["keys"])[:40])
        elif asked["do"] == "hang_up":
            call.hang_up()
        at, sound = call.sound_since(int(asked.get("from", 0))) if asked["do"] == "hear" else (0, b"")
        return {"state": call.state, "at": at}, sound

    async def _dial(self) -> dict[str, Any]:
        if len(self.calls) >= MOST_CALLS:
            return {"state": "busy"}
        call = Call(self.target)
        await call.begin()
        self.calls[call.name] = call
        return {"state": call.state, "call": call.name}

    async def tidy(self) -> None:
        """Until cancelled: let go of calls that nobody listens to any more."""
        while True:
            await asyncio.sleep(1)
            now = asyncio.get_running_loop().time()
            for name, call in list(self.calls.items()):
                is_over = call.state in {"ended", "busy"} and now - call.asked_at > 3
                if is_over or now - call.asked_at > FORGOTTEN_SECONDS or now - call.began_at > LONGEST_SECONDS:
                    call.hang_up()
                    call.close()
                    del self.calls[name]


def _branch() -> str:
    return f"z9hG4bK{secrets.token_hex(8)}"


async def run(port: int, target: int) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    desk = Desk(target)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await asyncio.start_server(desk.serve, HOST, port)
    tidying = loop.create_task(desk.tidy())
    sys.stdout.write(f"telephone: {HOST}:{port}\n")
    sys.stdout.flush()
    async with server:
        await stopped.wait()
    tidying.cancel()
    for call in desk.calls.values():
        call.hang_up()
        call.close()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m zvanets.demo.telephone", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sip-port", type=int, required=True)
    chosen = parser.parse_args(arguments)
    try:
        asyncio.run(run(chosen.port, chosen.sip_port))
    except OSError as problem:
        sys.stderr.write(f"telephone: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
