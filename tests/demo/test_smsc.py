"""The stand-in for the mobile carrier, asked by programs that nobody here wrote."""

import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.demo.esme import kannel
from tests.notifications.sms.smsc import wait_until
from zvanets.demo.smsc import newest


@contextmanager
def centre(folder):
    process = subprocess.Popen([sys.executable, "-m", "zvanets.demo.smsc", "--dir", folder], stdout=subprocess.DEVNULL)
    try:
        wait_until((folder / "port").exists)
        yield int((folder / "port").read_text())
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.mark.peer
def test_kannel_sends_through_it_and_gets_its_receipts(tmp_path):
    box, folder = tmp_path / "box", tmp_path / "kannel"
    folder.mkdir()
    with centre(box) as port, kannel(folder, port) as esme:
        wait_until(lambda: "accepted" in esme.send("+359990000001", "Анна: Отсъства от 3-тия час").casefold())
        esme.send("+359990000002", "Родителска среща на 12 октомври в 18:00 часа. " * 3)
        wait_until(lambda: len(newest(box / "messages.jsonl")) >= 2, 20, esme.log)
        wait_until(lambda: esme.log().count("got DLR") >= 2, 20, esme.log)
    long, short = newest(box / "messages.jsonl")[:2]
    assert (short.to, short.sender, short.text, short.parts) == (
        "359990000001",
        "1917",
        "Анна: Отсъства от 3-тия час",
        1,
    )
    assert (long.parts, long.text.count("Родителска среща")) == (3, 3)


def test_a_folder_that_nobody_made_holds_nothing(tmp_path):
    assert newest(tmp_path / "nowhere.jsonl") == []


def test_a_line_that_is_being_written_is_not_read(tmp_path):
    (tmp_path / "box").write_text('{"id": "1", "to": "2", "sender": "3", "text": "a", "parts": 1, "at": 1.0}\n{"id": "')
    assert [each.id for each in newest(tmp_path / "box")] == ["1"]
