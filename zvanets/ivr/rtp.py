"""RTP packets (RFC 3550) and the keys in them (RFC 4733), as values."""

import struct
from dataclasses import dataclass

FRAME = 160  # samples, and bytes, of 20 ms
KEYS = "0123456789*#ABCD"
_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")
_SENDER, _NAME = struct.Struct("!BBHIIIIII"), struct.Struct("!BBHIBB")
_NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
_END = 0x80


@dataclass(frozen=True, slots=True)
class Packet:
    payload_type: int
    is_marked: bool
    number: int
    timestamp: int
    source: int
    payload: bytes


def read(datagram: bytes) -> Packet | None:
    """Return the packet, None for what is none."""
    if len(datagram) < _HEADER.size:
        return None
    first, second, number, timestamp, source = _HEADER.unpack_from(datagram)
    start = _HEADER.size + 4 * (first & 0x0F)
    if first >> 6 != 2:
        return None
    if first & 0x10:
        if len(datagram) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(datagram[start + 2 : start + 4], "big")
    end = len(datagram) - (datagram[-1] if first & 0x20 else 0)
    if start > end:
        return None
    return Packet(second & 0x7F, bool(second & 0x80), number, timestamp, source, datagram[start:end])


def packed(packet: Packet) -> bytes:
    second = packet.payload_type | (0x80 if packet.is_marked else 0)
    return _HEADER.pack(0x80, second, packet.number, packet.timestamp, packet.source) + packet.payload


def event(key: str, duration: int, *, is_end: bool, volume: int = 10) -> bytes:
    """Return the payload of a telephone-event; `duration` in samples since the key went down."""
    return _EVENT.pack(KEYS.index(key), (_END if is_end else 0) | volume, duration)


def report(source: int, at: float, timestamp: int, packets: int) -> bytes:
    """Return what RTCP tells every few seconds (RFC 3550 § 6.4.1, 6.5): how much was sent, and until when; the name is chance."""
    seconds, fraction = divmod(at + _NTP_EPOCH, 1)
    sender = _SENDER.pack(
        *(0x80, 200, 6, source, int(seconds) & 0xFFFFFFFF, int(fraction * 2**32)),
        *(timestamp, packets & 0xFFFFFFFF, packets * FRAME & 0xFFFFFFFF),
    )
    name = f"{source:08x}".encode()
    return sender + _NAME.pack(0x81, 202, 4, source, 1, len(name)) + name + b"\0\0"


class Keys:
    """Makes one key out of the several packets that each press comes as.

    All packets of a press carry the timestamp of its beginning, so that any one of them is enough. A press longer than
    eight seconds goes on in a new segment, which begins where the one before has ended.
    """

    def __init__(self) -> None:
        self._last: tuple[int, int] | None = None
        self._code, self._reached, self._is_down = -1, 0, False

    def take(self, packet: Packet) -> str:
        """Return the key if this packet is the first of its press, else ""."""
        if len(packet.payload) < _EVENT.size:
            return ""
        code, flags, duration = _EVENT.unpack_from(packet.payload)
        this = packet.source, packet.timestamp
        reached = packet.timestamp + duration & 0xFFFFFFFF
        is_new = self._last is None or self._last[0] != packet.source or self._is_later(packet.timestamp)
        goes_on = self._is_down and code == self._code and packet.timestamp == self._reached
        if not is_new and this != self._last:
            return ""  # a straggler of an earlier press
        self._last, self._code, self._reached = this, code, reached
        self._is_down = not flags & _END
        return KEYS[code] if is_new and not goes_on and code < len(KEYS) else ""

    def _is_later(self, timestamp: int) -> bool:
        return self._last is not None and 0 < (timestamp - self._last[1] & 0xFFFFFFFF) < 0x80000000
