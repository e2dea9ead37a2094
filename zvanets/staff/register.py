"""The rows of a lesson's register as HTML: one f-string a student, since 26 rows by Django's templates cost 20 ms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple

from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from zvanets.rules.absences import AbsenceKind
from zvanets.rules.scales import Scale
from zvanets.schools.register import Line

PRAISE, CRITICAL = 1, 2
DATA_SCALE = {Scale.QUANTITATIVE: "number", Scale.QUALITATIVE: "quality", Scale.SPECIAL_NEEDS: "special"}


@dataclass(frozen=True, slots=True)
class Written:
    """A grade or remark that stands already: its text, who wrote it and when, and where it is changed."""

    text: str
    title: str
    url: str
    is_poor: bool = False


@dataclass(slots=True)
class Row:
    """One student as the page shows them: what is saved, what was typed, what is wrong with it."""

    line: Line
    url: str
    scale: Scale | None
    saved: AbsenceKind | None = None
    shown: AbsenceKind | None = None
    minutes: int | None = None
    grade: str = ""
    remark: str = ""
    remark_kind: int = 0
    grades: list[Written] = field(default_factory=list)
    remarks: list[Written] = field(default_factory=list)
    is_unheard: bool = False  # nobody is told of this child
    news: str = ""  # what somebody else saved meanwhile
    notice: str = ""  # what the family or a doctor said beforehand
    errors: dict[str, str] = field(default_factory=dict)  # by column: absent, grade, remark


class Sign(NamedTuple):
    """A column of signs: о or з, of which a student has one at most."""

    column: str
    kind: AbsenceKind
    letter: str
    other: str


@dataclass(frozen=True, slots=True)
class Words:
    """The translated words of a row, asked for once a page; `%s` is the student."""

    absent: str
    late: str
    excused: str
    minutes: str
    grade: str
    more: str
    praise: str
    critical: str
    remark: str
    page: str
    withdraw: str
    note_icon: str
    unheard: str


def words() -> Words:
    return Words(
        absent=_("%s отсъства"),
        late=_("%s закъсня"),
        excused=_("извинено"),
        minutes=_("Закъснение, минути"),
        grade=_("Оценка на %s"),
        more=_("похвала или забележка"),
        praise=_("Похвала"),
        critical=_("Забележка"),
        remark=_("Похвала или забележка за %s"),
        page=_("Страница на ученика"),
        withdraw=_("Оттегли"),
        note_icon=static("icons.svg"),
        unheard=_("няма кого да уведомим"),
    )


def rows_html(rows: Iterable[Row], *, is_open: bool = True) -> SafeString:
    """Return the body of the register's table; closed, it shows what is saved and takes nothing."""
    said = words()
    return mark_safe("".join(_row(row, said, is_open=is_open) for row in rows))  # noqa: S308 — each value is escaped


def _row(row: Row, said: Words, *, is_open: bool) -> str:
    student, name = row.line.student_id, escape(row.line.name)
    off = "" if is_open else " disabled"
    icon = f'<svg class="icon" aria-hidden="true"><use href="{said.note_icon}#note"/></svg>'
    return (
        f"{_errors(row)}"
        f'<tr data-student="{student}"><td>{row.line.number or ""}</td>'
        f'<th scope="row"><button type="button" class="name" data-col="name" title="{said.more}" aria-expanded="false" aria-controls="below-{student}">'
        f'{name}<span class="sr">, {said.more}</span>{icon}</button>{_told(row, said)}</th>'
        f"{_absent(row, name, said, off)}{_late(row, name, said, off)}{_grades(row, name, said, off)}</tr>"
        f"{_below(row, name, said, is_open=is_open)}"
    )


def _errors(row: Row) -> str:
    if not row.errors:
        return ""
    said = "".join(
        f'<p class="error" id="{column}-{row.line.student_id}_error">{escape(text)}</p>'
        for column, text in row.errors.items()
        if column != "remark"
    )
    return f'<tr class="rowerror"><td></td><td colspan="4">{said}</td></tr>' if said else ""


def _told(row: Row, said: Words) -> str:
    news = "".join(f'<span class="told late">{escape(text)}</span>' for text in (row.notice, row.news) if text)
    if row.is_unheard:
        news += f'<a class="told" href="{row.url}">{said.unheard}</a>'
    return news + "".join(f'<span class="told">{escape(each.text)}</span>' for each in row.remarks)


def _invalid(row: Row, column: str) -> str:
    if column not in row.errors:
        return ""
    return f' aria-invalid="true" aria-describedby="{column}-{row.line.student_id}_error"'


