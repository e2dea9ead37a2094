"""Absences: kinds, sums in half-units, thresholds, and the days a parent may excuse.

Наредба за приобщаващото образование, чл. 62 (as amended by ДВ 23/2024, in force 19.03.2024) and ЗПУО, чл. 199.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum

from zvanets.lib import bg
from zvanets.lib.refusals import Refusal, gettext_noop


class AbsenceKind(IntEnum):
    """NEISPUO's kinds: закъснение, по неуважителни причини, по уважителни причини."""

    LATE = 1
    UNEXCUSED = 2
    EXCUSED = 3


class SanctionKind(IntEnum):
    """ЗПУО, чл. 199, ал. 1, in the law's order."""

    REMARK = 1
    OTHER_CLASS = 2
    WARNING = 3
    OTHER_SCHOOL = 4
    SELF_STUDY = 5


# Only an unexcused absence is excused or turned into lateness; what is not listed is withdrawn and entered again.
MOVES = {(AbsenceKind.UNEXCUSED, AbsenceKind.EXCUSED), (AbsenceKind.UNEXCUSED, AbsenceKind.LATE)}


@dataclass(frozen=True, slots=True)
class Lateness:
    """From a day on, up to how many minutes somebody is late; who comes later still was absent."""

    valid_from: date
    up_to_minutes: int
    source: str


LATENESS = (
    Lateness(date(2017, 10, 27), 20, "Наредба за приобщаващото образование (ДВ 86/2017): половин отсъствие"),
    # Then a third of an absence; only what is counted today is counted here.
    Lateness(date.min, 15, "Правилник за прилагане на Закона за народната просвета"),
)


def lateness_rule(on: date) -> Lateness:
    return next(rule for rule in LATENESS if on >= rule.valid_from)


def may_become(old: AbsenceKind, new: AbsenceKind) -> bool:
    return (old, new) in MOVES


def kind_for_minutes(minutes: int, on: date) -> AbsenceKind | None:
    """Return what so many minutes after the bell are: nothing, a lateness up to the rule's 20, a whole absence above."""
    if minutes <= 0:
        return None
    return AbsenceKind.LATE if minutes <= lateness_rule(on).up_to_minutes else AbsenceKind.UNEXCUSED


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of one child over a period, in lessons (preschool: days). They add up: earlier, carried, all."""

    unexcused: int = 0
    late: int = 0
    excused: int = 0
    excused_late: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.unexcused + other.unexcused,
            self.late + other.late,
            self.excused + other.excused,
            self.excused_late + other.excused_late,
        )

    @property
    def halves(self) -> int:
        """The unexcused total in half-units: an absence is 2, a lateness 1, an excused lateness nothing."""
        return 2 * self.unexcused + self.late


def totals(absences: Iterable[tuple[AbsenceKind | int, bool]]) -> Totals:
    """Count (kind, is excused) pairs; the flag matters for lateness, a kind EXCUSED is excused in itself."""
    unexcused = late = excused = excused_late = 0
    for kind, is_excused in absences:
        match AbsenceKind(kind):
            case AbsenceKind.UNEXCUSED:
                unexcused += 1
            case AbsenceKind.EXCUSED:
                excused += 1
            case AbsenceKind.LATE if is_excused:
                excused_late += 1
            case AbsenceKind.LATE:
                late += 1
    return Totals(unexcused, late, excused, excused_late)


def in_lessons(halves: int) -> Decimal:
    """Return half-units as lessons: 29 is 14.5."""
    return Decimal(halves) / 2


def shown_halves(halves: int, lang: str = "bg") -> str:
    """Return „14,5“; a whole number has no decimals."""
    return bg.number(halves // 2 if halves % 2 == 0 else in_lessons(halves), lang)


# Five unexcused lessons in a month end the family's payments; parents are warned before, at 3 and 4.5.
MONTHLY_WARNINGS = (6, 9, 10)
PAYMENTS_END_AT = 10  # half-units: 5 lessons
PAYMENTS_END_AT_IN_PRESCHOOL = 6  # 3 days; there the unit is the day, and latenesses are not reported


def warnings_reached(before: int, after: int, thresholds: Iterable[int] = MONTHLY_WARNINGS) -> tuple[int, ...]:
    """Return the thresholds (half-units of one month) that the sum went over or met on its way from `before` to `after`."""
    return tuple(each for each in thresholds if before < each <= after)


def is_at_risk(halves: int, *, preschool: bool = False) -> bool:
    """Tell whether the state's report lists the child: more than 5.0 lessons or 3 days, not exactly so many."""
    return halves > (PAYMENTS_END_AT_IN_PRESCHOOL if preschool else PAYMENTS_END_AT)


@dataclass(frozen=True, slots=True)
class SanctionThreshold:
    lessons: int
    kind: SanctionKind


# No law sets them: each school does in its own rules; these are the customary ones.
SANCTION_THRESHOLDS = (
    SanctionThreshold(5, SanctionKind.REMARK),
    SanctionThreshold(10, SanctionKind.WARNING),
    SanctionThreshold(15, SanctionKind.SELF_STUDY),
)


def sanction_due(
    halves: int, thresholds: Collection[SanctionThreshold] = SANCTION_THRESHOLDS
) -> SanctionThreshold | None:
    """Return the highest threshold that the year's unexcused total has reached."""
    reached = [each for each in thresholds if halves >= 2 * each.lessons]
    return max(reached, key=lambda each: each.lessons, default=None)


def is_quarter_missed(missed: int, lessons: int) -> bool:
    """Tell whether a quarter of the term's lessons of a subject is missed: then an exam decides the term grade."""
    return lessons > 0 and 4 * missed >= lessons


@dataclass(frozen=True, slots=True)
class ParentDays:
    """How many school days a year a parent's note may excuse, and how many at once, from a day on."""

    valid_from: date
    a_year: int
    at_once: int
    source: str


PARENT_DAYS = (
    ParentDays(
        date(2024, 3, 19), 15, 5, gettext_noop("Наредба за приобщаващото образование, чл. 62, ал. 1, т. 3 (ДВ 23/2024)")
    ),
    # 3 days by the class teacher and 7 more by the head.
    ParentDays(date(2017, 10, 27), 10, 7, gettext_noop("Наредба за приобщаващото образование, чл. 62 (ДВ 86/2017)")),
)


def parent_days(on: date) -> ParentDays:
    """Return the rule in force; before 27.10.2017 the oldest known one."""
    return next((rule for rule in PARENT_DAYS if on >= rule.valid_from), PARENT_DAYS[-1])


def parent_days_left(used: int, on: date) -> int:
    """Return how many days a parent may still excuse this school year; never below 0."""
    return max(0, parent_days(on).a_year - used)


def check_parent_days(asked: int, *, used: int, on: date) -> None:
    """Refuse a note for more school days than may be excused at once, or than are left this school year."""
    rule = parent_days(on)
    if asked < 1:
        raise Refusal("no_days", gettext_noop("Изберете поне един учебен ден."))
    if asked > rule.at_once:
        text = gettext_noop("Наведнъж се извиняват най-много %(at_once)s учебни дни, а избраните са %(asked)s.")
        raise Refusal("too_many_days_at_once", text, {"at_once": rule.at_once, "asked": asked})
    left = parent_days_left(used, on)
    if asked > left:
        text = gettext_noop("До края на учебната година можете да извините още %(left)s от %(a_year)s дни.")
        raise Refusal("too_many_days", text, {"left": left, "a_year": rule.a_year})
