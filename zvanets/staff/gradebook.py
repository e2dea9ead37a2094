"""The gradebook of a course: which columns it has, what stands in its rows, and how each figure came about."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import uuid4

from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zvanets.gradebook.closings import term_closed
from zvanets.lessons.gradebook import (
    CourseRow,
    LessonSlot,
    Member,
    Standing,
    absences_of,
    grades_of,
    lessons_of,
    members_of,
    modules_of,
)
from zvanets.lib import bg
from zvanets.lib.refusals import gettext_noop
from zvanets.rules.averages import minimum_grades
from zvanets.rules.finals import Period
from zvanets.rules.gradebook import Sums
from zvanets.rules.grades import GradeKind, Mark, Scale, in_words, kind_name, shown_average
from zvanets.staff import grid
from zvanets.staff.grid import Column, GridRow, Sum
from zvanets.staff.marks import is_poor, mark_text
from zvanets.staff.seat import Link, Seat, lang
from zvanets.staff.typed_cells import SIGNS
from zvanets.staff.typed_lesson import KINDS, said

Placed = tuple[Standing, tuple[int, int, int]]  # a grade and its column
YEAR = 0  # beside the terms 1 and 2
AHEAD = timedelta(days=14)
TITLES = {1: gettext_noop("първи срок"), 2: gettext_noop("втори срок"), YEAR: gettext_noop("учебната година")}

WORDED = ((int(Scale.SPECIAL_NEEDS), range(1, 4)), (int(Scale.QUALITATIVE), range(2, 7)))
FIGURES = {
    "mean0": gettext_noop("Среден успех за годината"),
    "mean1": gettext_noop("Среден успех за първия срок"),
    "mean2": gettext_noop("Среден успех за втория срок"),
    "term1": gettext_noop("Срочна оценка за първия срок"),
    "term2": gettext_noop("Срочна оценка за втория срок"),
    "annual": gettext_noop("Годишна оценка"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the address asks for: a term or the year, and columns opened beside those that have grades."""

    term: int
    opened: Sequence[tuple[int, GradeKind, int]] = ()
    form: str = ""  # the column shown as a form

    @classmethod
    def asked(cls, query: QueryDict, course: CourseRow, today: date) -> "Shown":
        term = query.get("term", "")
        chosen = {"1": 1, "2": 2, "year": YEAR}.get(term, course.term_of(today))
        names = [*query.getlist("column"), *_new_column(query)]
        opened = [column for name in names[:20] if (column := _column(name))]
        return cls(chosen, opened, names[-1] if opened else "")

    @property
    def word(self) -> str:
        return str(self.term or "year")


def _new_column(query: QueryDict) -> list[str]:
    lesson, kind = query.get("lesson"), query.get("kind")
    return [f"{lesson}-{kind}-0"] if lesson and kind else []


def _column(name: str) -> tuple[int, GradeKind, int] | None:
    parts = name.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        return None
    lesson, kind, place = map(int, parts)
    return (lesson, GradeKind(kind), min(place, 9)) if kind in KINDS else None


def context(seat: Seat, course: CourseRow, shown: Shown) -> dict[str, Any]:
    """Return what the page of the gradebook shows."""
    lessons = lessons_of(course, user_id=seat.user.pk, every=seat.writes_every_lesson)
    members = members_of(course)
    grades = grades_of(course)
    given = placed(grades)
    columns = columns_of(seat, course, shown, lessons, given)
    absences = absences_of({column.lesson_id for column in columns})
    by_student, modules = _by_student(given), modules_of(course)
    here, home = f"?term={shown.word}", seat.url("today")
    rows = [
        _row(seat, shown, member, own, sums_of(course, member, (grade for grade, _name in own), modules))
        for member in members.values()
        if (own := by_student.get(member.student_id, [])) or member.until >= seat.today()
    ]
    form = next((column for column in columns if column.name == shown.form and not column.lock), None)
    return {
        "course": _head(seat, course, shown),
        "terms": _terms(course, shown),
        "head": grid.head_html(columns, _sum_titles(shown), here),
        "rows": grid.rows_html(
            rows, columns, absences, grid.Ink(grid.sign_names(), f"{home}students/", why_url(seat, course))
        ),
        "has_rows": bool(rows),
        "has_columns": bool(columns),
        "choices": _choices(seat, course, shown, lessons),
        "kinds": kinds(lang()),
        "keys": keys(lang()),
        "sheet": {
            "save": f"{seat.url('cells', course.id)}{here}",
            "queue": f"{seat.user.pk}:{seat.school_id}:{course.id}",
            "why": why_url(seat, course),
            "words": words(lang()),
            "focus": shown.form,
        },
        "form": _form(form, rows) if form else None,
    }


