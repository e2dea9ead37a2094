"""Numbers as words, in Bulgarian ("bg") or English ("en"), for the telephone's voice: it must not guess at digits."""

from collections.abc import Sequence

LARGEST = 10**9 - 1

_BG_UNITS = {
    "m": ("нула", "един", "два"),
    "f": ("нула", "една", "две"),
    "n": ("нула", "едно", "две"),
}
_BG_FROM_THREE = (
    *("три", "четири", "пет", "шест", "седем", "осем", "девет", "десет", "единадесет", "дванадесет", "тринадесет"),
    *("четиринадесет", "петнадесет", "шестнадесет", "седемнадесет", "осемнадесет", "деветнадесет"),
)
_BG_TENS = ("двадесет", "тридесет", "четиридесет", "петдесет", "шестдесет", "седемдесет", "осемдесет", "деветдесет")
_BG_HUNDREDS = (
    *("сто", "двеста", "триста", "четиристотин", "петстотин", "шестстотин", "седемстотин", "осемстотин"),
    "деветстотин",
)
_BG_ORDINALS = {
    "нула": "нулев",
    "едно": "първи",
    "две": "втори",
    "три": "трети",
    "четири": "четвърти",
    "седем": "седми",
    "осем": "осми",
}

_EN_UNITS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_EN_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def cardinal(number: int, language: str = "bg", *, gender: str = "n") -> str:
    """Return „двадесет и една“ or "twenty-one"; `gender` of what is counted is "m", "f" or "n". ValueError outside 0 … 10⁹."""
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} is not spoken in one breath")
    if not _is_bg(language):
        return _en(number)
    return _joined(_bg_parts(number, gender))


def ordinal(number: int, language: str = "bg", *, gender: str = "m", definite: bool = False) -> str:
    """Return „двадесет и първи“, definite „двадесет и първия“, for "f" „двадесет и първа“; or "twenty-first"."""
    if not _is_bg(language):
        return _en_ordinal(_en(number))
    parts = _bg_parts(number, "n")
    last = _bg_ordinal(parts[-1])
    if gender != "m" and last.endswith(("и", "ев")):
        last = last.removesuffix("и") + {"f": "а", "n": "о"}[gender]
    elif definite and last.endswith(("и", "ев")):
        last += "я" if last.endswith("и") else "ия"
    return _joined([*parts[:-1], last])


def digits(run: str, language: str = "bg") -> str:
    """Return a run of digits one by one, in threes: „нула осем осем, две осем едно“."""
    words = [cardinal(int(digit), language) for digit in run if digit.isascii() and digit.isdigit()]
    return ", ".join(" ".join(words[start : start + 3]) for start in range(0, len(words), 3))


def _is_bg(language: str) -> bool:
    return language.startswith("bg")


def _joined(parts: Sequence[str]) -> str:
    """Return the parts with „и“ before the last: „сто двадесет и едно“, „две хиляди и сто“."""
    return " и ".join(filter(None, (" ".join(parts[:-1]), parts[-1])))


def _bg_parts(number: int, gender: str) -> list[str]:
    if number == 0:
        return ["нула"]
    millions, rest = divmod(number, 10**6)
    thousands, rest = divmod(rest, 1000)
    parts = [] if not millions else ["един милион" if millions == 1 else f"{cardinal(millions, gender='m')} милиона"]
    if thousands:
        parts.append("хиляда" if thousands == 1 else f"{cardinal(thousands, gender='f')} хиляди")
    return parts + _bg_below_thousand(rest, gender)


def _bg_below_thousand(number: int, gender: str) -> list[str]:
    hundreds, rest = divmod(number, 100)
    parts = [_BG_HUNDREDS[hundreds - 1]] if hundreds else []
    if rest >= 20:
        parts.append(_BG_TENS[rest // 10 - 2])
        rest %= 10
    if rest:
        parts.append((*_BG_UNITS[gender], *_BG_FROM_THREE)[rest])
    return parts


def _bg_ordinal(word: str) -> str:
    """Return the word's ordinal; round hundreds and thousands, which nobody counts by, stay as they are."""
    if word in _BG_HUNDREDS or word.endswith(("хиляда", "хиляди", "милион", "милиона")):
        return word
    return _BG_ORDINALS.get(word, f"{word}и")


def _en(number: int) -> str:
    if number < 20:
        return _EN_UNITS[number]
    if number < 100:
        tens = _EN_TENS[number // 10 - 2]
        return f"{tens}-{_EN_UNITS[number % 10]}" if number % 10 else tens
    for size, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            many, rest = divmod(number, size)
            tail = f" and {_en(rest)}" if 0 < rest < 100 else f" {_en(rest)}" if rest else ""
            return f"{_en(many)} {name}{tail}"
    raise AssertionError(number)


def _en_ordinal(words: str) -> str:
    head, sep, last = words.rpartition("-" if "-" in words.rpartition(" ")[2] else " ")
    if last in _EN_ORDINALS:
        return f"{head}{sep}{_EN_ORDINALS[last]}"
    return f"{head}{sep}{last[:-1]}ieth" if last.endswith("y") else f"{head}{sep}{last}th"
