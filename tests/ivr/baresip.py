"""baresip, a telephone that nobody here wrote, without a sound card: it writes what it hears into a file."""

import json
import shutil
import socket
import subprocess
import time
import wave
from contextlib import contextmanager, suppress
from pathlib import Path

BARESIP = shutil.which("baresip")
HOST = "127.0.0.1"
_CONFIG = """
poll_method epoll
sip_listen {host}:{sip}
audio_player aubridge,nil
audio_source aufile,{folder}/quiet.wav
audio_alert aubridge,nil
ausrc_srate 8000
auplay_srate 8000
rtp_ports {rtp}-{rtp_end}
module_path /usr/lib/baresip/modules
module g711.so
module aubridge.so
module aufile.so
module sndfile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module ctrl_tcp.so
ctrl_tcp_listen {host}:{control}
snd_path {folder}
"""


class Phone:
    def __init__(self, folder: Path, process: subprocess.Popen, control: int) -> None:
        self.folder, self.process = folder, process
        self.control = socket.create_connection((HOST, control), timeout=5)

    def dial(self, port: int) -> None:
        self._do("dial", f"sip:1@{HOST}:{port}")

    def press(self, keys: str) -> None:
        """As fingers do: 100 ms down, a while up."""
        for key in keys:
            self._do("sndcode", key)
            time.sleep(0.25)

    def hang_up(self) -> None:
        self._do("hangup")

    def heard(self) -> list[int] | None:
        """Return the samples that came, once the file is whole."""
        for path in self.folder.glob("dump-*-dec.wav"):
            with wave.open(str(path)) as sound:
                return list(memoryview(sound.readframes(sound.getnframes())).cast("h"))
        return None

    def _do(self, command: str, words: str = "") -> None:
        text = json.dumps({"command": command, "params": words, "token": "t"})
        self.control.sendall(f"{len(text)}:{text},".encode())
        time.sleep(0.02)


def _free_port() -> int:
    """Return a port that is free for UDP and for TCP: baresip listens for SIP on both."""
    while True:
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connections,
        ):
            datagrams.bind((HOST, 0))
            with suppress(OSError):
                connections.bind((HOST, datagrams.getsockname()[1]))
                return int(datagrams.getsockname()[1])


@contextmanager
def phone(folder: Path):
    folder.mkdir(parents=True, exist_ok=True)
    control, rtp = _free_port(), 30_000
    config = _CONFIG.format(host=HOST, sip=_free_port(), rtp=rtp, rtp_end=rtp + 100, control=control, folder=folder)
    (folder / "config").write_text(config)
    (folder / "accounts").write_text(f"<sip:ana@{HOST};regint=0;audio_codecs=PCMA/8000/1;dtmfmode=rtpevent>\n")
    (folder / "contacts").write_text("")
    with wave.open(str(folder / "quiet.wav"), "wb") as quiet:
        quiet.setparams((1, 2, 8000, 0, "NONE", ""))
        quiet.writeframes(bytes(2 * 8000 * 60))
    with (folder / "baresip.log").open("wb") as log:
        process = subprocess.Popen([str(BARESIP), "-f", str(folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        found = None
        try:
            found = _connected(folder, process, control)
            yield found
        finally:
            if found:
                found.control.close()
            process.kill()  # asked gently, it waits for its player
            process.wait(10)


def _connected(folder: Path, process: subprocess.Popen, control: int) -> Phone:
    for _ in range(100):
        try:
            return Phone(folder, process, control)
        except OSError:
            time.sleep(0.1)
    raise AssertionError((folder / "baresip.log").read_text())