def _head(seat: Seat, course: CourseRow, shown: Shown) -> dict[str, Any]:
    hours = course.hours(shown.term or course.term_of(seat.today()))
    least = minimum_grades(hours, seat.today())
    parts = [_(TITLES[shown.term])]
    if course.sub_group:
        parts.append(_("група %s") % course.sub_group)
    if hours:
        whole = int(hours) if hours == hours.to_integral_value() else hours.normalize()
        parts.append(_("%s седмично") % bg.counted(whole, "lesson", lang()))
    if least and shown.term:
        parts.append(_("поне %s текущи оценки") % least)
    if course.is_rounded:
        parts.append(_("средният успех е като в НЕИСПУО"))
    if course.counting.weights:
        parts.append(_("с тежестите на училището"))
    return {
        "title": f"{course.class_group} · {course.subject}",
        "details": " · ".join(parts),
        "class_url": seat.url("class_group", course.class_group_id),
        "class_group": course.class_group,
        "finals_url": seat.url("finals", course.id),
        "reads_only": not (course.teaches or seat.writes_every_lesson),
        "url": seat.url("gradebook", course.id),
    }


def _terms(course: CourseRow, shown: Shown) -> list[Link]:
    terms = [1, *([2] if course.second_term else []), YEAR]
    return [Link(f"?term={term or 'year'}", _(TITLES[term]).capitalize(), term == shown.term) for term in terms]


# Columns


def columns_of(
    seat: Seat, course: CourseRow, shown: Shown, lessons: Mapping[int, LessonSlot], given: Iterable[Placed]
) -> list[Column]:
    """Return the columns by date: those with grades, those opened, and the newest lesson in which one may write."""
    today = seat.today()
    names: dict[tuple[int, int, int], date] = {}
    for grade, name in given:
        if name not in names and not grade.kind.is_final and shown.term in (YEAR, grade.term):
            names[name] = grade.given_on or lessons[name[0]].date
    for lesson, kind, place in shown.opened:
        if lesson in lessons:
            names.setdefault((lesson, int(kind), place), lessons[lesson].date)
    newest = _newest(seat, course, shown, lessons)
    if newest and newest.id not in {lesson for lesson, _kind, _place in names}:
        names[newest.id, int(GradeKind.CURRENT), 0] = newest.date
    found = [_slot(course, lessons.get(name[0]), name, on, today) for name, on in names.items()]
    return sorted(found, key=lambda column: (column.date, column.hour, column.lesson_id, column.kind, column.place))


def placed(grades: Iterable[Standing]) -> list[Placed]:
    """Return each grade with its column: lesson, kind, and how many such grades of the student came before it."""
    before: set[tuple[int, int, int, int]] = set()
    found = []
    for grade in grades:
        lesson, kind, place = grade.lesson_id or 0, int(grade.kind), 0
        while (grade.student_id, lesson, kind, place) in before:
            place += 1
        before.add((grade.student_id, lesson, kind, place))
        found.append((grade, (lesson, kind, place)))
    return found


def _is_shown(course: CourseRow, shown: Shown, day: date) -> bool:
    return shown.term in (YEAR, course.term_of(day))


def _newest(seat: Seat, course: CourseRow, shown: Shown, lessons: Mapping[int, LessonSlot]) -> LessonSlot | None:
    today = seat.today()
    until = (
        each for each in reversed([*lessons.values()]) if each.date <= today and _is_shown(course, shown, each.date)
    )
    return next((each for each in until if not course.lock_of(each, today)), None)


def _slot(course: CourseRow, lesson: LessonSlot | None, name: tuple[int, int, int], on: date, today: date) -> Column:
    if lesson is None:
        return Column(*name, on, lock=_("Оценката е пренесена и не се променя оттук."))
    lock = course.lock_of(lesson, today) or (term_closed() if lesson.is_closed else None)
    hour = f", {bg.lesson_hour(lesson.hour_no, lang())}"
    return Column(*name, on, hour, said(lock) if lock else "")


def _choices(seat: Seat, course: CourseRow, shown: Shown, lessons: Mapping[int, LessonSlot]) -> SafeString:
    """Return the lessons in which a column may be opened as options, the newest first."""
    today = seat.today()
    return grid.options(
        (each.id, f"{each.date:%d.%m.} · {bg.weekday(each.date, lang())} · {bg.lesson_hour(each.hour_no, lang())}")
        for each in reversed([*lessons.values()])
        if each.date <= today + AHEAD and _is_shown(course, shown, each.date) and not course.lock_of(each, today)
    )


# Rows


def _by_student(given: Iterable[Placed]) -> dict[int, list[Placed]]:
    found: dict[int, list[Placed]] = defaultdict(list)
    for each in given:
        found[each[0].student_id].append(each)
    return found


def _row(seat: Seat, shown: Shown, member: Member, grades: Sequence[Placed], sums: Sums[Standing]) -> GridRow:
    return GridRow(
        member=member,
        has_left=member.until < seat.today(),
        sums=figures(sums, shown.term),
        grades={name: grade for grade, name in grades},
    )


