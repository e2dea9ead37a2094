"""`zvanets serve` on a prepared database: from the command to the first page, its own PostgreSQL started on the way."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from bench.common import ROOT, Figures, answers, free_port, own_environment, wait_for
from zvanets.cli.embedded import EmbeddedServer

KEYS = {
    "wall_s": "seconds from the command to the sign-in page, the database server started as well; at most 3",
    "fastest_wall_s": "the fastest round",
    "beside_server_wall_s": "the same when the database server runs already",
}
ROUNDS = 5
_OURS = [sys.executable, "-m", "zvanets.cli.main"]
_PAGE = "/accounts/login/"


def run() -> Figures:
    state = Path(tempfile.mkdtemp(prefix="zvanets-bench-"))
    server = EmbeddedServer(state)
    environment = own_environment() | {"ZVANETS_STATE": str(state)}
    try:
        subprocess.run([*_OURS, "setup-database"], env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        _seconds_to_page(environment, state)  # collects style sheets and scripts, once
        cold = [_seconds_to_page(environment, state) for _ in range(ROUNDS)]
        server.start()
        beside = [_seconds_to_page(environment, state) for _ in range(ROUNDS)]
    finally:
        server.discard()
        shutil.rmtree(state, ignore_errors=True)
    return {
        "wall_s": round(median(cold), 2),
        "fastest_wall_s": round(min(cold), 2),
        "beside_server_wall_s": round(median(beside), 2),
    }


def _seconds_to_page(environment: dict[str, str], state: Path) -> float:
    port = free_port()
    with (state / "serve.log").open("ab") as log:
        before = time.monotonic()
        serving = subprocess.Popen(
            [*_OURS, "serve", "--port", str(port)],
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_for(lambda: answers(port, _PAGE), 60, every=0.01)
        return time.monotonic() - before
    finally:
        os.killpg(serving.pid, signal.SIGTERM)
        serving.wait(30)
