"""`zvanets demo`: an invented school with everything around it, on one screen."""

import fcntl
import http.client
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from zvanets.cli import database, serve, static
from zvanets.cli import state as states
from zvanets.cli.problem import Problem
from zvanets.cli.processes import ending_with
from zvanets.cli.supervisor import Child, Supervisor

_OURS = [sys.executable, "-m", "zvanets.cli.main"]
_FIRST_PAGE_SECONDS = 60


def prepare() -> str:
    """Make the demo school where it is missing; return its log-ins."""
    from zvanets.demo import seed

    seed.ensure()
    return json.dumps([asdict(login) for login in seed.logins()])


class Demo:
    """One running demo."""

    def __init__(self, state: Path, host: str, port: int) -> None:
        self.state, self.host, self.port = state, host, port
        self.address = f"http://{host}:{port}"
        self.logs = states.private(states.private(state) / "log")
        self.mail = states.private(state / "mail")
        self.sms = states.private(state / "sms-box")
        self.has_mailbox = self.has_smsc = False

    def run(self) -> None:
        """Serve until Ctrl-C or SIGTERM; nothing of ours runs afterwards."""
        _end_alike()
        lock = self._only_one()
        serve.refuse_taken(self.host, self.port)
        os.environ.update(self._environment())
        _say("Preparing the database …")
        with database.opened(self.state) as found:
            found.make_ready()
            static.ensure(self.state)
            _say("Preparing the school …")
            logins = json.loads(_output([*_OURS, "prepare-demo"]))
            supervisor = Supervisor(self._children(found.lease), _say)
            try:
                supervisor.start()
                self._wait_for_first_page(supervisor)
                _say(self._screen(logins))
                supervisor.run(found.keep_up, found.own_processes)
            finally:
                supervisor.stop()
        os.close(lock)
        _say("Stopped. The data stays; the next start has it again.")

    def _only_one(self) -> int:
        lock = os.open(self.state / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = os.read(lock, 200).decode() or "another port"
            raise Problem(f"A demo runs from here already, at {where}. Set ZVANETS_STATE for a second one.") from None
        os.truncate(lock, 0)
        os.write(lock, self.address.encode())
        return lock

    def _environment(self) -> dict[str, str]:
        from zvanets.lib import clock

        offset = clock.offset_of(os.environ).total_seconds()
        ours = {"ZVANETS_DEMO": "1", "ZVANETS_STATE": str(self.state), "ZVANETS_MAILBOX_DIR": str(self.mail)}
        ours["ZVANETS_CLOCK_OFFSET"] = str(offset)
        if "ZVANETS_SMTP_URL" not in os.environ:
            ours["ZVANETS_SMTP_URL"] = f"smtp://127.0.0.1:{_free_port()}"
            self.has_mailbox = True
        if "ZVANETS_SMPP_URL" not in os.environ:
            ours["ZVANETS_SMPP_URL"] = f"smpp://demo:demo@127.0.0.1:{_free_port()}?source=1917&per_second=100"
            ours["ZVANETS_SMS_DIR"] = str(self.sms)
            self.has_smsc = True
        ours |= self._telephone()
        return {"ZVANETS_ORIGIN": self.address, **_already("ZVANETS_ORIGIN"), **ours}

    def _telephone(self) -> dict[str, str]:
        """A line of our own with a telephone on the page, unless one to the outside is described."""
        if any(name.startswith("ZVANETS_SIP_") for name in os.environ):
            return {}
        return {
            "ZVANETS_SIP_HOST": "127.0.0.1",
            "ZVANETS_SIP_PORT": str(_free_port(socket.SOCK_DGRAM)),
            "ZVANETS_SIP_PEERS": "127.0.0.1",
            "ZVANETS_TELEPHONE_PORT": str(_free_port()),
        }

    def _children(self, lease: list[int]) -> list[Child]:
        web = [*_OURS, "serve", "--host", self.host, "--port", str(self.port)]
        wanted = {"web": web, "worker": [*_OURS, "worker"]}
        if self.has_mailbox:
            port = os.environ["ZVANETS_SMTP_URL"].rpartition(":")[2]
            wanted["mailbox"] = [sys.executable, "-m", "zvanets.demo.mailbox", "--port", port, "--dir", str(self.mail)]
        wanted["sms"] = [*_OURS, "sms"]
        if self.has_smsc:
            carrier = str(urlsplit(os.environ["ZVANETS_SMPP_URL"]).port)
            wanted["smsc"] = [sys.executable, "-m", "zvanets.demo.smsc", "--port", carrier, "--dir", str(self.sms)]
        wanted["ivr"] = [*_OURS, "ivr"]
        if importlib.util.find_spec("ortools"):
            wanted["office"] = [*_OURS, "office"]
        if bridge := os.environ.get("ZVANETS_TELEPHONE_PORT"):
            sip = os.environ["ZVANETS_SIP_PORT"]
            wanted["telephone"] = [sys.executable, "-m", "zvanets.demo.telephone", "--port", bridge, "--sip-port", sip]
        return [Child(name, command, self.logs / f"{name}.log", lease) for name, command in reversed(wanted.items())]

    def _wait_for_first_page(self, supervisor: Supervisor) -> None:
        deadline = time.monotonic() + _FIRST_PAGE_SECONDS
        while not _answers(f"{self.address}/healthz"):
            if supervisor.ending.wait(0.05):
                return
            if time.monotonic() > deadline:
                raise Problem(f"The web does not answer. {self.logs / 'web.log'} ends:\n{_tail(self.logs / 'web.log')}")

    def _screen(self, logins: list[dict[str, str]]) -> str:
        rows = [[str(word) for word in login.values()] for login in logins]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if rows else []
        people = ["    " + "   ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        return "\n".join([
            "",
            f"  Звънец   {self.address}",
            "",
            *people,
            "",
            f"  The parents' phones: {self.address}/demo/",
            f"  Logs: {self.logs}",
            "  Ctrl-C stops everything; the data stays.",
            "",
        ])  # fmt: skip


def _end_alike() -> None:
    """Let SIGTERM and a closed terminal unwind as Ctrl-C does, and Ctrl-C even where a shell has it ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def _output(command: list[str]) -> str:
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, preexec_fn=ending_with(os.getpid()))
    if done.returncode:
        raise Problem("The demo school could not be made.")
    return done.stdout


def _already(name: str) -> dict[str, str]:
    return {name: os.environ[name]} if name in os.environ else {}


def _free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
    return port


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  (our own address)
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-8:])


def _say(text: str) -> None:
    print(text, flush=True)
