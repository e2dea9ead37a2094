"""Each bench can be run and says what its figures mean; how large they are is no test's business."""

import importlib
import json
import subprocess
import sys

import pytest

from bench.__main__ import NAMES
from bench.browser import fields_of
from bench.common import Cost, medians, tree_cpu_seconds


@pytest.mark.parametrize("name", NAMES)
def test_each_bench_runs_and_documents_its_keys(name):
    module = importlib.import_module(f"bench.{name}")

    assert callable(module.run)
    assert module.__doc__
    assert all(key.isidentifier() and words for key, words in module.KEYS.items())


@pytest.mark.parametrize(
    ("name", "promised"),
    [
        ("save_lesson", {"cpu_ms", "statements", "raw_cpu_ms"}),
        ("lesson_page", {"cpu_ms", "statements"}),
        ("gradebook_page", {"cpu_ms", "statements"}),
        ("grid_save", {"cpu_ms", "statements"}),
        ("portal_page", {"cpu_ms", "statements"}),
        ("cold_start", {"wall_s"}),
        ("demo_start", {"wall_s"}),
        ("seconds_to_parent", {"p50_s", "p99_s", "lost", "duplicated"}),
    ],
)
def test_the_promised_figures_are_among_them(name, promised):
    assert promised <= importlib.import_module(f"bench.{name}").KEYS.keys()


def test_an_unknown_name_is_refused_in_words():
    done = subprocess.run([sys.executable, "-m", "bench", "nothing"], check=False, capture_output=True, text=True)

    assert done.returncode == 2
    assert "No such bench: nothing. There are: save_lesson" in done.stderr


def test_the_figures_of_the_median_round_belong_together():
    rounds = [Cost(1, 5), Cost(3, 1), Cost(9, 9)]

    assert medians(rounds) == {"cpu_ms": 6, "web_cpu_ms": 1, "db_cpu_ms": 5}
    assert json.dumps(medians(rounds))


def test_a_child_counts_while_it_runs_and_after_it_was_waited_for():
    work = "for _ in range(4_000_000): pass"
    parent = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]]); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", parent, work], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        spent = tree_cpu_seconds(process.pid)
        process.communicate(b"\n")

    assert spent >= 0.05


def test_a_form_is_sent_as_a_browser_sends_it():
    page = """<form id="other"><input type="hidden" name="x" value="1"></form>
    <form id="lesson"><input type="hidden" name="base" value="[&quot;a&quot;]"><input type="text" id="g" name="grade-1-1" maxlength="20">
    <input type="checkbox" name="absent" value="1"><textarea id="t" name="topic">Дроби &amp; проценти</textarea></form>"""

    sent = [("base", '["a"]'), ("grade-1-1", ""), ("topic", "Дроби & проценти")]
    assert fields_of(page, '<form id="lesson"') == sent
