"""How many calls a second the telephone answers: SIPp calls, hears that it is answered, and hangs up."""

import shutil
import subprocess
import time

from bench.calls import report_of, said, telephone
from bench.common import Figures, installation, tree_cpu_seconds, wait_for
from tests.ivr import sipp

KEYS = {
    "per_s": "calls answered, acknowledged and ended a second; at least 50",
    "calls": "how many there were",
    "refused": "calls that were not answered; 0",
    "cpu_ms": "of the telephone's process for each of them",
}
CALLS, AT_ONCE, PER_SECOND = 3000, 100, 500


def run() -> Figures:
    port = sipp.free_port()
    with installation(**telephone(port, AT_ONCE)) as system:
        system.start("ivr")
        wait_for(lambda: said(system, "telephone has its words"), 300)
        pid = system.processes["ivr"].pid
        before, begins = tree_cpu_seconds(pid), time.monotonic()
        options = ["-m", str(CALLS), "-r", str(PER_SECOND), "-l", str(AT_ONCE), "-rp", "1000"]
        done: subprocess.CompletedProcess[str] = sipp.run(
            system.state / "sipp", sipp.scenario(sipp.piece("bye")), port, *options, seconds=180
        )
        took, spent = time.monotonic() - begins, tree_cpu_seconds(pid) - before
        system.stop("ivr")
        report = report_of(system)
    return {
        "per_s": round(CALLS / took, 1),
        "calls": CALLS,
        "refused": CALLS - int(report.get("answered", 0)) + abs(done.returncode),
        "cpu_ms": round(1000 * spent / CALLS, 2),
    }


if shutil.which("sipp") is None:
    raise SystemExit("sipp is needed: apt-get install sip-tester")
