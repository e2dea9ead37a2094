"""Which term a day belongs to, and which of the two weeks of the timetable runs."""

from dataclasses import dataclass
from datetime import date, timedelta

from zvanets.lib.refusals import Refusal, gettext_noop


@dataclass(frozen=True, slots=True)
class TermDates:
    """The dates of a school year for one year group; days from the first to the last, both included.

    `opens` and `closes` are the limits within which entries are taken (NEISPUO: start limit, end limit).
    """

    starts: date
    first_ends: date
    second_starts: date
    ends: date
    opens: date | None = None
    closes: date | None = None

    @property
    def limits(self) -> tuple[date, date]:
        return self.opens or self.starts, self.closes or self.ends


def check_dates(dates: TermDates) -> None:
    """Refuse dates out of order: opens ≤ starts ≤ first term's end ≤ second term's start ≤ ends ≤ closes."""
    opens, closes = dates.limits
    days = [opens, dates.starts, dates.first_ends, dates.second_starts, dates.ends, closes]
    if days != sorted(days):
        text = gettext_noop("Датите на сроковете не са подредени: начало, край на първия срок, начало на втория, край.")
        raise Refusal("terms_out_of_order", text)


def term_of(day: date, dates: TermDates) -> int | None:
    """Return 1 or 2, None outside the year's limits. The days between two terms belong to the first, as in NEISPUO."""
    opens, closes = dates.limits
    if not opens <= day <= closes:
        return None
    return 1 if day < dates.second_starts else 2


def is_in_term(day: date, dates: TermDates) -> bool:
    """Tell whether there may be lessons on the day: inside a term, neither between the two nor only inside the limits."""
    return dates.starts <= day <= dates.first_ends or dates.second_starts <= day <= dates.ends


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_number(day: date, first_school_day: date) -> int:
    """Return 1 for the week (Monday to Sunday) that holds the first school day; weeks of holiday are counted too."""
    return (_monday(day) - _monday(first_school_day)).days // 7 + 1


def week_letter(day: date, first_school_day: date) -> str:
    """Return "A" or "B" for the two weeks of a timetable with half lessons: the week of the first school day is A."""
    return "A" if week_number(day, first_school_day) % 2 == 1 else "B"


def default_first_day(school_year: int) -> date:
    """Return 15 September, or the Monday after it when that is a weekend; the ministry's order wins over it."""
    day = date(school_year, 9, 15)
    return day if day.weekday() < 5 else _monday(day) + timedelta(days=7)


def school_year_of(day: date) -> int:
    """Return 2025 for 15.09.2025 to 14.09.2026."""
    return day.year if (day.month, day.day) >= (9, 15) else day.year - 1
