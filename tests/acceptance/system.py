"""The whole product as its users meet it: processes of the command line, a real mail server's stand-in, a browser."""

import email
import email.policy
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg

from zvanets.cli.embedded import EmbeddedServer

ROOT = Path(__file__).resolve().parents[2]
SCHOOLS = ROOT.parent / "shared" / "data" / "schools"
SMTP_SINK = shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")
PASSWORD = "камбана-звънец-26"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], Any], seconds: float, every: float = 0.1) -> Any:
    """Return the first true value of `what`; AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(every)
    raise AssertionError(f"nothing came in {seconds} s: {what}")


class Sink:
    """smtp-sink, which writes each message it accepts to a file of its own."""

    def __init__(self, *options: str) -> None:
        self.port = free_port()
        self.directory = Path(tempfile.mkdtemp(prefix="zvanets-sink-"))
        self.directory.chmod(0o777)  # as root it becomes nobody
        account = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [SMTP_SINK, *account, *options, "-d", "%H%M%S.", f"127.0.0.1:{self.port}", "100"]
        self.process = subprocess.Popen(command, cwd=self.directory)
        wait_for(self.answers, 10)

    def answers(self) -> bool:
        assert self.process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def messages(self) -> list[tuple[float, EmailMessage]]:
        """Each message with the moment its file was finished."""
        found = []
        for path in sorted(self.directory.iterdir()):
            text = path.read_bytes()
            if text.rstrip().endswith(b"--") or b"\n\n" in text:
                found.append((path.stat().st_mtime, email.message_from_bytes(text, policy=email.policy.default)))
        return found

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.directory)


@dataclass
class System:
    """One installation in a directory of its own."""

    state: Path
    environment: dict[str, str]
    port: int
    sink: Sink
    server: EmbeddedServer
    processes: dict[str, subprocess.Popen[bytes]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "zvanets.cli.main", *words]

    def run(self, *words: str) -> str:
        done = subprocess.run(
            self.command(*words),
            check=False,
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done.stdout

    def start(self, name: str) -> None:
        """Start `serve` or `worker`; its words go to a file beside the data."""
        with (self.state / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                self.command(name), env=self.environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        if name == "serve":
            wait_for(self.answers, 30)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:  # noqa: S310 — loopback
                return answer.status == 200
        except OSError:
            return False

    def kill(self, name: str) -> None:
        """Kill -9 the process with all its children."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database as its administrator."""
        with psycopg.connect(self.server.admin_url("zvanets"), autocommit=True) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def stop(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        self.sink.stop()
        self.server.discard()
        shutil.rmtree(self.state, ignore_errors=True)


@contextmanager
def installation(clock: str | None = None, **more: str) -> Iterator[System]:
    """A fresh installation with its database and mail sink; web and worker are the caller's to start."""
    state = Path(tempfile.mkdtemp(prefix="zvanets-whole-"))
    sink = Sink()
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ZVANETS_")}
    environment |= {
        "ZVANETS_STATE": str(state),
        "ZVANETS_PORT": str(port),
        "ZVANETS_ORIGIN": f"http://127.0.0.1:{port}",
        "ZVANETS_SMTP_URL": f"smtp://127.0.0.1:{sink.port}",
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }
    if clock:
        offset = datetime.fromisoformat(clock) - datetime.now(UTC)
        environment["ZVANETS_CLOCK_OFFSET"] = str(offset.total_seconds())
    server = EmbeddedServer(state)
    server.start()
    system = System(state, environment, port, sink, server, {})
    try:
        system.run("setup-database")
        yield system
    finally:
        system.stop()
