"""May a lesson of this day still, or already, be written? (NEISPUO: HasFutureEntryLock, PastMonthLockDay.)"""

from datetime import date, datetime, timedelta

from zvanets.lib.refusals import Refusal, gettext_noop

# As long as a teacher may still stand before the class they typed it in.
UNDO_WINDOW = timedelta(minutes=60)


def is_a_slip(entered_at: datetime, *, now: datetime) -> bool:
    """Tell whether what was entered then may still be mended without proof of who mends it."""
    return now - entered_at <= UNDO_WINDOW


def undo_lock(recorded_at: datetime, *, now: datetime, is_author: bool, may_later: bool) -> Refusal | None:
    """Return why an entry may not be taken back any more, or None.

    Its author may within 60 minutes; `may_later`: the homeroom teacher or the head, who may at any time.
    """
    if may_later or (is_author and is_a_slip(recorded_at, now=now)):
        return None
    if is_author:
        text = gettext_noop(
            "Записаното преди повече от 60 минути се променя от класния ръководител или директора: обърнете се към тях."
        )
        return Refusal("undo_too_late", text)
    text = gettext_noop("Записаното от друг се променя от класния ръководител или директора: обърнете се към тях.")
    return Refusal("undo_of_another", text)


def verified_lock(by: str) -> Refusal:
    """What a head has verified stands until a head opens it again."""
    text = gettext_noop("Часът е проверен от %(by)s и не се променя. Написаното е запазено; обърнете се към директора.")
    return Refusal("lesson_verified", text, {"by": by})


def closed_lock(day: date, closed_on: date | None) -> Refusal | None:
    """Return why absences of `day` stand: the homeroom teacher has closed them up to a date."""
    if closed_on is None or day > closed_on:
        return None
    text = gettext_noop(
        "Отсъствията на паралелката са приключени към %(day)s. Директорът може да ги отвори отново с причина."
    )
    return Refusal("absences_closed", text, {"day": _day(closed_on)})


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
