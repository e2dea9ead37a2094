"""Grades: what a teacher typed becomes a grade, or is refused in words."""

import re
from collections.abc import Sequence
from decimal import Decimal

from zvanets.lib.refusals import Refusal, gettext_noop, shown
from zvanets.rules.averages import (
    Explained,
    Method,
    average,
    countable,
    explain_average,
    minimum_grades,
    profiling_grade,
    proposed_annual_grade,
    proposed_term_grade,
)
from zvanets.rules.scales import (
    QUALITY_WORDS,
    SPECIAL_WORDS,
    WORDS,
    GradeKind,
    GradeWord,
    Mark,
    Scale,
    buckets,
    grade_word,
    hundredth,
    in_words,
    kind_name,
    mark_of,
    scale_of,
    shown_average,
    shown_grade,
    whole,
    word,
)

__all__ = [
    "Explained",
    "GradeKind",
    "GradeWord",
    "Mark",
    "Method",
    "Scale",
    "average",
    "buckets",
    "check_kind",
    "check_whole",
    "countable",
    "explain_average",
    "grade_word",
    "hundredth",
    "in_words",
    "kind_name",
    "mark_of",
    "minimum_grades",
    "parse_grade",
    "profiling_grade",
    "proposed_annual_grade",
    "proposed_term_grade",
    "scale_of",
    "shown_average",
    "shown_grade",
    "whole",
    "word",
]

COMMENT_LENGTH = 1000

_NUMBER = re.compile(r"^([0-9]{1,3})(?:[.,]([0-9]*))?$")
_NUMBER_AT_THE_END = re.compile(r"^(?P<words>[^0-9]*?)\s*(?P<number>[0-9][0-9.,]*)$")

_NO_GRADE = gettext_noop("Няма оценка %(grade)s. Въведете 2 или оценка от 3 до 6.")
_TOO_FINE = gettext_noop("Оценката има най-много два знака след запетаята: %(grade)s. Въведете например 5,50.")
_NOT_A_GRADE = gettext_noop("„%(typed)s“ не е оценка. Въведете 2 или оценка от 3 до 6.")
_NOT_THE_WORD = gettext_noop("„%(typed)s“: думата и числото не са една и съща оценка.")
_NOT_A_QUALITY = gettext_noop(
    "„%(typed)s“ не е оценка в I–III клас. Въведете незадоволителен, среден, добър, много добър или отличен, или 2, 3, 4, 5, 6."
)
_NOT_SPECIAL = gettext_noop(
    "„%(typed)s“ не е оценка по тази скала. Въведете 1 – среща затруднения, 2 – справя се, 3 – постига изискванията."
)
_EMPTY = gettext_noop("Въведете оценка.")
_WHOLE_TERM = gettext_noop("Срочната оценка е цяло число: 2, 3, 4, 5 или 6.")
_WHOLE_ANNUAL = gettext_noop("Годишната оценка е цяло число: 2, 3, 4, 5 или 6.")
_NO_TERM = gettext_noop("Не може да се въведе срочна оценка за ученик, който е в I–III клас.")
_NO_ANNUAL = gettext_noop("Не може да се въведе годишна оценка по предмет за ученик, който е в I клас.")
_NO_GRADES = gettext_noop("В тази група не се поставят оценки.")


def parse_grade(
    typed: str, scale: Scale = Scale.QUANTITATIVE, kind: GradeKind = GradeKind.CURRENT, *, profiling: bool = False
) -> Mark:
    """Return the grade that was typed: "5,50", "5.5", "6", "отличен", „мн. добър 5“, in I-III also "о".

    Quantitative grades are exactly 2 or 3.00-6.00: nothing lies between 2 and 3. Raises Refusal with the codes
    grade_empty, grade_not_one, grade_off_scale, grade_too_fine, grade_word, grade_not_whole.
    """
    text = " ".join(typed.split())
    if not text:
        raise Refusal("grade_empty", _EMPTY)
    if scale is Scale.QUANTITATIVE:
        mark = Mark(scale, _quantitative(text))
        check_whole(mark.value, kind, profiling=profiling)
        return mark
    first, tables, refusal = _IN_WORDS[scale]
    found = _digit_or_word(text, first, tables)
    if found is None:
        raise Refusal("grade_not_one", refusal, {"typed": shown(typed)})
    return Mark(scale, Decimal(found))


