"""What a notice covers: a parent's word, a doctor's note, an organiser's paper, for days or for hours of them.

Наредба за приобщаващото образование, чл. 62, ал. 1 and 2 (ДВ 23/2024): handed in before the absence, or told on its
first day.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.absences import check_parent_days

LONGEST = timedelta(days=92)  # nobody excuses a term at once; who is ill that long brings another note


class Span(NamedTuple):
    """Days from the first to the last; with hours, those lessons of each of the days."""

    first: date
    last: date
    first_hour: int | None = None
    last_hour: int | None = None

    def covers(self, day: date, hour: int) -> bool:
        """Tell whether a lesson lies within; an open end of the hours reaches to the end of the day."""
        if not self.first <= day <= self.last:
            return False
        return (self.first_hour is None or hour >= self.first_hour) and (
            self.last_hour is None or hour <= self.last_hour
        )


def check_span(span: Span, *, year_starts: date, year_ends: date) -> None:
    """Refuse an end before its begin, days outside the school year, and more than three months."""
    if span.last < span.first:
        raise Refusal("span_backwards", gettext_noop("Последният ден е преди първия. Разменете ги."))
    if span.first_hour is not None and span.last_hour is not None and span.last_hour < span.first_hour:
        raise Refusal("hours_backwards", gettext_noop("Последният час е преди първия. Разменете ги."))
    if span.first < year_starts or span.last > year_ends:
        text = gettext_noop("Дните трябва да са в учебната година: от %(first)s до %(last)s.")
        raise Refusal("outside_year", text, {"first": f"{year_starts:%d.%m.%Y} г.", "last": f"{year_ends:%d.%m.%Y} г."})
    if span.last - span.first > LONGEST:
        raise Refusal("span_too_long", gettext_noop("Наведнъж се посочват най-много три месеца."))


def school_days(span: Span, lessons: Iterable[tuple[date, int]]) -> frozenset[date]:
    """Return the days on which the child has a lesson (day, hour) that the notice covers: only they are counted."""
    return frozenset(day for day, hour in lessons if span.covers(day, hour))


def check_parents_word(asked: frozenset[date], *, excused: frozenset[date], ahead: frozenset[date]) -> None:
    """Refuse more school days than a parent's word excuses at once or has left in the year.

    `excused` days were used; `ahead` are days of other notices that wait or were accepted. A day counts once, whatever
    speaks of it.
    """
    before = excused | ahead
    new = asked - before
    if not asked:
        raise Refusal("no_school_days", gettext_noop("В тези дни и часове детето няма учебни часове."))
    if new:
        check_parent_days(len(new), used=len(before), on=max(new))


def is_in_time(span: Span, given_on: date) -> bool:
    """Tell whether it came before the absence or on its first day; later ones are the homeroom teacher's to judge."""
    return given_on <= span.first
