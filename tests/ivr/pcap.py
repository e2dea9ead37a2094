"""Capture files made for SIPp to play: keys as telephone-events, and speech, in RTP, UDP, IP and Ethernet."""

import struct
from pathlib import Path

from zvanets.ivr import rtp
from zvanets.ivr.sip.sdp import PCMA

_FILE = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
_EVERY = 0.02
_SOURCE = 7
_HELD = 5  # packets of a key that is down, then three that say that it is up
_SILENCE = b"\xd5" * rtp.FRAME


def write(
    path: Path, keys: str, *, payload_type: int = 101, first: float = 0.5, gap: float = 0.12, speech: bytes = b""
) -> None:
    """Write a file that presses these keys, each for 100 ms, from `first` on, while `speech` (A-law) is said."""
    frames = [speech[at : at + rtp.FRAME] for at in range(0, len(speech) - rtp.FRAME + 1, rtp.FRAME)] or [_SILENCE]
    sound = [
        (at * _EVERY, rtp.Packet(PCMA, at == 0, at, at * rtp.FRAME, _SOURCE, frame)) for at, frame in enumerate(frames)
    ]
    events = [event for at, key in enumerate(keys) for event in _press(key, first + at * (0.1 + gap), payload_type)]
    packets = sorted([*sound, *events], key=lambda each: each[0])
    path.write_bytes(_FILE + b"".join(_record(at, packet) for at, packet in packets))


def _press(key: str, begins: float, payload_type: int) -> list[tuple[float, rtp.Packet]]:
    timestamp = int(begins * 8000)
    found = []
    for step in range(_HELD + 3):
        duration = min(step + 1, _HELD) * rtp.FRAME
        event = rtp.event(key, duration, is_end=step >= _HELD)
        packet = rtp.Packet(payload_type, step == 0, timestamp % 60_000 + step, timestamp, _SOURCE, event)
        found.append((begins + step * _EVERY, packet))
    return found


def _record(at: float, packet: rtp.Packet) -> bytes:
    sound = rtp.packed(packet)
    udp = struct.pack("!HHHH", 4000, 4002, 8 + len(sound), 0) + sound
    local = bytes([127, 0, 0, 1])
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, local, local) + udp
    frame = b"\0" * 12 + b"\x08\x00" + ip
    return struct.pack("<IIII", int(at), round(at % 1 * 1e6) % 1_000_000, len(frame), len(frame)) + frame
