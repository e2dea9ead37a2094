"""A telephone line for tests: the endpoint in a thread of its own, and a caller made of plain datagrams."""

import asyncio
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from django.db import connections

from tests.ivr.messages import SDP, request
from zvanets.ivr import rtp
from zvanets.ivr.endpoint import Endpoint
from zvanets.ivr.options import Options
from zvanets.ivr.voice import Voice
from zvanets.rules.ivr_menu import greeting

HOST = "127.0.0.1"
# Many tests call at once and from one address, so the carrier's rights are given to the loopback unless a test takes them.
OPTIONS = Options(host=HOST, port=0, rtp_ports=range(20000, 24000), peers=(HOST,), ring_seconds=0.0, stop_seconds=1.0)


class Line:
    def __init__(self, options: Options, speech: Path) -> None:
        self.options = replace(options, speech=speech)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="line")
        self._thread.start()
        assert self._ready.wait(30)

    @property
    def port(self) -> int:
        return self.endpoint.port

    @property
    def counts(self):
        return self.endpoint.counts

    @property
    def calls(self) -> list:
        return list(self.endpoint.legs.values())

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self.loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        with ThreadPoolExecutor(2) as threads:
            voice = Voice(self.options.speech)
            self.endpoint = Endpoint(self.options, voice, threads)
            transport, _ = await self.loop.create_datagram_endpoint(lambda: self.endpoint, local_addr=(HOST, 0))
            await voice.warm(*greeting(), language="bg")
            await voice.warm(language="bg")
            care = self.loop.create_task(self.endpoint.care())
            self._ready.set()
            await self._stopped.wait()
            await self.endpoint.stop()
            care.cancel()
            transport.close()
            await voice.close()
            closings = [threads.submit(self._close) for _ in range(2)]
            await asyncio.gather(*map(asyncio.wrap_future, closings))

    def _close(self) -> None:
        connections.close_all()
        time.sleep(0.05)  # so that the other thread gets the other task

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(30)
        assert not self._thread.is_alive()


def until(what, seconds: float = 5.0):
    """Return the first true value."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing came in {seconds} s")


class Caller:
    """A telephone of raw datagrams, which can also do what no telephone does."""

    def __init__(self, line: Line, call: str = "c1", host: str = HOST) -> None:
        self.line, self.call = line, call
        self.signals, self.sound = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for each in (self.signals, self.sound):
            each.bind((host, 0))
            each.settimeout(3)
        self.tag, self.number, self.to = "", 0, ""
        self.media: tuple[str, int] = ("", 0)
        self.branch = 0
        self.timestamp = 1000
        self.frames: list[bytes] = []

    def close(self) -> None:
        self.signals.close()
        self.sound.close()

    def send(self, datagram: bytes) -> None:
        self.signals.sendto(datagram, (HOST, self.line.port))

    def request(self, method: str, *, same: bool = False, number: int = 0, **other) -> bytes:
        if not same:
            self.branch += 1
            self.number += method not in {"ACK", "CANCEL"}
        via = f"{HOST}:{self.signals.getsockname()[1]}"
        to = {"to": self.to} if self.to else {}
        datagram = request(
            method,
            number=number or self.number,
            branch=f"{self.call}{self.branch}",
            call=self.call,
            via=via,
            **(to | other),
        )
        self.send(datagram)
        return datagram

    def sdp(self) -> bytes:
        return SDP.replace(b"m=audio 4000", b"m=audio %d" % self.sound.getsockname()[1])

    def answer(self, seconds: float = 3.0) -> tuple[int, str]:
        """Return the next answer's status and its text."""
        self.signals.settimeout(seconds)
        text = self.signals.recv(65_000).decode()
        return int(text.split(" ")[1]) if text.startswith("SIP/2.0") else 0, text

    def final(self) -> tuple[int, str]:
        while True:
            status, text = self.answer()
            if status >= 200 or status == 0:
                return status, text

    def dial(self, body: bytes | None = None) -> int:
        """Call, and acknowledge an answer; return the status."""
        body = self.sdp() if body is None else body
        self.request("INVITE", body=body, more="Content-Type: application/sdp")
        status, text = self.final()
        self.to = re.search(r"To: (.*)\r", text)[1]
        if status == 200:
            self.media = (HOST, int(re.search(r"m=audio (\d+)", text)[1]))
        self.request("ACK", same=status != 200)
        return status

    def press(self, keys: str, events: int = 96) -> None:
        """Send keys as RFC 4733 events, each in five packets."""
        for key in keys:
            self.timestamp += 1600
            for at in (1, 2, 3, 3, 3):
                payload = rtp.event(key, 160 * at, is_end=at == 3)
                packet = rtp.Packet(events, at == 1, at, self.timestamp, 77, payload)
                self.sound.sendto(rtp.packed(packet), self.media)
            time.sleep(0.005)

    def say(self, frames: int = 1) -> None:
        for _ in range(frames):
            self.timestamp += 160
            self.sound.sendto(rtp.packed(rtp.Packet(0, False, 1, self.timestamp, 77, b"\xff" * 160)), self.media)

    def info(self, key: str) -> int:
        self.request(
            "INFO", body=f"Signal={key}\r\nDuration=160\r\n".encode(), more="Content-Type: application/dtmf-relay"
        )
        return self.final()[0]

    def listen(self, seconds: float) -> bytes:
        """Return what is heard in so many seconds, as µ-law."""
        end, heard = time.monotonic() + seconds, b""
        while (left := end - time.monotonic()) > 0:
            self.sound.settimeout(left)
            try:
                packet = rtp.read(self.sound.recv(2048))
            except TimeoutError:
                break
            heard += packet.payload
        return heard

    def bye(self) -> int:
        self.request("BYE")
        return self.final()[0]


@contextmanager
def calling(line: Line, call: str = "c1", host: str = HOST):
    caller = Caller(line, call, host)
    try:
        yield caller
    finally:
        caller.close()
