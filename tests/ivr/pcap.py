"""A capture file with telephone-events, made for SIPp to play: Ethernet, IP and UDP around RTP."""

import struct
from pathlib import Path

from zvanets.ivr import rtp

_FILE = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
_EVERY = 0.02


def write(path: Path, keys: str, *, payload_type: int = 101, first: float = 0.5, gap: float = 0.12) -> None:
    """Write a file that presses these keys, each for 100 ms, beginning so many seconds from its start."""
    records, number = [_record(0.0, rtp.Packet(0, True, 0, 0, 7, b"\xff" * 160))], 0
    for at, key in enumerate(keys):
        begins = first + at * (0.1 + gap)
        for step in range(8):
            number += 1
            duration = min(step + 1, 5) * 160
            event = rtp.event(key, duration, is_end=step >= 5)
            packet = rtp.Packet(payload_type, step == 0, number, int(begins * 8000), 7, event)
            records.append(_record(begins + step * _EVERY, packet))
    path.write_bytes(_FILE + b"".join(records))


def _record(at: float, packet: rtp.Packet) -> bytes:
    sound = rtp.packed(packet)
    udp = struct.pack("!HHHH", 4000, 4002, 8 + len(sound), 0) + sound
    local = bytes([127, 0, 0, 1])
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 1, 0, 64, 17, 0, local, local) + udp
    frame = b"\0" * 12 + b"\x08\x00" + ip
    return struct.pack("<IIII", int(at), round(at % 1 * 1e6), len(frame), len(frame)) + frame
