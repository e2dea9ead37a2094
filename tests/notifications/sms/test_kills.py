"""The process is killed at each named step: nothing is lost, no grade comes twice, and at most one absence a kill."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections

from tests import postgres
from tests.counts import draws, rounds
from tests.marks import committed
from tests.notifications.sms.conftest import tell
from tests.notifications.sms.smsc import smsc, wait_until
from tests.notifications.telling import ABSENT, LATE, grade, save
from zvanets.guardians.models import Subscription
from zvanets.notifications.channels.sms.steps import STEPS
from zvanets.notifications.channels.sms.wishes import STOPPED
from zvanets.notifications.models import IncomingSms
from zvanets.tenancy import roles
from zvanets.tenancy.school import at_school

pytestmark = [committed, pytest.mark.peer, pytest.mark.soak]

ROOT = Path(__file__).resolve().parents[3]
EGN = "7523169263"
ROLES = {"APP": roles.APP, "WORKER": roles.WORKER, "OWNER": roles.OWNER}
PERSONAL = ("359990", "Анна", "Борис", "Желева", "Анна", "secret", "Отличен", "Отсъства")


@contextmanager
def process(port, state, step="never", times=1):
    urls = {f"ZVANETS_{name}_URL": postgres.role_url(role, postgres.TEST_NAME) for name, role in ROLES.items()}
    environment = os.environ | urls
    environment |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ZVANETS_STATE": str(state),
        "ZVANETS_SMPP_URL": f"smpp://diary:secret@127.0.0.1:{port}?window=4&per_second=500",
    }
    command = [sys.executable, "-m", "tests.notifications.sms.dying_sms", step, str(times)]
    with (state / "log").open("ab") as log:
        running = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=log)
        try:
            yield running
        finally:
            if running.poll() is None:
                running.terminate()
            running.wait(20)


def waiting():
    with connections["worker"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM notifications_message"
            " WHERE channel = 'sms' AND status NOT IN ('delivered', 'failed', 'cancelled')"
        )
        return cursor.fetchone()[0]


def sent_by_number():
    """How many messages were delivered to each number."""
    with connections["worker"].cursor() as cursor:
        cursor.execute(
            "SELECT ltrim(c.address, '+'), count(*) FROM notifications_message m"
            " JOIN guardians_contact c ON c.school_id = m.school_id AND c.id = m.contact_id"
            " WHERE m.channel = 'sms' AND m.status = 'delivered' GROUP BY 1"
        )
        return dict(cursor.fetchall())


def doubts():
    with connections["worker"].cursor() as cursor:
        cursor.execute("SELECT sum(lost_answers) FROM notifications_message WHERE channel = 'sms'")
        return cursor.fetchone()[0]


def repeated(centre):
    """How often each text came to each number beyond the first time."""
    came = Counter((sms["sms"], sms["text"]) for sms in centre.messages)
    return {key: count - 1 for key, count in came.items() if count > 1}


@pytest.fixture
def state(tmp_path):
    return tmp_path


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_this_step_nothing_is_lost_and_nothing_comes_twice(small, state, step):
    anna, boris, *_ = small.students
    save(small, attendance={anna.pk: ABSENT, boris.pk: LATE}, grades=[grade(small, 2), grade(small, 3)])
    tell()
    with smsc(receipts="after") as centre:
        with process(centre.port, state, step) as dying:
            assert dying.wait(30) == -signal.SIGKILL
        with process(centre.port, state):
            wait_until(lambda: waiting() == 0, 120, lambda: f"{waiting()} wait, {len(centre.messages)} came")
            centre.wait("bind", 2)
        assert len({sms["sms"] for sms in centre.messages}) == 4
        assert not repeated(centre)
    assert sum(sent_by_number().values()) == 4
    log = (state / "log").read_text()
    assert not [word for word in PERSONAL if word in log]
    assert not list((state / "sms").glob("*"))


@pytest.mark.parametrize("step", ["told", "stored"])
def test_an_incoming_message_outlives_a_kill(small, state, step):
    with smsc() as centre:
        with process(centre.port, state, step) as dying:
            centre.wait("bind")
            centre.say("СТОП", number="359990123450")
            assert dying.wait(30) == -signal.SIGKILL
        with process(centre.port, state):
            centre.wait("ack")
            centre.wait("sms")
            time.sleep(0.5)
        assert len(centre.messages) == 1
    assert IncomingSms.objects.using("worker").count() == 1
    with at_school(small.id):
        own = Subscription.objects.filter(channel="sms", guardianship__guardian=small.guardians[0])
        assert own.get().ends_on is not None


@pytest.mark.parametrize("step", ["told", "stored", "never"])
def test_a_kill_between_two_parts_of_a_message_loses_neither(small, state, step):
    """At `never` it dies after the first part was acknowledged, which no carrier brings again."""
    with smsc() as centre:
        with process(centre.port, state, step) as dying:
            centre.wait("bind")
            _say_part(centre, 1, "СТОП, моля, не ми пращайте повече ")
            if step == "never":
                centre.wait("ack")
                dying.kill()
            assert dying.wait(30) == -signal.SIGKILL
        with process(centre.port, state):
            centre.wait("ack")
            _say_part(centre, 2, f"SMS за детето ми с ЕГН {EGN}")
            (answer,) = centre.wait("sms")
            assert answer["text"] == STOPPED
    (kept,) = IncomingSms.objects.using("worker").all()
    assert kept.text.startswith("stop [#")
    assert EGN not in (state / "log").read_text()


def _say_part(centre, place, text):
    centre.say(text, number="359990123450", esm_class=0x40, udh=f"0500030702{place:02x}")


def test_killed_at_random_nothing_is_lost_and_at_most_one_repeats_a_kill(small, state):
    chance, kills = draws(), rounds(200)
    with smsc(receipts="after") as centre:
        for kill in range(kills):
            mark = ABSENT if kill % 2 == 0 else LATE
            save(small, attendance={student.pk: mark for student in small.students[:2]}, grades=[grade(small, 2)])
            tell()
            step = chance.choice(STEPS)
            with process(centre.port, state, step, chance.randint(1, 2)) as dying:
                try:
                    dying.wait(4)
                except subprocess.TimeoutExpired:
                    dying.kill()
        with process(centre.port, state):
            wait_until(lambda: waiting() == 0, 90, lambda: f"{waiting()} wait")
        came = Counter(sms["sms"] for sms in centre.messages)
        sent = sent_by_number()
        lost = {number: count for number, count in sent.items() if came[number] < count}
        twice = {number: came[number] - count for number, count in sent.items() if came[number] > count}
    print(f"{kills} kills, {sum(sent.values())} messages, {sum(twice.values())} came twice, {doubts()} were in doubt")
    assert not lost
    assert sum(twice.values()) <= kills
    assert "+359990123452" not in {f"+{number}" for number in twice}  # hers are grades
