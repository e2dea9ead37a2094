"""The demo, the whole of it: one screen, whatever is killed comes back, and nothing stays when it ends."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.world import COMMAND, answers, environment, free_port, nothing_left_of, processes_of
from zvanets.cli.embedded import EmbeddedServer
from zvanets.cli.processes import wait_until

ROLES = ("operator", "director", "school_admin", "teacher", "homeroom", "clerk", "guardian", "student", "guest")


class RunningDemo:
    def __init__(self, state: Path, port: int) -> None:
        self.state, self.address = state, f"http://127.0.0.1:{port}"
        self.env = environment(state, ZVANETS_PORT=str(port))
        self.process = subprocess.Popen([*COMMAND, "demo"], env=self.env, stdout=subprocess.PIPE, text=True)
        lines = iter(self.process.stdout.readline, "")
        self.screen = "".join(line for line in _until(lines, "Ctrl-C"))

    def answers(self) -> bool:
        return answers(f"{self.address}/healthz")

    def number_of(self, words: str) -> int:
        return next(pid for pid, command in processes_of(self.state).items() if words in command)

    def end(self, by: signal.Signals) -> int:
        self.process.send_signal(by)
        self.process.communicate(timeout=40)
        return self.process.returncode


def _until(lines: Iterator[str], word: str) -> Iterator[str]:
    for line in lines:
        yield line
        if word in line:
            return


@pytest.fixture(scope="module")
def state(tmp_path_factory) -> Iterator[Path]:
    state = tmp_path_factory.mktemp("demo") / "state"
    yield state
    EmbeddedServer(state).discard()


@pytest.fixture(scope="module")
def demo(state) -> Iterator[RunningDemo]:
    demo = RunningDemo(state, free_port())
    yield demo
    if demo.process.poll() is None:
        demo.end(signal.SIGTERM)


def test_the_screen_has_the_address_and_a_log_in_for_each_role(demo):
    assert demo.address in demo.screen
    for role in ROLES:
        assert re.search(rf"^ +{role}\b.* \S+ +\S+", demo.screen, re.MULTILINE), demo.screen
    assert demo.answers()


@pytest.mark.parametrize("words", ["cli.main serve", "cli.main worker", "demo.mailbox"])
def test_what_is_killed_comes_back(demo, words):
    killed = demo.number_of(words)
    os.kill(killed, signal.SIGKILL)
    assert wait_until(lambda: any(words in c for n, c in processes_of(demo.state).items() if n != killed), 20, step=0.1)
    assert wait_until(demo.answers, 30, step=0.1)


def test_a_killed_database_comes_back_with_the_data(demo):
    os.kill(EmbeddedServer(demo.state).postmaster(), signal.SIGKILL)
    assert wait_until(demo.answers, 30, step=0.1)


def test_a_second_one_from_the_same_place_is_refused_with_a_sentence(demo):
    env = {**demo.env, "ZVANETS_PORT": str(free_port())}
    second = subprocess.run([*COMMAND, "demo"], env=env, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert f"A demo runs from here already, at {demo.address}" in second.stderr


def test_a_killed_demo_leaves_nothing_and_the_next_has_its_data(demo, state):
    demo.end(signal.SIGKILL)
    assert nothing_left_of(state, 20)
    again = RunningDemo(state, free_port())
    assert again.answers()
    assert again.end(signal.SIGINT) == 0
    assert not processes_of(state)
