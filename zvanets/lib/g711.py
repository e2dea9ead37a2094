"""A-law and µ-law, the two codecs that every telephone speaks (ITU-T G.711): one byte a sample, 8,000 samples a second."""

from collections.abc import Iterable
from functools import cache

RATE = 8000
ALAW_SILENCE, ULAW_SILENCE = b"\xd5", b"\xff"
_CLIP = 32635
_BIAS = 132


def _alaw_to_linear(code: int) -> int:
    code ^= 0x55
    segment, low = (code & 0x70) >> 4, (code & 0x0F) << 4
    value = low + 8 if segment == 0 else (low + 0x108) << (segment - 1)
    return value if code & 0x80 else -value


def _ulaw_to_linear(code: int) -> int:
    code = ~code & 0xFF
    value = (((code & 0x0F) << 3) + _BIAS << ((code & 0x70) >> 4)) - _BIAS
    return -value if code & 0x80 else value


def _linear_to_alaw(sample: int) -> int:
    sign, size = (0x80, sample) if sample >= 0 else (0, -sample - 1)
    size = min(size, _CLIP)
    segment = max(size.bit_length() - 8, 0)
    low = size >> 4 if segment == 0 else size >> (segment + 3)
    return (sign | segment << 4 | low & 0x0F) ^ 0x55


def _linear_to_ulaw(sample: int) -> int:
    sign, size = (0, sample) if sample >= 0 else (0x80, -sample)
    size = min(size, _CLIP) + _BIAS
    segment = max(size.bit_length() - 8, 0)
    return ~(sign | segment << 4 | (size >> (segment + 3)) & 0x0F) & 0xFF


ALAW = tuple(_alaw_to_linear(code) for code in range(256))
ULAW = tuple(_ulaw_to_linear(code) for code in range(256))
ALAW_TO_ULAW = bytes(_linear_to_ulaw(value) for value in ALAW)
ULAW_TO_ALAW = bytes(_linear_to_alaw(value) for value in ULAW)


@cache
def _encoding() -> bytes:
    """A-law of every 13-bit sample, by sample >> 3; negative ones from the end, as Python counts."""
    return bytes(_linear_to_alaw((at if at < 4096 else at - 8192) << 3) for at in range(8192))


def to_alaw(samples: Iterable[int]) -> bytes:
    """Encode 16-bit samples."""
    table = _encoding()
    return bytes([table[sample >> 3] for sample in samples])


def from_alaw(coded: bytes) -> list[int]:
    return list(map(ALAW.__getitem__, coded))


def from_ulaw(coded: bytes) -> list[int]:
    return list(map(ULAW.__getitem__, coded))


def rms(samples: Iterable[int]) -> float:
    """Return how loud it is; 0.0 for no samples."""
    values = list(samples)
    return (sum(value * value for value in values) / len(values)) ** 0.5 if values else 0.0
