"""The demo's school year: the usual dates, stretched so that today always lies well inside, in summer too."""

from dataclasses import dataclass
from datetime import date, timedelta

PAST_WEEKS = 4
AHEAD = timedelta(weeks=8)
_LAST_LEVEL_ENDS = (5, 15)
_ENDS = {1: (5, 29), 2: (5, 29), 3: (5, 29), 4: (6, 12), 5: (6, 12), 6: (6, 12), 12: _LAST_LEVEL_ENDS}
_USUAL_END = (6, 30)


@dataclass(frozen=True, slots=True)
class DemoYear:
    """When the year and its two terms run; `ends` by level of the year group."""

    number: int  # 2026 is 2026/27
    starts_on: date
    first_term_ends_on: date
    second_term_starts_on: date
    levels: tuple[int, ...]
    today: date

    def ends_on(self, level: int) -> date:
        usual = date(self.number + 1, *_ENDS.get(level, _USUAL_END))
        return max(usual, self.today + AHEAD)

    @property
    def last_day(self) -> date:
        return max(self.ends_on(level) for level in self.levels)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def first_day_of_life(today: date) -> date:
    """Since when the demo's teachers have been writing: a Monday, four weeks ago."""
    return monday(today - timedelta(weeks=PAST_WEEKS))


def demo_year(today: date, levels: tuple[int, ...]) -> DemoYear:
    """Return the year that `today` is in: from the fifteenth of August on it is the new one."""
    number = today.year if (today.month, today.day) >= (8, 15) else today.year - 1
    starts_on = min(date(number, 9, 15), first_day_of_life(today))
    return DemoYear(number, starts_on, date(number + 1, 1, 31), date(number + 1, 2, 1), levels, today)


def is_week_a(day: date, starts_on: date) -> bool:
    """Weeks A and B take turns from the year's first week on, which is an A."""
    return (monday(day) - monday(starts_on)).days // 7 % 2 == 0
