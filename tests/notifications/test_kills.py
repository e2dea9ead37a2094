"""The worker is killed at each named step: nothing is lost, and at most one mail comes twice."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections

from tests import postgres, small_school
from tests.counts import draws, rounds
from tests.marks import committed
from tests.notifications.dying_worker import STEPS
from tests.notifications.mail_server import mail_server
from tests.notifications.telling import ABSENT, LATE, save
from zvanets.notifications.queue import LEASE
from zvanets.tenancy import roles

pytestmark = committed

ROOT = Path(__file__).resolve().parents[2]
_LEFT = """
SELECT (SELECT count(*) FROM history_pending WHERE verb ~ '^(absence|lateness)[.]')
     + (SELECT count(*) FROM notifications_message WHERE status IN ('queued', 'sending', 'unknown'))
"""


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


@contextmanager
def worker(port, step="never", *, seconds_later=0.0):
    """Run a worker process whose clock is so much later than ours: what was leased before is free again."""
    urls = {f"ZVANETS_{name}_URL": postgres.role_url(role, postgres.TEST_NAME) for name, role in ROLES.items()}
    environment = (
        os.environ
        | urls
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ZVANETS_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "ZVANETS_CLOCK_OFFSET": str(seconds_later),
        }
    )
    command = [sys.executable, "-m", "tests.notifications.dying_worker", step]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stderr=log)
        process.log = log
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(20)


ROLES = {"APP": roles.APP, "WORKER": roles.WORKER, "OWNER": roles.OWNER}


def all_told():
    with connections["worker"].cursor() as cursor:
        cursor.execute(_LEFT)
        return cursor.fetchone()[0] == 0


def wait_for(condition, seconds=40):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.02)


def has_started(process):
    process.log.seek(0)
    return b"worker started" in process.log.read()


def taken(server):
    """How often each message came, by its Message-ID."""
    return Counter(re.search(rb"Message-ID: (\S+)", mail.data)[1] for mail in server.taken)


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_at_this_step_loses_nothing_and_repeats_one_at_most(small, step):
    save(small, attendance={student.pk: ABSENT for student in small.students})
    with mail_server() as (server, port):
        with worker(port, step) as dying:
            assert dying.wait(40) == -signal.SIGKILL
        with worker(port, seconds_later=LEASE.total_seconds() + 5):
            wait_for(all_told)
    came = taken(server)
    assert len(came) == len(small.students)
    assert sum(came.values()) <= len(small.students) + 1


def test_a_worker_killed_at_random_loses_nothing_and_repeats_one_a_kill_at_most(small):
    chance, kills = draws(), rounds(100)
    later = 0.0
    with mail_server() as (server, port):
        for kill in range(kills):
            mark = ABSENT if kill % 2 == 0 else LATE
            with worker(port, seconds_later=later) as process:
                wait_for(lambda process=process: has_started(process))
                save(small, attendance={student.pk: mark for student in small.students})
                time.sleep(chance.uniform(0, 0.1))
                process.kill()
            later += LEASE.total_seconds() + 5
        with worker(port, seconds_later=later):
            wait_for(all_told)
    came = taken(server)
    assert sum(came.values()) - len(came) <= kills
    with connections["worker"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notifications_message WHERE channel = 'email' AND status = 'accepted'")
        assert cursor.fetchone()[0] == len(came)
        cursor.execute(
            "SELECT count(*) FROM history_entry e WHERE verb ~ '^(absence|lateness)[.]'"
            " AND NOT EXISTS (SELECT FROM notifications_told t WHERE t.entry = e.id AND t.channel = 'email')"
        )
        assert cursor.fetchone()[0] == 0