def sums_of(
    course: CourseRow, member: Member, grades: Iterable[Standing], modules: Mapping[int, Sequence[Mark]]
) -> Sums[Standing]:
    return Sums(grades, member.study(course), course.counting, modules.get(member.student_id, ()))


def figures(found: Sums[Standing], term: int) -> list[Sum]:
    """Return what stands right of a row where a term, or the year (0), is shown."""
    mean = found.mean(Period(term or Period.YEAR))
    poor = mean.result is not None and mean.result < 3
    first = [
        Sum(f"mean{term}", shown_average(mean.result, lang()), is_poor=poor),
        _final("term1", found, Period.TERM_1),
    ]
    return first if term == 1 else [*first, _final("term2", found, Period.TERM_2), _final("annual", found, Period.YEAR)]


def _final(name: str, found: Sums[Standing], period: Period) -> Sum:
    final = found.final(period)
    if final.mark:
        return Sum(name, mark_text(final.mark), is_poor=is_poor(final.mark))
    proposed = final.proposal.mark
    if period in found.study.exempt:
        return Sum(name, _("осв."), is_set=False)
    return Sum(name, f"({mark_text(proposed)})" if proposed else bg.NOTHING, is_set=False)


def _sum_titles(shown: Shown) -> list[tuple[str, str]]:
    first = [(_("ср."), _("Среден успех")), (_("I срок"), _("Срочна оценка за първия срок"))]
    if shown.term == 1:
        return first
    return [*first, (_("II срок"), _("Срочна оценка за втория срок")), (_("год."), _("Годишна оценка"))]


# The form of one column, for who has no script


def _form(column: Column, rows: Iterable[GridRow]) -> dict[str, Any]:
    return {
        "column": column.name,
        "key": str(uuid4()),
        "title": f"{kind_name(column.kind, lang())}, {bg.written_date(column.date, lang())}{column.hour}",
        "lines": [_line(row, column) for row in rows if row.member.stands_on(column.date)],
    }


def _line(row: GridRow, column: Column) -> dict[str, str]:
    grade = row.grades.get(column.key)
    return {
        "id": str(row.member.student_id),
        "name": f"{row.member.number or ''} {row.member.name}".strip(),
        "seen": str(grade.id if grade else 0),
        "text": mark_text(grade.mark) if grade else "",
        "mode": "decimal" if row.member.scale is Scale.QUANTITATIVE else "text",
    }


# „Как е изчислено?“


def why_url(seat: Seat, course: CourseRow) -> str:
    return f"{seat.url('gradebook', course.id)}{{student}}/{{sum}}/"


def end_of(day: date, seat: Seat) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), seat.zone)


@lru_cache
def keys(_language: str) -> SafeString:
    """Return the line of keys; it is the same on every page of a language and costs a tenth of it."""
    return mark_safe(render_to_string("staff/courses/_keys.html"))  # noqa: S308  (our own template)


@lru_cache
def kinds(language: str) -> SafeString:
    return grid.options((int(kind), kind_name(kind, language)) for kind in KINDS)


@lru_cache
def words(_language: str) -> str:
    """Return the sentences of the page's script, as JSON; one and many where something is counted."""
    return json.dumps(
        {
            "saved": _("Записано в {time} ч."),
            "unsaved": [_("{n} незаписана промяна"), _("{n} незаписани промени")],
            "saving": _("Записва се…"),
            "waiting": [_("{n} запис чака връзка"), _("{n} записа чакат връзка")],
            "failed": [
                _("{n} промяна не се записа: сървърът отговори с грешка. Пазим я и опитваме пак."),
                _("{n} промени не се записаха: сървърът отговори с грешка. Пазим ги и опитваме пак."),
            ],
            "signIn": [
                _("{n} промяна чака да влезете отново."),
                _("{n} промени чакат да влезете отново."),
            ],
            "others": [_("Останалата {n} оценка е записана."), _("Останалите {n} оценки са записани.")],
            "conflict": _("{cell}: Вие вписахте {mine}, а междувременно {who} – {theirs}."),
            "nothing": _("нищо"),
            "somebody": _("друг"),
            "keepMine": _("Запиши моята"),
            "keepTheirs": _("Остави другата"),
            "page": _("Отвори страницата на оценката"),
            "undo": _("Върни както беше"),
            "closed": _("Тук не пишете Вие: оценките са на учителя по предмета."),
            "off": _("В този ден ученикът не е бил в списъка."),
            "signs": {SIGNS[kind]: name for kind, name in grid.sign_names().items()},
            "scales": {
                scale: {n: in_words(Mark(Scale(scale), Decimal(n)), lang(), short=True) for n in ns}
                for scale, ns in WORDED
            },
            "colours": {SIGNS[kind]: name for kind, name in grid.SIGN_CLASSES.items()},
        },
        ensure_ascii=False,
    )
