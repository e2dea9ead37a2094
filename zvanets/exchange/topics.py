"""A year's topics from a spreadsheet: number, topic, note, hours; errors by row and column, in words."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from xml.sax.saxutils import escape

from zvanets.exchange.sheets import Cells
from zvanets.lessons.topics import Item, item_of
from zvanets.lib.refusals import Refusal, gettext_noop

HEADINGS = {"number": ("№", "номер", "no", "number"), "title": ("тема", "topic"), "note": ("бележка", "note"), "hours": ("часове", "брой часове", "hours")}  # fmt: skip
TEMPLATE = (("№", "Тема", "Бележка", "Часове"), ("1", "Преговор", "", "2"), ("2", "Входно ниво", "тест", "1"))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row, with the column's letter."""

    row: int
    column: str
    refusal: Refusal


@dataclass(slots=True)
class ReadPlan:
    items: list[Item] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_plan(cells: Cells) -> ReadPlan:
    """Read the rows beneath the headings; without a number topics are numbered as they stand."""
    at, columns = _headings(cells)
    found = ReadPlan()
    for row, line in enumerate(cells[at:], at + 1):
        values = {name: line[index] if index < len(line) else "" for name, index in columns.items()}
        if any(values.values()):
            _read(found, row, values, columns)
    if not found.items and not found.faults:
        raise Refusal("plan_empty", gettext_noop("В таблицата няма нито една тема."))
    return found


def _headings(cells: Cells) -> tuple[int, dict[str, int]]:
    for at, line in enumerate(cells[:20], 1):
        names = [cell.casefold().rstrip(".:") for cell in line]
        columns = {what: names.index(word) for what, words in HEADINGS.items() for word in words if word in names}
        if "title" in columns:
            return at, columns
    text = gettext_noop("Не намираме колона „Тема“. Изтеглете образеца и препишете темите в него.")
    raise Refusal("plan_without_heading", text)


def _read(found: ReadPlan, row: int, values: dict[str, str], columns: dict[str, int]) -> None:
    number = values.get("number") or str(max((each.number for each in found.items), default=0) + 1)
    try:
        item = item_of(number, values["title"], values.get("note", ""), values.get("hours", ""))
    except Refusal as refusal:
        column = columns.get(refusal.code.removeprefix("topic_"), columns["title"])
        found.faults.append(Fault(row, _letter(column), refusal))
        return
    if any(each.number == item.number for each in found.items):
        text = gettext_noop("Номер %(number)s стои два пъти.")
        found.faults.append(
            Fault(row, _letter(columns["number"]), Refusal("topic_number", text, {"number": item.number}))
        )
        return
    found.items.append(item)


def _letter(column: int) -> str:
    return chr(ord("A") + column)


def template() -> bytes:
    """Return the sheet to fill in, the least that every program opens."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in _PARTS.items():
            package.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{text}')
        package.writestr("xl/worksheets/sheet1.xml", _sheet(TEMPLATE))
    return target.getvalue()


def _sheet(rows: Sequence[Sequence[str]]) -> str:
    lines = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><cols><col min="1" max="1" width="6" customWidth="1"/>'
        '<col min="2" max="3" width="60" customWidth="1"/></cols>'
        f"<sheetData>{lines}</sheetData></worksheet>"
    )


_OPEN = "http://schemas.openxmlformats.org"
_MAIN = f"{_OPEN}/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_LINKS = f"{_OPEN}/package/2006/relationships"
_LINK = f"{_OPEN}/officeDocument/2006/relationships"
_PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_OPEN}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_LINKS}"><Relationship Id="r1" Type="{_LINK}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINK}"><sheets><sheet name="Теми" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_LINKS}"><Relationship Id="r1" Type="{_LINK}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
