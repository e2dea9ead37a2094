"""From `git clone` to the first page, on what a fresh machine has; the clone's path holds a space and the word звънец."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.world import answers, environment, free_port, nothing_left_of
from tests.counts import SOAKS
from zvanets.cli.embedded import EmbeddedServer
from zvanets.cli.processes import wait_until

CHECKOUT = Path(__file__).resolve().parents[2]
SECONDS = 90

pytestmark = [pytest.mark.soak, pytest.mark.skipif(not SOAKS, reason="minutes long: `make soak`")]


def clone(place: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", CHECKOUT, place], check=True)
    return place


def fresh(place: Path, port: int) -> dict[str, str]:
    """An environment with the system's own programs alone."""
    told = environment(place / ".zvanets", ZVANETS_PORT=str(port), PATH="/usr/sbin:/usr/bin:/sbin:/bin")
    return {name: value for name, value in told.items() if name not in {"ZVANETS_STATE", "VIRTUAL_ENV", "PYTHONPATH"}}


def run_demo(place: Path, port: int) -> subprocess.Popen:
    env, quiet = fresh(place, port), subprocess.DEVNULL
    return subprocess.Popen(["make", "demo"], cwd=place, env=env, stdout=quiet, start_new_session=True)


def test_two_clones_run_beside_each_other_and_end_without_remains(tmp_path):
    ports = free_port(), free_port()
    before = time.monotonic()
    first = clone(tmp_path / "the bell звънец")
    running = [run_demo(first, ports[0])]
    assert wait_until(lambda: answers(f"http://127.0.0.1:{ports[0]}/"), 5 * SECONDS, step=0.1)
    print(f"clone to first page: {time.monotonic() - before:.1f} s")
    second = clone(tmp_path / "second")
    running.append(run_demo(second, ports[1]))
    assert wait_until(lambda: answers(f"http://127.0.0.1:{ports[1]}/"), 5 * SECONDS, step=0.1)
    assert answers(f"http://127.0.0.1:{ports[0]}/")
    for one, place in zip(running, (first, second), strict=True):
        os.killpg(one.pid, signal.SIGINT)
        one.wait(60)
        assert nothing_left_of(place / ".zvanets", 1)
        EmbeddedServer(place / ".zvanets").discard()


def test_set_up_a_second_time_it_does_nothing(tmp_path):
    place = clone(tmp_path / "clone")
    subprocess.run(["make", "setup"], cwd=place, env=fresh(place, 0), check=True, capture_output=True)
    before = time.monotonic()
    again = subprocess.run(
        ["make", "setup"], cwd=place, env=fresh(place, 0), check=True, capture_output=True, text=True
    )
    assert time.monotonic() - before < 2
    assert "Installing" not in again.stdout


def test_a_moved_checkout_is_installed_anew(tmp_path):
    place = clone(tmp_path / "here")
    subprocess.run(["make", "setup"], cwd=place, env=fresh(place, 0), check=True, capture_output=True)
    moved = place.rename(tmp_path / "there")
    subprocess.run(["make", "setup"], cwd=moved, env=fresh(moved, 0), check=True, capture_output=True)
    command = [moved / ".venv/bin/python", "-c", "import zvanets; print(zvanets.__file__)"]
    said = subprocess.run(command, cwd="/", check=True, capture_output=True, text=True).stdout
    assert said.startswith(str(moved))


def test_without_venv_make_names_the_package(tmp_path):
    place = clone(tmp_path / "clone")
    python = tmp_path / "python3"
    python.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexec /usr/bin/python3 "$@"\n')
    python.chmod(0o755)
    command = ["make", "setup", f"PYTHON={python}"]
    said = subprocess.run(command, cwd=place, env=fresh(place, 0), capture_output=True, text=True, check=False)
    assert said.returncode != 0
    assert "apt install python3-venv" in said.stdout
