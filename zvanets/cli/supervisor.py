"""Children that are started again when they end, and that all end when we do, however that comes about."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from zvanets.cli.processes import adopt_orphans, ending_with, reap_orphans

_FIRST_DELAY, _LONGEST_DELAY = 0.5, 30.0
_STEADY_SECONDS = 30.0
_LEAVE_SECONDS = 25.0
_LOG_LIMIT = 10_000_000
_ROUND_SECONDS = 0.2


@dataclass
class Child:
    """One program: it runs in a session of its own, so that a Ctrl-C reaches us alone and its group can be ended whole."""

    name: str
    command: list[str]
    log: Path
    lease: list[int] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    delay: float = _FIRST_DELAY
    due: float | None = None

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.unlink()
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=self.lease,
                preexec_fn=ending_with(os.getpid()),  # noqa: PLW1509  (we start no threads)
            )
        self.started, self.due = time.monotonic(), None

    def mind(self, say: Callable[[str], None]) -> None:
        """Start it when it is due; when it has ended, end what it left behind and wait, longer each time."""
        if self.process is None or (self.due is not None and time.monotonic() >= self.due):
            self._signal_group(signal.SIGKILL)
            self.start()
        elif self.due is None and (code := self.process.poll()) is not None:
            self._signal_group(signal.SIGTERM)
            steady = time.monotonic() - self.started > _STEADY_SECONDS
            self.delay = _FIRST_DELAY if steady else min(self.delay * 2, _LONGEST_DELAY)
            self.due = time.monotonic() + self.delay
            say(f"{self.name} ended ({_words(code)}); it starts again in {self.delay:.0f} s. Its log: {self.log}")

    def stop(self, deadline: float) -> None:
        """End it gently, then surely, and its whole group with it."""
        if self.process is None:
            return
        self.process.terminate()  # does nothing to one whose end was seen
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, deadline - time.monotonic()))
        self._signal_group(signal.SIGKILL)
        self.process.wait()
        with suppress(ChildProcessError):  # until none is left: what it had started became ours with its end
            while True:
                os.waitpid(-self.process.pid, 0)

    def _signal_group(self, by: signal.Signals) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, by)


class Supervisor:
    """Starts its children in order and ends them in reverse."""

    def __init__(
        self, children: Iterable[Child], say: Callable[[str], None], leave_seconds: float = _LEAVE_SECONDS
    ) -> None:
        self.children = list(children)
        self.say = say
        self.leave_seconds = leave_seconds
        self.ending = Event()

    def start(self) -> None:
        adopt_orphans()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.ending.set())
        for child in self.children:
            child.start()

    def run(self, each_round: Callable[[], None], others: Callable[[], set[int]]) -> None:
        """Mind them until a signal comes. `others` are children of ours that somebody else waits for."""
        while not self.ending.wait(_ROUND_SECONDS):
            each_round()
            for child in self.children:
                child.mind(self.say)
            reap_orphans(self._own() | others())

    def stop(self) -> None:
        deadline = time.monotonic() + self.leave_seconds
        for child in reversed(self.children):
            child.stop(deadline)

    def _own(self) -> set[int]:
        return {child.process.pid for child in self.children if child.process is not None}


def _words(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