def _split(text: str) -> tuple[str, str]:
    """Return the words and the number behind them; without a number all of it is words."""
    parts = _NUMBER_AT_THE_END.match(text)
    words = parts["words"].rstrip(" -–:") if parts else ""
    return (words, parts["number"]) if parts and (words or not parts["words"]) else (text, "")


def _quantitative(text: str) -> Decimal:
    words, number = _split(text)
    named = _named(words, (WORDS["bg"], WORDS["en"])) if words else None
    if words and named is None:
        raise Refusal("grade_not_one", _NOT_A_GRADE, {"typed": shown(text)})
    if not number:
        return Decimal(2 + (named or 0))
    value = _number(number)
    if named is not None and grade_word(value) != 2 + named:
        raise Refusal("grade_word", _NOT_THE_WORD, {"typed": shown(text)})
    return value


def _number(text: str) -> Decimal:
    parts = _NUMBER.match(text)
    if not parts:
        raise Refusal("grade_not_one", _NOT_A_GRADE, {"typed": shown(text)})
    value = Decimal(f"{parts[1]}.{parts[2] or 0}")
    if len((parts[2] or "").rstrip("0")) > 2:
        raise Refusal("grade_too_fine", _TOO_FINE, {"grade": shown(text.replace(".", ","))})
    if value != 2 and not 3 <= value <= 6:
        raise Refusal("grade_off_scale", _NO_GRADE, {"grade": shown_grade(value)})
    return hundredth(value)


def _digit_or_word(text: str, first: int, tables: Sequence[Sequence[str]]) -> int | None:
    """Return the grade named by its digit ("5", also "5,00"), its word or both, None when they name none or two."""
    words, number = _split(text)
    digit = re.fullmatch(r"([0-9])(?:[.,]0*)?", number)
    named = _named(words, tables) if words else None
    if (number and not digit) or (words and named is None):
        return None
    from_word = None if named is None else first + named
    value = int(digit[1]) if digit else from_word
    on_scale = value is not None and first <= value < first + len(tables[0])
    return value if on_scale and from_word in {None, value} else None


def _letters(text: str) -> str:
    return text.casefold().replace("много", "мн").replace(".", "").replace(" ", "")


def _named(typed: str, tables: Sequence[Sequence[str]]) -> int | None:
    """Return the place of the only word that begins as typed („мн. д“, "отл"), None for none or several."""
    start = _letters(typed)
    places = {
        place
        for table in tables
        for place, each in enumerate(table)
        if start and (_letters(each).startswith(start) or _initials(each) == start)
    }
    return places.pop() if len(places) == 1 else None


def _initials(words: str) -> str:
    """Return „сз“ for „среща затруднения“: the state's own abbreviation."""
    return "".join(each[0] for each in words.split())


_IN_WORDS = {
    Scale.QUALITATIVE: (2, (QUALITY_WORDS["bg"], QUALITY_WORDS["en"]), _NOT_A_QUALITY),
    Scale.SPECIAL_NEEDS: (1, (SPECIAL_WORDS["bg"], SPECIAL_WORDS["en"]), _NOT_SPECIAL),
}


def check_whole(value: Decimal, kind: GradeKind, *, profiling: bool = False) -> None:
    """Refuse a fractional term or annual grade; the annual one of a profiling subject may be fractional."""
    if value == value.to_integral_value():
        return
    if kind is GradeKind.ANNUAL and not profiling:
        raise Refusal("grade_not_whole", _WHOLE_ANNUAL)
    if kind in {GradeKind.TERM, GradeKind.OTHER_CLASS_TERM, GradeKind.OTHER_SCHOOL_TERM}:
        raise Refusal("grade_not_whole", _WHOLE_TERM)


def check_kind(kind: GradeKind, year_group: int | None) -> None:
    """Refuse a term grade in I-III, an annual grade by subject in I, any grade where none are given."""
    scale = scale_of(year_group)
    if scale is None:
        raise Refusal("no_grades_here", _NO_GRADES)
    if kind is GradeKind.TERM and scale is Scale.QUALITATIVE:
        raise Refusal("no_term_grade", _NO_TERM)
    if kind is GradeKind.ANNUAL and year_group == 1:
        raise Refusal("no_annual_grade", _NO_ANNUAL)
