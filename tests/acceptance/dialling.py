"""Guardians who dial in, by SIPp and by baresip: what they heard stands in the call log, and sounds in what was recorded."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.acceptance.places import Place
from tests.acceptance.system import wait_for
from tests.ivr import baresip, sipp
from tests.ivr.test_peers import Ear
from zvanets.lib import g711

LISTENS_MS = 20_000
LOUD = 500  # a voice; silence is below ten
LAST_SECONDS = 3

# The end of a call that told this guardian of this child's absence, and where it was told in the portal.
_HEARD = """
SELECT m.text, c.ended_at FROM ivr_calllog c
JOIN notifications_told t ON t.school_id = c.school_id AND t.message_id = ANY(c.heard)
JOIN notifications_message m ON m.school_id = t.school_id AND m.id = t.message_id
JOIN history_entry e ON e.id = t.entry
WHERE c.student_id = %s AND c.guardian_id = %s AND e.verb = 'absence.recorded' AND e.student_id = c.student_id
"""
_OPENED = "SELECT id FROM ivr_calllog WHERE student_id = %s AND guardian_id = %s"

Listener = tuple[int, int]  # student and guardian


@dataclass
class Sipp:
    """A call under way."""

    process: subprocess.Popen[bytes]
    ear: Ear


@contextmanager
def dialled(folder: Path, port: int, keys: str) -> Iterator[Sipp]:
    """Let SIPp dial, key code, PIN and 1 as INFO, listen for a while and hang up."""
    ear = Ear()
    steps = sipp.pause(500), sipp.infos(f"{keys}1"), sipp.pause(LISTENS_MS), sipp.piece("bye")
    try:
        with sipp.running(folder, sipp.scenario(*steps, media_port=ear.port), port) as process:
            yield Sipp(process, ear)
    finally:
        ear.stop()


def sipp_hears(place: Place, call: Sipp, listener: Listener) -> None:
    assert call.process.wait(LISTENS_MS / 1000 + 20) == 0
    _is_voice(g711.from_alaw(call.ear.sound))
    text, ended_at = wait_for(lambda: heard(place, listener), 5)
    assert "тсъства" in text or "bsent" in text
    assert ended_at


def baresip_hears(place: Place, folder: Path, keys: str, listener: Listener) -> float:
    """Dial and key as fingers do; return when the absence had been heard to its end."""
    with baresip.phone(folder) as phone:
        phone.dial(place.sip_port)
        time.sleep(1.0)
        phone.press(keys)
        wait_for(lambda: place.system.ask(_OPENED, *listener), 10)
        phone.press("1")
        wait_for(lambda: heard(place, listener), 45)
        at = time.time()
        phone.hang_up()
        samples = wait_for(phone.heard, 10)
    _is_voice(samples)
    _is_voice(samples[-8000 * LAST_SECONDS :])
    return at


def heard(place: Place, listener: Listener) -> tuple[str, object] | None:
    return next(iter(place.system.ask(_HEARD, *listener)), None)


def _is_voice(samples: list[int]) -> None:
    assert len(samples) >= 8000 * LAST_SECONDS
    assert g711.rms(samples) > LOUD
