"""The one clock of web, worker and stand-ins; ZVANETS_CLOCK starts it at another moment and it runs on from there."""

import os
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

SOFIA = ZoneInfo("Europe/Sofia")


class WrongClock(ValueError):
    """ZVANETS_CLOCK or ZVANETS_CLOCK_OFFSET cannot be read."""


def offset_of(environment: dict[str, str] | os._Environ[str]) -> timedelta:
    """Return how far our clock is from the machine's.

    Processes that belong together agree on ZVANETS_CLOCK_OFFSET (seconds); alone, a process starts at ZVANETS_CLOCK.
    """
    if seconds := environment.get("ZVANETS_CLOCK_OFFSET"):
        try:
            return timedelta(seconds=float(seconds))
        except ValueError:
            raise WrongClock(f"ZVANETS_CLOCK_OFFSET is no number of seconds: {seconds!r}") from None
    if start := environment.get("ZVANETS_CLOCK"):
        return _moment(start) - datetime.now(UTC)
    return timedelta(0)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongClock(f"ZVANETS_CLOCK is no moment like 2025-10-07T10:20+03:00: {text!r}") from None
    if moment.tzinfo is None:
        raise WrongClock(f"ZVANETS_CLOCK needs its distance from UTC, as in 2025-10-07T10:20+03:00: {text!r}")
    return moment


_offset = offset_of(os.environ)


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC) + _offset


def today(tz: tzinfo = SOFIA) -> date:
    """Return the date that people there read on their calendar."""
    return now().astimezone(tz).date()
