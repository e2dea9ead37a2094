"""The values of cells: each reader takes the text of one cell and returns a value or refuses it in words."""

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from typing import TypeVar

from zvanets.lib.refusals import Refusal, gettext_noop, shown

T = TypeVar("T")
Reader = Callable[[str], T]

BIGINT_MAX = 2**63 - 1
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_DECIMAL = re.compile(r"[0-9]{1,4}([.,][0-9]{1,2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _unreadable(msgid: str, text: str, **params: str | int) -> Refusal:
    return Refusal("value", msgid, {"value": shown(text), **params})


def whole(low: int = 1, high: int = BIGINT_MAX) -> Reader[int]:
    def read(text: str) -> int:
        if not _WHOLE.fullmatch(text) or not low <= int(text) <= high:
            msgid = gettext_noop("„%(value)s“ не е цяло число от %(low)s до %(high)s.")
            raise _unreadable(msgid, text, low=low, high=high)
        return int(text)

    return read


def words(longest: int, *, needed: bool = False) -> Reader[str]:
    def read(text: str) -> str:
        tidy = " ".join(_CONTROL.sub(" ", text).split())
        if needed and not tidy:
            raise Refusal("value", gettext_noop("Клетката е празна."))
        if len(tidy) > longest:
            raise _unreadable(gettext_noop("„%(value)s“ е по-дълго от %(longest)s знака."), tidy, longest=longest)
        return tidy

    return read


def flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise _unreadable(gettext_noop("„%(value)s“ не е нито 0, нито 1."), text)
    return text == "1"


def day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise _unreadable(gettext_noop("„%(value)s“ не е дата като 2025-09-15."), text)


def bell(text: str) -> time:
    try:
        if _TIME.fullmatch(text):
            hour, minute = text.split(":")
            return time(int(hour), int(minute))
    except ValueError:
        pass
    raise _unreadable(gettext_noop("„%(value)s“ не е час като 09:20."), text)


def weekly_hours(text: str) -> Decimal:
    """Halves occur, typed with a point or a comma; an empty cell means none."""
    if text and (not _DECIMAL.fullmatch(text) or Decimal(text.replace(",", ".")) >= 100):
        raise _unreadable(gettext_noop("„%(value)s“ не е брой часове като 2 или 2.5."), text)
    return Decimal(text.replace(",", ".") or 0)


def weekdays(text: str) -> range:
    """Return the days of "1-7" or "3"."""
    found = re.fullmatch(r"([1-7])(?:-([1-7]))?", text)
    if not found or (days := range(int(found[1]), int(found[2] or found[1]) + 1)) == range(0):
        raise _unreadable(gettext_noop("„%(value)s“ не са дни от седмицата като 1-5."), text)
    return days


def or_none(read: Reader[T]) -> Reader[T | None]:
    def read_or_none(text: str) -> T | None:
        return read(text) if text else None

    return read_or_none


def or_zero(read: Reader[int]) -> Reader[int]:
    return lambda text: read(text) if text else 0


def one_of(known: Mapping[str, T]) -> Reader[T]:
    def read(text: str) -> T:
        try:
            return known[text]
        except KeyError:
            msgid = gettext_noop("„%(value)s“ не е сред познатите: %(known)s.")
            raise _unreadable(msgid, text, known=", ".join(known)) from None

    return read
