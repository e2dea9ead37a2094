"""When families hear of a meeting or an event for the second time."""

from datetime import date, datetime, time, timedelta, tzinfo

# Late enough for parents at work, early enough before quiet hours.
REMIND_AT = time(16)


def remind_at(day: date, zone: tzinfo) -> datetime:
    """Return the moment of the reminder of what is on `day`: the afternoon before."""
    return datetime.combine(day - timedelta(days=1), REMIND_AT, zone)


def is_due(day: date, *, said_at: datetime, now: datetime, zone: tzinfo) -> bool:
    """Tell whether to remind now of what is on `day` and was last announced or moved at `said_at`.

    Who heard on the very eve, or the same day, needs no reminder; and on the day itself it is too late for one.
    """
    eve = day - timedelta(days=1)
    return remind_at(day, zone) <= now and now.astimezone(zone).date() == eve and said_at.astimezone(zone).date() < eve
