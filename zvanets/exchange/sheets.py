"""Read a spreadsheet that somebody sent: in a process of its own, which may use little time and memory.

The child (`python -m zvanets.exchange.sheets`) loads no Django; it gets the file on its standard input and answers with JSON.
"""

import json
import resource
import subprocess
import sys
import zipfile
from io import BytesIO

from zvanets.lib import zips
from zvanets.lib.refusals import Refusal, gettext_noop

LARGEST = 2_000_000  # bytes; a year's topics are some ten thousand
UNPACKED = 20_000_000
ROWS, COLUMNS = 2_000, 30
SECONDS, MEMORY = 5, 400_000_000
Cells = list[list[str]]

REFUSALS = {
    "sheet_large": gettext_noop("Файлът е твърде голям за таблица. Оставете само листа с данните и опитайте пак."),
    "sheet_kind": gettext_noop("Това не е таблица .xlsx. Запазете я като „Работна книга на Excel (.xlsx)“."),
    "sheet_macros": gettext_noop("Таблицата съдържа макроси. Запазете я като .xlsx без тях."),
    "sheet_formulas": gettext_noop("Таблицата съдържа формули. Копирайте клетките и ги поставете като стойности."),
    "sheet_bomb": gettext_noop("Таблицата не можа да се прочете за пет секунди. Копирайте данните в нов файл."),
}


def read_sheet(content: bytes) -> Cells:
    """Return the first sheet's cells as text; Refusal in words for what cannot be read or should not."""
    if len(content) > LARGEST:
        raise _refusal("sheet_large")
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _START, *sys.path],
            input=content,
            capture_output=True,
            timeout=2 * SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _refusal("sheet_bomb") from None
    if done.returncode:
        raise _refusal("sheet_bomb")
    answer = json.loads(done.stdout)
    if isinstance(answer, str):
        raise _refusal(answer)
    cells: Cells = answer
    return cells


# The child sees the parent's folders of modules and nothing of its environment.
_START = "import sys; sys.path[:] = sys.argv[1:]; from zvanets.exchange.sheets import child; child()"


def _refusal(code: str) -> Refusal:
    return Refusal(code, REFUSALS[code])


def child() -> None:
    """Limit this process, read, answer."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    json.dump(_fault(content) or _cells(content), sys.stdout)


def _fault(content: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            parts = package.infolist()
            names = {part.filename.lower() for part in parts}
            if "xl/workbook.xml" not in names:
                return "sheet_kind"
            if any(name.endswith("vbaproject.bin") for name in names):
                return "sheet_macros"
            if sum(part.file_size for part in parts) > UNPACKED:
                return "sheet_large"
            sheets = [part for part in parts if part.filename.lower().startswith("xl/worksheets/")]
            return "sheet_formulas" if any(_has_formulas(package.read(part)) for part in sheets) else ""
    except zips.BROKEN:
        return "sheet_kind"


def _has_formulas(xml: bytes) -> bool:
    return b"<f>" in xml or b"<f " in xml or b"<f/" in xml


def _cells(content: bytes) -> Cells | str:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
        if sheet.total_height > ROWS or sheet.total_width > COLUMNS:
            return "sheet_large"
        return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, ValueError, IndexError):
        return "sheet_kind"


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return " ".join(str(cell).split())
