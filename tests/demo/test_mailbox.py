"""The mail carrier's stand-in, as a process of its own."""

import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from zvanets.demo.mailbox import Folder, newest
from zvanets.lib import clock

LETTER = b"Subject: =?utf-8?b?0JfQtNGA0LDQstC10Lk=?=\r\n\r\n.one dot\r\n"


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "zvanets.demo.mailbox", "--port", "0", "--dir", str(tmp_path)],
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(500):
            if (tmp_path / "port").exists():
                break
            time.sleep(0.02)
        yield int((tmp_path / "port").read_text()), tmp_path
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_it_keeps_a_letter_with_its_envelope_and_the_moment_it_came(mailbox):
    port, path = mailbox
    before = clock.now()
    with smtplib.SMTP("127.0.0.1", port) as server:
        server.sendmail("bounce+1-2-3@example.org", ["mother@example.org"], LETTER)

    kept = newest(path)

    assert len(kept) == 1
    assert before <= kept[0].arrived_at <= clock.now()
    head, _, body = kept[0].path.read_bytes().partition(b"\r\n\r\n")
    assert b"Return-Path: <bounce+1-2-3@example.org>" in head
    assert b"Delivered-To: mother@example.org" in head
    assert body == b".one dot\r\n"


def test_it_listens_to_its_own_machine_alone(mailbox):
    port, _ = mailbox
    listening = Path("/proc/net/tcp").read_text().splitlines()
    places = {line.split()[1].split(":")[0] for line in listening if line.split()[1].endswith(f":{port:04X}")}

    assert places == {"0100007F"}


def test_a_letter_of_several_megabytes_is_refused(mailbox):
    port, path = mailbox
    with smtplib.SMTP("127.0.0.1", port) as server, pytest.raises(smtplib.SMTPException):
        server.sendmail("a@example.org", ["b@example.org"], b"Subject: big\r\n\r\n" + b"x" * 3_000_000)

    assert newest(path) == []


def test_the_folder_lets_the_oldest_go_and_remembers_what_lay_there_before(tmp_path):
    first = Folder(tmp_path, keep=5)
    names = [first.put(b"%d" % number).name for number in range(7)]
    again = Folder(tmp_path, keep=5)
    names.append(again.put(b"7").name)

    assert [kept.name for kept in newest(tmp_path)] == names[:-6:-1]
    assert [kept.name for kept in newest(tmp_path, 2)] == names[:-3:-1]


def test_half_a_letter_of_a_killed_mailbox_is_swept_away(tmp_path):
    Folder(tmp_path)
    (tmp_path / "tmp" / "1.2-3.eml").write_bytes(b"half")

    Folder(tmp_path)

    assert list((tmp_path / "tmp").iterdir()) == []
    assert newest(tmp_path) == []


def test_a_folder_that_nobody_made_holds_nothing(tmp_path):
    assert newest(tmp_path / "nowhere") == []
