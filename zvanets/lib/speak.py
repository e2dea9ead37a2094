"""Text as a voice can read it: dates, marks, times, numbers and abbreviations spelled out, nothing left to guess.

Free text comes from teachers: a ЕГН or ЛНЧ in it is never spoken, an address of the network is only named.
"""

import re
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

from stdnum.bg import egn, pnf

from zvanets.lib import bg
from zvanets.lib.numerals import cardinal, digits, ordinal
from zvanets.lib.transliterate import to_latin

LONGEST = 600  # signs of one text, some 45 seconds

_ABBREVIATIONS = {
    "bg": {
        "мн.": "много", "стр.": "страница", "с.": "страница", "зад.": "задача", "упр.": "упражнение", "т.е.": "тоест",
        "т.н.": "така нататък", "др.": "други", "напр.": "например", "бр.": "броя", "ч.": "часа", "мин.": "минути",
        "сек.": "секунди", "лв.": "лева", "ул.": "улица", "бул.": "булевард", "бл.": "блок", "тел.": "телефон",
        "каб.": "кабинет", "ет.": "етаж", "кл.": "клас", "вх.": "вход", "уч.": "учебна", "инж.": "инженер",
        "проф.": "професор", "д-р": "доктор", "г-жа": "госпожа", "г-н": "господин", "г-ца": "госпожица", "см.": "сантиметра",
        "км.": "километра", "гр.": "група", "ст.": "старши", "гл.": "глава", "т.": "точка", "г.": "година",
    },
    "en": {
        "p.": "page", "pp.": "pages", "ex.": "exercise", "no.": "number", "e.g.": "for example", "i.e.": "that is",
        "etc.": "and so on", "min.": "minutes", "mr.": "mister", "mrs.": "missis", "dr.": "doctor",
    },
}  # fmt: skip
_SIGNS = {
    "bg": {"№": " номер ", "%": " процента ", "§": " параграф ", "€": " евро ", "+": " плюс ", "=": " е ", "&": " и ", "°": " градуса "},
    "en": {"№": " number ", "%": " percent ", "§": " section ", "€": " euros ", "+": " plus ", "=": " equals ", "&": " and ", "°": " degrees "},
}  # fmt: skip
_LETTERS = {
    **dict(zip("АБВГДЕЖЗИ", ["а", "бе", "ве", "ге", "де", "е", "же", "зе", "и"], strict=True)),
    **dict(zip("ЙКЛМНОПРСТ", ["й", "ке", "ле", "ме", "не", "о", "пе", "ре", "се", "те"], strict=True)),
    **dict(zip("УФХЦЧШЩЮЯ", ["у", "фе", "хе", "це", "че", "ше", "ще", "ю", "я"], strict=True)),
}
_LETTERS |= {"Й": "и кратко", "Ъ": "ъ", "Ь": "ер малък"}
_WORDS = {"ПИН"}  # short, and all the same nobody spells them
_VOWELS = set("АЕИОУЪЮЯ")
_MONTHS = {name: number for number, name in enumerate(bg._MONTHS["bg"], 1)}  # noqa: SLF001
# Of what is counted: „два часа“, „една минута“; all else is spoken as neuter.
_GENDERS = {
    "час": "m", "ден": "m", "дни": "m", "дена": "m", "ученик": "m", "запис": "m", "клас": "m", "път": "m", "лев": "m",
    "урок": "m", "учебник": "m", "тест": "m", "минут": "f", "секунд": "f", "оценк": "f", "забележк": "f", "похвал": "f",
    "домашн": "f", "седмиц": "f", "задач": "f", "страниц": "f", "работ": "f",
}  # fmt: skip

