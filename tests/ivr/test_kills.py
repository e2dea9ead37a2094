"""The telephone is killed at each named step: what was heard stays logged, what was not is told on the next call."""

import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from types import SimpleNamespace

from tests import postgres
from tests.acceptance.system import ROOT
from tests.counts import draws, rounds
from tests.ivr import sipp
from tests.ivr.dying_ivr import FRAMES, STEPS, sound_of
from tests.ivr.line import calling, until
from tests.ivr.test_desk import told
from tests.marks import committed
from tests.notifications.telling import remark, save
from zvanets.guardians.models import PinTry
from zvanets.ivr import diary, phrases, rtp
from zvanets.ivr.models import CallLog
from zvanets.ivr.reader import reader_of
from zvanets.notifications.models import Message
from zvanets.rules.ivr_menu import Section
from zvanets.schools.models import School
from zvanets.tenancy import roles
from zvanets.tenancy.school import at_school

pytestmark = committed
ROLES = {"APP": roles.APP, "WORKER": roles.WORKER, "OWNER": roles.OWNER}
END_OF_LIST = sound_of(phrases.said("end_of_list", "bg"))[: rtp.FRAME]
PERSONAL = ("Анна", "Желева", "Забележка", "359882818905")


@contextmanager
def telephone(state, step="never", times=1):
    """A process that dies at this step, once it listens."""
    port = sipp.free_port()
    sip = {"PORT": str(port), "RING_SECONDS": "0", "PEERS": "127.0.0.1", "STOP_SECONDS": "0"}
    environment = os.environ | {f"ZVANETS_SIP_{name}": value for name, value in sip.items()}
    environment |= {f"ZVANETS_{name}_URL": postgres.role_url(role, postgres.TEST_NAME) for name, role in ROLES.items()}
    environment |= {"DJANGO_SETTINGS_MODULE": "config.settings", "ZVANETS_STATE": str(state)}
    log = state / "log"
    before = log.stat().st_size if log.exists() else 0
    with log.open("ab") as out:
        command = [sys.executable, "-m", "tests.ivr.dying_ivr", step, str(times)]
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=out)
    process.port = port
    try:
        until(lambda: b"telephone listens" in log.read_bytes()[before:], 40)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(20)


def news(family) -> dict[bytes, int]:
    """Return the message of each sound that the next call should make for what is new."""
    with at_school(family.small.id):
        school = School.objects.get(pk=family.small.id)
        read = diary.read(reader_of(school, family.student, family.guardian.pk, "bg"))
        return {sound_of(item.text)[: rtp.FRAME]: item.messages[0] for item in read.sections[Section.NEW]}


def call(process, family, name: str, sounds: dict[bytes, int]) -> set[int]:
    """Dial, open what is new, listen to its end, hang up; return the messages that came whole before the line was dead."""
    frames: list[bytes] = []
    with calling(SimpleNamespace(port=process.port), name) as caller:
        try:
            assert caller.dial(caller.sdp().replace(b"0 8 96", b"8 0 96")) == 200
            caller.press(f"{family.code}{family.pin}1")
            caller.sound.settimeout(1)
            while END_OF_LIST not in frames and len(frames) < 1000:
                frames.append(rtp.read(caller.sound.recv(2048)).payload)
            caller.bye()
        except (TimeoutError, ConnectionError):
            assert process.wait(5) == -signal.SIGKILL
    came = Counter(sounds[frame] for frame in frames if frame in sounds)
    return {message for message, count in came.items() if count >= FRAMES}


def logged(family) -> set[int]:
    with at_school(family.small.id):
        kept = {message for log in CallLog.objects.all() for message in log.heard}
        assert not Message.objects.filter(pk__in=kept, read_at__isnull=True).exists()
        return kept


def happens(family, number: int) -> None:
    save(family.small, remarks=[remark(family.small, 0, f"Забележка {number}")])
    told(family)


def one_round(family, state, number: int, step: str, times: int) -> None:
    """A call during which the telephone dies; nothing that was logged before is gone, nothing unheard is logged."""
    happens(family, number)
    before, sounds = logged(family), news(family)
    assert set(sounds.values()).isdisjoint(before)
    with telephone(state, step, times) as process:
        heard = call(process, family, f"r{number}", sounds)
    assert times > 1 or process.returncode == -signal.SIGKILL
    after = logged(family)
    assert before <= after
    assert after - before <= heard
    assert set(news(family).values()) == set(sounds.values()) - after


def all_is_heard(family, state) -> None:
    with telephone(state) as process:
        for last in range(20):
            if not (sounds := news(family)):
                break
            call(process, family, f"last{last}", sounds)
            until(lambda: _ended(family))
    with at_school(family.small.id):
        assert set(Message.objects.filter(channel="portal").values_list("pk", flat=True)) >= logged(family)
        assert not Message.objects.filter(channel="portal", guardian=family.guardian, read_at__isnull=True).exists()
        assert not PinTry.objects.filter(succeeded=False).exists()


def _ended(family) -> bool:
    with at_school(family.small.id):
        return CallLog.objects.newest_first().first().ended_at is not None


def test_killed_at_any_step_it_loses_nothing_and_is_called_again_at_once(family, tmp_path):
    dice, kills = draws(), rounds(220)
    for number in range(kills):
        times = 1 if number < len(STEPS) else dice.randint(1, 3)
        one_round(family, tmp_path, number, STEPS[number % len(STEPS)], times)
    all_is_heard(family, tmp_path)
    log = (tmp_path / "log").read_text()
    assert not [word for word in PERSONAL if word in log]
