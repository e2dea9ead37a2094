"""A PostgreSQL server of our own: one private socket, a password, no TCP; it lives as long as somebody uses it.

Whoever uses the server holds a shared lock. A keeper process, the server's parent, waits for that lock alone and stops
the server when the last user has gone, by stop() or by kill -9. A killed keeper takes the server along.
"""

import fcntl
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

from zvanets.cli import state as states
from zvanets.cli.problem import Problem
from zvanets.cli.processes import is_running, wait_until

ADMIN = "postgres"
KEEPER_IS_THERE = 75
_SOCKET = "/.s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 107
_START_SECONDS = 60
_TRIES = 3
_STOP_SECONDS = 15


class EmbeddedServer:
    """One cluster for one state directory; several processes may use it at once."""

    def __init__(self, state: Path, settings: Mapping[str, str] | None = None, *, throw_away: bool = False) -> None:
        self.state = state.absolute()
        self.settings = dict(settings or {})
        self.throw_away = throw_away  # the data go with the last user, even one that is killed
        self.home = states.server_home(self.state)
        self.data = self.home / "pg"
        self.log = self.home / "postgres.log"
        self._users: int | None = None
        self._keeper: int | None = None
        self._failed = 0

    def start(self) -> None:
        """Return when the server answers; start it, and its data, when nobody has."""
        states.reachable(self.home, self.state)
        if self._users is None:
            self._users = self.lock_file("users")
            fcntl.flock(self._users, fcntl.LOCK_SH)  # waits while the last user's server goes down
        self._failed = 0
        if not wait_until(self._is_up_or_coming, _START_SECONDS):
            raise Problem(self._last_words("does not answer"))

    def stop(self) -> None:
        """Leave the server; the last one to leave stops it and waits for its end."""
        if self._users is None:
            return
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # others go on using it
        else:
            self.end_postmaster()
            wait_until(lambda: not self.has_keeper(), _STOP_SECONDS)
            self._reap()
        os.close(self._users)
        self._users = None

    def discard(self) -> None:
        """Stop the server and delete its data: for throw-away servers of tests and measurements."""
        self.stop()
        self.delete()

    def delete(self) -> None:
        shutil.rmtree(self.socket_directory(), ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        if self.home != self.state:
            shutil.rmtree(self.home, ignore_errors=True)

    def alive(self) -> bool:
        """Whether the server takes connections now."""
        lines = self._pid_file()
        return len(lines) > 7 and lines[7].strip() == "ready" and self.has_keeper() and self.postmaster() is not None

    @property
    def own_processes(self) -> set[int]:
        """The keeper, when it is this process' child."""
        return {self._keeper} if self._keeper is not None else set()

    @property
    def lease(self) -> list[int]:
        """What a child must inherit to count as a user of the server."""
        return [self._users] if self._users is not None else []

    def admin_url(self, database: str = "postgres") -> str:
        return self.url(ADMIN, self.password(), database)

    def url(self, role: str, password: str, database: str) -> str:
        where = urlencode({"host": str(self.socket_directory())})
        return f"postgres://{quote(role)}:{quote(password, safe='')}@/{quote(database)}?{where}"

    def password(self) -> str:
        return states.secret(self.state, "postgres")

    def socket_directory(self) -> Path:
        near = self.home / "run"
        if len(os.fsencode(f"{near}{_SOCKET}")) <= _SOCKET_PATH_LIMIT:
            return near
        runtime = os.environ.get("XDG_RUNTIME_DIR", "")
        far = runtime if runtime and os.access(runtime, os.W_OK) else tempfile.gettempdir()
        return Path(far) / f"zvanets-{states.secret(self.state, 'identity')[:12]}"

    def lock_file(self, name: str) -> int:
        return os.open(self.home / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)

    def has_keeper(self) -> bool:
        """Whether a process keeps the server: it holds this lock until it ends, however it ends."""
        try:
            file = self.lock_file("keeper")
        except FileNotFoundError:
            return False  # it has thrown everything away
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def postmaster(self) -> int | None:
        """Return the number of the running server process; a number that now is another program's does not count."""
        first = (self._pid_file() or [""])[0].strip()
        if not first.isdigit() or not is_running(int(first)):
            return None
        try:
            command = Path(f"/proc/{first}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return None
        return int(first) if os.fsencode(self.data) in command else None

    def end_postmaster(self) -> None:
        """Stop it fast: open transactions are rolled back, the data is written; without an answer, at once."""
        pid = self.postmaster()
        for by in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if pid is None or not is_running(pid):
                return
            try:
                os.kill(pid, by)
            except ProcessLookupError:
                return
            wait_until(lambda: not is_running(pid), _STOP_SECONDS)

    def _is_up_or_coming(self) -> bool:
        if self.alive():
            return True
        if self._reap() not in {None, 0, KEEPER_IS_THERE}:
            self._failed += 1  # once may have been the end of one that was killed
            if self._failed == _TRIES:
                raise Problem(self._last_words("did not start"))
        if self._keeper is None and not self.has_keeper():
            self._spawn_keeper()
        return False

    def _spawn_keeper(self) -> None:
        """Start it in a session of its own: Ctrl-C in the terminal must not stop the server before its users."""
        settings = [f"{name}={value}" for name, value in self.settings.items()]
        manner = "throw-away" if self.throw_away else "keep"
        arguments = [sys.executable, "-m", "zvanets.cli.keeper", str(self.state), manner, *settings]
        writing = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        files = [
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(self.log), writing, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ]
        self._keeper = os.posix_spawn(sys.executable, arguments, os.environ, file_actions=files, setsid=True)

    def _reap(self) -> int | None:
        """Return the exit code of our own keeper when it has ended."""
        if self._keeper is None:
            return None
        try:
            pid, status = os.waitpid(self._keeper, os.WNOHANG)
        except ChildProcessError:
            pid, status = self._keeper, 0
        if pid == 0:
            return None
        self._keeper = None
        return os.waitstatus_to_exitcode(status)

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _last_words(self, what: str) -> str:
        try:
            said = "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])
        except OSError:
            said = ""
        return f"The embedded PostgreSQL {what}. {self.log} ends:\n{said}"
