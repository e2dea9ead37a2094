"""Names of people and of class groups: written, shortened, sorted."""

import re
import unicodedata

_LATIN = "ABCEHKMOPTXYaceopxykm"
_CYRILLIC = "АВСЕНКМОРТХУасеорхукм"
LOOK_ALIKES = str.maketrans(_LATIN, _CYRILLIC)
_CLASS_NAME = re.compile(r"^(\d{1,2})\s*[.\-–]?\s*(?:клас\s*)?[\"'„“”«»]?\s*([^\W\d_])\s*[\"'„“”«»]?$", re.IGNORECASE)


def _tidy(text: str) -> str:
    """Return the text composed (NFC), with single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def full_name(first: str, middle: str = "", last: str = "") -> str:
    """Return „Анна Петрова Желева“; what is empty leaves no space behind."""
    return _tidy(f"{first} {middle} {last}")


def sort_key(first: str, middle: str = "", last: str = "") -> str:
    """Return the case-folded `first middle last` to be stored and sorted by code point (COLLATE "C").

    The small Cyrillic letters stand in Unicode in the order of the Bulgarian alphabet, so no ICU is needed.
    """
    return full_name(first, middle, last).casefold()


def short_name(first: str, last: str = "") -> str:
    """Return „Анна Ж.“, or „Анна“ when there is no last name."""
    first, last = _tidy(first), _tidy(last)
    return f"{first} {last[0].upper()}." if last else first


def class_name(typed: str) -> str:
    """Return the name of a class group as it is shown: "12. а", "12а" and "12 a" (Latin) are „12 А“.

    A single letter after the number is made a Cyrillic capital; any other name („ЦДО 1А“, „ПГ 5 и 6 годишни“, „1 3“) is only tidied.
    """
    tidy = _tidy(typed)
    match = _CLASS_NAME.match(tidy)
    if not match:
        return tidy
    return f"{int(match[1])} {match[2].translate(LOOK_ALIKES).upper()}"