def _absent(row: Row, name: str, said: Words, off: str) -> str:
    student = row.line.student_id
    if row.saved is AbsenceKind.EXCUSED:
        return (
            f'<td><span class="toggle e" title="{said.excused}"><span>у</span></span>'
            f'<input type="hidden" name="absent" value="{student}"><span class="sr">{said.excused}</span></td>'
        )
    return _toggle(row, Sign("absent", AbsenceKind.UNEXCUSED, "о", "late"), said.absent % name, off)


def _late(row: Row, name: str, said: Words, off: str) -> str:
    if row.saved is AbsenceKind.EXCUSED:
        return "<td></td>"
    return _toggle(row, Sign("late", AbsenceKind.LATE, "з", "absent"), said.late % name, off)


def _toggle(row: Row, sign: Sign, label: str, off: str) -> str:
    student = row.line.student_id
    checked = " checked" if row.shown is sign.kind else ""
    saved = "" if row.saved is row.shown else f' data-saved="{"1" if row.saved is sign.kind else ""}"'
    return (
        f'<td><label class="toggle {sign.column[0]}"><input type="checkbox" id="{sign.column}-{student}" '
        f'name="{sign.column}" value="{student}" data-col="{sign.column}" data-other="{sign.other}-{student}" '
        f'aria-label="{label}"{_invalid(row, sign.column)}{checked}{saved}{off}>'
        f'<span aria-hidden="true">{sign.letter}</span></label></td>'
    )


def _grades(row: Row, name: str, said: Words, off: str) -> str:
    student = row.line.student_id
    given = "".join(
        f'<a href="{each.url}" title="{escape(each.title)}"{" class=poor" if each.is_poor else ""}>'
        f'{escape(each.text)}<span class="sr">, {escape(each.title)}</span></a>'
        for each in row.grades
    )
    if row.scale is None:
        return f"<td>{given}</td>"
    typed = f' value="{escape(row.grade)}" data-saved=""' if row.grade else ""
    return (
        f'<td><div class="grades">{given}<input type="text" id="grade-{student}" name="grade-{student}-{row.scale:d}" '
        f'inputmode="decimal" autocomplete="off" maxlength="20" placeholder="+" data-col="grade" '
        f'data-scale="{DATA_SCALE[row.scale]}" aria-label="{said.grade % name}"'
        f"{_invalid(row, 'grade')}{typed}{off}></div></td>"
    )


def _below(row: Row, name: str, said: Words, *, is_open: bool) -> str:
    student = row.line.student_id
    error = (
        f'<p class="error" id="remark-{student}_error">{escape(row.errors["remark"])}</p>'
        if "remark" in row.errors
        else ""
    )
    standing = "".join(
        f'<a href="{each.url}">{said.withdraw}: {escape(each.text)}</a>' for each in row.remarks if each.url
    )
    return (
        f'<tr class="below" id="below-{student}"><td colspan="5">{error}<div>'
        f"{_minutes(row, name, said) if is_open else ''}{_remark(row, name, said) if is_open else ''}"
        f'<p class="links"><a href="{row.url}">{said.page}<span class="sr"> {name}</span></a>{standing}</p></div></td></tr>'
    )


def _minutes(row: Row, name: str, said: Words) -> str:
    if row.saved is AbsenceKind.EXCUSED:
        return ""
    student = row.line.student_id
    return (
        f'<label class="check minutes">{said.minutes}<span class="sr"> · {name}</span><input type="number" id="minutes-{student}" '
        f'name="minutes-{student}" class="short" min="1" max="120" inputmode="numeric" value="{row.minutes or ""}"></label>'
    )


def _remark(row: Row, name: str, said: Words) -> str:
    student = row.line.student_id
    kinds = "".join(
        f'<label class="check"><input type="radio" id="remark{kind}-{student}" name="remark-kind-{student}" '
        f'value="{kind}" data-quiet{" checked data-saved" if row.remark_kind == kind else ""}> {word}</label>'
        for kind, word in ((PRAISE, said.praise), (CRITICAL, said.critical))
    )
    saved = ' data-saved=""' if row.remark else ""
    return (
        f'{kinds}<textarea id="remark-{student}" name="remark-{student}" rows="1" maxlength="1000" '
        f'aria-label="{said.remark % name}"{_invalid(row, "remark")}{saved}>{escape(row.remark)}</textarea>'
    )


def counts(rows: Iterable[Row]) -> Mapping[str, int]:
    """Return how many are present, absent and late, and how many grades stand or wait to be saved."""
    rows = list(rows)
    absent = sum(row.shown in (AbsenceKind.UNEXCUSED, AbsenceKind.EXCUSED) for row in rows)
    late = sum(row.shown is AbsenceKind.LATE for row in rows)
    grades = sum(len(row.grades) + bool(row.grade) for row in rows)
    return {"present": len(rows) - absent - late, "absent": absent, "late": late, "grades": grades}
