"""The three scales of grades, their kinds and words.

Scale and words: Наредба № 11/2016 за оценяването, чл. 9; the whole numbers of kinds and scales are NEISPUO's own.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum

from zvanets.lib import bg


class GradeKind(IntEnum):
    """What a grade was given for. All but TERM, ANNUAL and those from elsewhere belong to a lesson."""

    CURRENT = 1
    CONTROL_WORK = 2
    CLASS_WORK = 3
    TEST = 4
    HOMEWORK = 5
    PROJECT = 6
    ENTRY_LEVEL = 11
    EXIT_LEVEL = 12
    TERM = 21
    ANNUAL = 22
    OTHER_CLASS = 98
    OTHER_SCHOOL = 99
    OTHER_CLASS_TERM = 100
    OTHER_SCHOOL_TERM = 101

    @property
    def belongs_to_a_lesson(self) -> bool:
        return self <= GradeKind.EXIT_LEVEL

    @property
    def is_final(self) -> bool:
        """Whether it ends a term or a year, here or elsewhere, and so is no current grade."""
        return self in _FINAL


_FINAL = {GradeKind.TERM, GradeKind.ANNUAL, GradeKind.OTHER_CLASS_TERM, GradeKind.OTHER_SCHOOL_TERM}


class Scale(IntEnum):
    """NEISPUO's category of a grade."""

    QUANTITATIVE = 1  # 2 or 3.00-6.00
    SPECIAL_NEEDS = 2  # 1-3
    QUALITATIVE = 3  # 2-6, in words only


class GradeWord(IntEnum):
    POOR = 2
    FAIR = 3
    GOOD = 4
    VERY_GOOD = 5
    EXCELLENT = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """One grade on its scale: 2 or 3.00-6.00, 2-6 in words, or 1-3."""

    scale: Scale
    value: Decimal

    def columns(self) -> dict[str, Decimal | int | None]:
        """Return `value`, `quality` and `special`, of which one is set."""
        columns: dict[str, Decimal | int | None] = {"value": None, "quality": None, "special": None}
        name = {Scale.QUANTITATIVE: "value", Scale.QUALITATIVE: "quality", Scale.SPECIAL_NEEDS: "special"}[self.scale]
        columns[name] = self.value if self.scale is Scale.QUANTITATIVE else int(self.value)
        return columns


def mark_of(value: Decimal | None, quality: int | None = None, special: int | None = None) -> Mark:
    """Return the mark that stands in the three columns; ValueError unless one and only one is set."""
    columns = ((Scale.QUANTITATIVE, value), (Scale.QUALITATIVE, quality), (Scale.SPECIAL_NEEDS, special))
    marks = [Mark(scale, Decimal(number)) for scale, number in columns if number is not None]
    if len(marks) != 1:
        raise ValueError("a grade stands on one scale")
    return marks[0]


WORDS = {
    "bg": ("слаб", "среден", "добър", "много добър", "отличен"),
    "en": ("poor", "fair", "good", "very good", "excellent"),
}
QUALITY_WORDS = {
    "bg": ("незадоволителен", *WORDS["bg"][1:]),
    "en": WORDS["en"],
}
SPECIAL_WORDS = {
    "bg": ("среща затруднения", "справя се", "постига изискванията"),
    "en": ("has difficulties", "copes", "meets the requirements"),
}
KIND_NAMES = {
    "bg": {
        GradeKind.CURRENT: "текуща",
        GradeKind.CONTROL_WORK: "контролна работа",
        GradeKind.CLASS_WORK: "класна работа",
        GradeKind.TEST: "тест",
        GradeKind.HOMEWORK: "домашна работа",
        GradeKind.PROJECT: "проект",
        GradeKind.ENTRY_LEVEL: "входно ниво",
        GradeKind.EXIT_LEVEL: "изходно ниво",
        GradeKind.TERM: "срочна",
        GradeKind.ANNUAL: "годишна",
        GradeKind.OTHER_CLASS: "от друг клас",
        GradeKind.OTHER_SCHOOL: "от друго училище",
        GradeKind.OTHER_CLASS_TERM: "срочна от друг клас",
        GradeKind.OTHER_SCHOOL_TERM: "срочна от друго училище",
    },
    "en": {
        GradeKind.CURRENT: "current",
        GradeKind.CONTROL_WORK: "written test",
        GradeKind.CLASS_WORK: "term test in class",
        GradeKind.TEST: "test",
        GradeKind.HOMEWORK: "homework",
        GradeKind.PROJECT: "project",
        GradeKind.ENTRY_LEVEL: "start-of-year test",
        GradeKind.EXIT_LEVEL: "end-of-year test",
        GradeKind.TERM: "term grade",
        GradeKind.ANNUAL: "annual grade",
        GradeKind.OTHER_CLASS: "from another class",
        GradeKind.OTHER_SCHOOL: "from another school",
        GradeKind.OTHER_CLASS_TERM: "term grade from another class",
        GradeKind.OTHER_SCHOOL_TERM: "term grade from another school",
    },
}


