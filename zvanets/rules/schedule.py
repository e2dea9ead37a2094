"""Which lesson runs now, and which is next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Slot:
    """One lesson of a day between its bells; it may cross midnight (23:30-00:10). `key` is the caller's own."""

    key: int
    day: date
    starts: time
    ends: time

    def span(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Return its two bells as moments; a lesson that ends before it starts ends on the next day."""
        end_day = self.day if self.starts < self.ends else self.day + timedelta(days=1)
        return datetime.combine(self.day, self.starts, zone), datetime.combine(end_day, self.ends, zone)


@dataclass(frozen=True, slots=True)
class Now:
    """What runs at a moment and what begins next; groups in parallel make several of either."""

    running: tuple[Slot, ...] = ()
    following: tuple[Slot, ...] = ()


def lessons_now(slots: Iterable[Slot], at: datetime, zone: tzinfo) -> Now:
    """Return the lessons running at `at` (aware), from the first bell up to the last, and those that begin next.

    Give it yesterday's lessons too where one may cross midnight.
    """
    spans = sorted(((*slot.span(zone), slot) for slot in slots), key=lambda each: (each[0], each[2].key))
    running = tuple(slot for starts, ends, slot in spans if starts <= at < ends)
    after = [(starts, slot) for starts, _, slot in spans if starts > at]
    following = tuple(slot for starts, slot in after if starts == after[0][0])
    return Now(running, following)


def minutes_since_bell(slot: Slot, at: datetime, zone: tzinfo) -> int:
    """Return the whole minutes from the first bell to `at`; 0 before the bell."""
    return max(0, int((at - slot.span(zone)[0]).total_seconds() // 60))
