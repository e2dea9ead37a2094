"""Two hundred calls at once by SIPp, sound both ways: each dials code and PIN and hears what is new."""

import json
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.common import Figures, Installation, installation, tree_cpu_seconds, wait_for
from tests.ivr import pcap, sipp

KEYS = {
    "at_once": "calls at the same time",
    "refused": "calls that were not answered; 0",
    "late_ticks_pct": "per cent of RTP packets sent more than 10 ms late; at most 0.5",
    "machine_late_pct": "per cent of wakes of an idle loop beside it, more than 10 ms late: what the machine itself owes",
    "cpu_share": "of one core, the telephone's process with its voice, while all talk; at most 0.6",
    "opened": "calls that came to the diary by their keys",
    "packets": "RTP packets sent",
    "heard_pct": "per cent of the packets due that a listening caller got",
}
CALLS, PER_SECOND, TALK_SECONDS = 200, 20, 45
SCHOOL = 9900911
_SETTLE_SECONDS, _WATCH_SECONDS = 17, 20
_PACKETS_A_SECOND = 50
_IDLE = f"""
import time
wakes = late = 0
due = time.monotonic()
end = due + {_WATCH_SECONDS}
while due < end:
    due += 0.005
    time.sleep(max(0, due - time.monotonic()))
    wakes += 1
    late += time.monotonic() - due > 0.010
print(100 * late / wakes)
"""


@dataclass(frozen=True)
class Watched:
    cpu_share: float
    heard_pct: float
    machine_late_pct: float


def run() -> Figures:
    port = sipp.free_port()
    with installation(**telephone(port, CALLS + 1)) as system:
        keys = _family()
        system.start("ivr")
        wait_for(lambda: said(system, "telephone has its words"), 300)
        done, watched = _call(system, port, keys)
        opened = system.ask("SELECT count(*) FROM ivr_calllog")[0][0]
        system.stop("ivr")
        report = report_of(system)
    return {
        "at_once": CALLS,
        "refused": CALLS + 1 - int(report.get("answered", 0)) + abs(done),
        "late_ticks_pct": round(100 * report.get("late", 0) / max(1, report.get("ticks", 0)), 3),
        "machine_late_pct": round(watched.machine_late_pct, 3),
        "cpu_share": round(watched.cpu_share, 3),
        "opened": opened,
        "packets": int(report.get("ticks", 0)),
        "heard_pct": round(watched.heard_pct, 1),
    }


def telephone(port: int, calls: int) -> dict[str, str]:
    """Return the settings of a telephone for callers of this machine."""
    return {
        "ZVANETS_SIP_PORT": str(port),
        "ZVANETS_SIP_PEERS": "127.0.0.1",
        "ZVANETS_SIP_RING_SECONDS": "0",
        "ZVANETS_SIP_CALLS": str(calls),
        "ZVANETS_SIP_RTP_PORTS": "40000-41999",
        "ZVANETS_SIP_STOP_SECONDS": "1",
    }


def report_of(system: Installation) -> dict[str, Any]:
    """Return what a telephone that was stopped has counted."""
    return said(system, "telephone stopped") or {}


def _family() -> str:
    """Make a school and return the keys that open the diary of one child and its news."""
    from tests.small_school import build
    from zvanets.guardians.pins import code_for_student, issue_pin
    from zvanets.schools.models import School
    from zvanets.tenancy.school import at_school

    School.objects.using("owner").create(id=SCHOOL, name="СУ № 1", short_name="СУ 1")
    small = build(SCHOOL)
    with at_school(SCHOOL):
        code = code_for_student(actor=small.head, student=small.students[0])
        return f"{code}{issue_pin(actor=small.head, guardian=small.guardians[0])}"


def _call(system: Installation, port: int, keys: str) -> tuple[int, Watched]:
    """Let SIPp call, and watch the process and the ear of one more caller meanwhile."""
    folder = system.state / "sipp"
    folder.mkdir()
    capture = folder / "caller.pcap"
    pcap.write(capture, keys, first=1.0, speech=_speech(TALK_SECONDS))
    steps = sipp.play(capture), sipp.pause(1000 * TALK_SECONDS), sipp.piece("bye")
    text = sipp.scenario(*steps)
    options = ["-m", str(CALLS), "-r", str(PER_SECOND), "-l", str(CALLS)]
    watched: list[Watched] = []
    with sipp.running(folder, text, port, *options) as process:
        time.sleep(_SETTLE_SECONDS)
        watched.append(_watch(system, port))
        code = process.wait(120)
    return code, watched[0]


def _watch(system: Installation, port: int) -> Watched:
    """Listen as one caller more and count what comes, while the process works."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind((sipp.HOST, 0))
        ear.settimeout(0.5)
        pid = system.processes["ivr"].pid
        text = sipp.scenario(
            sipp.pause(1000 * (_WATCH_SECONDS + 1)), sipp.piece("bye"), media_port=ear.getsockname()[1]
        )
        idle = subprocess.Popen([sys.executable, "-c", _IDLE], stdout=subprocess.PIPE, text=True)
        with sipp.running(system.state / "ear", text, port) as one:
            _, place = ear.recvfrom(2048)
            ear.sendto(b"\x80\x08" + bytes(10) + b"\xd5" * 160, place)
            before, begins, heard = tree_cpu_seconds(pid), time.monotonic(), 0
            while time.monotonic() - begins < _WATCH_SECONDS:
                ear.recv(2048)
                heard += 1
            took = time.monotonic() - begins
            share = (tree_cpu_seconds(pid) - before) / took
            one.wait(30)
    return Watched(share, 100 * heard / (took * _PACKETS_A_SECOND), float(idle.communicate()[0]))


def _speech(seconds: int) -> bytes:
    """A tone in A-law: what is said by the callers does not matter, that they all say something does."""
    from math import sin

    from zvanets.lib.g711 import RATE, to_alaw

    second = to_alaw(int(4000 * sin(at / 3)) for at in range(RATE))
    return second * seconds


def said(system: Installation, event: str) -> dict[str, Any] | None:
    log = Path(system.state) / "ivr.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    found = [line for line in lines if f'"{event}"' in line]
    return json.loads(found[-1]) if found else None


if shutil.which("sipp") is None:
    raise SystemExit("sipp is needed: apt-get install sip-tester")
