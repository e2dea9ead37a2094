"""How far a bind has written, kept by the kernel: a killed process cannot lose it.

The database knows what was about to be sent, a window at a time. This file knows which of it was begun, so that after a
kill only that is in doubt and the rest simply waits again.
"""

import fcntl
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PLACE = struct.Struct("<Q")
_SIZE = 64
_AT = 48


class Left(NamedTuple):
    """What a dead process left; `written` None: the machine stopped meanwhile, and the file may be older than the truth."""

    bind: int
    written: int | None
    path: Path


class Mark:
    """One bind's file, locked for as long as the process lives."""

    def __init__(self, directory: Path, bind: int) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = directory / f"{bind}.mark"
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(self._file, _SIZE)
        self._memory = mmap.mmap(self._file, _SIZE)
        self._memory[: len(_boot())] = _boot()

    def about(self, sequence: int) -> None:
        """Say that this one goes to the socket now; called in the order of the numbers."""
        _PLACE.pack_into(self._memory, _AT, sequence)

    @property
    def written(self) -> int:
        return int(_PLACE.unpack_from(self._memory, _AT)[0])

    def close(self) -> None:
        self.path.unlink(missing_ok=True)
        self._memory.close()
        os.close(self._file)


def left_behind(directory: Path) -> Iterator[Left]:
    """Yield the binds whose process is gone; the file is removed when the caller comes back for the next."""
    for path in sorted(directory.glob("*.mark")):
        with suppress(FileNotFoundError), path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            content = file.read(_SIZE)
            known = len(content) == _SIZE and content.startswith(_boot())
            yield Left(int(path.stem), _PLACE.unpack_from(content, _AT)[0] if known else None, path)
            path.unlink(missing_ok=True)


def _boot() -> bytes:
    return _BOOT.read_bytes().strip()[:40] if _BOOT.exists() else b"?"
