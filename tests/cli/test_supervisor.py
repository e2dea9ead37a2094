"""The supervisor: what ends comes back, and when it ends, however it ends, nothing of it stays."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.world import environment, nothing_left_of, processes_of
from zvanets.cli.processes import wait_until

# Each child writes its number and starts one of its own, as a web server starts its workers.
GENTLE = """
import os, subprocess, sys, time
own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
with open(sys.argv[1], "a") as file:
    print(os.getpid(), file=file)
try:
    time.sleep(60)
finally:
    own.kill()
"""
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)" + GENTLE
ENDING = "import sys; open(sys.argv[1], 'a').write('x\\n')"


class Supervised:
    def __init__(self, directory: Path, program: str) -> None:
        self.directory = directory
        command = [sys.executable, "-m", "tests.cli.supervised", str(directory), program]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(directory))
        assert self.process.stdout.readline() == "started\n"

    def starts_of(self, name: str) -> list[str]:
        file = self.directory / name
        return file.read_text().splitlines() if file.exists() else []

    def has_started(self, times: int = 1) -> bool:
        return wait_until(lambda: all(len(self.starts_of(name)) >= times for name in ("first", "second")), 15)

    def end(self, by: signal.Signals) -> str:
        self.process.send_signal(by)
        return self.process.communicate(timeout=20)[0]


def members_of_group(number: str) -> list[str]:
    """The living and the dead."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, _parent, group, *_ = (process / "stat").read_text().rpartition(")")[2].split()
            found += [state] if group == number else []
    return found


@pytest.fixture
def supervise(tmp_path) -> Iterator[Callable[[str], Supervised]]:
    running = []

    def start(program: str) -> Supervised:
        running.append(Supervised(tmp_path, program))
        return running[-1]

    yield start
    for one in running:
        one.process.kill()
        one.process.communicate()


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everything(supervise, tmp_path, by):
    running = supervise(GENTLE)
    assert running.has_started()
    assert running.end(by).endswith("stopped\n")
    assert running.process.returncode == 0
    assert not processes_of(tmp_path)


def test_who_does_not_listen_is_killed_with_all_it_started(supervise, tmp_path):
    running = supervise(STUBBORN)
    assert running.has_started()
    running.end(signal.SIGTERM)
    assert not processes_of(tmp_path)


def test_a_killed_supervisor_leaves_no_child(supervise, tmp_path):
    running = supervise("import sys, time; print(1, file=open(sys.argv[1], 'a')); time.sleep(60)")
    assert running.has_started()
    running.end(signal.SIGKILL)
    assert nothing_left_of(tmp_path)


def test_a_killed_child_comes_back_and_what_it_had_started_is_ended(supervise, tmp_path):
    running = supervise(GENTLE)
    assert running.has_started()
    before = set(processes_of(tmp_path))
    os.kill(int(running.starts_of("first")[0]), signal.SIGKILL)
    assert wait_until(lambda: len(running.starts_of("first")) == 2, 10)
    after = set(processes_of(tmp_path))
    assert len(after) == len(before)
    assert len(before - after) == 2
    assert "first ended (signal SIGKILL)" in running.end(signal.SIGTERM)


def test_a_child_that_always_ends_is_started_ever_more_slowly(supervise):
    running = supervise(ENDING)
    assert running.has_started(3)
    said = running.end(signal.SIGTERM)
    assert "first ended (exit code 0); it starts again in 1 s." in said
    assert "first ended (exit code 0); it starts again in 2 s." in said


def test_no_dead_one_waits_to_be_buried(supervise):
    running = supervise(STUBBORN)
    assert running.has_started()
    running.end(signal.SIGTERM)
    for name in ("first", "second"):
        assert not members_of_group(running.starts_of(name)[0])


def test_a_second_signal_while_leaving_changes_nothing(supervise, tmp_path):
    running = supervise(STUBBORN)
    assert running.has_started()
    running.process.send_signal(signal.SIGINT)
    assert running.end(signal.SIGINT).endswith("stopped\n")
    assert not processes_of(tmp_path)
