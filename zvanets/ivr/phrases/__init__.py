"""The words of the telephone: one file for each language, which anybody can read and change."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from zvanets.lib import bg, speak

FOLDER = Path(__file__).parent
LANGUAGES = ("bg", "en")
# Said in the other language, to who does not understand this one.
IN_THE_OTHER = frozenset({"for_english"})
_HOLE = re.compile(r"\{(\w+)(?:, (\w+))?\}")

Value = str | int | Decimal


@cache
def phrases(language: str) -> Mapping[str, str]:
    """Return every phrase of a language by its name."""
    lines = (FOLDER / f"{known(language)}.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.partition(": ") for line in lines if line and not line.startswith("#"))
    return {name: words for name, _, words in pairs}


def known(language: str) -> str:
    return language if language in LANGUAGES else "bg"


def is_fixed(name: str, language: str) -> bool:
    """Whether the phrase is the same for everybody, so that a recording can take its place."""
    return not _HOLE.search(phrases(language)[name])


def said(name: str, language: str, values: Mapping[str, Value] | None = None) -> str:
    """Return the phrase in words that a voice reads; „{count, message}“ becomes „три съобщения“."""
    given = values or {}
    words = _HOLE.sub(lambda hole: _filled(given[hole[1]], hole[2], language), phrases(language)[name])
    return speak.spoken(words, other(language) if name in IN_THE_OTHER else language)


def other(language: str) -> str:
    return LANGUAGES[1 - LANGUAGES.index(known(language))]


def _filled(value: Value, word: str | None, language: str) -> str:
    if word is None or isinstance(value, str):
        return str(value)
    return bg.counted(value, word, language).replace("\u00a0", " ")