_NETWORK = re.compile(r"\b(?:https?://|www\.)\S+|\S+@\S+\.\S+", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})(?:\s*г\.?(?!\w))?")
_SHORT_DATE = re.compile(r"(?<![\d.,])(\d{1,2})\.(\d{2})\.(?!\d)")
_DAY_OF_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}})\s+({'|'.join(_MONTHS)})(?:\s+(\d{{4}}))?\b", re.IGNORECASE)
_EN_DAY = re.compile(rf"(?<!\d)(\d{{1,2}})\s+({'|'.join(bg._MONTHS['en'])})(?:\s+(\d{{4}}))?\b")  # noqa: SLF001
_TIME = re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])(?:\s*ч\.?(?!\w))?")
_ORDINAL = re.compile(r"(?<!\d)(\d{1,3})-?(вия|рия|тия|мия|ви|ри|ти|ми|ва|ра|та|ма|во|ро|то|мо)\b")
_EN_ORDINAL = re.compile(r"(?<!\d)(\d{1,3})(?:st|nd|rd|th)\b")
_CLASS = re.compile(r"(?<![\d.,])(1[0-3]|[1-9])\s?[„\"]?([А-Е])[“\"]?(?![\w])")
_DECIMAL = re.compile(r"(?<![\d.,])(\d{1,6})[.,](\d{1,2})(?![\d])")
_NUMBER = re.compile(r"\+?\d+")
_COUNTED = re.compile(r"\s*([а-я]+)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_CAPITALS = re.compile(r"\b[А-ЯЪЬ]{2,5}\b")
_UNSPOKEN = re.compile(r"[^\w\s.,;:?!'’-]|_")
_PAUSES = re.compile(r"[^\S\n]*[„“”«»\"()\[\]{}/|–—…]+[^\S\n]*|[^\S\n]-+[^\S\n]")
_TEN_DIGITS = re.compile(r"(?<!\d)\d(?:[ -]?\d){9}(?!\d)", re.ASCII)
_TELEPHONE = re.compile(r"(?<![\d.,])(?:\+\d{1,3}|0\d{1,3})(?:[ /-]\d{2,4}){1,4}(?!\d)", re.ASCII)

Match = re.Match[str]


def spoken(text: str, language: str = "bg") -> str:
    """Return the text in words; lines become sentences. The longest are cut at the end of a sentence."""
    known = "bg" if language.startswith("bg") else "en"
    text = _without_shouting(" ".join(text.split(" "))) if known == "bg" else text
    text = _NETWORK.sub(" адрес в интернет " if known == "bg" else " a web address ", text)
    text = _TEN_DIGITS.sub(lambda found: _ten_digits(found[0], known), text)
    text = _TELEPHONE.sub(lambda found: f" {digits(found[0], known)} ", text)
    for step in (_bulgarian if known == "bg" else _english, _common):
        text = step(text, known)
    return shortened(text)


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return the text, when it is too long only its first sentences, or words, that fit."""
    if len(text) <= longest:
        return text
    head = text[:longest]
    end = max(head.rfind(". "), head.rfind("? "), head.rfind("! "))
    return head[: end + 1] if end > longest // 3 else head[: max(head.rfind(" "), longest // 2)].rstrip(" ,;:") + "."


def mark(value: Decimal | None, language: str = "bg") -> str:
    """Return „пет и петдесет“; „шест“ for a whole one."""
    if value is None:
        return spoken("няма" if language.startswith("bg") else "none", language)
    return spoken(bg.number(int(value) if value == int(value) else value, language), language)


def day(on: date, language: str = "bg", *, today: date) -> str:
    """Return „днес“, „вчера“, else „понеделник, двадесет и първи септември“."""
    names = ("днес", "вчера") if language.startswith("bg") else ("today", "yesterday")
    if timedelta(0) <= today - on <= timedelta(days=1):
        return names[(today - on).days]
    return spoken(bg.day_name(on, language), language)


def moment(at: datetime, *, now: datetime, zone: tzinfo, language: str = "bg") -> str:
    """Return „днес, десет часа и тридесет и една минути“."""
    local = at.astimezone(zone)
    told = day(local.date(), language, today=now.astimezone(zone).date())
    return f"{told}, {clock_time(local.hour, local.minute, language)}"


def clock_time(hour: int, minute: int, language: str = "bg") -> str:
    if not language.startswith("bg"):
        tail = "" if not minute else f" oh {cardinal(minute, 'en')}" if minute < 10 else f" {cardinal(minute, 'en')}"
        return f"{cardinal(hour, 'en')}{tail or ' hundred hours'}"
    hours = f"{cardinal(hour, gender='m')} {'час' if hour == 1 else 'часа'}"
    return hours + (f" и {cardinal(minute, gender='f')} {'минута' if minute == 1 else 'минути'}" if minute else "")


def _without_shouting(text: str) -> str:
    """A text all in capitals would be spelled letter by letter."""
    words = [word for word in _WORD.findall(text) if len(word) > 1]
    capitals = sum(word.isupper() for word in words)
    return text.lower() if len(words) >= 3 and 2 * capitals > len(words) else text


def _bulgarian(text: str, language: str) -> str:
    text = _DATE.sub(lambda found: _date(found, found.group(0)), text)
    text = _SHORT_DATE.sub(lambda found: _date(found, found.group(0)), text)
    text = _DAY_OF_MONTH.sub(_day_of_month, text)
    text = _TIME.sub(lambda found: clock_time(int(found[1]), int(found[2])), text)
    text = _abbreviations(text, language)
    text = _ORDINAL.sub(_bg_ordinal, text)
    text = _CLASS.sub(lambda found: f"{ordinal(int(found[1]))} {_LETTERS[found[2]]}", text)
    text = _DECIMAL.sub(lambda found: _decimal(found, "и"), text)
    return _CAPITALS.sub(_acronym, text)


def _english(text: str, language: str) -> str:
    text = _EN_DAY.sub(_en_day, text)
    text = _TIME.sub(lambda found: clock_time(int(found[1]), int(found[2]), "en"), text)
    text = _abbreviations(text, language)
    text = _EN_ORDINAL.sub(lambda found: ordinal(int(found[1]), "en"), text)
    text = _DECIMAL.sub(lambda found: _decimal(found, "point"), text)
    return to_latin(text)


def _common(text: str, language: str) -> str:
    for sign, word in _SIGNS[language].items():
        text = text.replace(sign, word)
    parts, at = [], 0
    for found in _NUMBER.finditer(text):
        parts += [text[at : found.start()], " ", _number(found[0], text[found.end() :], language), " "]
        at = found.end()
    text = "".join([*parts, text[at:]])
    lines = [" ".join(line.split()).strip(" ,;:") for line in _PAUSES.sub(", ", text).splitlines()]
    text = ". ".join(line.rstrip(".") if not line.endswith(("?", "!")) else line for line in lines if line)
    text = " ".join(_UNSPOKEN.sub(" ", text).split())
    return re.sub(r"\s+([.,;:?!])", r"\1", re.sub(r"([,.;:])(?:\s*[,.;:])+", r"\1", text)) if text else ""


def _abbreviations(text: str, language: str) -> str:
    """The longest first, so that „т.н.“ is not read as „т.“."""
    table = _ABBREVIATIONS[language]
    names = "|".join(re.escape(name) for name in sorted(table, key=len, reverse=True))
    return re.sub(
        rf"(?<![\w-])({names})(?!\w)", lambda found: f" {table[found[1].lower()]} ", text, flags=re.IGNORECASE
    )


def _date(found: Match, else_: str) -> str:
    on, month, year = int(found[1]), int(found[2]), found[3] if found.re is _DATE else None
    if not (1 <= on <= 31 and 1 <= month <= 12):
        return else_
    words = f" {ordinal(on)} {bg._MONTHS['bg'][month - 1]} "  # noqa: SLF001
    return words + (f"{ordinal(int(year), gender='f')} година " if year else "")


def _day_of_month(found: Match) -> str:
    year = f" {ordinal(int(found[3]), gender='f')}" if found[3] else ""
    return f"{ordinal(int(found[1]))} {found[2]}{year}"


def _en_day(found: Match) -> str:
    year = f", {cardinal(int(found[3]), 'en')}" if found[3] else ""
    return f"the {ordinal(int(found[1]), 'en')} of {found[2]}{year}"


def _bg_ordinal(found: Match) -> str:
    ending = found[2]
    gender = "f" if ending.endswith("а") else "n" if ending.endswith("о") else "m"
    return ordinal(int(found[1]), gender=gender, definite=ending.endswith("я"))


def _decimal(found: Match, between: str) -> str:
    whole, part = found[1], found[2]
    language = "bg" if between == "и" else "en"
    if language == "en":
        return f"{cardinal(int(whole), 'en')} point {digits(part, 'en').replace(',', '')}"
    if part == "5":
        return f"{cardinal(int(whole), gender='m')} и половина"
    zero = "нула " if part.startswith("0") and len(part) > 1 else ""
    return cardinal(int(whole), gender="m") + ("" if not int(part) else f" и {zero}{cardinal(int(part))}")


def _acronym(found: Match) -> str:
    """„БДС“ is spelled; one that has a vowel within is read like a word."""
    word = found[0]
    if word in _WORDS or (len(word) > 3 and _VOWELS & set(word[1:-1])):
        return word.lower()
    return " ".join(_LETTERS[letter] for letter in word)


def _ten_digits(run: str, language: str) -> str:
    """Return what ten digits in a row are; with spaces between they may be anything, and are left alone."""
    figure = "".join(filter(str.isdigit, run))
    if egn.is_valid(figure) or pnf.is_valid(figure):
        return " личен номер " if language == "bg" else " a personal number "
    return run


def _number(run: str, rest: str, language: str) -> str:
    figure = run.lstrip("+")
    if not figure.isascii() or len(figure) > 6 or (figure.startswith("0") and len(figure) > 1):
        return digits(figure, language)
    noun = _COUNTED.match(rest) if language == "bg" else None
    gender = next((g for stem, g in _GENDERS.items() if noun and noun[1].lower().startswith(stem)), "n")
    return cardinal(int(figure), language, gender=gender)
