"""What becomes of one cell of the gradebook: saved, in conflict, or refused. The page says what it saw; the newer state wins."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from zvanets.rules.scales import Mark


class Graded(Protocol):
    """A grade that stands in a cell."""

    @property
    def id(self) -> int: ...
    @property
    def mark(self) -> Mark: ...


G = TypeVar("G", bound=Graded)


class Move(StrEnum):
    KEEP = "keep"  # it stands as wanted already
    GIVE = "give"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Decision(Generic[G]):
    """The move, and the grade that stands in the cell now."""

    move: Move
    now: G | None


def decide(standing: Sequence[G], *, seen: int, place: int, wanted: Mark | None) -> Decision[G]:
    """Decide about a cell of a student, lesson and kind.

    `standing` are the grades there in order, of which the page showed the one of number `place`; `seen` is the id of
    the grade it showed, 0 for an empty cell. A cell that stands as wanted is no conflict, whoever wrote it.
    """
    now = next((each for each in standing if each.id == seen), None)
    if now is None:
        now = standing[place] if place < len(standing) else None
    if (now.mark if now else None) == wanted:
        return Decision(Move.KEEP, now)
    if (now.id if now else 0) != seen:
        return Decision(Move.CONFLICT, now)
    if wanted is None:
        return Decision(Move.WITHDRAW, now)
    return Decision(Move.CORRECT if now else Move.GIVE, now)
