"""The towns by whose clocks families live."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from zvanets.lib.zones import ZONES


def test_every_town_has_its_clock_and_they_run_from_east_to_west():
    january = datetime(2026, 1, 15, tzinfo=UTC)
    offsets = [january.astimezone(ZoneInfo(zone)).utcoffset() for zone in ZONES]
    assert len(offsets) == len([each for each in offsets if each is not None])
    assert len(set(ZONES.values())) == len(ZONES)
    assert max(len(zone) for zone in ZONES) <= 40, "as long as Guardian.time_zone"
