"""The demo school, made once for these tests and committed, since its making is what is tested."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.core.management import call_command

from tests.conftest import _make_schools
from tests.ivr.line import HOST, OPTIONS, Line


@pytest.fixture(scope="package")
def demo_school(django_db_setup, django_db_blocker) -> Iterator[int]:
    from zvanets.demo import seed
    from zvanets.demo.school import SCHOOL_ID

    with django_db_blocker.unblock():
        seed.ensure()
    yield SCHOOL_ID
    with django_db_blocker.unblock():
        call_command("flush", database="owner", interactive=False, verbosity=0)
        _make_schools()


@pytest.fixture(scope="session")
def speech(tmp_path_factory):
    return tmp_path_factory.mktemp("speech")


@pytest.fixture
def line(speech) -> Iterator[Line]:
    """A telephone line that nothing but these tests calls."""
    opened = Line(OPTIONS, speech)
    yield opened
    opened.stop()


@pytest.fixture
def bridge(line, settings):
    """The caller's process, on a line of ours."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        settings.TELEPHONE_PORT = probe.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "zvanets.demo.telephone",
        "--port",
        str(settings.TELEPHONE_PORT),
        "--sip-port",
        str(line.port),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    process.stdout.readline()
    yield process
    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()
