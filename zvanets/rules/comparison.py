"""Comparison without shame: one child's average beside the class's, and nothing where few stand behind the figure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from zvanets.rules.averages import Counting
from zvanets.rules.scales import GradeKind, Mark

FEWEST = 5  # students with grades: the average of fewer would tell of single ones


@dataclass(frozen=True, slots=True)
class Compared:
    own: Decimal
    others: Decimal


def compared(
    grades: Mapping[int, Iterable[tuple[Mark, GradeKind]]], student: int, counting: Counting
) -> Compared | None:
    """Compare a student with the whole class, the student in it; `grades` by student. None where one of the two tells nothing."""
    marked = {each: marks for each, given in grades.items() if (marks := list(given))}
    if student not in marked or len(marked) < FEWEST:
        return None
    own = counting.mean(marked[student]).result
    others = counting.mean(each for given in marked.values() for each in given).result
    return Compared(own, others) if own is not None and others is not None else None
