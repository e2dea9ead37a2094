"""SIPp, a caller that nobody here wrote: scenarios put together from pieces, run to their end."""

import shutil
import socket
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

SIPP = shutil.which("sipp")
PIECES = Path(__file__).parent / "scenarios"
HOST = "127.0.0.1"


def scenario(*steps: str, media_port: int | None = None) -> str:
    """Return a scenario that calls, does these steps, and hangs up."""
    head = piece("head").replace("@PORT@", str(media_port or "[media_port]"))
    return "\n".join(['<?xml version="1.0"?>', '<scenario name="call">', head, *steps, "</scenario>", ""])


def piece(name: str, **holes: object) -> str:
    text = (PIECES / f"{name}.xml").read_text()
    for hole, value in holes.items():
        text = text.replace(f"@{hole.upper()}@", str(value))
    return text


def infos(keys: str, pause_ms: int = 50) -> str:
    """Return the steps that send each key as an INFO."""
    return "\n".join(
        piece("info", number=number, key={"*": 10, "#": 11}.get(key, key)) + pause(pause_ms)
        for number, key in enumerate(keys, 2)
    )


def pause(milliseconds: int) -> str:
    return f'  <pause milliseconds="{milliseconds}"/>\n'


def play(capture: Path) -> str:
    return f'  <nop><action><exec play_pcap_audio="{capture}"/></action></nop>\n'


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def run(folder: Path, text: str, port: int, *options: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run a scenario against a port of this machine; its exit code is 0 when every call went as it says."""
    command = _command(folder, text, port, options)
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=seconds, check=False)


@contextmanager
def running(folder: Path, text: str, port: int, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a scenario beside; it is killed if it has not ended by itself."""
    command = _command(folder, text, port, options)
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _command(folder: Path, text: str, port: int, options: Iterable[str]) -> list[str]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "scenario.xml"
    path.write_text(text)
    once = ["-m", "1"] if "-m" not in options else []
    return [
        str(SIPP), f"{HOST}:{port}", "-sf", str(path), "-i", HOST, "-p", str(free_port()), "-s", "1", "-nostdin",
        "-trace_err", *once, *options,
    ]  # fmt: skip
