"""The gradebook's table as HTML: one f-string a cell, since 26 × 25 cells by Django's templates cost 40 ms."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zvanets.lessons.gradebook import Member, Missing, Standing
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.grades import GradeKind, kind_name
from zvanets.staff.marks import is_poor, mark_text
from zvanets.staff.seat import lang
from zvanets.staff.typed_cells import SIGNS

SIGN_CLASSES = {AbsenceKind.UNEXCUSED: "poor", AbsenceKind.LATE: "late", AbsenceKind.EXCUSED: "good"}


@dataclass(frozen=True, slots=True)
class Column:
    """A kind of grade in one lesson; `place` is 1 for the second such grade of a student. Without lesson: from elsewhere."""

    lesson_id: int
    kind: GradeKind
    place: int
    date: date
    hour: str = ""
    lock: str = ""  # why nothing may be written
    weight: int = 1

    @property
    def name(self) -> str:
        return f"{self.lesson_id}-{int(self.kind)}-{self.place}"


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
    url: str
    has_left: bool
    sums: Sequence[Sum]
    grades: Mapping[str, Standing] = field(default_factory=dict)  # by column


def short_kind(kind: GradeKind) -> str:
    names = {
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
    return names.get(kind) or kind_name(kind, lang())


def head_html(columns: Iterable[Column], sums: Sequence[tuple[str, str]], here: str) -> SafeString:
    """Return the head: kind above date. A column's link opens it as a form, for who has no script."""
    open_it = _("Впиши в колоната")
    cells = "".join(_head(column, f"{here}&amp;column={column.name}", open_it) for column in columns)
    names = f'<th scope="col" class="name">{_("№ Име")}</th>'
    more = "".join(f'<th scope="col" class="sum"><abbr title="{title}">{text}</abbr></th>' for text, title in sums)
    return mark_safe(f"<tr>{names}{cells}{more}</tr>")  # noqa: S308 — words of our own and numbers


def _head(column: Column, url: str, open_it: str) -> str:
    kind = short_kind(column.kind)
    weight = f" ×{column.weight}" if column.weight != 1 else ""
    title = f"{kind_name(column.kind, lang())}, {column.date:%d.%m.%Y}{column.hour}{weight}"
    text = f"<span>{kind}{weight}</span> {column.date:%d.%m}"
    lock = f' data-lock="{escape(column.lock)}"' if column.lock else ""
    shown = text if column.lock else f'<a href="{url}#column" title="{open_it}">{text}</a>'
    return (
        f'<th scope="col" data-lesson="{column.lesson_id}" data-kind="{int(column.kind)}" '
        f'data-place="{column.place}" title="{title}"{lock}>{shown}</th>'
    )


def rows_html(
    rows: Iterable[GridRow], columns: Sequence[Column], absences: Mapping[tuple[int, int], Missing], why: str
) -> SafeString:
    """Return the body; `why` is the address of „Как е изчислено?“ with {student} and {sum} in it."""
    names = sign_names()
    return mark_safe("".join(_row(row, columns, absences, names, why) for row in rows))  # noqa: S308 — escaped


def sign_names() -> dict[AbsenceKind, str]:
    return {
        AbsenceKind.UNEXCUSED: _("отсъства"),
        AbsenceKind.LATE: _("закъсня"),
        AbsenceKind.EXCUSED: _("извинено отсъствие"),
    }


def _row(
    row: GridRow,
    columns: Sequence[Column],
    absences: Mapping[tuple[int, int], Missing],
    names: Mapping[AbsenceKind, str],
    why: str,
) -> str:
    member, student = row.member, row.member.student_id
    left = f' <span class="tag soft">{_("ОТПИСАН")}</span>' if row.has_left else ""
    cells = "".join(
        _cell(
            row.grades.get(column.name),
            absences.get((column.lesson_id, student)),
            names,
            off=not member.stands_on(column.date),
        )
        for column in columns
    )
    sums = "".join(sum_html(each, student, why) for each in row.sums)
    return (
        f'<tr data-student="{student}" data-scale="{int(member.scale or 0)}"><th scope="row" class="name">'
        f'<i>{member.number or ""}</i> <a href="{row.url}">{escape(member.name)}</a>{left}</th>{cells}{sums}</tr>'
    )


def _cell(grade: Standing | None, missing: Missing | None, names: Mapping[AbsenceKind, str], *, off: bool) -> str:
    if grade is None and missing is None:
        return '<td class="off"></td>' if off else "<td></td>"
    sign = ""
    if missing:
        kind = missing.kind
        sign = f'<abbr class="{SIGN_CLASSES[kind]}" title="{names[kind]}">{SIGNS[kind]}</abbr>'
    if grade is None:
        return f"<td>{sign}</td>"
    poor = ' class="poor"' if is_poor(grade.mark) else ""
    return f'<td data-id="{grade.id}"><span{poor}>{mark_text(grade.mark)}</span>{sign}</td>'


def sum_html(figure: Sum, student: int, why: str) -> str:
    classes = f"sum{'' if figure.is_set else ' soft'}{' poor' if figure.is_poor and figure.is_set else ''}"
    if figure.text == "–":
        return f'<td class="{classes}" data-sum="{figure.name}">–</td>'
    url = why.format(student=student, sum=figure.name)
    return f'<td class="{classes}" data-sum="{figure.name}"><a href="{url}" hx-boost="true">{figure.text}</a></td>'
