"""The voice: speech as A-law, made once. What is the same for everybody is kept on disk, what names a child in memory."""

import asyncio
import hashlib
import json
import logging
import struct
import sys
import wave
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from zvanets.ivr import phrases
from zvanets.ivr.speaker import WORDS_A_MINUTE
from zvanets.lib.g711 import ALAW_SILENCE, RATE, to_alaw
from zvanets.lib.logs import note
from zvanets.rules.ivr_menu import Item, Prompt, Say

REMEMBERED_BYTES = 48_000_000  # an hour and a half
PAUSE = ALAW_SILENCE * (RATE // 4)
_ANSWER_SECONDS = 20.0
_LENGTH = struct.Struct("!I")


@dataclass(frozen=True, slots=True)
class Speech:
    """Words to be said; `name` is that of a fixed phrase, which a recording may replace."""

    text: str
    language: str
    name: str = ""


def speech_of(say: Say, language: str) -> Speech:
    """Return what is to be said in words."""
    if isinstance(say, Item):
        return Speech(say.text, phrases.known(say.language))
    language = phrases.known(say.language or language)
    text = phrases.said(say.id, language, dict(say.values))
    return Speech(text, language, say.id if phrases.is_fixed(say.id, language) else "")


class Voice:
    """Gives the sound of a speech; one process makes it, and is started again when it has died."""

    def __init__(self, cache: Path, recorded: Path | None = None) -> None:
        self._cache, self._recorded = cache, recorded
        self._known: OrderedDict[Speech, bytes] = OrderedDict()
        self._size = 0
        self._speaker: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self.made = 0

    def ready(self, speech: Speech) -> bytes | None:
        """Return the sound if it need not be made."""
        sound = self._known.get(speech)
        if sound is not None:
            self._known.move_to_end(speech)
        return sound

    async def say(self, speech: Speech) -> bytes:
        """Return the sound; silence when no voice can be had, which the caller survives."""
        if (sound := self.ready(speech)) is not None:
            return sound
        # Whoever loses interest halfway must not leave half an answer in the pipe.
        return await asyncio.shield(self._say(speech))

    async def _say(self, speech: Speech) -> bytes:
        async with self._turn:
            if (sound := self.ready(speech)) is not None:
                return sound
            sound = self._kept(speech) or await self._make(speech)
        if sound:
            self._remember(speech, sound)
        return sound

    async def warm(self, *says: Say, language: str) -> None:
        """Make what every call says before the first one comes; without `says` all that is fixed in the language."""
        for say in says or [Prompt(name) for name in phrases.phrases(language) if phrases.is_fixed(name, language)]:
            await self.say(speech_of(say, language))

    async def close(self) -> None:
        """End the process, once it has said what it was asked."""
        async with self._turn:
            await self._kill()

    async def _kill(self) -> None:
        speaker, self._speaker = self._speaker, None
        if speaker and speaker.returncode is None:
            with suppress(ProcessLookupError):
                speaker.kill()
            await speaker.wait()

    def _remember(self, speech: Speech, sound: bytes) -> None:
        self._known[speech] = sound
        self._size += len(sound)
        while self._size > REMEMBERED_BYTES and len(self._known) > 1:
            _, old = self._known.popitem(last=False)
            self._size -= len(old)

    def _kept(self, speech: Speech) -> bytes | None:
        if not speech.name:
            return None
        if recorded := self._recording(speech):
            return recorded
        with suppress(OSError):
            return self._file(speech).read_bytes()
        return None

    def _recording(self, speech: Speech) -> bytes | None:
        """A file „bg/menu.wav“ of 8,000 samples a second, one channel of 16 bits."""
        if self._recorded is None:
            return None
        path = self._recorded / speech.language / f"{speech.name}.wav"
        if not path.exists():
            return None
        try:
            with wave.open(str(path)) as sound:
                if (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (1, 2, RATE):
                    return to_alaw(memoryview(sound.readframes(sound.getnframes())).cast("h"))
        except (OSError, EOFError, wave.Error):
            pass
        note("a recorded phrase cannot be used", level=logging.ERROR, kind=speech.name, language=speech.language)
        return None

    def _file(self, speech: Speech) -> Path:
        said = f"{WORDS_A_MINUTE} {speech.language} {speech.text}"
        return self._cache / f"{speech.language}-{speech.name}-{hashlib.sha256(said.encode()).hexdigest()[:16]}.al"

    async def _make(self, speech: Speech) -> bytes:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                sound = await self._ask(speech)
        except (OSError, EOFError, TimeoutError):
            note("the voice failed", level=logging.ERROR, error=True, language=speech.language)
            await self._kill()
            return b""
        self.made += 1
        if speech.name:
            self._keep(speech, sound)
        return sound

    async def _ask(self, speech: Speech) -> bytes:
        speaker = self._speaker
        if speaker is None or speaker.returncode is not None:
            speaker = self._speaker = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "zvanets.ivr.speaker"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,  # a Ctrl-C is ours to hear
            )
        if speaker.stdin is None or speaker.stdout is None:
            raise EOFError
        speaker.stdin.write(json.dumps({"language": speech.language, "text": speech.text}).encode() + b"\n")
        await speaker.stdin.drain()
        (length,) = _LENGTH.unpack(await speaker.stdout.readexactly(_LENGTH.size))
        return await speaker.stdout.readexactly(length)

    def _keep(self, speech: Speech, sound: bytes) -> None:
        with suppress(OSError):
            self._cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft = self._file(speech).with_suffix(".draft")
            draft.write_bytes(sound)
            draft.rename(self._file(speech))
