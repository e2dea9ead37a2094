"""Every Bulgarian sentence of the screen has its English, with the same names in it."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.apps import apps
from django.db.models import Choices
from django.utils.translation.template import templatize

ZVANETS = Path(__file__).resolve().parent.parent / "zvanets"
CATALOGUE = ZVANETS / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")
INDENT = re.compile(r"^\s+", re.MULTILINE)  # what is left of a template is calls, but no Python
CYRILLIC = re.compile("[а-яА-Я]")
Message = tuple[str | None, str | tuple[str, ...]]  # context and sentence, or its forms


def _in_source(text: str) -> Iterator[Message]:
    for _line, found, _comments, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
        yield context, found


def _sources() -> Iterator[tuple[Path, str]]:
    for path in sorted(ZVANETS.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path, path.read_text()
    for path in sorted(ZVANETS.glob("*/templates/**/*")):
        if path.suffix in {".html", ".txt"}:
            yield path, INDENT.sub("", templatize(path.read_text(), origin=str(path)))


def said() -> dict[Message, str]:
    """Return every sentence that the code asks to be translated, and where it first stands."""
    found: dict[Message, str] = {}
    for path, text in _sources():
        for message in _in_source(text):
            found.setdefault(message, str(path.relative_to(ZVANETS)))
    return found


def labels() -> dict[Message, str]:
    """Return the names of choices: translated where they are shown."""
    return {
        (None, str(label)): model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("zvanets.")
        for each in vars(__import__(model.__module__, fromlist=["*"])).values()
        if isinstance(each, type) and issubclass(each, Choices)
        for label in each.labels
        if CYRILLIC.search(str(label))
    }


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en", domain="django")


def _english(catalogue: Catalog, message: Message) -> list[str]:
    context, forms = message
    entry = catalogue.get(forms if isinstance(forms, str) else forms[0], context)
    if entry is None or entry.fuzzy:
        return []
    texts = entry.string if isinstance(entry.string, tuple | list) else [entry.string]
    return [str(text) for text in texts if text]


def test_every_sentence_has_its_english(catalogue):
    missing = {m: where for m, where in said().items() if not _english(catalogue, m)}
    assert not missing


def test_every_choice_that_people_read_has_its_english(catalogue):
    assert not {label: where for label, where in labels().items() if not _english(catalogue, label)}


def test_the_english_names_what_the_bulgarian_names(catalogue):
    wrong = {}
    for entry in catalogue:
        forms = [entry.id] if isinstance(entry.id, str) else list(entry.id)
        names = [set(PLACEHOLDER.findall(form)) for form in forms]
        for text in _english(catalogue, (entry.context, tuple(forms))) if forms[0] else []:
            if set(PLACEHOLDER.findall(text)) not in names:
                wrong[forms[0]] = text
    assert not wrong
