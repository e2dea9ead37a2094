"""Telephones that nobody here wrote: SIPp and baresip. Their keys arrive, and our voice comes back to them."""

import asyncio
import itertools
import os
import re
import socket
import subprocess
import threading
import time

import pytest

from tests.ivr import baresip, pcap, sipp
from tests.ivr.line import HOST, until
from tests.marks import committed
from zvanets.ivr import rtp
from zvanets.ivr.models import CallLog
from zvanets.ivr.voice import PAUSE, Voice, speech_of
from zvanets.lib import g711
from zvanets.rules.ivr_menu import Prompt, Say, greeting
from zvanets.tenancy.school import at_school

pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        os.environ.get("CI") != "true" and not (sipp.SIPP and baresip.BARESIP),
        reason="sipp and baresip are needed: apt-get install sip-tester baresip-core",
    ),
]
# SIPp plays captures through a raw socket.
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="SIPp plays keys from a capture only as root")


class Ear:
    """Hears the sound that goes to a port, after one packet that tells where it is."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.settimeout(0.2)
        self.sound, self.stopped = b"", False
        self.thread = threading.Thread(target=self._hear)
        self.thread.start()

    @property
    def port(self) -> int:
        return self.socket.getsockname()[1]

    def _hear(self) -> None:
        is_known = False
        while not self.stopped:
            try:
                datagram, place = self.socket.recvfrom(2048)
            except TimeoutError:
                continue
            if not is_known:
                self.socket.sendto(rtp.packed(rtp.Packet(8, True, 1, 1, 9, b"\xd5" * 160)), place)
                is_known = True
            self.sound += rtp.read(datagram).payload

    def stop(self) -> bytes:
        self.stopped = True
        self.thread.join()
        self.socket.close()
        return self.sound


def prompt(speech, *says: Say) -> bytes:
    """Return what these phrases sound like, with the pauses between them."""
    voice = Voice(speech)

    async def said() -> bytes:
        return PAUSE.join([await voice.say(speech_of(say, "bg")) for say in says])

    return asyncio.run(said())


def alike(heard: bytes, wanted: bytes) -> None:
    """What was heard is as long and as loud as what was said: within 60 ms and 2 %."""
    assert abs(len(heard) - len(wanted)) <= 3 * rtp.FRAME
    loud, meant = g711.rms(g711.from_alaw(heard)), g711.rms(g711.from_alaw(wanted))
    assert meant > 500
    assert abs(loud - meant) <= 0.02 * meant


def test_sipp_hears_the_greeting_as_it_was_made(line, speech, tmp_path):
    wanted = prompt(speech, *greeting())
    ear = Ear()
    wait = round(len(wanted) / 8) + 500

    done = sipp.run(tmp_path, sipp.scenario(sipp.pause(wait), sipp.piece("bye"), media_port=ear.port), line.port)

    heard = ear.stop()
    assert done.returncode == 0, done.stderr
    alike(heard.rstrip(g711.ALAW_SILENCE), wanted.rstrip(g711.ALAW_SILENCE))


def test_keys_as_sip_info_stop_the_voice_at_once(line, speech, tmp_path):
    ear = Ear()
    steps = sipp.pause(1000), sipp.infos("5"), sipp.pause(1500), sipp.piece("bye")

    done = sipp.run(tmp_path, sipp.scenario(*steps, media_port=ear.port), line.port)

    heard = ear.stop()
    assert done.returncode == 0, done.stderr
    wanted = prompt(speech, Prompt("welcome"))[: len(heard.rstrip(g711.ALAW_SILENCE))]
    assert 0.5 <= len(wanted) / 8000 <= 1.3
    alike(heard.rstrip(g711.ALAW_SILENCE), wanted)


@committed
def test_the_diary_is_opened_by_info(line, family, tmp_path):
    steps = sipp.infos(family.code + family.pin), sipp.pause(800), sipp.infos("2"), sipp.pause(300), sipp.piece("bye")
    text = sipp.scenario(*steps)

    done = sipp.run(tmp_path, _numbered(text), line.port)

    assert done.returncode == 0, done.stderr
    until(lambda: _log(family))


@as_root
@committed
def test_the_diary_is_opened_by_events_of_a_capture(line, family, tmp_path):
    capture = tmp_path / "keys.pcap"
    pcap.write(capture, f"{family.code}{family.pin}2", first=0.2)
    steps = sipp.play(capture), sipp.pause(5000), sipp.piece("bye")

    done = sipp.run(tmp_path, sipp.scenario(*steps), line.port)

    assert done.returncode == 0, done.stderr
    until(lambda: _log(family))


@committed
def test_baresip_opens_the_diary_and_hears_the_voice(line, family, speech, tmp_path):
    wanted = prompt(speech, *greeting())
    with baresip.phone(tmp_path) as phone:
        phone.dial(line.port)
        time.sleep(len(wanted) / 8000 + 1.0)
        phone.press(family.code)
        phone.press(family.pin)
        time.sleep(1.5)
        phone.press("2")
        until(lambda: _is_open(family))
        phone.hang_up()
        heard = until(phone.heard)
    loud = g711.rms(heard[: len(wanted)])
    meant = g711.rms(g711.from_alaw(wanted))
    assert abs(loud - meant) <= 0.05 * meant
    until(lambda: _log(family))


def test_the_scenario_that_sipp_brings_itself(line, tmp_path):
    done = subprocess.run(
        [
            sipp.SIPP,
            f"{HOST}:{line.port}",
            "-sn",
            "uac",
            "-m",
            "5",
            "-i",
            HOST,
            "-nostdin",
            "-p",
            str(sipp.free_port()),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-500:]


def test_a_hundred_calls_of_sipp_at_once(line, tmp_path):
    steps = sipp.pause(3000), sipp.piece("bye")

    done = sipp.run(tmp_path, sipp.scenario(*steps), line.port, "-m", "100", "-r", "50", "-l", "100")

    assert done.returncode == 0, done.stderr
    assert line.counts["refused"] == 0
    assert line.counts["answered"] == 100
    until(lambda: not line.calls)


def _numbered(text: str) -> str:
    """Give every INFO of a scenario its own, rising number."""
    numbers = itertools.count(2)
    return re.sub(r"CSeq: \d+ INFO", lambda _: f"CSeq: {next(numbers)} INFO", text)


def _log(family) -> CallLog | None:
    with at_school(family.small.id):
        return CallLog.objects.filter(ended_at__isnull=False, opened=["grades"]).first()


def _is_open(family) -> bool:
    with at_school(family.small.id):
        return CallLog.objects.filter(opened=["grades"]).exists()
