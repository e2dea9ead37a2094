"""The mouth: a process that reads sentences from stdin and writes A-law to stdout, so that no call waits while it thinks.

A line in is one JSON object {"language", "text"}; out come four bytes of length and the sound. It ends with its input.
"""

import ctypes
import json
import os
import struct
import sys
from collections.abc import Sequence
from functools import cache
from itertools import chain
from math import cos, gcd, pi, sin
from operator import mul
from typing import Any

from zvanets.lib.g711 import RATE, to_alaw

VOICES = {"bg": b"bg", "en": b"en-gb", "ru": b"ru", "tr": b"tr", "uk": b"uk"}
WORDS_A_MINUTE = 145  # a calm reader
_SYNCHRONOUS, _NO_EXIT = 2, 0x8000
_UTF8, _SPEED, _VOLUME, _PITCH, _WORD_GAP = 1, 1, 2, 3, 7
_TAPS = 32  # of the filter that keeps what a telephone cannot carry from coming back as a hiss
_CUT_HZ = 3600
_LENGTH = struct.Struct("!I")

Sound = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Espeak:
    """eSpeak NG of the wheel, through its C interface; it knows one sentence at a time."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_Synth.argtypes = [
            *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int),
            *(ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p),
        ]
        data = str(espeakng_loader.get_data_path()).encode()
        self.rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _NO_EXIT))
        if self.rate <= 0:
            raise OSError("eSpeak NG does not start")
        self._samples = bytearray()
        self._callback = Sound(self._take)
        self._library.espeak_SetSynthCallback(self._callback)
        self._language = ""

    def say(self, text: str, language: str) -> list[int]:
        """Return the 16-bit samples of a text, at the voice's own rate."""
        if language != self._language:
            self._choose(language)
        self._samples.clear()
        words = text.encode("utf-8", "ignore").replace(b"\0", b"")
        self._library.espeak_Synth(words + b"\0", len(words) + 1, 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        return list(memoryview(bytes(self._samples)).cast("h"))

    def _choose(self, language: str) -> None:
        self._library.espeak_SetVoiceByName(VOICES.get(language, VOICES["bg"]))
        for what, value in ((_SPEED, WORDS_A_MINUTE), (_VOLUME, 90), (_PITCH, 45), (_WORD_GAP, 1)):
            self._library.espeak_SetParameter(what, value, 0)
        self._language = language

    def _take(self, samples: Any, count: int, _events: object) -> int:
        if samples and count > 0:
            self._samples += ctypes.string_at(samples, 2 * count)
        return 0


def for_telephone(samples: Sequence[int], rate: int) -> bytes:
    """Return the samples at 8,000 a second in A-law: each new one is a filtered sum of its neighbours."""
    step, phases = _phases(rate)
    padded = [0] * (_TAPS // 2) + list(samples) + [0] * _TAPS
    wanted = len(samples) * RATE // rate
    values = []
    for number in range(wanted):
        start, phase = divmod(number * step, len(phases))
        values.append(max(-32768, min(32767, int(sum(map(mul, phases[phase], padded[start : start + _TAPS]))))))
    return to_alaw(values)


@cache
def _phases(rate: int) -> tuple[int, list[list[float]]]:
    """Return how many phases to step on for each new sample, and the filter's weights for each phase."""
    common = gcd(rate, RATE)
    count, step = RATE // common, rate // common
    return step, [_weights(phase / count, _CUT_HZ / rate) for phase in range(count)]


def _weights(offset: float, cut: float) -> list[float]:
    """A windowed sinc around the place of the new sample between the old ones."""
    found = []
    for tap in range(_TAPS):
        x = tap - _TAPS // 2 - offset
        window = 0.54 + 0.46 * cos(2 * pi * x / (_TAPS + 1))
        found.append(window * (2 * cut if x == 0 else sin(2 * pi * cut * x) / (pi * x)))
    total = sum(found)
    return [each / total for each in found]


def serve() -> None:
    """Answer each line until the input ends; a text that cannot be said is silence."""
    espeak = Espeak()
    for line in chain(sys.stdin.buffer):
        asked = json.loads(line)
        sound = for_telephone(espeak.say(asked["text"], asked["language"]), espeak.rate)
        sys.stdout.buffer.write(_LENGTH.pack(len(sound)) + sound)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    os.setpriority(os.PRIO_PROCESS, 0, 5)  # sound that is already made goes first
    serve()
