"""Cells of a gradebook as the page sends them: JSON from its script, fields from the form of one column."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.http import QueryDict
from django.utils.translation import gettext as _

from zvanets.lessons.desk import Cell, GradeCell, SignCell
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.grades import GradeKind
from zvanets.staff.typed_lesson import KINDS

MOST_CELLS = 1500  # 26 students in 40 columns, and some more
LONGEST = 60  # letters of a grade
BIGGEST = 2**63 - 1
SIGNS = {AbsenceKind.UNEXCUSED: "о", AbsenceKind.LATE: "з", AbsenceKind.EXCUSED: "у"}
BY_SIGN = {sign: kind for kind, sign in SIGNS.items()} | {"н": AbsenceKind.UNEXCUSED, "": None}


class Unreadable(ValueError):
    """What came is no list of cells."""


def cells_of_script(body: bytes) -> list[Cell]:
    """Read {"cells": [...]}; raises Unreadable, also for two that mean one cell."""
    try:
        cells = [_cell(each) for each in json.loads(body)["cells"]]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unreadable(str(error)) from None
    places = {(each.student_id, each.lesson_id, getattr(each, "kind", 0), getattr(each, "place", 0)) for each in cells}
    if not 0 < len(cells) <= MOST_CELLS or len({each.key for each in cells}) != len(cells) or len(places) != len(cells):
        raise Unreadable("none, too many, or one cell twice")
    return cells


def _cell(sent: Mapping[str, Any]) -> Cell:
    key, student, lesson = UUID(sent["key"]), _number(sent["student"]), _number(sent["lesson"])
    if sent["what"] == "sign":
        wanted = BY_SIGN[sent["typed"]]
        if wanted is AbsenceKind.EXCUSED:
            raise ValueError(wanted)
        return SignCell(key, student, lesson, BY_SIGN[sent["seen"]], wanted)
    kind = GradeKind(sent["kind"])
    if kind not in KINDS:
        raise ValueError(kind)
    typed = _text(sent["typed"], LONGEST)
    return GradeCell(key, student, lesson, kind, _number(sent["place"]), _number(sent["seen"]), typed)


def _number(sent: object) -> int:
    if not isinstance(sent, int) or not 0 <= sent <= BIGGEST:
        raise ValueError(sent)
    return sent


def _text(sent: object, longest: int) -> str:
    if not isinstance(sent, str) or len(sent) > longest or "\x00" in sent:
        raise ValueError(sent)
    return sent


def cells_of_form(sent: QueryDict) -> list[Cell]:
    """Read the fields of one column; what stands as it came is left out. Raises Unreadable."""
    try:
        lesson, kind, place = (int(part) for part in sent.get("column", "").split("-"))
        base, found = _key(sent.get("form", "")), []
        for name, value in sent.items():
            what, _dash, rest = name.partition("-")
            if what == "cell":
                student, seen = (int(part) for part in rest.split("-"))
                was, typed = sent.get(f"was-{student}", ""), str(value).strip()
                if typed != was:
                    found.append((uuid5(base, name), student, seen, typed))
        column = {"lesson": lesson, "kind": kind, "place": place}
        return [_form_cell(column, *each) for each in found[:MOST_CELLS]]
    except (ValueError, KeyError, OverflowError) as error:
        raise Unreadable(str(error)) from None


def _form_cell(column: Mapping[str, Any], key: UUID, student: int, seen: int, typed: str) -> Cell:
    cell = {**column, "key": str(key), "student": student, "seen": seen, "typed": typed[:LONGEST], "what": "grade"}
    if typed.lower() in {"о", "н", "з"} and not seen:
        cell |= {"what": "sign", "seen": "", "typed": typed.lower()}
    return _cell(cell)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def unreadable() -> str:
    return _("Записаното не може да бъде прочетено. Презаредете страницата; написаното стои в нея.")
