"""CSV that a spreadsheet opens without running anything in it."""

import csv
from collections.abc import Iterable, Sequence
from typing import Protocol

# A cell that begins so is taken for a formula; the last four are what some programs make of the first.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BOM = "\ufeff"  # without it Excel reads UTF-8 as windows-1251


class Sink(Protocol):
    def write(self, text: str, /) -> object: ...


def safe(value: object) -> object:
    """Return the value for a cell: a text that would be a formula gets an apostrophe in front, None is empty."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_DANGEROUS) else value


def write_csv(sink: Sink, header: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str = ";") -> None:
    """Write header and rows for a spreadsheet; with a Bulgarian setting those expect the semicolon."""
    sink.write(BOM)
    writer = csv.writer(sink, delimiter=delimiter)
    writer.writerow([safe(cell) for cell in header])
    writer.writerows([safe(cell) for cell in row] for row in rows)
