"""Logs name no person, whoever writes them."""

import json
import logging

import pytest

from zvanets.lib import logs

NAME = "Ивана Петрова"


@pytest.fixture
def said(capsys):
    logs.configure()
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_fact_that_is_not_listed_does_not_leave(said):
    logs.note("answered", status=200, ms=1.5, school=9900102, child=NAME, phone="+359888000111")
    (line,) = said()
    assert {key: line[key] for key in line if key != "at"} == {
        "level": "info", "event": "answered", "status": 200, "ms": 1.5, "school": 9900102,
    }  # fmt: skip


def test_a_listed_fact_of_a_strange_kind_is_named_by_its_kind(said):
    logs.note("odd", reason={"name": NAME}, kind=None)
    assert said()[0]["reason"] == "dict"


def test_a_foreign_record_goes_without_its_arguments(said):
    logging.getLogger("django.request").warning("Not Found: %s", f"/p/{NAME}")
    (line,) = said()
    assert line["event"] == "Not Found: %s"
    assert NAME not in json.dumps(line, ensure_ascii=False)


def test_an_error_tells_its_kind_and_place_but_not_its_text(said):
    try:
        int(NAME)  # the text of its error quotes the value, as PostgreSQL's do
    except ValueError:
        logs.note("failed", level=logging.ERROR, error=True)
    (line,) = said()
    assert line["error"] == "ValueError"
    assert "test_logs.py" in line["where"][0]
    assert NAME not in json.dumps(line, ensure_ascii=False)


def test_setting_up_twice_says_everything_once(said):
    logs.configure()
    logs.note("once")
    assert len(said()) == 1
