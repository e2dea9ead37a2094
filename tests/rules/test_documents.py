"""The worked examples of docs/algorithms are run: a document that no longer tells the truth fails here."""

import doctest
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "algorithms"
EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
DOCUMENTS = [
    "absences.md",
    "averages.md",
    "billing.md",
    "codes.md",
    "delivery.md",
    "finals.md",
    "ivr.md",
    "sms.md",
    "works.md",
]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_example_of_the_document_is_true(name):
    text = "\n".join(EXAMPLE.findall((FOLDER / name).read_text(encoding="utf-8")))
    test = doctest.DocTestParser().get_doctest(text, {}, name, name, 0)
    complaints: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=complaints.append)
    assert result.attempted > 5
    assert not result.failed, "".join(complaints)
