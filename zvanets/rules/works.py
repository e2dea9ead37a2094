"""When a class may write a control or class work, and why not: a rule of dates alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from zvanets.lib.refusals import Refusal, gettext_noop


class WorkKind(IntEnum):
    """The state's numbers of kinds of grade."""

    CONTROL = 2
    CLASS = 3


@dataclass(frozen=True, slots=True)
class Work:
    """A planned work as the rule sees it; `group` is the part of the class that writes it, None the whole class."""

    date: date
    kind: WorkKind
    name: str  # „контролна работа по математика“: how a refusal names it
    group: int | None = None


@dataclass(frozen=True, slots=True)
class WorksRule:
    """Limits in force since a day."""

    since: date
    a_day: int
    a_week: int
    weeks_to_plan: int  # after the start of a term


# Ordinance 11 of 2016; a change of it is one line more.
RULES = (WorksRule(date(2016, 9, 15), a_day=1, a_week=2, weeks_to_plan=2),)
WEEK = timedelta(days=7)


def rule_on(day: date) -> WorksRule:
    """Return the rule in force; before the first one the first."""
    return max((rule for rule in RULES if rule.since <= day), key=lambda rule: rule.since, default=RULES[0])


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def check_work(work: Work, others: Iterable[Work], *, term: tuple[date, date] | None) -> None:
    """Refuse a work that clashes with the class's other planned works or with the end of its term; name which.

    `term` holds the first and last day of the term of its date, None between terms. Two parts of a class that write
    apart do not count together. Raises Refusal `outside_term`, `last_week`, `work_that_day` or `works_that_week`.
    """
    if term is None:
        raise Refusal("outside_term", gettext_noop("На тази дата не тече учебен срок."))
    if work.kind is WorkKind.CLASS and monday(work.date) == monday(term[1]):
        raise Refusal(
            "last_week",
            gettext_noop("В последната седмица на срока (до %(day)s) не се провежда класна работа."),
            {"day": _day(term[1])},
        )
    rule, seen = rule_on(work.date), sorted(others, key=lambda other: (other.date, other.name))
    that_day = _crowd([other for other in seen if other.date == work.date], work.group, rule.a_day)
    if that_day:
        raise Refusal(
            "work_that_day",
            gettext_noop("На %(day)s паралелката вече има %(work)s: на ден се допуска една."),
            {"day": _day(work.date), "work": that_day[0].name},
        )
    that_week = _crowd([other for other in seen if monday(other.date) == monday(work.date)], work.group, rule.a_week)
    if that_week:
        raise Refusal(
            "works_that_week",
            gettext_noop("В тази седмица паралелката вече има: %(works)s. На седмица се допускат %(most)s."),
            {"works": "; ".join(f"{_day(each.date)} {each.name}" for each in that_week), "most": rule.a_week},
        )


def plan_until(term_starts: date) -> date:
    """Return the last day for planning the term's works: two weeks after it started."""
    return term_starts + rule_on(term_starts).weeks_to_plan * WEEK


def _crowd(others: list[Work], group: int | None, most: int) -> list[Work]:
    """Return the works of a part of the class that leave no room for one more; [] when every part has room."""
    parts = {group} if group is not None else {other.group for other in others} | {None}
    for part in sorted(parts, key=lambda one: one or 0):
        seen = [other for other in others if other.group in (None, part)]
        if len(seen) >= most:
            return seen
    return []


def _day(day: date) -> str:
    return f"{day:%d.%m.%Y} г."
