"""What every bench stands on: a throw-away installation, and what its processes have cost."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from zvanets.cli import database
from zvanets.cli.embedded import EmbeddedServer
from zvanets.tenancy.roles import APP

ROOT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")

_BY_THE_WEB = f"{APP}|LOG:"
_AROUND_A_TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")

Figures = dict[str, float | int | str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], Any], seconds: float, every: float = 0.02) -> Any:
    """Return the first true value of `what`; AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(every)
    raise AssertionError(f"nothing came in {seconds} s: {what}")


def answers(port: int, path: str, status: int = 200) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == status
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def own_environment() -> dict[str, str]:
    """Give this process' environment without what an installation was told, and as one where modules are compiled once."""
    gone = {"DATABASE_URL", "PYTHONDONTWRITEBYTECODE"}
    return {name: it for name, it in os.environ.items() if not name.startswith("ZVANETS_") and name not in gone}


def tree_cpu_seconds(root: int) -> float:
    """User and system time of a process with all its descendants, the finished ones that were waited for included."""
    children: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        children.setdefault(int(words[1]), []).append(int(entry.name))
        ticks[int(entry.name)] = sum(map(int, words[11:15]))  # utime, stime, and those of finished children
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        total += ticks.get(pid, 0)
        waiting.extend(children.get(pid, ()))
    return total / TICKS


@dataclass(frozen=True)
class Cost:
    """Milliseconds of CPU per request, of the web with its workers and of the database server with its backends."""

    web: float
    database: float

    @property
    def total(self) -> float:
        return self.web + self.database


def medians(costs: Sequence[Cost]) -> dict[str, float]:
    """The figures of the median round: whole and parts belong together."""
    middle = sorted(costs, key=lambda cost: cost.total)[len(costs) // 2]
    return {
        "cpu_ms": round(middle.total, 2),
        "web_cpu_ms": round(middle.web, 2),
        "db_cpu_ms": round(middle.database, 2),
    }


@dataclass
class Installation:
    """Zvanets in a directory of its own: a migrated database, and the processes that were started."""

    state: Path
    port: int
    server: EmbeddedServer
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, name: str, **environment: str) -> None:
        """Start `serve` or `worker`; `serve` answers when this returns."""
        with (self.state / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "zvanets.cli.main", name],
                env={**os.environ, **environment},
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if name == "serve":
            wait_for(lambda: self.answers() or self.processes[name].poll() is not None, 60)
            assert self.processes[name].poll() is None, (self.state / f"{name}.log").read_text()[-3000:]

    def answers(self) -> bool:
        """Whether the web serves and reaches its database."""
        return answers(self.port, "/healthz")

    def cpu_seconds(self, name: str) -> float:
        """What a started process and its children have cost until now; `database` is the embedded server."""
        pid = (self.server.postmaster() or 0) if name == "database" else self.processes[name].pid
        return tree_cpu_seconds(pid)

    def cost(self, count: int, work: Callable[[], object]) -> Cost:
        """What one of the `count` requests of `work` costs the web and the database."""
        web, base = self.cpu_seconds("serve"), self.cpu_seconds("database")
        work()
        spent = self.cpu_seconds("serve") - web, self.cpu_seconds("database") - base
        return Cost(*(1000 * seconds / count for seconds in spent))

    def statements(self, work: Callable[[], object]) -> list[str]:
        """What the database was told by the application during `work`, but for the words around a transaction."""
        self._log_statements("'all'")
        before = self.server.log.stat().st_size
        work()
        time.sleep(0.1)
        with self.server.log.open("rb") as log:
            log.seek(before)
            said = [line for line in log.read().decode(errors="replace").splitlines() if line.startswith(_BY_THE_WEB)]
        self._log_statements("DEFAULT")
        told = [line.partition("LOG:  ")[2].partition(": ")[2] for line in said]
        return [text for text in told if not text.startswith(_AROUND_A_TRANSACTION)]

    def _log_statements(self, which: str) -> None:
        with self.administrator() as connection:
            connection.execute("ALTER SYSTEM SET log_line_prefix = '%u|'")
            connection.execute(f"ALTER SYSTEM SET log_statement = {which}")
            connection.execute("SELECT pg_reload_conf()")
        time.sleep(0.3)

    def stop(self, name: str) -> None:
        process = self.processes.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def administrator(self) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection past every wall, in autocommit; the caller closes it."""
        return psycopg.connect(self.server.admin_url(database.NAME), autocommit=True)

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.administrator() as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def installation(**environment: str) -> Iterator[Installation]:
    """Give a fresh installation, with Django set up in this process as its application; web and worker are to start.

    Only once a process: settings are read once.
    """
    state = Path(tempfile.mkdtemp(prefix="zvanets-bench-"))
    for name in [name for name in os.environ if name.startswith("ZVANETS_") or name == "DATABASE_URL"]:
        del os.environ[name]
    port = free_port()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ZVANETS_STATE": str(state),
        "ZVANETS_PORT": str(port),
        "ZVANETS_ORIGIN": f"http://127.0.0.1:{port}",
        **environment,
    }
    server = EmbeddedServer(state)
    system = Installation(state, port, server)
    server.start()
    try:
        with database.opened(state, set_up=True):
            from zvanets.cli import migrations

            migrations.run()
            yield system
    finally:
        for name in list(system.processes):
            system.stop(name)
        _leave_database()
        server.discard()
        shutil.rmtree(state, ignore_errors=True)


def _leave_database() -> None:
    from django.db import connections

    connections.close_all()
