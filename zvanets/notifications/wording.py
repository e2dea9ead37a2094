"""From an entry to lines of text: the values that templates may name, and the templates read from disk once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context, Engine, Template

from zvanets.guardians.models import ChannelName
from zvanets.lib import bg
from zvanets.notifications.catalogue import template_of
from zvanets.rules import finals
from zvanets.rules.absences import AbsenceKind, shown_halves
from zvanets.rules.limits import LimitKind
from zvanets.rules.scales import GradeKind, in_words, kind_name, mark_of, shown_average

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGES = ("bg", "en")
SUBJECT_LENGTH = 150

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """One entry in one language for one channel; the subject is for channels that have one."""

    subject: str
    lines: tuple[str, ...]


def language_of(wanted: str) -> str:
    """Return a language there are templates for; Bulgarian is what every school can explain."""
    return wanted if wanted in LANGUAGES else "bg"


def words(verb: str, body: Body, *, channel: str, language: str, is_private: bool) -> Words:
    """Render the template; in the file of an e-mail the first line is the subject. Lines that come out empty are left out."""
    template = _template(language, template_of(verb, channel, is_private=is_private))
    text = template.render(Context(values(body, language), autoescape=False))
    lines = tuple(filter(None, map(one_line, text.splitlines())))
    return Words(lines[0][:SUBJECT_LENGTH], lines[1:]) if channel == ChannelName.EMAIL else Words("", lines)


def values(body: Body, language: str) -> dict[str, str | bool]:
    """What templates may name. Everything somebody typed is made one line, so that it can pose as no other."""
    found = {name: one_line(body.get(name)) for name in _AS_TYPED}
    return found | {name: say(body, language) for name, say in _SAID.items()}


def one_line(typed: object) -> str:
    return " ".join(str(typed).split()) if typed else ""


@cache
def _engine() -> Engine:
    return Engine(dirs=[str(TEMPLATES)], autoescape=False)


@cache
def _template(language: str, name: str) -> Template:
    return _engine().get_template(f"{language}/{name}")


def _mark(columns: Body | None, language: str) -> str:
    if not columns:
        return ""
    value = Decimal(columns["grade"]) if columns.get("grade") else None
    quality, special = columns.get("quality"), columns.get("special")
    if value is None and quality is None and special is None:
        return ""
    return in_words(mark_of(value, quality, special), language, short=True)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _subject(body: Body, _language: str) -> str:
    return bg.within(one_line(body.get("subject")))


def _kind(body: Body, language: str) -> str:
    name = str(body.get("kind") or "")
    if name in _FINALS:
        return finals.ended_by(_FINALS[name], body.get("term"), language)
    known = name in GradeKind.__members__ and GradeKind[name] is not GradeKind.CURRENT
    return kind_name(GradeKind[name], language) if known else ""


def _average(body: Body, language: str) -> str:
    return shown_average(Decimal(body["average"]), language) if body.get("average") else ""


def _period(body: Body, language: str) -> str:
    return finals.period_name(finals.Period(body["of_period"]), language) if body.get("of_period") else ""


def _session(body: Body, language: str) -> str:
    return finals.session_name(body["session"], language) if body.get("session") else ""


def _outcome(name: str) -> Callable[[Body, str], str]:
    def say(body: Body, language: str) -> str:
        return finals.outcome_name(finals.Outcome[body[name]], language) if body.get(name) else ""

    return say


def day_of(body: Body) -> date | None:
    """Return the day of school life that the entry is about."""
    given = next((body[name] for name in ("date", "given_on", "written_on") if body.get(name)), None)
    return date.fromisoformat(given) if given else None


def _day(body: Body, language: str) -> str:
    day = day_of(body)
    return bg.day_name(day, language) if day else ""


def _date(body: Body, language: str) -> str:
    """Return the day in few letters: „26.11.“."""
    day = day_of(body)
    return bg.short_day(day, language) if day else ""


def _before(body: Body, language: str) -> str:
    """Return when and where something was before it was moved: „четвъртък, 26 ноември, 18:00, стая 12“."""
    before = body.get("before") or {}
    if "date" not in before or all(before[name] == body.get(name) for name in before):
        return ""
    return ", ".join(filter(None, (_day(before, language), before.get("starts_at"), one_line(before.get("place")))))


def _due(body: Body, language: str) -> str:
    return bg.day_name(date.fromisoformat(body["due_on"]), language) if body.get("due_on") else ""


def _hour(body: Body, language: str) -> str:
    hour = body.get("hour_no")
    return "" if hour is None else bg.ordinal(int(hour), language, definite=True)


def _minutes(body: Body, language: str) -> str:
    return bg.counted(int(body["minutes"]), "minute", language) if body.get("minutes") else ""


def _days(body: Body, language: str) -> str:
    """Return „12 ноември“, „12–13 ноември“."""
    if not body.get("starts_on"):
        return ""
    first, last = date.fromisoformat(body["starts_on"]), date.fromisoformat(body["ends_on"])
    return bg.days(first, last, language) if last > first else bg.day_of_month(first, language)


def _figure(body: Body, language: str) -> str:
    """Return how much of a limit is reached: „4,5“ of hours, „22“ of per cent or days."""
    if body.get("figure") is None:
        return ""
    figure = int(body["figure"])
    return shown_halves(figure, language) if body.get("limit") == LimitKind.MONTH.name else str(figure)


def _month(body: Body, language: str) -> str:
    return bg.month_name(date.fromisoformat(body["period"]), language) if body.get("period") else ""


def _files(body: Body, language: str) -> str:
    return bg.counted(int(body["files"]), "file", language) if body.get("files") else ""


def _moved(body: Body, language: str) -> str:
    """Return „вторник, 7 октомври, 2-ри час“."""
    if not body.get("to_date"):
        return ""
    day = bg.day_name(date.fromisoformat(body["to_date"]), language)
    return f"{day}, {bg.lesson_hour(int(body['to_hour']), language)}"


def _until(body: Body, language: str) -> str:
    """Return „вторник, 7 октомври, 10:35“."""
    if not body.get("until"):
        return ""
    until = datetime.fromisoformat(body["until"])
    return f"{bg.day_name(until.date(), language)}, {until:%H:%M}"


_FINALS = {kind.name: kind for kind in (GradeKind.TERM, GradeKind.ANNUAL)}
_AS_TYPED = (
    *("student", "class_group", "teacher", "comment", "topic", "text", "reason", "title", "place", "starts_at"),
    "exams",
)
_SAID: dict[str, Callable[[Body, str], str | bool]] = {
    "mark": lambda body, language: _capital(_mark(body, language)),
    "grade": _mark,
    "was": lambda body, language: _mark(body.get("before"), language),
    "subject": _subject,
    "kind": _kind,
    "day": _day,
    "date": _date,
    "before": _before,
    "due": _due,
    "hour": _hour,
    "hour_name": lambda body, language: (
        "" if body.get("hour_no") is None else bg.lesson_hour(int(body["hour_no"]), language)
    ),
    "minutes": _minutes,
    "until": _until,
    "change": lambda body, _language: str(body.get("change") or ""),
    "instead": lambda body, _language: bg.within(one_line(body.get("instead"))),
    "moved": _moved,
    "days": _days,
    "figure": _figure,
    "month": _month,
    "of_month": lambda body, _language: body.get("limit") == LimitKind.MONTH.name,
    "of_course": lambda body, _language: body.get("limit") == LimitKind.QUARTER.name,
    "files": _files,
    "average": _average,
    "period": _period,
    "session": _session,
    "outcome": _outcome("outcome"),
    "final": _outcome("final"),
    "private": lambda body, _language: bool(body.get("is_private")),
    "late": lambda body, _language: body.get("kind") == AbsenceKind.LATE.name,
}


def and_more(first: str, rest: int, language: str) -> str:
    """Return „Отсъства от 3-тия час и още 2 новини“, and not „и още 2“, which would read as hours."""
    values = {"first": first, "rest": bg.counted(rest, "news", language)}
    text = _template(language, "and_more.txt").render(Context(values, autoescape=False))
    return one_line(text)
