"""How our processes hang together: children end with their parent, and nobody waits for the dead."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = (
    ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
)  # loaded here: dlopen after fork may hang


def end_with_parent(by: signal.Signals = signal.SIGTERM) -> None:
    """Ask the kernel to send `by` to this process when the thread that started it ends, even by kill -9."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(by), 0, 0, 0)


def ending_with(parent: int, by: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """Return the `preexec_fn` of a child that must not outlive `parent`."""

    def prepare() -> None:
        end_with_parent(by)
        if os.getppid() != parent:  # it died between fork and prctl
            os.kill(os.getpid(), by)

    return prepare


def adopt_orphans() -> None:
    """Become the parent of what a killed child leaves behind, so that reap_orphans() can bury it."""
    if _libc is not None:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def reap_orphans(own: Collection[int]) -> None:
    """Bury the dead that are not among our own children, whose exit codes others wait for."""
    while (dead := _first_dead()) is not None and dead not in own:
        os.waitpid(dead, 0)


def _first_dead() -> int | None:
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return found.si_pid if found else None


def is_running(pid: int) -> bool:
    """Whether the process lives; one that waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _state(pid) not in {"Z", "X"}


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return "?"


def wait_until(condition: Callable[[], bool], seconds: float, step: float = 0.01) -> bool:
    """Return whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(step)
    return True
