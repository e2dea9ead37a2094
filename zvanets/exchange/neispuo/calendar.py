"""The school year's dates: the ministry's order when there is one, else the state's defaults, and what is off."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from zvanets.exchange.neispuo import values
from zvanets.exchange.neispuo.findings import Findings, Kind, Place
from zvanets.exchange.neispuo.rows import Family, Institution
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.terms import TermDates, check_dates, default_first_day

# Groups of several grades (all-day groups above all) by the state's ids of grade levels.
GRADES_OF = {22: range(1, 5), 23: range(5, 9), 24: range(9, 13), 27: range(5, 8), 28: range(8, 11), 29: range(11, 13)}
PRESCHOOL_LEVELS = {21, 32}  # and every level below 1
LONGEST_ORDER = 1_000_000
EVERY_LEVEL = None
OFF_DAY = "Неучебен ден"


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off of the whole school, or of some grades."""

    first: date
    last: date
    name: str
    grades: frozenset[int] = frozenset()

    def is_for(self, level: int) -> bool:
        return not self.grades or set(GRADES_OF.get(level, (level,))) <= self.grades


@dataclass(frozen=True, slots=True)
class Order:
    """The ministry's order for one school year."""

    file: str
    starts: date
    term1_ends: date
    term2_starts: date
    term2_ends: Mapping[int, date]
    holidays: tuple[Holiday, ...]


@dataclass(frozen=True, slots=True)
class YearDates:
    """A school year as it is written down: its limits, the terms of each level, the days off by level."""

    starts_on: date
    ends_on: date
    terms: Mapping[int, TermDates]
    off_days: Mapping[tuple[date, int | None], str]


def is_preschool(level: int) -> bool:
    return level < 1 or level in PRESCHOOL_LEVELS


def order_file(folder: Path, year: int) -> Path | None:
    """Return `calendar/2025-2026.json` beside the school's folder or beside the folder of schools."""
    name = Path("calendar") / f"{year}-{year + 1}.json"
    found = (above / name for above in folder.resolve().parents[:2])
    return next((path for path in found if path.is_file()), None)


def read_order(path: Path, year: int, findings: Findings) -> Order | None:
    place = Place(path.name)
    try:
        with path.open(encoding="utf-8") as file:
            content = json.loads(file.read(LONGEST_ORDER))
        return _order(content, path.name, year)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        msgid = gettext_noop("Файлът не е заповед за учебната %(year)s година в познатия вид.")
        findings.error(Kind.FILE, place, msgid, year=f"{year}/{year + 1}")
    return None


def _order(content: Mapping[str, Any], file: str, year: int) -> Order:
    if content["school_year"] != year:
        raise ValueError(file)
    days = [Holiday(day, day, OFF_DAY) for day in map(_day, content["off_days"])]
    return Order(
        file=file,
        starts=_day(content["starts"]),
        term1_ends=_day(content["term1_ends"]),
        term2_starts=_day(content["term2_starts"]),
        term2_ends={int(level): _day(day) for level, day in content["term2_ends_by_grade"].items()},
        holidays=(*map(_holiday, content["holidays"]), *days),
    )


def _holiday(content: Mapping[str, Any]) -> Holiday:
    first, last = _day(content["from"]), _day(content["to"])
    if not first <= last <= first + timedelta(days=200):
        raise ValueError(str(content["from"]))
    name = " ".join(str(content["name"]).split())[:80]
    return Holiday(
        first, last, f"{name} ваканция".capitalize(), frozenset(int(grade) for grade in content.get("grades", ()))
    )


def _day(text: str) -> date:
    return values.day(text)  # a Refusal is a ValueError


