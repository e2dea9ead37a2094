import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.csvsafe import safe, write_csv


@pytest.mark.parametrize("text", ["=1+1", "+359882818905", "-3", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_a_cell_that_would_be_run_is_kept_as_text(text):
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("value", ["Анна", "5,50", "", "a=b", 7, -3, date(2026, 11, 21)])
def test_other_cells_stay_as_they_are(value):
    assert safe(value) == value


def test_nothing_is_an_empty_cell():
    assert safe(None) == ""


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), max_size=5))
def test_no_written_cell_begins_a_formula(rows):
    sink = io.StringIO()
    write_csv(sink, ["=име", "оценка"], rows)
    sink.seek(0)
    assert sink.read(1) == "\ufeff"
    cells = [cell for row in csv.reader(sink, delimiter=";") for cell in row]
    assert len(cells) == 2 + 2 * len(rows)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
