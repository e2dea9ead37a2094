"""A weekly programme without clashes: each class has its lessons one after the other, no teacher stands in two rooms.

Hill climbing with a short memory: take a lesson that clashes, swap it with the lesson of its class that costs least.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from random import Random

DAYS = 5
_CLASH = 20
_STEPS = 20_000
_MEMORY = 12


class NoProgramme(RuntimeError):
    """The search gave up; the curriculum asks too much of some teacher."""


@dataclass(frozen=True, slots=True)
class Block:
    """What one class does in one hour of the week: `needs` are who must be free (a teacher, in week A or B)."""

    row: int
    needs: frozenset[Hashable]
    subject: str


@dataclass(frozen=True, slots=True)
class Slot:
    weekday: int  # 1 Monday
    hour: int  # 1 the first


class Programme:
    """The search's state: per class a list of blocks, each at the slot of its place in `slots`."""

    def __init__(self, classes: Sequence[Sequence[Block]], rng: Random) -> None:
        self.rng = rng
        self.slots = [_slots(len(blocks)) for blocks in classes]
        self.placed = [rng.sample(list(blocks), len(blocks)) for blocks in classes]
        self.busy: Counter[tuple[Slot, Hashable]] = Counter()
        self.daily: Counter[tuple[int, int, str]] = Counter()
        self.recent: list[tuple[int, int]] = []
        for number, blocks in enumerate(self.placed):
            for place, block in enumerate(blocks):
                self._count(number, self.slots[number][place], block, 1)

    def solve(self) -> None:
        """Swap until nobody clashes, and then until no subject fills a day."""
        for _ in range(_STEPS):
            troubled = self._troubled()
            if not troubled:
                return
            self._improve(*self.rng.choice(troubled))
        if any(self._clashes(*spot) for spot in self._spots()):
            raise NoProgramme("no programme without clashes was found")

    def _spots(self) -> list[tuple[int, int]]:
        return [(number, place) for number, blocks in enumerate(self.placed) for place in range(len(blocks))]

    def _troubled(self) -> list[tuple[int, int]]:
        spots = self._spots()
        return [spot for spot in spots if self._clashes(*spot)] or [spot for spot in spots if self._crowds(*spot)]

    def _clashes(self, number: int, place: int) -> bool:
        slot = self.slots[number][place]
        return any(self.busy[slot, need] > 1 for need in self.placed[number][place].needs)

    def _crowds(self, number: int, place: int) -> bool:
        block, day = self.placed[number][place], self.slots[number][place].weekday
        return self.daily[number, day, block.subject] > 2

    def _improve(self, number: int, place: int) -> None:
        others = [other for other in range(len(self.placed[number])) if other != place]
        costs = {
            other: self._cost_of_swap(number, place, other) for other in others if (number, other) not in self.recent
        }
        least = min(costs.values())
        self._swap(number, place, self.rng.choice([other for other, cost in costs.items() if cost == least]))
        self.recent = [*self.recent[-_MEMORY:], (number, place)]

    def _cost_of_swap(self, number: int, one: int, other: int) -> int:
        before = self._cost(number, one) + self._cost(number, other)
        self._swap(number, one, other)
        after = self._cost(number, one) + self._cost(number, other)
        self._swap(number, one, other)
        return after - before

    def _cost(self, number: int, place: int) -> int:
        slot, block = self.slots[number][place], self.placed[number][place]
        clashes = sum(self.busy[slot, need] - 1 for need in block.needs)
        return _CLASH * clashes + max(0, self.daily[number, slot.weekday, block.subject] - 2)

    def _swap(self, number: int, one: int, other: int) -> None:
        blocks, slots = self.placed[number], self.slots[number]
        for place in (one, other):
            self._count(number, slots[place], blocks[place], -1)
        blocks[one], blocks[other] = blocks[other], blocks[one]
        for place in (one, other):
            self._count(number, slots[place], blocks[place], 1)

    def _count(self, number: int, slot: Slot, block: Block, by: int) -> None:
        self.daily[number, slot.weekday, block.subject] += by
        for need in block.needs:
            self.busy[slot, need] += by


def _slots(count: int) -> list[Slot]:
    """Return so many slots of a week, without a hole, the days as even as they can be."""
    per_day = [count // DAYS + (day < count % DAYS) for day in range(DAYS)]
    return [Slot(day + 1, hour) for day in range(DAYS) for hour in range(1, per_day[day] + 1)]


def arrange(classes: Sequence[Sequence[Block]], rng: Random) -> list[list[tuple[Block, Slot]]]:
    """Return when each class has each of its blocks; raises NoProgramme."""
    programme = Programme(classes, rng)
    programme.solve()
    return [list(zip(*pair, strict=True)) for pair in zip(programme.placed, programme.slots, strict=True)]
