"""Numbers, dates and counted words as people read them, in Bulgarian ("bg") or English ("en").

Every function takes the language by its two letters; another language reads English.
Times are aware; the zone in which people read them is an argument.
"""

from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal

NOTHING = "–"

_SHORT_WEEKDAYS = {
    "bg": ("пн", "вт", "ср", "чт", "пт", "сб", "нд"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_WEEKDAYS = {
    "bg": ("понеделник", "вторник", "сряда", "четвъртък", "петък", "събота", "неделя"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "bg": (
        *("януари", "февруари", "март", "април", "май", "юни"),
        *("юли", "август", "септември", "октомври", "ноември", "декември"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_TODAY = {"bg": ("днес", "вчера"), "en": ("today", "yesterday")}

# One and many. A verb counts as a word: „1 отсъства, 24 присъстват“.
_COUNTED = {
    "bg": {
        "absence": ("отсъствие", "отсъствия"),
        "absent": ("отсъства", "отсъстват"),
        "class": ("паралелка", "паралелки"),
        "day": ("ден", "дни"),
        "error": ("грешка", "грешки"),
        "excused": ("извинен", "извинени"),
        "family": ("семейство", "семейства"),
        "grade": ("оценка", "оценки"),
        "guardian": ("родител", "родители"),
        "homework": ("домашна работа", "домашни работи"),
        "late": ("закъсня", "закъсняха"),
        "lateness": ("закъснение", "закъснения"),
        "lesson": ("час", "часа"),
        "message": ("съобщение", "съобщения"),
        "file": ("файл", "файла"),
        "minute": ("минута", "минути"),
        "news": ("новина", "новини"),
        "notice": ("молба", "молби"),
        "note": ("бележка", "бележки"),
        "part": ("част", "части"),
        "person": ("човек", "души"),
        "planned": ("тема", "теми"),
        "plan": ("план за подкрепа", "плана за подкрепа"),
        "poor": ("слаба оценка", "слаби оценки"),
        "present": ("присъства", "присъстват"),
        "record": ("запис", "записа"),
        "remark": ("забележка", "забележки"),
        "sanction": ("санкция", "санкции"),
        "second": ("секунда", "секунди"),
        "student": ("ученик", "ученици"),
        "teacher": ("учител", "учители"),
        "warning": ("предупреждение", "предупреждения"),
    },
    "en": {
        "absence": ("absence", "absences"),
        "absent": ("absent", "absent"),
        "class": ("class", "classes"),
        "day": ("day", "days"),
        "error": ("error", "errors"),
        "excused": ("excused", "excused"),
        "family": ("family", "families"),
        "grade": ("grade", "grades"),
        "guardian": ("guardian", "guardians"),
        "homework": ("piece of homework", "pieces of homework"),
        "late": ("late", "late"),
        "lateness": ("late arrival", "late arrivals"),
        "lesson": ("lesson", "lessons"),
        "message": ("message", "messages"),
        "file": ("file", "files"),
        "minute": ("minute", "minutes"),
        "news": ("other note", "other notes"),
        "notice": ("request", "requests"),
        "note": ("note", "notes"),
        "part": ("part", "parts"),
        "person": ("person", "people"),
        "planned": ("topic", "topics"),
        "plan": ("plan of support", "plans of support"),
        "poor": ("poor grade", "poor grades"),
        "present": ("present", "present"),
        "record": ("record", "records"),
        "remark": ("remark", "remarks"),
        "sanction": ("sanction", "sanctions"),
        "second": ("second", "seconds"),
        "student": ("student", "students"),
        "teacher": ("teacher", "teachers"),
        "warning": ("warning", "warnings"),
    },
}


def _known(lang: str) -> str:
    return "bg" if lang.startswith("bg") else "en"


def within(text: str) -> str:
    """Return the text as it stands within a sentence: „математика“, but „ИТ“ and "STEM" as they are."""
    return text if text[1:2].isupper() or len(text) == 1 else text[:1].lower() + text[1:]


def number(value: Decimal | int | None, lang: str = "bg", *, places: int | None = None) -> str:
    """Return „5,50“ with `places` decimals, or with those the value has; „–“ for None."""
    if value is None:
        return NOTHING
    text = str(value) if places is None else f"{Decimal(value):.{places}f}"
    return text.replace(".", ",").replace("-", "−") if _known(lang) == "bg" else text.replace("-", "−")


def counted(amount: Decimal | int, word: str, lang: str = "bg") -> str:
    """Return „1 отсъства“, „24 присъстват“, „14,5 часа“; `word` is a key of the table, else KeyError."""
    one, many = _COUNTED[_known(lang)][word]
    return f"{number(amount, lang)}\u00a0{one if amount == 1 else many}"


def written_date(day: date, lang: str = "bg") -> str:
    """Return „21.11.2026 г.“ or "21 November 2026"."""
    if _known(lang) == "bg":
        return f"{day:%d.%m.%Y}\u00a0г."
    return f"{day.day} {_MONTHS['en'][day.month - 1]} {day.year}"


def weekday(day: date, lang: str = "bg") -> str:
    """Return „понеделник“ or "Monday"."""
    return _WEEKDAYS[_known(lang)][day.weekday()]


def short_weekday(day: date, lang: str = "bg") -> str:
    """Return „пн“ or "Mon", for where a phone has no room."""
    return _SHORT_WEEKDAYS[_known(lang)][day.weekday()]


def days(first: date, last: date, lang: str = "bg") -> str:
    """Return „16–22 ноември“, „30 ноември – 6 декември“, in English alike."""
    months = _MONTHS[_known(lang)]
    end = f"{last.day}\u00a0{months[last.month - 1]}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return f"{first.day}\u00a0{months[first.month - 1]} – {end}"


def day_of_month(day: date, lang: str = "bg") -> str:
    """Return „16 ноември“ or "16 November"."""
    return f"{day.day}\u00a0{month_name(day, lang)}"


def month_name(day: date, lang: str = "bg") -> str:
    """Return „ноември“ or "November"."""
    return _MONTHS[_known(lang)][day.month - 1]


def span(first: date, last: date, first_hour: int | None = None, last_hour: int | None = None, lang: str = "bg") -> str:
    """Return „вторник, 12 ноември“, „12–13 ноември“, „вторник, 12 ноември, от 3-тия до 5-ия час“."""
    text = day_name(first, lang) if first == last else days(first, last, lang)
    from_hour, to_hour = ("от", "до") if _known(lang) == "bg" else ("from the", "to the")
    hours = [
        f"{word} {ordinal(hour, lang, definite=True)}"
        for word, hour in ((from_hour, first_hour), (to_hour, last_hour))
        if hour is not None
    ]
    return f"{text}, {' '.join(hours)} {'час' if _known(lang) == 'bg' else 'lesson'}" if hours else text


def short_day(day: date, lang: str = "bg") -> str:
    """Return „21.09.“ or "21 Sep", for messages that are paid by their length."""
    return f"{day:%d.%m.}" if _known(lang) == "bg" else f"{day.day} {_MONTHS['en'][day.month - 1][:3]}"


def day_name(day: date, lang: str = "bg") -> str:
    """Return „понеделник, 21 септември“ or "Monday, 21 September"."""
    return f"{weekday(day, lang)}, {day.day}\u00a0{_MONTHS[_known(lang)][day.month - 1]}"


def moment(at: datetime, *, now: datetime, zone: tzinfo, lang: str = "bg") -> str:
    """Return „днес 10:31“, „вчера 10:31“, „5 октомври, 10:31“ in the year of `now`, else „05.10.2025 г., 10:31“."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    clock, day = f"{local:%H:%M}", local.date()
    if today - day in (timedelta(0), timedelta(days=1)):
        return f"{_TODAY[_known(lang)][(today - day).days]} {clock}"
    if day.year == today.year:
        return f"{day.day} {_MONTHS[_known(lang)][day.month - 1]}, {clock}"
    return f"{written_date(day, lang)}, {clock}"


def ordinal(hour: int, lang: str = "bg", *, definite: bool = False) -> str:
    """Return „3-ти“, definite „3-тия“ (the short article of one who is counted), or "3rd"."""
    last, teens = hour % 10, 11 <= hour % 100 <= 19
    if _known(lang) == "bg":
        if hour == 0:
            return "нулевия" if definite else "нулев"
        ending = "ти" if teens else {1: "ви", 2: "ри", 7: "ми", 8: "ми"}.get(last, "ти")
        return f"{hour}-{ending[0]}ия" if definite else f"{hour}-{ending}"
    return f"{hour}{'th' if teens else {1: 'st', 2: 'nd', 3: 'rd'}.get(last, 'th')}"


def lesson_hour(hour: int, lang: str = "bg") -> str:
    """Return „3-ти час“ or "3rd lesson"."""
    return f"{ordinal(hour, lang)} {'час' if _known(lang) == 'bg' else 'lesson'}"


def for_lesson_hour(hour: int, lang: str = "bg") -> str:
    """Return „за 3-тия час“ or "for the 3rd lesson"."""
    if _known(lang) == "bg":
        return f"за {ordinal(hour, lang, definite=True)} час"
    return f"for the {ordinal(hour, lang)} lesson"
