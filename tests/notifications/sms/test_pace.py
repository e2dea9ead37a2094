"""A bind speaks as fast as was agreed, and slower when it is told so; its address and its receipts are read as meant."""

import os
import subprocess
import sys
from decimal import Decimal

import pytest

from zvanets.notifications.channels.sms.carrier import BadAddress, carrier_of
from zvanets.notifications.channels.sms.mark import Mark, left_behind
from zvanets.notifications.channels.sms.pace import Pace
from zvanets.notifications.channels.sms.receipts import number_of, references_of


def sent(pace, start, seconds):
    """How many parts go in so many seconds when somebody asks a hundred times a second."""
    count = 0
    for tick in range(int(seconds * 100)):
        room = pace.room(start + tick / 100)
        pace.spend(room)
        count += room
    return count


@pytest.mark.parametrize("rate", [1, 7, 50, 1000])
def test_the_agreed_rate_is_kept(rate):
    assert sent(Pace(rate), 0, 10) == pytest.approx(rate * 10, rel=0.12, abs=1)


def test_too_fast_halves_the_rate_once_and_it_comes_back():
    pace = Pace(100)
    sent(pace, 0, 1)
    for _ in range(20):
        pace.throttled(1.0)
    assert pace.rate == 50
    assert sent(pace, 1.0, 0.99) == 0
    assert 50 <= sent(pace, 2.0, 1) < 70
    sent(pace, 3.0, 15)
    assert pace.rate == 100


def test_the_address_of_a_carrier_says_everything():
    carrier = carrier_of(
        "smpps://di%40ry:s%3Acret@smsc.example.org:3550?source=Zvanets&window=9&per_second=2.5&ids=hex&query=0", "0.045"
    )
    assert (carrier.host, carrier.port, carrier.user, carrier.password) == ("smsc.example.org", 3550, "di@ry", "s:cret")
    assert (carrier.source, carrier.window, carrier.per_second, carrier.ids) == ("Zvanets", 9, 2.5, "hex")
    assert (carrier.tls, carrier.query, carrier.price) == (True, False, Decimal("0.045"))
    assert carrier_of("smpp://smsc.example.org").port == 2775


@pytest.mark.parametrize("url", ["", "smpp://", "http://a", "smpp://a?window=0", "smpp://a?window=x", "smpp://a?x=1"])
def test_a_wrong_address_is_said_so(url):
    with pytest.raises(BadAddress):
        carrier_of(url)


def test_ids_are_known_in_each_form():
    assert references_of("00a7F") == ("A7F", "2687")
    assert references_of("6699") == ("6699", "1A2B", "26265")
    assert references_of("1A2B", "dec") == ("6699",)
    assert references_of("6699", "hex") == ("1A2B",)
    assert references_of("c0ffee-x") == ("C0FFEE-X",)
    assert references_of("") == ()


def test_a_number_is_one_however_it_is_written():
    assert len({number_of(text) for text in ("+359888123456", "359888123456", "00359888123456", "0888 123 456")}) == 1
    assert number_of("+359888123456") != number_of("+359888123457")


def test_a_dead_process_leaves_how_far_it_wrote(tmp_path):
    code = (
        "import os, sys, pathlib\n"
        "from zvanets.notifications.channels.sms.mark import Mark\n"
        "mark = Mark(pathlib.Path(sys.argv[1]), 77)\n"
        "mark.about(41); mark.about(42)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], check=False, env=os.environ)
    assert [(left.bind, left.written) for left in left_behind(tmp_path)] == [(77, 42)]
    assert not list(tmp_path.iterdir())


def test_a_living_bind_is_left_alone_and_another_boot_is_not_believed(tmp_path):
    mark = Mark(tmp_path, 5)
    assert list(left_behind(tmp_path)) == []
    mark.close()
    (tmp_path / "6.mark").write_bytes(b"another-boot".ljust(64, b"\0"))
    assert [(left.bind, left.written) for left in left_behind(tmp_path)] == [(6, None)]
