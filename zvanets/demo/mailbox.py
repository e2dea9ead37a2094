"""A stand-in for the mail carrier: takes mail over SMTP on the loopback and keeps the newest in a folder.

Run as `python -m zvanets.demo.mailbox --port 1025 --dir FOLDER`; with port 0 the file FOLDER/port tells the chosen one.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from zvanets.lib import clock

HOST = "127.0.0.1"
KEPT = 500
SIZE_LIMIT = 2_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail in the folder; its name begins with the microsecond of its arrival."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def arrived_at(self) -> datetime:
        return _EPOCH + timedelta(microseconds=int(self.name.partition(".")[0]))


class Folder:
    """Mails as files, the newest of them: written aside and moved into place whole, as in a Maildir."""

    def __init__(self, path: Path, keep: int = KEPT) -> None:
        self.new, self.tmp = path / "new", path / "tmp"
        self.keep = keep
        for each in (path, self.new, self.tmp):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self.tmp.iterdir():
            left.unlink()
        self._kept = deque(reversed(newest(path)))
        self._count = 0
        self._prune()

    def put(self, content: bytes) -> Kept:
        """Keep one mail, and let the oldest go."""
        self._count += 1
        micros = (clock.now() - _EPOCH) // timedelta(microseconds=1)
        draft = self.tmp / f"{micros}.{os.getpid()}-{self._count}.eml"
        draft.write_bytes(content)
        self._kept.append(Kept(draft.rename(self.new / draft.name)))
        self._prune()
        return self._kept[-1]

    def _prune(self) -> None:
        while len(self._kept) > self.keep:
            self._kept.popleft().path.unlink(missing_ok=True)


def newest(path: Path, count: int | None = None) -> list[Kept]:
    """Return the newest mails of a folder, the newest first; none when nobody made it yet."""
    names = [each.name for each in (path / "new").glob("*.eml")]
    return [Kept(path / "new" / name) for name in sorted(names, key=_arrival, reverse=True)[:count]]


def _arrival(name: str) -> tuple[int, int]:
    micros, _, rest = name.partition(".")
    return int(micros), int(rest.partition("-")[2].partition(".")[0] or 0)


class Carrier:
    """What aiosmtpd asks when a mail comes."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        body = content if isinstance(content, bytes) else content.encode()
        trace = [f"Return-Path: <{envelope.mail_from or ''}>"]
        trace += [f"Delivered-To: {address}" for address in envelope.rcpt_tos]
        kept = self.folder.put("\r\n".join([*trace, ""]).encode() + body)
        return f"250 2.0.0 kept as {kept.name}"


async def serve(port: int, path: Path) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    folder = Folder(path)
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(
        lambda: SMTP(Carrier(folder), hostname="mailbox.example.org", data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True),
        host=HOST,
        port=port,
    )
    announce(path, server.sockets[0].getsockname()[1])
    async with server:
        await stopped.wait()


def announce(path: Path, port: int, name: str = "mailbox") -> None:
    """Tell the port in a file that is whole when it is there."""
    draft = path / f"port.{os.getpid()}"
    draft.write_text(f"{port}\n")
    draft.rename(path / "port")
    sys.stdout.write(f"{name}: {HOST}:{port}\n")
    sys.stdout.flush()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m zvanets.demo.mailbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dir", type=Path, required=True)
    chosen = parser.parse_args(arguments)
    try:
        asyncio.run(serve(chosen.port, chosen.dir))
    except OSError as problem:
        sys.stderr.write(f"mailbox: {problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
