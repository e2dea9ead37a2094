"""What people mean who write to the short code: one of few commands, in whatever letters, and the days that it names.

See docs/algorithms/sms.md for worked examples.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import takewhile

from zvanets.lib import damm
from zvanets.lib.transliterate import to_latin


class Command(StrEnum):
    STOP = "stop"
    INFO = "info"
    PIN = "pin"
    BULGARIAN = "bg"
    ENGLISH = "en"
    CYRILLIC = "cyrillic"
    LATIN = "latin"
    ABSENT = "absent"  # the child will not come, or did not
    CONFIRM = "confirm"  # six digits, the answer to a code we sent
    CODE = "code"  # a child's code: alone it opens nothing
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Asked:
    """`digits` of a code; `days` first and last, None where they cannot be read; `names` are the words left over."""

    command: Command
    digits: str = ""
    days: tuple[date, date] | None = None
    names: tuple[str, ...] = ()


# By the law's transliteration, so that СТОП and STOP are one word.
_WORDS = {
    Command.STOP: "stop spri sprete otkaz otkazvam",
    Command.INFO: "info informatsia spravka",
    Command.PIN: "pin",
    Command.BULGARIAN: "bg balgarski bulgarian",
    Command.ENGLISH: "en angliyski english",
    Command.CYRILLIC: "kirilitsa cyrillic",
    Command.LATIN: "latinitsa latin",
    Command.ABSENT: "otsastva otsastvie otsastvia belezhka izvini izvinete izvinenie absent",
}
_BY_WORD = {word: command for command, words in _WORDS.items() for word in words.split()}
_FORGIVEN_FROM = 5  # letters: in a shorter word one wrong letter makes another word
_LOOKS = dict(zip("ABCEHKMOPTXYaceopxy", "АВСЕНКМОРТХУасеорху", strict=True))  # Latin letters that look Cyrillic
_AS_LATIN = {cyrillic: latin for latin, cyrillic in _LOOKS.items()}
# As people write without the law: 4as, 6umen, belejka, otsastwa, kirilica.
_HOMEMADE = {"4": "ch", "6": "sh", "j": "zh", "w": "v", "q": "ya"}
# One Cyrillic letter each: a slip of the thumb is one letter in whatever letters.
_OF_SEVERAL = {"sht": "щ", "zh": "ж", "ts": "ц", "ch": "ч", "sh": "ш", "yu": "ю", "ya": "я"}
_MARKS = ".,;:!?\"'„“()"

_MONTHS = ("yanuari", "fevruari", "mart", "april", "may", "yuni", "yuli", "avgust", "septemvri", "oktomvri", "noemvri", "dekemvri")  # fmt: skip
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_NEAR = {"dnes": 0, "today": 0, "utre": 1, "tomorrow": 1, "vchera": -1, "yesterday": -1}
_FILLERS = frozenset({"na", "ot", "do", "za", "i", "g", "god", "godina", "the", "on", "from", "to", "and"})
_DAY = re.compile(r"(\d{1,2})[./\-](\d{1,2}|[ivx]+)(?:[./\-](\d{4}|\d{2}))?", re.ASCII)
_DAYS_OF_A_MONTH = re.compile(r"(?<![\d.])(\d{1,2})\s*-\s*(\d{1,2}[./](?:\d{1,2}|[ivx]+))", re.ASCII)


def understand(text: str, *, today: date) -> Asked:
    """Read the first word as a command; a text of digits alone is a code."""
    digits = re.sub(r"[\s.\-–]", "", text)
    if re.fullmatch(r"\d{6}", digits, re.ASCII):
        return Asked(Command.CONFIRM, digits)
    if damm.is_code(digits):
        return Asked(Command.CODE, digits)
    words = text.split()
    command = _command(words[0].strip(_MARKS)) if words else None
    if command is None:
        return Asked(Command.UNKNOWN)
    if command is not Command.ABSENT:
        return Asked(command)
    days, names = _days(" ".join(words[1:]), today)
    return Asked(command, days=days, names=names)


def is_named(name: str, words: Iterable[str]) -> bool:
    """Tell whether one of these words is the name: АНИ is Ани and Ani, Anna and one wrong letter of a long name."""
    wanted = set(_readings(name))
    return any(_is_near(word, each) for word in words for word in _readings(word) for each in wanted)


def _command(word: str) -> Command | None:
    for reading in _readings(word):
        if reading in _BY_WORD:
            return _BY_WORD[reading]
    for reading in _readings(word):
        near = {command for known, command in _BY_WORD.items() if _is_near(reading, known)}
        if len(near) == 1:
            return near.pop()
    return None


def _readings(word: str) -> Iterator[str]:
    """Yield the word in Latin letters: as it stands, and with letters that only look like those that were meant."""
    seen = [word, "".join(_LOOKS.get(sign, sign) for sign in word), "".join(_AS_LATIN.get(sign, sign) for sign in word)]
    for each in dict.fromkeys(seen):
        latin = to_latin(each).lower()
        yield latin
        homemade = "".join(_HOMEMADE.get(sign, sign) for sign in latin)
        if homemade != latin:
            yield homemade


def _is_near(word: str, known: str) -> bool:
    """Tell whether they are the same but for one letter that is wrong, missing, too many or swapped with its neighbour."""
    return _differs_little(word, known) or _differs_little(_squeezed(word), _squeezed(known))


def _squeezed(word: str) -> str:
    return re.sub("|".join(_OF_SEVERAL), lambda found: _OF_SEVERAL[found[0]], word)


def _differs_little(word: str, known: str) -> bool:
    if word == known:
        return True
    if min(len(word), len(known)) < _FORGIVEN_FROM or abs(len(word) - len(known)) > 1:
        return False
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(word, known, strict=False)))
    a, b = word[same:], known[same:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _days(text: str, today: date) -> tuple[tuple[date, date] | None, tuple[str, ...]]:
    """Return first and last day, today when none is named, and the other words; no days when one cannot be read."""
    plain = _with_numbers(to_latin(text).lower().replace("–", "-"))
    plain = _DAYS_OF_A_MONTH.sub(lambda found: f"{found[1]}{re.sub('^[0-9]+', '', found[2])} {found[2]}", plain)
    found: list[date | None] = []
    names = []
    for word in re.sub(r"(?<=\d)\s*-\s*(?=\d{1,2}\.)", " ", plain).split():
        bare = word.strip(_MARKS)
        if bare in _NEAR:
            found.append(today + timedelta(days=_NEAR[bare]))
        elif match := _DAY.fullmatch(bare):
            found.append(_date(match, today))
        elif any(sign.isdigit() for sign in bare):
            found.append(None)
        elif bare and bare not in _FILLERS and bare != "-":
            names.append(bare)
    return _span(found, today), tuple(names)


def _span(found: list[date | None], today: date) -> tuple[date, date] | None:
    days = [day for day in found if day is not None]
    if len(days) < len(found) or len(days) > 2:
        return None
    return (min(days), max(days)) if days else (today, today)


def _with_numbers(text: str) -> str:
    """Write „21 ноември“ as 21.11."""
    for number, month in enumerate(_MONTHS, start=1):
        text = re.sub(rf"\b(\d{{1,2}})\s+{month[:3]}[a-z]*\.?", rf"\1.{number}", text)
    return text


def _date(match: re.Match[str], today: date) -> date | None:
    """Return the day; without a year the one nearest to today."""
    day, month, year = match.groups()
    number = int(month) if month.isdigit() else _ROMAN.index(month) + 1 if month in _ROMAN else 0
    years = [int(year) % 100 + 2000] if year else [today.year - 1, today.year, today.year + 1]
    possible = [one for one in (_day(each, number, int(day)) for each in years) if one]
    return min(possible, key=lambda one: abs(one - today), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
