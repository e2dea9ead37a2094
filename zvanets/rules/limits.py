"""Warnings before the law bites: which limits a child has come near, each told once for its period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from zvanets.rules.absences import MONTHLY_WARNINGS, parent_days, warnings_reached


class LimitKind(IntEnum):
    """What nears: the end of the family's payments, an exam for the term grade, the end of the parent's days."""

    MONTH = 1
    QUARTER = 2
    PARENT_DAYS = 3


@dataclass(frozen=True, slots=True)
class Nearing:
    """A limit that was reached; `limit` are half-units, per cent or days, `period` the first day of what it counts."""

    kind: LimitKind
    limit: int
    period: date
    figure: int  # how much it is now, in the units of the limit
    course_id: int | None = None


@dataclass(frozen=True, slots=True)
class MissedCourse:
    """How many of a term's lessons of one course, as planned for the whole term, a child has missed."""

    course_id: int
    missed: int
    planned: int


# The exam comes at a quarter; the family hears when a fifth is missed, while it can still be helped, and at the quarter.
QUARTER_WARNINGS = (20, 25)
# Two days before the last one.
DAYS_BEFORE_THE_END = 2


def near_month(halves: int, month: date) -> list[Nearing]:
    """Return the thresholds of one month that the unexcused sum has reached, the lowest first."""
    return [Nearing(LimitKind.MONTH, each, month, halves) for each in warnings_reached(-1, halves, MONTHLY_WARNINGS)]


def near_quarter(courses: Iterable[MissedCourse], term: date) -> list[Nearing]:
    """Return for each course the shares of its lessons that were missed, excused or not; a lateness is none."""
    return [
        Nearing(LimitKind.QUARTER, share, term, 100 * each.missed // each.planned, each.course_id)
        for each in courses
        for share in QUARTER_WARNINGS
        if each.planned > 0 and 100 * each.missed >= share * each.planned
    ]


def near_parent_days(used: int, year: date, *, on: date) -> list[Nearing]:
    """Return the 13th day of the fifteen, and the last one."""
    a_year = parent_days(on).a_year
    return [
        Nearing(LimitKind.PARENT_DAYS, limit, year, used)
        for limit in (a_year - DAYS_BEFORE_THE_END, a_year)
        if used >= limit
    ]


def worst(nearing: Iterable[Nearing]) -> list[Nearing]:
    """Return of each limit and period the highest step alone: it says all that the lower ones say."""
    highest: dict[tuple[LimitKind, date, int | None], Nearing] = {}
    for each in nearing:
        key = each.kind, each.period, each.course_id
        if key not in highest or each.limit > highest[key].limit:
            highest[key] = each
    return list(highest.values())
