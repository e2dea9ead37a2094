"""One CSV file, read in bounded memory: what cannot be read is an error with its line and column, never a traceback."""

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Generic, TypeVar, get_type_hints

from zvanets.exchange.neispuo.findings import ERRORS_A_FILE, Findings, Kind, Place
from zvanets.exchange.neispuo.rows import Row
from zvanets.lib.refusals import Refusal, gettext_noop, shown

R = TypeVar("R", bound=Row)

LONGEST_FILE = 64 * 1024 * 1024
MOST_ROWS = 200_000  # many years of the largest school; more would fill the memory
LONGEST_LINE = 64 * 1024
_CYRILLIC = range(0xC0, 0x100)  # the letters а-я and А-Я in windows-1251


@dataclass
class Table(Generic[R]):
    """The readable rows of one file, and the keys of all its rows, so that a bad cell makes no other row dangle."""

    rows: list[R] = field(default_factory=list)
    keys: dict[tuple[Any, ...], int] = field(default_factory=dict)  # key: its line
    is_whole: bool = False  # read to its end: a key that is not there is nowhere

    def lacks(self, *key: Any) -> bool:
        return self.is_whole and key not in self.keys


class Unreadable(Exception):
    """The rest of the file cannot be read."""

    def __init__(self, msgid: str, line: int = 0, **params: str | int) -> None:
        super().__init__(msgid)
        self.msgid, self.line, self.params = msgid, line, params


def read_table(folder: Path, row: type[R], findings: Findings) -> Table[R]:
    """Read the file of these rows; every error goes to the findings."""
    table: Table[R] = Table()
    try:
        table.is_whole = _Reading(row, table, findings).read(folder / row.FILE)
    except Unreadable as stop:
        findings.error(Kind.FILE, Place(row.FILE, stop.line), stop.msgid, **stop.params)
    except FileNotFoundError:
        findings.error(Kind.FILE, Place(row.FILE), gettext_noop("Няма такъв файл в папката."))
    except OSError as error:
        msgid = gettext_noop("Файлът не може да се отвори: %(why)s.")
        findings.error(Kind.FILE, Place(row.FILE), msgid, why=error.strerror or str(error))
    return table


class _Reading(Generic[R]):
    def __init__(self, row: type[R], table: Table[R], findings: Findings) -> None:
        self.row, self.table, self.findings = row, table, findings
        hints = get_type_hints(row, include_extras=True)
        self.readers = {one.name: hints[one.name].__metadata__[0] for one in fields(row) if one.name != "line"}
        self.errors = 0

    def read(self, path: Path) -> bool:
        """Read to the end of the file; False when its header tells that it is another one."""
        lines = _lines(path)
        header = next(lines)
        delimiter = max(",;\t", key=header.count)
        names = [name.strip().strip('"') for name in header.strip().split(delimiter)]
        if not self._is_ours(names):
            return False
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while (cells := self._next(reader)) is not None:
            if cells:
                self._take(reader.line_num + 1, names, cells)
            if reader.line_num > MOST_ROWS:
                raise Unreadable(
                    gettext_noop("Повече от %(limit)s реда: това не са списъците на едно училище."), limit=MOST_ROWS
                )
            if self.errors > ERRORS_A_FILE:
                msgid = gettext_noop("Повече от %(limit)s грешки: останалите редове не са четени.")
                raise Unreadable(msgid, reader.line_num + 1, limit=ERRORS_A_FILE)
        return True

    def _next(self, reader: Any) -> list[str] | None:
        line = reader.line_num + 2
        try:
            return next(reader, None)
        except csv.Error:
            raise Unreadable(gettext_noop("Кавичките в реда не са затворени правилно."), line) from None

    def _is_ours(self, names: list[str]) -> bool:
        for name in self.readers:
            if names.count(name) > 1:
                self._error(Kind.COLUMN, Place(self.row.FILE, 1, name), gettext_noop("Колоната стои повече от веднъж."))
            elif name not in names:
                msgid = gettext_noop("Няма такава колона; във файла са: %(found)s.")
                found = shown(", ".join(names), 300)
                self._error(Kind.COLUMN, Place(self.row.FILE, 1, name), msgid, found=found)
        return not self.errors

    def _take(self, line: int, names: list[str], cells: list[str]) -> None:
        before = self.errors
        if len(cells) != len(names):
            msgid = gettext_noop("Клетките са %(cells)s, а колоните %(columns)s.")
            self._error(Kind.VALUE, Place(self.row.FILE, line), msgid, cells=len(cells), columns=len(names))
        found = self._values(line, dict(zip(names, cells, strict=False)))
        if found.keys() >= set(self.row.KEY):
            self._keep(line, tuple(found[name] for name in self.row.KEY))
        if self.errors == before:
            self.table.rows.append(self.row(line=line, **found))

    def _values(self, line: int, cells: dict[str, str]) -> dict[str, Any]:
        found = {}
        for name, read in self.readers.items():
            if name in cells:
                try:
                    found[name] = read(cells[name].strip())
                except Refusal as refusal:
                    self._error(Kind.VALUE, Place(self.row.FILE, line, name), refusal.msgid, **refusal.params)
        return found

    def _keep(self, line: int, key: tuple[Any, ...]) -> None:
        first = self.table.keys.setdefault(key, line)
        if first != line:
            place = Place(self.row.FILE, line, ", ".join(self.row.KEY))
            msgid = gettext_noop("%(key)s вече стои на ред %(first)s.")
            self._error(Kind.DOUBLED, place, msgid, key=", ".join(map(str, key)), first=first)

    def _error(self, kind: Kind, place: Place, msgid: str, **params: str | int) -> None:
        self.errors += 1
        self.findings.error(kind, place, msgid, **params)


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines in UTF-8, with or without a byte order mark."""
    if path.stat().st_size > LONGEST_FILE:
        raise Unreadable(gettext_noop("Файлът е по-голям от %(limit)s MB."), limit=LONGEST_FILE // 1024**2)
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            yield _decoded(raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw, number)
    if not number:
        raise Unreadable(gettext_noop("Файлът е празен."))


def _decoded(raw: bytes, number: int) -> str:
    if b"\0" in raw:
        raise Unreadable(gettext_noop("Редът съдържа нулеви байтове: това не е текст в UTF-8."), number)
    if len(raw) > LONGEST_LINE:
        msgid = gettext_noop("Редът е по-дълъг от %(limit)s знака: това не е таблица.")
        raise Unreadable(msgid, number, limit=LONGEST_LINE)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        if _looks_like_windows_1251(raw):
            msgid = gettext_noop("Файлът изглежда записан в windows-1251. Запишете го наново като „CSV UTF-8“.")
        else:
            msgid = gettext_noop("Редът не е текст в UTF-8.")
        raise Unreadable(msgid, number) from None


def _looks_like_windows_1251(raw: bytes) -> bool:
    high = [byte for byte in raw if byte >= 0x80]
    return sum(byte in _CYRILLIC for byte in high) > 0.9 * len(high) and all(
        byte >= 0x20 or byte in b"\r\n\t" for byte in raw
    )
