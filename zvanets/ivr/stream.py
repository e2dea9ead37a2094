"""One call's sound: a UDP socket that sends 20 ms at a time and hears keys.

The peer's address is learned from its first packet (symmetric RTP, RFC 4961); the socket is never connected, for then the
kernel would drop that packet when it comes from elsewhere than was described.
"""

import asyncio
import secrets
import socket
import struct
import time
from collections.abc import Callable, Iterable

from zvanets.ivr import rtp
from zvanets.ivr.sip.sdp import PCMA, Media
from zvanets.lib.g711 import ALAW_TO_ULAW

REPORT_FRAMES = 250  # 5 s between two reports (RFC 3550 § 6.2)
UNANSWERED_FRAMES = 150  # 3 s of sound to an address that has not yet sent any, so that nobody is flooded in our name
_HEADER = struct.Struct("!BBHII")
_DICE = secrets.SystemRandom()


class NoPort(OSError):
    """Every port of the range is taken."""


class Stream:
    """Bound from the beginning; sends once it knows where to."""

    def __init__(self, loop: asyncio.AbstractEventLoop, host: str, ports: range) -> None:
        self._loop = loop
        self.on_key: Callable[[str], None] = _nobody
        self._socket, self._reports, self.port = bound(host, ports)
        self._keys = rtp.Keys()
        self._media: Media | None = None
        self._trusted: frozenset[str] = frozenset()
        self._target: tuple[str, int] | None = None
        self._is_latched = False
        self._source = secrets.randbits(32)
        self._number = secrets.randbits(16)
        self._timestamp = secrets.randbits(32)
        self._is_first = True
        self.sent = self.received = self.foreign = 0
        self.reports = 0  # that came from the peer
        loop.add_reader(self._socket.fileno(), self._readable)
        loop.add_reader(self._reports.fileno(), self._reported)

    @property
    def is_latched(self) -> bool:
        return self._is_latched

    def agree(self, media: Media, trusted: Iterable[str]) -> None:
        """Take what was negotiated. Packets are believed from where they were announced, or where the call came from."""
        moved = self._media is None or (media.host, media.port) != (self._media.host, self._media.port)
        self._media, self._trusted = media, frozenset({media.host, *trusted})
        if moved:
            self._target, self._is_latched, self.sent = (media.host, media.port), False, 0

    def send(self, frame: bytes | None) -> bool:
        """Send 20 ms of A-law; None lets the time pass in silence. Return whether something went out."""
        self._number = self._number + 1 & 0xFFFF
        self._timestamp = self._timestamp + rtp.FRAME & 0xFFFFFFFF
        media = self._media
        if frame is None or media is None or self._target is None or not media.they_hear:
            return False
        if not self._is_latched and self.sent >= UNANSWERED_FRAMES:
            return False
        sound = frame if media.codec == PCMA else frame.translate(ALAW_TO_ULAW)
        kind = media.codec | (0x80 if self._is_first else 0)
        self._is_first = False
        self.sent += 1
        try:
            self._socket.sendto(
                _HEADER.pack(0x80, kind, self._number, self._timestamp, self._source) + sound, self._target
            )
            if self.sent % REPORT_FRAMES == 1 and self._is_latched:
                told = rtp.report(self._source, time.time(), self._timestamp, self.sent)
                self._reports.sendto(told, (self._target[0], self._target[1] + 1))
        except OSError:  # a full buffer or an unreachable network: the next 20 ms may do better
            return False
        return True

    def close(self) -> None:
        for each in (self._socket, self._reports):
            if each.fileno() >= 0:
                self._loop.remove_reader(each.fileno())
                each.close()

    def _reported(self) -> None:
        """The peer tells what it hears: a sign of life, also while the call is on hold."""
        try:
            datagram, place = self._reports.recvfrom(2048)
        except OSError:
            return
        if place[0] in self._trusted and len(datagram) >= 8 and datagram[0] >> 6 == 2 and 200 <= datagram[1] <= 204:
            self.reports += 1

    def _readable(self) -> None:
        try:
            datagram, place = self._socket.recvfrom(2048)
        except OSError:
            return
        if self._is_latched and place != self._target:
            self.foreign += 1
            return
        media = self._media
        if media is None or len(datagram) < 12 or datagram[0] >> 6 != 2:
            return
        kind = datagram[1] & 0x7F
        if kind not in {media.codec, media.events}:
            return
        if not self._is_latched and not self._latch(place):
            return
        self.received += 1
        if kind == media.events and (packet := rtp.read(datagram)) and (key := self._keys.take(packet)):
            self.on_key(key)

    def _latch(self, place: tuple[str, int]) -> bool:
        if place[0] not in self._trusted:
            self.foreign += 1
            return False
        self._target, self._is_latched = place, True
        return True


def _nobody(_key: str) -> None:
    """Nobody listens yet."""


def bound(host: str, ports: range) -> tuple[socket.socket, socket.socket, int]:
    """Return sockets for sound, on an even port of the range, and for its reports on the next; drawn so that nobody can tell."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    even = [port for port in ports if port % 2 == 0]
    start = _DICE.randrange(len(even)) if even else 0
    for port in even[start:] + even[:start]:
        pair = socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_DGRAM)
        try:
            for door, number in zip(pair, (port, port + 1), strict=True):
                door.setblocking(False)
                door.bind((host, number))
        except OSError:
            for door in pair:
                door.close()
            continue
        return *pair, port
    raise NoPort("no free port for sound")
