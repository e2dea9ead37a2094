"""A fresh clone and `make demo`: the time until its first page, installation included; the package index is near."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from bench.common import ROOT, Figures, answers, free_port, own_environment, wait_for
from zvanets.cli.embedded import EmbeddedServer

KEYS = {
    "wall_s": "seconds from `git clone` to the first page of `make demo`; at most 90",
    "clone_s": "of these until the clone stood",
    "again_wall_s": "seconds of a second `make demo` of the same clone to the first page",
}
_LONGEST = 600


def run() -> Figures:
    home = Path(tempfile.mkdtemp(prefix="zvanets-bench-"))
    place = home / "zvanets"
    try:
        before = time.monotonic()
        subprocess.run(["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(place)], check=True)
        cloned = time.monotonic() - before
        first = cloned + _seconds_to_first_page(place)
        again = _seconds_to_first_page(place)
    finally:
        EmbeddedServer(place / ".zvanets").discard()
        shutil.rmtree(home, ignore_errors=True)
    return {"wall_s": round(first, 1), "clone_s": round(cloned, 1), "again_wall_s": round(again, 1)}


def _seconds_to_first_page(place: Path) -> float:
    port = free_port()
    gone = {"VIRTUAL_ENV", "PYTHONPATH"}
    environment = {name: it for name, it in own_environment().items() if name not in gone}
    environment |= {"ZVANETS_PORT": str(port), "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    before = time.monotonic()
    demo = subprocess.Popen(
        ["make", "demo"], cwd=place, env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        wait_for(lambda: demo.poll() is not None or answers(port, "/accounts/login/"), _LONGEST, every=0.05)
        assert demo.poll() is None, "make demo ended"
        return time.monotonic() - before
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGINT)
            demo.wait(60)
