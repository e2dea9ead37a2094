"""The process that makes the embedded server's data, runs it, and stops it when its last user has gone."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from zvanets.cli.binaries import Account, account, programs
from zvanets.cli.embedded import ADMIN, KEEPER_IS_THERE, EmbeddedServer
from zvanets.cli.problem import Problem
from zvanets.cli.processes import ending_with

_LOG_LIMIT = 10_000_000
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "jit": "off",
    "io_method": "sync",  # three processes less, on a machine that reads from memory
    "max_logical_replication_workers": "0",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",  # DETAIL and statements carry names and marks: neither belongs in a log
    "log_min_error_statement": "panic",
}
# LC_CTYPE C would leave pg_trgm blind to Cyrillic; collation stays C, as docs/adr says.
_LOCALE = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--lc-collate=C"]
_LOCALE += ["--lc-ctype=C.UTF-8", "--lc-messages=C", "--lc-monetary=C", "--lc-numeric=C", "--lc-time=C"]


class Keeper:
    """The parent of one server."""

    def __init__(self, server: EmbeddedServer, who: Account, bin_dir: Path) -> None:
        self.server, self.who, self.bin = server, who, bin_dir

    def keep(self) -> int:
        """Return when the server has ended."""
        self.server.end_postmaster()
        self._clear_away_the_dead()
        if not self.server.data.exists():
            self._initialise()
        self._refuse_another_version()
        self._own(self.server.socket_directory())
        running = self._run()
        threading.Thread(target=self._stop_after_the_last_user, args=[running], daemon=True).start()
        return running.wait()

    def _run(self) -> subprocess.Popen[bytes]:
        settings = {**_SETTINGS, "unix_socket_directories": str(self.server.socket_directory()), **self.server.settings}
        chosen = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        postgres = [str(self.bin / "postgres"), "-D", str(self.server.data), *chosen]
        return self._start(postgres, preparing=ending_with(os.getpid(), signal.SIGINT))

    def _start(self, command: list[str], preparing: Callable[[], None] | None = None) -> subprocess.Popen[bytes]:
        """Start a program as the account, for root after laying down every right of root."""
        other = self.who if os.geteuid() == 0 else None
        return subprocess.Popen(
            command,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            cwd=self.server.home,
            preexec_fn=preparing,  # noqa: PLW1509  (no thread runs yet)
            user=other.uid if other else None,
            group=other.gid if other else None,
            extra_groups=[] if other else None,
        )

    def _stop_after_the_last_user(self, running: subprocess.Popen[bytes]) -> None:
        fcntl.flock(self.server.lock_file("users"), fcntl.LOCK_EX)
        running.send_signal(signal.SIGINT)

    def _initialise(self) -> None:
        """Make the data beside its place and move it there whole: a kill halfway leaves nothing that looks finished."""
        draft = self.server.home / "pg.draft"
        shutil.rmtree(draft, ignore_errors=True)
        self._own(draft)
        password = self.server.home / "pg.password"
        password.unlink(missing_ok=True)
        password.touch(mode=0o600)
        os.chown(password, self.who.uid, self.who.gid)
        password.write_text(self.server.password())
        initdb = [str(self.bin / "initdb"), "-D", str(draft), "-U", ADMIN, "--auth=scram-sha-256"]
        if self.server.settings.get("fsync") == "off":
            initdb.append("--no-sync")
        code = self._start([*initdb, f"--pwfile={password}", *_LOCALE]).wait()
        password.unlink()
        if code:
            raise Problem("initdb failed.")
        draft.rename(self.server.data)

    def _own(self, path: Path) -> None:
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        if found.st_uid not in {self.who.uid, os.geteuid()} or path.is_symlink():
            raise Problem(f"{path} belongs to somebody else; set ZVANETS_STATE to a shorter path.")
        os.chown(path, self.who.uid, self.who.gid)
        path.chmod(0o700)

    def _clear_away_the_dead(self) -> None:
        """Remove what a killed server left: its number may by now be another program's, and would keep us out."""
        (self.server.data / "postmaster.pid").unlink(missing_ok=True)
        for left in self.server.socket_directory().glob(".s.PGSQL.*"):
            left.unlink()

    def _refuse_another_version(self) -> None:
        ours = subprocess.run([self.bin / "postgres", "-V"], check=True, capture_output=True, text=True).stdout.split()[
            -1
        ]
        theirs = (self.server.data / "PG_VERSION").read_text().strip()
        if ours.split(".")[0] != theirs:
            raise Problem(
                f"{self.server.data} was made by PostgreSQL {theirs}; this is {ours}. Dump with the old one first."
            )


def main(state: str, manner: str, *settings: str) -> int:
    server = EmbeddedServer(Path(state), dict(setting.split("=", 1) for setting in settings))
    try:
        fcntl.flock(server.lock_file("keeper"), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return KEEPER_IS_THERE
    if server.log.stat().st_size > _LOG_LIMIT:
        os.truncate(server.log, 0)
    try:
        code = Keeper(server, account(), programs()).keep()
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    if manner == "throw-away":
        server.delete()
    return code


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
