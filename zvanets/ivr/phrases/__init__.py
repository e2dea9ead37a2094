"""The words of the telephone: one file for each language, which anybody can read and change."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from zvanets.lib import bg, speak
from zvanets.rules.ivr_menu import LANGUAGES

FOLDER = Path(__file__).parent
# Of these two every number and abbreviation is spelled out, and the diary itself is read in them; the others say the menus.
SPELLED = ("bg", "en")
LATIN = ("en", "tr")
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
    return speak.spoken(words, language) if language in SPELLED else words


def read_in(language: str) -> str:
    """Return the language of the diary's own words for who chose this one: what teachers write is Bulgarian."""
    return language if language in SPELLED else "bg"


def name_in(name: str, language: str) -> str:
    """Return a person's name as this language's voice can read it."""
    return speak.spoken(name, "en" if language in LATIN else "bg")


def _filled(value: Value, word: str | None, language: str) -> str:
    if word is None or isinstance(value, str):
        return str(value)
    return bg.counted(value, word, language).replace("\u00a0", " ")
