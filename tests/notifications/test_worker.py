"""The worker itself: awake when the database rings, up again after a stumble, gone when it is told to."""

import threading
import time
from contextlib import contextmanager

import psycopg
import pytest

from tests import postgres, small_school
from tests.marks import committed
from tests.notifications.carriers import FakeChannel
from tests.notifications.telling import ABSENT, messages, save
from zvanets.notifications import worker
from zvanets.rules.delivery import Status

pytestmark = committed


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


@contextmanager
def working(carrier):
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop, {"email": lambda: carrier}))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


def wait_for(condition, seconds=10):
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.01)


def test_a_saved_absence_is_with_the_carrier_within_a_second(small):
    carrier = FakeChannel()
    with working(carrier):
        save(small, attendance={small.students[3].pk: ABSENT})
        wait_for(lambda: carrier.sent)  # it runs and listens now
        saved = time.monotonic()
        save(small, attendance={small.students[0].pk: ABSENT, small.students[3].pk: ABSENT})
        wait_for(lambda: len(carrier.sent) == 2)
        assert time.monotonic() - saved < 1


def test_a_stop_is_heeded_within_seconds(small):
    started = time.monotonic()
    with working(FakeChannel()) as stop:
        stop.set()
    assert time.monotonic() - started < 5


def test_the_worker_outlives_a_database_that_throws_it_out(small):
    carrier = FakeChannel()
    with working(carrier):
        for place in range(3):
            throw_out("zv_worker")
            throw_out("zv_app")
            kept = {small.students[n].pk: ABSENT for n in range(place + 1)}
            wait_for(lambda kept=kept: saved(small, kept))
            wait_for(lambda place=place: len(carrier.sent) == place + 1, 30)
    assert {message.status for message in messages(small)} == {Status.ACCEPTED}


def saved(small, attendance):
    """Save, though our own connection was thrown out as well."""
    from django.db import Error, connection

    try:
        save(small, attendance=attendance)
    except Error:
        connection.close()
        return False
    return True


def throw_out(role):
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s AND datname = %s",
            [role, postgres.TEST_NAME],
        )


def test_nothing_the_worker_logs_names_anybody(small, capfd):
    carrier = FakeChannel(script=[RuntimeError("mother1@example.org Анна")])
    with working(carrier):
        save(small, attendance={small.students[0].pk: ABSENT})
        wait_for(lambda: not carrier.script)
        time.sleep(0.2)
    said = capfd.readouterr().err
    assert "a letter could not be made" in said
    for name in ("example.org", "Анна", "Желева", "математика"):
        assert name not in said