def _known(lang: str) -> str:
    return "bg" if lang.startswith("bg") else "en"


def kind_name(kind: GradeKind | int, lang: str = "bg") -> str:
    """Return „контролна работа“ or "written test"."""
    return KIND_NAMES[_known(lang)][GradeKind(kind)]


def hundredth(value: Decimal) -> Decimal:
    """Return the value to 0.01, halves up."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def whole(value: Decimal) -> Decimal:
    """Return the whole grade: below 3.00 it is 2, else halves go up. The value is taken to 0.01 first, as people see it."""
    seen = hundredth(value)
    return Decimal(2) if seen < 3 else seen.quantize(Decimal(1), ROUND_HALF_UP)


def grade_word(value: Decimal) -> GradeWord:
    """Return the word: below 3.00 poor, then by halves: 3.50 is good, 4.50 very good, 5.50 excellent.

    The word follows the number that is shown (0.01), so 5.496 is „отличен 5,50“ and never „мн. добър 5,50“.
    """
    return GradeWord(int(whole(value)))


def word(value: Decimal, lang: str = "bg", *, short: bool = False) -> str:
    """Return „много добър“, short „мн. добър“."""
    text = WORDS[_known(lang)][grade_word(value) - 2]
    return text.replace("много", "мн.") if short else text


def shown_grade(value: Decimal, lang: str = "bg") -> str:
    """Return „6“ for a whole grade, „5,50“ for another."""
    return bg.number(int(value) if value == value.to_integral_value() else hundredth(value), lang)


def shown_average(value: Decimal | None, lang: str = "bg") -> str:
    """Return „5,50“, or „–“ when there are no grades: an average of nothing is not 0."""
    return bg.number(value, lang, places=2)


def in_words(mark: Mark, lang: str = "bg", *, short: bool = False) -> str:
    """Return „отличен 5,50“; on the scales without numbers the words alone."""
    if mark.scale is Scale.SPECIAL_NEEDS:
        return SPECIAL_WORDS[_known(lang)][int(mark.value) - 1]
    if mark.scale is Scale.QUALITATIVE:
        text = QUALITY_WORDS[_known(lang)][int(mark.value) - 2]
        return text.replace("много", "мн.") if short else text
    return f"{word(mark.value, lang, short=short)} {shown_grade(mark.value, lang)}"


def buckets(values: Iterable[Decimal]) -> dict[GradeWord, int]:
    """Return how many grades have each word; the five counts add up to all the grades (4.50 is in one of them too)."""
    found = Counter(map(grade_word, values))
    return {each: found[each] for each in GradeWord}


def scale_of(year_group: int | None, *, special_needs: bool = False) -> Scale | None:
    """Return the scale of a child's grades by the *child's* year group, None where no grades are given.

    `year_group` is NEISPUO's level: 1-13 for I-XIII, others (preschool, all-day groups) have none.
    `special_needs`: this child has an individual plan in this subject. Наредба № 11/2016, чл. 9.
    """
    if year_group is None or not 1 <= year_group <= 13:
        return None
    if special_needs:
        return Scale.SPECIAL_NEEDS
    return Scale.QUALITATIVE if year_group <= 3 else Scale.QUANTITATIVE
