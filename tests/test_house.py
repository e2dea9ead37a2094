"""The house tests itself: small files, small functions, known file names, nothing of any machine."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = [
    path
    for part in ("zvanets", "config", "bench", "tests", "tools")
    for path in sorted((ROOT / part).rglob("*.py"))
    if "migrations" not in path.parts
]
ROOMS = {
    "accounts", "attendance", "billing", "books", "cli", "demo", "exchange", "files", "gradebook", "guardians", "history", "ivr", "lessons", "lib",
    "notifications", "operator", "portal", "remarks", "messaging", "rules", "schools", "staff", "tenancy", "timetable",
}  # fmt: skip
VAGUE = {"utils.py", "helpers.py", "misc.py", "managers.py", "signals.py", "models2.py"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_short_and_functions_shorter(path):
    text = path.read_text()
    assert text.count("\n") <= 400
    long = [
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno >= 50
    ]
    assert not long


def test_most_functions_of_the_product_stay_under_ten_lines():
    lengths = sorted(
        node.end_lineno - node.lineno
        for path in SOURCES
        if path.is_relative_to(ROOT / "zvanets")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    )
    assert lengths[len(lengths) // 2] < 10


def test_there_are_the_rooms_that_the_architecture_names():
    assert {path.parent.name for path in (ROOT / "zvanets").glob("*/__init__.py")} == ROOMS


def test_no_file_of_the_product_has_a_name_that_says_nothing():
    assert not [path for path in SOURCES if path.name in VAGUE and path.is_relative_to(ROOT / "zvanets")]


def test_no_room_listens_to_signals_or_overrides_save():
    for path in (ROOT / "zvanets").rglob("*.py"):
        tree = ast.parse(path.read_text())
        imports = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert "django.dispatch" not in imports, path
        saves = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "save"]
        assert not saves, path


def test_every_package_has_said_in_a_line_what_it_is_for():
    for path in (ROOT / "zvanets").glob("*/__init__.py"):
        assert ast.get_docstring(ast.parse(path.read_text())), path


def test_third_party_software_is_listed_as_locked():
    done = subprocess.run(
        [sys.executable, "tools/third_party.py", "--check"], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_the_locks_name_hashes_and_no_address():
    for lock in ("requirements.lock", "requirements-test.lock"):
        text = (ROOT / lock).read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text


def test_nothing_in_the_project_names_a_folder_of_some_machine():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    homes = ("/ro" + "ot/", "/ho" + "me/", "/wo" + "rk/")
    for name in filter(None, listed):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".html", ".css", ".js", ".sql", ".txt", ".po", ""} and path.is_file():
            text = path.read_text(errors="ignore")
            assert not [home for home in homes if home in text], name
