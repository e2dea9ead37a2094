"""May a lesson of this day still, or already, be written? (NEISPUO: HasFutureEntryLock, PastMonthLockDay.)"""

from datetime import date

from zvanets.lib.refusals import Refusal, gettext_noop


def entry_lock(day: date, *, today: date, future_locked: bool, past_month_lock_day: int | None) -> Refusal | None:
    """Return why nothing may be entered for `day`, or None.

    A month closes on `past_month_lock_day` of the next one: before that day it is still open; None never closes.
    """
    if future_locked and day > today:
        return Refusal(
            "lesson_in_future",
            gettext_noop("Часът е на %(day)s: записва се в деня му. Написаното е запазено."),
            {"day": _day(day)},
        )
    if past_month_lock_day is not None and _closed(day, today, past_month_lock_day):
        return Refusal(
            "month_closed",
            gettext_noop(
                "Месецът на часа (%(day)s) е заключен от училището. Написаното е запазено; обърнете се към директора."
            ),
            {"day": _day(day)},
        )
    return None


def _closed(day: date, today: date, lock_day: int) -> bool:
    months_ago = (today.year - day.year) * 12 + today.month - day.month
    return months_ago > 1 or (months_ago == 1 and today.day >= lock_day)


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y} г."