def plan_year(
    year: int,
    levels: Iterable[int],
    *,
    school: Institution,
    families: Iterable[Family],
    order: Order | None,
    findings: Findings,
) -> YearDates | None:
    """Return the dates of these levels; say so when they are the state's defaults and not the ministry's."""
    known = {family.family: family for family in families if family.school_year == year}
    ours = known.get("sport" if "спорт" in school.kind.lower() else "school")
    if order is None:
        _say_that_defaults_are_used(year, is_known=ours is not None, findings=findings)
    try:
        terms = {level: _terms(year, level, ours, known.get("kindergarten", ours), order) for level in sorted(levels)}
        for dates in terms.values():
            check_dates(dates)
    except Refusal as refusal:
        place = Place(order.file if order else Family.FILE)
        findings.error(Kind.CALENDAR, place, refusal.msgid, **refusal.params)
        return None
    starts = min(dates.limits[0] for dates in terms.values())
    ends = max(dates.limits[1] for dates in terms.values())
    return YearDates(starts, ends, terms, _off_days(terms, order))


def _say_that_defaults_are_used(year: int, *, is_known: bool, findings: Findings) -> None:
    if is_known:
        msgid = gettext_noop(
            "За %(year)s няма заповед на министъра (calendar/%(year)s.json): сроковете са по подразбиране от calendar.csv, "
            "еднакви за всички класове, а неучебни са само официалните празници."
        )
    else:
        msgid = gettext_noop(
            "За %(year)s няма нито заповед на министъра (calendar/%(year)s.json), нито ред в calendar.csv: сроковете са "
            "по подразбиране, от 15 септември до 30 юни, а неучебни са само официалните празници."
        )
    findings.warn(Kind.CALENDAR, Place(Family.FILE), msgid, year=f"{year}-{year + 1}")


def _terms(year: int, level: int, ours: Family | None, preschool: Family | None, order: Order | None) -> TermDates:
    default = (preschool if is_preschool(level) else ours) or _unwritten(year)
    if order is None:
        starts, first_ends, second_starts = default.start, default.term1_end, default.term2_start
    else:
        starts, first_ends, second_starts = order.starts, order.term1_ends, order.term2_starts
    ordered = [
        order.term2_ends[grade] for grade in GRADES_OF.get(level, (level,)) if order and grade in order.term2_ends
    ]
    return TermDates(starts, first_ends, second_starts, max(ordered, default=default.end), starts, default.end_limit)


def _unwritten(year: int) -> Family:
    """The state's customary dates, for a year that nobody has written down."""
    start, after = default_first_day(year), default_first_day(year + 1)
    return Family(
        line=0,
        school_year=year,
        family="school",
        start=start,
        term1_end=date(year + 1, 1, 31),
        term2_start=date(year + 1, 2, 6),
        end=date(year + 1, 6, 30),
        end_limit=after - timedelta(days=1),
    )


def _off_days(terms: Mapping[int, TermDates], order: Order | None) -> dict[tuple[date, int | None], str]:
    """By day and level; a day off for every level is one of the whole school."""
    starts = min(dates.starts for dates in terms.values())
    ends = max(dates.ends for dates in terms.values())
    off: dict[tuple[date, int | None], str] = {}
    for holiday in (*_public_holidays(starts, ends), *(order.holidays if order else ())):
        for day in _days(max(holiday.first, starts), min(holiday.last, ends)):
            for level in filter(holiday.is_for, terms):
                off.setdefault((day, level), holiday.name)
    return _whole_school(off, terms)


def _whole_school(
    off: dict[tuple[date, int | None], str], terms: Mapping[int, TermDates]
) -> dict[tuple[date, int | None], str]:
    joined: dict[tuple[date, int | None], str] = {}
    for (day, level), name in off.items():
        is_for_all = all((day, other) in off for other in terms)
        joined.setdefault((day, EVERY_LEVEL if is_for_all else level), name)
    return joined


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _public_holidays(starts: date, ends: date) -> list[Holiday]:
    import holidays

    found = holidays.country_holidays("BG", years=range(starts.year, ends.year + 1), language="bg")
    return [Holiday(day, day, name.split(",")[0][:100]) for day, name in sorted(found.items())]
