"""A year's topics come out of a sheet, and what a sheet should not hold is refused in words."""

import io
import zipfile

import pytest

from zvanets.exchange import sheets
from zvanets.exchange.sheets import read_sheet
from zvanets.exchange.topics import read_plan, template
from zvanets.lessons.topics import Item
from zvanets.lib.refusals import Refusal

HEADINGS = ["№", "Тема", "Бележка", "Часове"]


def changed(**parts: str) -> bytes:
    """The template with other or more parts; `__` in a name is a slash."""
    target = io.BytesIO()
    wanted = {
        name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"): text for name, text in parts.items()
    }
    with zipfile.ZipFile(io.BytesIO(template())) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, wanted.pop(name, None) or old.read(name))
        for name, text in wanted.items():
            new.writestr(name, text)
    return target.getvalue()


def sheet(cells: str) -> str:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>'


def code_of(content: bytes) -> str:
    with pytest.raises(Refusal) as refusal:
        read_sheet(content)
    return refusal.value.code


def test_the_template_comes_back_as_it_was_written():
    assert read_plan(read_sheet(template())).items == [Item(1, "Преговор", "", 2), Item(2, "Входно ниво", "тест", 1)]


def test_numbers_and_headings_may_stand_otherwise():
    cells = [["7 Б, 2026/27"], [], ["Брой часове", "ТЕМА:"], ["2", "Дробни   числа"], [], ["", "Проценти"]]
    assert read_plan(cells).items == [Item(1, "Дробни числа", "", 2), Item(2, "Проценти", "", 1)]


def test_errors_are_told_by_row_and_column():
    cells = [HEADINGS, ["1", "Дроби", "", "две"], ["1000", "Лихва", "", ""], ["3", "", "x", ""], ["4", "А"], ["4", "Б"]]
    faults = [(each.row, each.column, str(each.refusal)) for each in read_plan(cells).faults]
    assert faults == [
        (2, "D", "„две“ не е число от 1 до 40."),
        (3, "A", "„1000“ не е число от 1 до 999."),
        (4, "B", "Темата е празна. Напишете я или изтрийте реда."),
        (6, "A", "Номер 4 стои два пъти."),
    ]


@pytest.mark.parametrize("cells", [[], [["Предмет", "Час"]], [HEADINGS], [HEADINGS, ["", "", "", ""]]])
def test_a_sheet_without_topics_is_refused(cells):
    with pytest.raises(Refusal):
        read_plan(cells)


def test_what_is_no_sheet_is_refused():
    assert code_of(b"%PDF-1.7") == "sheet_kind"
    assert code_of(template()[:300]) == "sheet_kind"
    assert code_of(b"x" * (sheets.LARGEST + 1)) == "sheet_large"
    assert code_of(changed(xl__worksheets__sheet1_xml="<worksheet")) == "sheet_kind"


def test_macros_and_formulas_are_refused():
    assert code_of(changed(xl__vbaProject_bin="x")) == "sheet_macros"
    assert code_of(changed(xl__worksheets__sheet1_xml=sheet('<c r="A1"><f>1+1</f><v>2</v></c>'))) == "sheet_formulas"


def test_a_bomb_is_refused_before_it_is_unpacked_and_a_liar_dies_in_its_own_process():
    assert code_of(changed(xl__worksheets__sheet2_xml="0" * (sheets.UNPACKED + 1))) == "sheet_large"

    honest = changed(xl__worksheets__sheet2_xml="0" * 15_000_000)
    size = (15_000_000).to_bytes(4, "little")
    assert code_of(honest.replace(size, (1000).to_bytes(4, "little"))) == "sheet_kind"


def test_a_sheet_with_a_cell_at_the_end_of_the_world_is_too_large():
    far = sheet('<c r="A1" t="inlineStr"><is><t>Тема</t></is></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c>')
    assert code_of(changed(xl__worksheets__sheet1_xml=far)) in {"sheet_large", "sheet_bomb"}


def test_a_child_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(sheets, "SECONDS", 0.0)
    assert code_of(template()) == "sheet_bomb"
