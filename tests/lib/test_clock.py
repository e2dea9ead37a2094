"""One clock for all processes."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from zvanets.lib import clock


def test_without_a_wish_the_clock_is_the_machines():
    assert clock.offset_of({}) == timedelta(0)


def test_it_starts_where_it_is_told_and_runs_on():
    with time_machine.travel(datetime(2026, 11, 20, 12, 0, tzinfo=UTC), tick=False):
        offset = clock.offset_of({"ZVANETS_CLOCK": "2025-10-07T10:20+03:00"})
        assert datetime.now(UTC) + offset == datetime(2025, 10, 7, 7, 20, tzinfo=UTC)


def test_processes_that_belong_together_agree_on_the_offset():
    told = {"ZVANETS_CLOCK": "2025-10-07T10:20+03:00", "ZVANETS_CLOCK_OFFSET": "-3600.5"}
    assert clock.offset_of(told) == timedelta(seconds=-3600.5)


@pytest.mark.parametrize("wish", ["2025-10-07T10:20", "yesterday", "10:20"])
def test_a_moment_that_cannot_be_read_is_refused_with_an_example(wish):
    with pytest.raises(clock.WrongClock, match=r"2025-10-07T10:20\+03:00"):
        clock.offset_of({"ZVANETS_CLOCK": wish})


def test_an_offset_that_is_no_number_is_refused():
    with pytest.raises(clock.WrongClock):
        clock.offset_of({"ZVANETS_CLOCK_OFFSET": "soon"})


@time_machine.travel(datetime(2026, 11, 20, 22, 30, tzinfo=UTC), tick=False)
def test_today_is_what_the_calendar_there_says():
    assert clock.now().tzinfo is UTC
    assert clock.today().isoformat() == "2026-11-21"
    assert clock.today(ZoneInfo("Europe/London")).isoformat() == "2026-11-20"


def test_nobody_asks_another_clock():
    """Logs do: they are the machine's own record. A socket's patience is counted by time.monotonic().

    And so do those that compare with what others wrote by the machine's clock: allauth's counts of tries, the times of
    files, and RTCP, whose peer has no other.
    """
    other = re.compile(r"timezone\.now|datetime\.(now|utcnow)|date\.today|auto_now|localdate|\btime\.time\(")
    package = Path(clock.__file__).parents[1]
    asking = {path.relative_to(package).as_posix() for path in package.rglob("*.py") if other.search(path.read_text())}
    assert asking == {"lib/clock.py", "accounts/guessing.py", "files/disk.py", "ivr/stream.py"}
