"""The weekly programme as arithmetic: what has to be placed, where it could go, whether it fits, and what clashes.

A week has two sides, A and B: a course with half hours has its odd one on one side only. Half hours are counted as
whole numbers, two to a weekly hour.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import combinations

WEEKDAYS = range(1, 6)
SIDES = ("A", "B")
EVERY_WEEK = "all"
CLASS, TEACHER, ROOM = "class", "teacher", "room"


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """An hour of a weekday (1 Monday … 5) in one shift, between its bells."""

    shift: int
    weekday: int
    hour_no: int
    starts: time
    ends: time

    def overlaps(self, other: "Slot") -> bool:
        return self.weekday == other.weekday and self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True, slots=True)
class Block:
    """Courses of one class that stand in the same hours: mostly one; groups in parallel, or two that take turns.

    `half_hours` a week: 3 is an hour each week and another every second week. `teachers` are all busy in its hours, and
    `room` (0: no matter which) is taken. `closed` are the (weekday, hour) in which it may not stand, by a wish of its teachers or of the school.
    """

    key: int
    class_group: int
    courses: tuple[int, ...]
    teachers: frozenset[int]
    half_hours: int
    shift: int
    room: int = 0
    closed: frozenset[tuple[int, int]] = frozenset()

    @property
    def owners(self) -> Iterator[tuple[str, int]]:
        """Whoever and whatever can be at one place at a time."""
        yield CLASS, self.class_group
        for teacher in sorted(self.teachers):
            yield TEACHER, teacher
        if self.room:
            yield ROOM, self.room

    @property
    def most_a_day(self) -> int:
        """Hours a day when the week is spread evenly."""
        return -(-self.half_hours // (2 * len(WEEKDAYS)))


@dataclass(frozen=True, slots=True, order=True)
class Placed:
    """A block stands in a slot on every week or on one side."""

    block: int
    slot: Slot
    week: str

    @property
    def sides(self) -> Sequence[str]:
        return SIDES if self.week == EVERY_WEEK else (self.week,)


@dataclass(frozen=True, slots=True)
class TooMuch:
    """Somebody needs more half hours a week than there are: who it is, and both figures."""

    kind: str  # CLASS, TEACHER or ROOM
    number: int
    needed: int
    free: int


def too_much(blocks: Iterable[Block], slots: Collection[Slot]) -> list[TooMuch]:
    """Return the classes, teachers and rooms whose week is too short for what is asked of them, before anybody solves."""
    found = []
    for (kind, number), theirs in by_owner(blocks).items():
        needed = sum(block.half_hours for block in theirs)
        free = 2 * _apart({slot for block in theirs for slot in open_slots(block, slots)})
        if needed > free:
            found.append(TooMuch(kind, number, needed, free))
    return sorted(found, key=lambda each: (each.kind, each.number))


def by_owner(blocks: Iterable[Block]) -> dict[tuple[str, int], list[Block]]:
    found = defaultdict(list)
    for block in blocks:
        for owner in block.owners:
            found[owner].append(block)
    return found


def _apart(slots: Collection[Slot]) -> int:
    """How many of the slots one person can stand in: of those that overlap only one, the earliest to end first."""
    count, last = 0, None
    for slot in sorted(slots, key=lambda each: (each.weekday, each.ends)):
        if last is None or not slot.overlaps(last):
            count, last = count + 1, slot
    return count


def open_slots(block: Block, slots: Iterable[Slot]) -> list[Slot]:
    return [s for s in slots if s.shift == block.shift and (s.weekday, s.hour_no) not in block.closed]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two blocks that need one class, teacher or room at one time."""

    kind: str
    number: int
    first: Placed
    second: Placed


def clashes(placed: Iterable[Placed], blocks: Mapping[int, Block]) -> list[Clash]:
    """Compare each pair that shares a class, a teacher or a room; this knows nothing of how the programme was made."""
    standing = defaultdict(list)
    for each in placed:
        for owner in blocks[each.block].owners:
            standing[owner].append(each)
    return [
        Clash(kind, number, one, other)
        for (kind, number), theirs in standing.items()
        for one, other in combinations(theirs, 2)
        if set(one.sides) & set(other.sides) and one.slot.overlaps(other.slot)
    ]


def unplaced(placed: Iterable[Placed], blocks: Iterable[Block]) -> dict[int, int]:
    """Return the half hours that stand nowhere, by block."""
    standing: Counter[int] = Counter()
    for each in placed:
        standing[each.block] += len(each.sides)
    return {b.key: b.half_hours - standing[b.key] for b in blocks if standing[b.key] != b.half_hours}


def gaps(placed: Iterable[Placed], blocks: Mapping[int, Block], kind: str) -> int:
    """Count the free hours between two lessons of a class's or a teacher's day, over both sides of the week."""
    days: dict[tuple[int, int, int, str], set[int]] = defaultdict(set)
    for each in placed:
        for number in (number for one, number in blocks[each.block].owners if one == kind):
            for side in each.sides:
                days[number, each.slot.shift, each.slot.weekday, side].add(each.slot.hour_no)
    return sum(max(hours) - min(hours) + 1 - len(hours) for hours in days.values())
