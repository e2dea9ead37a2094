"""A caller hears today's absence within 45 seconds of dialling, without hurrying: measured by SIPp."""

import itertools
import re
import time

from tests.ivr import sipp
from tests.ivr.line import until
from tests.ivr.test_desk import told
from tests.ivr.test_peers import Ear, prompt, pytestmark  # noqa: F401  (the marks of a peer)
from tests.marks import committed
from tests.notifications.telling import ABSENT, save
from zvanets.ivr import diary
from zvanets.ivr.models import CallLog
from zvanets.ivr.reader import reader_of
from zvanets.ivr.voice import speech_of
from zvanets.rules.ivr_menu import Item, Prompt, Section, menu
from zvanets.schools.models import School
from zvanets.tenancy.school import at_school

A_KEY = 400  # ms from one key of a code read from paper to the next
A_THOUGHT = 500  # ms from the end of a question to the first key
AT_MOST = 45.0


class Clocked(Ear):
    """An ear that knows when each packet came."""

    def __init__(self) -> None:
        self.times: list[float] = []
        super().__init__()

    @property
    def sound(self) -> bytes:
        return self._sound

    @sound.setter
    def sound(self, sound: bytes) -> None:
        self._sound = sound
        self.times.append(time.monotonic())

    def heard_at(self, wanted: bytes) -> float | None:
        """Return when the last of these bytes came."""
        at = self.sound.find(wanted)
        return None if at < 0 else self.times[min(len(self.times) - 1, (at + len(wanted)) // 160)]


def news(family) -> Item:
    with at_school(family.small.id):
        school = School.objects.get(pk=family.small.id)
        [item] = diary.read(reader_of(school, family.student, family.guardian.pk, "bg")).sections[Section.NEW]
        return item


@committed
def test_todays_absence_is_heard_within_45_seconds_of_dialling(opened_lines, family, speech, tmp_path):
    save(family.small, attendance={family.student.pk: ABSENT})
    told(family)
    item = news(family)
    assert item.text.startswith("Отсъства от третия час, математика")
    ear, line = Clocked(), opened_lines(ring_seconds=1.0)

    def listens(*says) -> str:
        return sipp.pause(round(len(prompt(speech, *says)) / 8) + A_THOUGHT)

    opens = Prompt("child", (("name", "Анна Желева"),)), Prompt("new_count", (("count", 1),)), menu(None, 0)[0]
    steps = [
        listens(Prompt("welcome"), Prompt("announcement"), Prompt("ask_code")),
        sipp.infos(family.code, A_KEY), listens(Prompt("ask_pin")),
        sipp.infos(family.pin, A_KEY), listens(*opens),
        sipp.infos("1"), listens(Prompt("new"), item), sipp.piece("bye"),
    ]  # fmt: skip
    numbers = itertools.count(2)
    text = re.sub(
        r"CSeq: \d+ INFO", lambda _: f"CSeq: {next(numbers)} INFO", sipp.scenario(*steps, media_port=ear.port)
    )

    dialled = time.monotonic()
    done = sipp.run(tmp_path, text, line.port, seconds=90)
    ear.stop()

    assert done.returncode == 0, done.stderr
    heard = ear.heard_at(line.endpoint.voice.ready(speech_of(item, "bg")))
    assert heard
    print(f"heard {heard - dialled:.1f} s after dialling")
    assert heard - dialled <= AT_MOST
    until(lambda: _log(family, item))


def _log(family, item) -> bool:
    with at_school(family.small.id):
        return CallLog.objects.filter(heard=list(item.messages), ended_at__isnull=False).exists()
