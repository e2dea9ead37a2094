"""`zvanets ivr` as a process: it answers, stops gently, survives being killed, and says what stands in its way."""

import json
import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from tests import postgres
from tests.acceptance.system import ROOT
from tests.ivr import sipp
from tests.ivr.line import calling, until

NAME = "+359882818905"


@pytest.fixture
def environment(db, tmp_path):
    roles = {"ZVANETS_APP_URL": "zv_app", "ZVANETS_WORKER_URL": "zv_worker", "ZVANETS_OWNER_URL": "zv_owner"}
    urls = {name: postgres.role_url(role, postgres.TEST_NAME) for name, role in roles.items()}
    sip = {"ZVANETS_SIP_PORT": str(sipp.free_port()), "ZVANETS_SIP_RING_SECONDS": "0", "ZVANETS_SIP_PEERS": "127.0.0.1"}
    return os.environ | urls | sip | {"ZVANETS_STATE": str(tmp_path)}


@pytest.fixture
def started(environment, tmp_path):
    processes = []

    def start(**more) -> subprocess.Popen:
        command = [sys.executable, "-m", "zvanets.cli.main", "ivr"]
        with (tmp_path / "ivr.log").open("ab") as log:
            processes.append(subprocess.Popen(command, env=environment | more, cwd=ROOT, stdout=log, stderr=log))
        before = said(tmp_path, "telephone listens")
        until(lambda: said(tmp_path, "telephone listens") > before or processes[-1].poll() is not None, 40)
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def said(folder, event: str) -> int:
    return (folder / "ivr.log").read_text().count(f'"{event}"')


def line_of(environment):
    """What a caller needs to know of a line."""
    return SimpleNamespace(port=int(environment["ZVANETS_SIP_PORT"]))


def test_it_answers_and_a_stop_ends_the_call_with_words(started, environment, tmp_path):
    process = started(ZVANETS_SIP_STOP_SECONDS="2")
    with calling(line_of(environment)) as caller:
        assert caller.dial() == 200
        caller.say()
        assert len(caller.listen(0.5)) > 2000
        process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert "BYE" in caller.answer(8.0)[1]
    assert process.wait(10) == 0
    assert said(tmp_path, "telephone stopped") == 1


def test_killed_and_started_again_it_answers(started, environment, tmp_path):
    for round_ in range(2):
        process = started()
        with calling(line_of(environment), f"k{round_}") as caller:
            assert caller.dial() == 200
            caller.press("12345")
            process.send_signal(signal.SIGKILL)
            process.wait(10)
    until(lambda: not _speakers())


def test_logs_name_neither_callers_nor_addresses(started, environment, tmp_path):
    process = started()
    with calling(line_of(environment)) as caller:
        caller.dial()
        caller.press("123456789")
        caller.send(b"INVITE rubbish +359882818905")
        caller.bye()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    log = (tmp_path / "ivr.log").read_text()
    assert said(tmp_path, "call ended") == 1
    for line in log.splitlines():
        json.loads(line)
    assert not [word for word in (NAME, NAME[1:], "127.0.0.1", "123456789") if word in log]


def test_a_port_that_is_taken_and_a_wrong_range_are_told_in_a_sentence(started, environment, tmp_path):
    started()
    assert started().wait(20) == 1
    assert started(ZVANETS_SIP_RTP_PORTS="9-1").wait(20) == 1
    assert started(ZVANETS_SIP_PEERS="somewhere").wait(20) == 1
    log = (tmp_path / "ivr.log").read_text()
    assert "Error: The telephone cannot listen at 127.0.0.1:" in log
    assert "Error: ZVANETS_SIP_RTP_PORTS is no range" in log
    assert "Error: ZVANETS_SIP_PEERS" in log
    assert "Traceback" not in log


def _speakers() -> list[str]:
    """Voices whose telephone is gone."""
    found = subprocess.run(["ps", "-eo", "ppid,args"], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in found if "zvanets.ivr.speaker" in line and line.split()[0] == "1"]
