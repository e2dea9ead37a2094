"""Kannel as a customer of the demo's SMS centre: bearerbox speaks SMPP, smsbox takes orders over HTTP."""

import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

PATH = "/usr/sbin:/usr/bin"
BEARERBOX, SMSBOX = (shutil.which(name, path=PATH) for name in ("bearerbox", "smsbox"))
_CONFIG = """
group = core
admin-port = {admin}
admin-password = secret
smsbox-port = {inner}
log-file = "{folder}/bearerbox.log"
log-level = 0
box-deny-ip = ""
box-allow-ip = "127.0.0.1"

group = smsc
smsc = smpp
smsc-id = demo
host = 127.0.0.1
port = {port}
transceiver-mode = true
smsc-username = kannel
smsc-password = kannel
system-type = ""
address-range = ""
source-addr-ton = 3
source-addr-npi = 0
dest-addr-ton = 1
dest-addr-npi = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {http}
sendsms-interface = "127.0.0.1"
log-file = "{folder}/smsbox.log"
log-level = 0

group = sendsms-user
username = diary
password = diary
concatenation = true
max-messages = 5

group = sms-service
keyword = default
text = "none"
"""


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


class Kannel:
    def __init__(self, folder: Path, http: int) -> None:
        self.folder, self.http = folder, http

    def send(self, to: str, text: str) -> str:
        words = {"username": "diary", "password": "diary", "from": "1917", "to": to, "text": text, "charset": "UTF-8"}
        words |= {"coding": "2", "dlr-mask": "31", "dlr-url": "http://127.0.0.1:1/"}
        url = f"http://127.0.0.1:{self.http}/cgi-bin/sendsms?{urllib.parse.urlencode(words)}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read().decode()

    def log(self) -> str:
        return (self.folder / "bearerbox.log").read_text(errors="replace")


@contextmanager
def kannel(folder: Path, port: int):
    if BEARERBOX is None or SMSBOX is None:
        pytest.fail("bearerbox and smsbox are needed: apt-get install kannel")
    http = free_port()
    config = folder / "kannel.conf"
    config.write_text(_CONFIG.format(folder=folder, port=port, http=http, admin=free_port(), inner=free_port()))
    with (folder / "out").open("wb") as out:
        bearer = subprocess.Popen([BEARERBOX, config], stdout=out, stderr=out)
        _wait(lambda: "Start-up" in _read(folder / "bearerbox.log") or "bearerbox" in _read(folder / "out"))
        time.sleep(0.5)
        box = subprocess.Popen([SMSBOX, config], stdout=out, stderr=out)
        try:
            _wait(lambda: _listens(http))
            yield Kannel(folder, http)
        finally:
            for process in (box, bearer):
                process.terminate()
            for process in (box, bearer):
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def _read(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""


def _listens(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


def _wait(what, seconds: float = 15) -> None:
    ends = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < ends, "Kannel did not come up"
        time.sleep(0.1)
