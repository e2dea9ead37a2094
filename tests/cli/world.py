"""What the tests of the command share: a clean environment, and which processes belong to a state directory."""

import http.client
import os
import socket
import sys
import urllib.request
from pathlib import Path

from zvanets.cli.processes import wait_until
from zvanets.cli.state import server_home

COMMAND = [sys.executable, "-m", "zvanets.cli.main"]
CARELESS = {"fsync": "off"}


def environment(state: Path, **more: str) -> dict[str, str]:
    """This process' own without what the test run itself has been told."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("ZVANETS_") and name != "DATABASE_URL"
    }
    return {**kept, "ZVANETS_STATE": str(state), **more}


def processes_of(state: Path) -> dict[int, str]:
    """Those that were told of the state directory, or stand in the server's."""
    mark, home = f"ZVANETS_STATE={state}".encode(), str(server_home(state))
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = mark in (process / "environ").read_bytes().split(b"\0")
            stands = str((process / "cwd").readlink()).startswith(home)
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if told or stands:
            found[int(process.name)] = command
    return found


def nothing_left_of(state: Path, seconds: float = 10) -> bool:
    return wait_until(lambda: not processes_of(state), seconds, step=0.05)


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310  (our own address)
            return answer.status == 200
    except (OSError, http.client.HTTPException):
        return False
