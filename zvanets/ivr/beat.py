"""The beat of all calls: each is due every 20 ms. They are spread over four turns of 5 ms, so that none waits for a crowd."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

TURNS = 4
TURN_SECONDS = 0.005
LATE_SECONDS = 0.010
_GIVE_UP_SECONDS = 0.2  # behind by more, the beat goes on from now

Due = Callable[[float], bool]


@dataclass
class Counts:
    """Ticks that sent sound, and how many of them went out more than 10 ms late."""

    ticks: int = 0
    late: int = 0

    @property
    def late_pct(self) -> float:
        return 100 * self.late / self.ticks if self.ticks else 0.0


class Beat:
    """Calls every member once in 20 ms while there are members."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._turns: list[dict[object, Due]] = [{} for _ in range(TURNS)]
        self._turn = 0
        self._next: asyncio.TimerHandle | None = None
        self._due_at = 0.0
        self.counts = Counts()

    def join(self, member: object, due: Due) -> None:
        """Call `due` with the moment it was to happen; it says whether sound went out."""
        min(self._turns, key=len)[member] = due
        if self._next is None:
            self._due_at = self._loop.time() + TURN_SECONDS
            self._next = self._loop.call_at(self._due_at, self._strike)

    def leave(self, member: object) -> None:
        for turn in self._turns:
            turn.pop(member, None)
        if self._next is not None and not any(self._turns):
            self._next.cancel()
            self._next = None

    def _strike(self) -> None:
        now = self._loop.time()
        if now - self._due_at > _GIVE_UP_SECONDS:
            self._skip(int((now - self._due_at) / TURN_SECONDS))
            self._due_at = now
        while self._due_at <= now and self._next is not None:
            self._one_turn()
            self._due_at += TURN_SECONDS
            now = self._loop.time()
        if self._next is not None:
            self._next = self._loop.call_at(self._due_at, self._strike)

    def _skip(self, turns: int) -> None:
        """Nobody hears what is older than this; it counts as late all the same."""
        lost = turns * sum(map(len, self._turns)) // TURNS
        self.counts.ticks += lost
        self.counts.late += lost

    def _one_turn(self) -> None:
        turn, self._turn = self._turns[self._turn], (self._turn + 1) % TURNS
        for due in list(turn.values()):
            if due(self._due_at):
                self.counts.ticks += 1
                self.counts.late += self._loop.time() - self._due_at > LATE_SECONDS
