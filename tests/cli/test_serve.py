"""`zvanets serve`, the whole of it: a server of its own, migrations, static files, two workers, and an end without remains."""

import json
import os
import re
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path

import pytest

from tests.cli.world import COMMAND, answers, environment, free_port, nothing_left_of, processes_of
from zvanets.cli.embedded import EmbeddedServer
from zvanets.cli.processes import wait_until


class Served:
    """A running web, on a port of its own."""

    def __init__(self, state: Path) -> None:
        self.state, self.port = state, free_port()
        self.process = self.start()

    def start(self) -> subprocess.Popen:
        self.env = environment(self.state, ZVANETS_PORT=str(self.port))
        log = (self.state.parent / "serve.log").open("ab")
        with log:
            return subprocess.Popen([*COMMAND, "serve"], env=self.env, stdout=log, stderr=log)

    def get(self, path: str, **headers: str) -> HTTPResponse:
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        return urllib.request.urlopen(asked, timeout=5)  # noqa: S310  (our own address)

    def answers(self) -> bool:
        return answers(f"http://127.0.0.1:{self.port}/healthz")

    def wait(self, seconds: float = 60) -> None:
        assert wait_until(self.answers, seconds, step=0.05), (self.state.parent / "serve.log").read_text()

    def end(self, by: signal.Signals) -> int:
        self.process.send_signal(by)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def state(tmp_path_factory) -> Iterator[Path]:
    state = tmp_path_factory.mktemp("serve") / "state"
    yield state
    EmbeddedServer(state).discard()


@pytest.fixture
def web(state) -> Iterator[Served]:
    web = Served(state)
    web.wait()
    yield web
    if web.process.poll() is None:
        web.end(signal.SIGTERM)


def test_pages_refuse_what_they_do_not_need_and_stay_in_no_cache(web):
    headers = web.get("/healthz").headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_hashed_style_sheet_may_be_kept_for_ever_and_comes_compressed(web):
    names = (web.state / "static" / "staticfiles.json").read_text()
    hashed = re.search(r'"zvanets\.css": "(zvanets\.[0-9a-f]{12}\.css)"', names)[1]
    with web.get(f"/static/{hashed}", **{"Accept-Encoding": "gzip"}) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_modules_name_each_other_by_their_content_so_that_no_two_versions_meet(web):
    names = json.loads((web.state / "static" / "staticfiles.json").read_text())["paths"]
    found, left = set(), {names["zvanets.js"]}
    while left:
        found.add(name := left.pop())
        with web.get(f"/static/{name}") as answer:
            assert "immutable" in answer.headers["Cache-Control"]
            left |= set(re.findall(r'from "\./([^"]+)"', answer.read().decode())) - found
    assert found == {
        names[module] for module in ("zvanets.js", "zvanets-register.js", "zvanets-drafts.js", "zvanets-queue.js")
    }
    assert all(re.search(r"\.[0-9a-f]{12}\.js$", name) for name in found)


def test_it_says_where_it_serves(web):
    assert f"Zvanets serves at http://127.0.0.1:{web.port};" in (web.state.parent / "serve.log").read_text()


def test_logs_hold_no_address_and_no_words_typed(web):
    with pytest.raises(urllib.error.HTTPError):
        web.get("/secret-path/?q=Ivanova")
    said = (web.state.parent / "serve.log").read_text()
    assert '"status": 404' in said
    assert "Ivanova" not in said
    assert "secret-path" not in said


def test_a_second_one_on_the_same_port_is_refused_with_a_sentence(web):
    second = subprocess.run([*COMMAND, "serve"], env=web.env, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == 1
    assert "set ZVANETS_PORT to another" in second.stderr


def test_a_killed_worker_is_replaced(web):
    workers = {pid for pid, command in processes_of(web.state).items() if "spawn_main" in command}
    assert len(workers) == 2
    os.kill(workers.pop(), signal.SIGKILL)
    assert wait_until(
        lambda: len([c for c in processes_of(web.state).values() if "spawn_main" in c]) == 2, 10, step=0.05
    )
    web.wait(5)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_after_its_end(web, by):
    code = web.end(by)
    assert code == (-9 if by == signal.SIGKILL else 0)
    assert nothing_left_of(web.state)
