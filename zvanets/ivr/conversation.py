"""One call's talk: carries keys to the dialogue of rules.ivr and its words to the ear, 20 ms at a time.

It knows neither SIP nor sockets. Look-ups run in threads; what comes back late, after a key has changed everything, is dropped.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial

from zvanets.ivr import desk
from zvanets.ivr.desk import Opened
from zvanets.ivr.rtp import FRAME
from zvanets.ivr.voice import PAUSE, Speech, Voice, speech_of
from zvanets.lib.g711 import ALAW_SILENCE
from zvanets.rules import ivr
from zvanets.rules.ivr import Call, Denial, PinChange, State
from zvanets.rules.ivr_menu import Prompt, Say

LONGEST_SECONDS = 1800.0
_LOOK_UP_SECONDS = 10.0
_LAST_WORDS_SECONDS = 0.4  # the last packets are to be heard before the line goes
_SILENT_FRAME = ALAW_SILENCE * FRAME


@dataclass(eq=False)
class Conversation:
    """Begin it with start(), beat it every 20 ms with frame(), feed it with keys(), and end it with close()."""

    voice: Voice
    threads: Executor
    caller: str = ""
    call: Call = field(default_factory=Call)
    is_over: bool = False

    def __post_init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: deque[bytes] = deque()
        self._sound, self._at = b"", 0
        self._making: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn = 0  # of what is said; older speech is dropped
        self._has_said_all = False
        self._deadline: float | None = None
        self._opened: Opened | None = None
        self._kept: tuple[Sequence[int], Sequence[str]] = ((), ())
        self._keeping: asyncio.Task[None] | None = None
        self._ends_at = self._loop.time() + LONGEST_SECONDS

    def start(self) -> None:
        self._speak(self.call.says)

    def keys(self, digits: str) -> None:
        """Somebody pressed these: the voice falls silent when the dialogue has something else to say."""
        if not self.is_over:
            self._deadline = None
            self._become(ivr.press(self.call, digits))
            if not self.call.says:
                self._wait_for_a_key()

    def frame(self) -> bytes:
        """Return the next 20 ms of A-law."""
        end = self._at + FRAME
        if end <= len(self._sound):
            frame = self._sound[self._at : end]
            self._at = end
            return frame
        return self._next_frame()

    def last_words(self, prompt: str) -> None:
        """Say this and end, whatever is being said."""
        self._keep(is_over=False)
        self.call = Call(state=State.GOODBYE, language=self.call.language, says=(Prompt(prompt),))
        self._speak(self.call.says)

    async def close(self) -> None:
        """Write down what was heard; nothing goes on afterwards."""
        self.is_over = True
        self._turn += 1
        self._keep(is_over=True)
        if self._keeping:
            await asyncio.wait({self._keeping}, timeout=_LOOK_UP_SECONDS)

    def _next_frame(self) -> bytes:
        self.is_over = self.is_over or self._loop.time() > self._ends_at
        if self._queue:
            left, self._sound, self._at = self._sound[self._at :], self._queue.popleft(), 0
            self._sound = left + self._sound
            return self.frame()
        if self._at < len(self._sound):
            frame = self._sound[self._at :]
            self._sound, self._at = b"", 0
            return frame + _SILENT_FRAME[len(frame) :]
        self._when_silent()
        return _SILENT_FRAME

    def _when_silent(self) -> None:
        now = self._loop.time()
        if self._making is None and not self._has_said_all:
            self._said_all()
        elif self._deadline is not None and now >= self._deadline:
            self._deadline = None
            self._become(ivr.silence(self.call))

    def _said_all(self) -> None:
        self._has_said_all = True
        if self.call.is_ending:
            self._loop.call_later(_LAST_WORDS_SECONDS, self._end)
            return
        self._become(ivr.finished(self.call))
        if not self.call.says:
            self._wait_for_a_key()

    def _end(self) -> None:
        self.is_over = True

    def _wait_for_a_key(self) -> None:
        patience = self.call.patience
        self._deadline = None if patience is None else self._loop.time() + patience

    def _become(self, new: Call) -> None:
        old, self.call = self.call, new
        if old.diary is not None and new.diary is None:
            self._keep(is_over=True)
            self._opened = None
        elif (new.heard, new.opened) != (old.heard, old.opened):
            self._keep(is_over=False)
        if new.says is not old.says:
            self._speak(new.says)
        if new.state is State.CHECKING and old.state is not State.CHECKING:
            self._later(self._look_up(new))

    def _speak(self, says: Sequence[Say]) -> None:
        self._turn += 1
        self._queue.clear()
        self._sound, self._at = b"", 0
        self._has_said_all = not says
        self._deadline = None
        self._making = None
        speeches = [speech_of(say, self.call.language) for say in says]
        for at, speech in enumerate(speeches):
            sound = self.voice.ready(speech)
            if sound is None:
                self._making = self._later(self._make(speeches[at:], self._turn))
                return
            self._queue.append(sound + PAUSE)

    async def _make(self, speeches: Sequence[Speech], turn: int) -> None:
        try:
            for speech in speeches:
                sound = await self.voice.say(speech)
                if turn != self._turn:
                    return
                self._queue.append(sound + PAUSE)
        finally:
            if turn == self._turn:
                self._making = None

    async def _look_up(self, asked: Call) -> None:
        work = self._loop.run_in_executor(self.threads, desk.answer, self._asked(asked))
        try:
            async with asyncio.timeout(_LOOK_UP_SECONDS):
                found = await work
        except TimeoutError:
            found = Denial.FAILED
        if self.is_over or self.call.state is not State.CHECKING:
            return
        if isinstance(found, Opened):
            self._open(found)
        self._become(ivr.answered(self.call, found.diary if isinstance(found, Opened) else found))

    def _asked(self, call: Call) -> Callable[[], Opened | Denial | PinChange]:
        """Return what the desk is to do."""
        language = call.language if call.has_chosen_language else ""
        if self._opened is None:
            return partial(desk.look_up, call.code, call.pin, self.caller, language)
        if call.new_pin:
            return partial(desk.change_pin, self._opened, call.new_pin)
        return partial(desk.turn_to, self._opened, call.wanted, call.language, self.caller)

    def _open(self, found: Opened) -> None:
        """Go on with this diary; another child's has a row of its own."""
        if self._opened is None or self._opened.log_id != found.log_id:
            self._keep(is_over=True)
            self._kept = (), ()
        self._opened = found

    def _keep(self, *, is_over: bool) -> None:
        """Write what is new; one write of a call after the other."""
        opened, now = self._opened, (self.call.heard, self.call.opened)
        if opened is None:
            return
        if self.call.diary is not None:
            self._kept = now
        self._keeping = self._later(self._write(self._keeping, opened, self._kept, is_over=is_over))

    async def _write(
        self,
        before: asyncio.Task[None] | None,
        opened: Opened,
        kept: tuple[Sequence[int], Sequence[str]],
        *,
        is_over: bool,
    ) -> None:
        if before and not before.done():
            await asyncio.wait({before})
        await self._loop.run_in_executor(self.threads, lambda: desk.try_to_keep(opened, *kept, is_over=is_over))

    def _later(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
