"""The gradebook's table as HTML: one f-string a cell, since 26 × 25 cells by Django's templates cost 40 ms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zvanets.lessons.gradebook import Member, Missing, Standing
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.grades import GradeKind, Mark, kind_name
from zvanets.staff.marks import is_poor, mark_text
from zvanets.staff.seat import lang
from zvanets.staff.typed_cells import SIGNS

SIGN_CLASSES = {AbsenceKind.UNEXCUSED: "poor", AbsenceKind.LATE: "late", AbsenceKind.EXCUSED: "good"}


@dataclass(frozen=True, slots=True)
class Column:
    """A kind of grade in one lesson; `place` is 1 for the second such grade of a student. Without lesson: from elsewhere."""

    lesson_id: int
    kind: int
    place: int
    date: date
    hour: str = ""
    lock: str = ""  # why nothing may be written

    @property
    def key(self) -> tuple[int, int, int]:
        return self.lesson_id, self.kind, self.place

    @property
    def name(self) -> str:
        return f"{self.lesson_id}-{self.kind}-{self.place}"


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure right of the row: what it is, as shown, and where it unfolds."""

    name: str
    text: str
    is_set: bool = True  # else the diary proposes it
    is_poor: bool = False


@dataclass(slots=True)
class GridRow:
    member: Member
    has_left: bool
    sums: Sequence[Sum]
    grades: Mapping[tuple[int, int, int], Standing] = field(default_factory=dict)  # by column


def short_kinds() -> dict[int, str]:
    return {
        GradeKind.CURRENT: _("тек."),
        GradeKind.CONTROL_WORK: _("контр."),
        GradeKind.CLASS_WORK: _("класна"),
        GradeKind.TEST: _("тест"),
        GradeKind.HOMEWORK: _("дом."),
        GradeKind.PROJECT: _("проект"),
        GradeKind.ENTRY_LEVEL: _("входно"),
        GradeKind.EXIT_LEVEL: _("изходно"),
        GradeKind.OTHER_CLASS: _("от клас"),
        GradeKind.OTHER_SCHOOL: _("от уч-ще"),
    }


def options(choices: Iterable[tuple[int, str]]) -> SafeString:
    """Return the options of a list."""
    found = (f'<option value="{value}">{escape(text)}</option>' for value, text in choices)
    return mark_safe("".join(found))  # noqa: S308 — escaped


def head_html(columns: Iterable[Column], sums: Sequence[tuple[str, str]], here: str) -> SafeString:
    """Return the head: kind above date. A column's link opens it as a form, for who has no script."""
    open_it, kinds = _("Впиши в колоната"), short_kinds()
    cells = "".join(
        _head(column, kinds[column.kind], f"{here}&amp;column={column.name}", open_it) for column in columns
    )
    heading = _("№ Име")
    names = f'<th scope="col" class="name">{heading}</th>'
    more = "".join(f'<th scope="col" class="sum"><abbr title="{title}">{text}</abbr></th>' for text, title in sums)
    return mark_safe(f"<tr>{names}{cells}{more}</tr>")  # noqa: S308 — words of our own and numbers


def _head(column: Column, kind: str, url: str, open_it: str) -> str:
    title = f"{kind_name(column.kind, lang())}, {column.date:%d.%m.%Y}{column.hour}"
    text = f"<span>{kind}</span> {column.date:%d.%m}"
    lock = f' data-lock="{escape(column.lock)}"' if column.lock else ""
    shown = text if column.lock else f'<a href="{url}#column" title="{open_it}">{text}</a>'
    return (
        f'<th scope="col" data-lesson="{column.lesson_id}" data-kind="{column.kind}" '
        f'data-place="{column.place}" title="{title}"{lock}>{shown}</th>'
    )


def rows_html(
    rows: Iterable[GridRow], columns: Sequence[Column], absences: Mapping[tuple[int, int], Missing], ink: "Ink"
) -> SafeString:
    """Return the body."""
    return mark_safe("".join(_row(row, columns, absences, ink) for row in rows))  # noqa: S308 — escaped


@dataclass(frozen=True, slots=True)
class Ink:
    """The words of a table's cells, each made once: a class has few different grades.

    `students` is the address before a student's number, `why` that of „Как е изчислено?“ with {student} and {sum}.
    """

    signs: Mapping[AbsenceKind, str]
    students: str
    why: str
    grades: dict[int, str] = field(default_factory=dict)

    def grade(self, mark: Mark) -> str:
        """Return the grade's span; equal marks of a page are mostly one object."""
        known = self.grades.get(id(mark))
        if known is None:
            poor = ' class="poor"' if is_poor(mark) else ""
            known = self.grades[id(mark)] = f"<span{poor}>{mark_text(mark)}</span>"
        return known

    def sign(self, missing: Missing | None) -> str:
        if missing is None:
            return ""
        kind = missing.kind
        return f'<abbr class="{SIGN_CLASSES[kind]}" title="{self.signs[kind]}">{SIGNS[kind]}</abbr>'


def sign_names() -> dict[AbsenceKind, str]:
    return {
        AbsenceKind.UNEXCUSED: _("отсъства"),
        AbsenceKind.LATE: _("закъсня"),
        AbsenceKind.EXCUSED: _("извинено отсъствие"),
    }


def _row(row: GridRow, columns: Sequence[Column], absences: Mapping[tuple[int, int], Missing], ink: Ink) -> str:
    member, student, grades = row.member, row.member.student_id, row.grades
    left = f' <span class="tag soft">{_("ОТПИСАН")}</span>' if row.has_left else ""
    cells = "".join(
        f'<td data-id="{grade.id}">{ink.grade(grade.mark)}{ink.sign(absences.get((column.lesson_id, student)))}</td>'
        if (grade := grades.get(column.key))
        else _empty(member, column, absences.get((column.lesson_id, student)), ink)
        for column in columns
    )
    sums = "".join(_sum(each, student, ink.why) for each in row.sums)
    return (
        f'<tr data-student="{student}" data-scale="{int(member.scale or 0)}"><th scope="row" class="name">'
        f'<i>{member.number or ""}</i> <a href="{ink.students}{student}/">{escape(member.name)}</a>{left}</th>{cells}{sums}</tr>'
    )


def _empty(member: Member, column: Column, missing: Missing | None, ink: Ink) -> str:
    off = "" if member.stands_on(column.date) else ' class="off"'
    return f"<td{off}>{ink.sign(missing)}</td>"


def _sum(figure: Sum, student: int, why: str) -> str:
    classes = f"sum{'' if figure.is_set else ' soft'}{' poor' if figure.is_poor and figure.is_set else ''}"
    if figure.text == "–":
        return f'<td class="{classes}" data-sum="{figure.name}">–</td>'
    url = why.format(student=student, sum=figure.name)
    return f'<td class="{classes}" data-sum="{figure.name}"><a href="{url}" hx-boost="true">{figure.text}</a></td>'
