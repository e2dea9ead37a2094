"""Averages of grades and what is proposed from them; every figure can tell how it came about.

Decisions (docs/algorithms/averages.md): an exact value counts as it is, means are rounded half up to 0.01 by Decimal, and the
word follows the rounded number. Only quantitative grades are averaged, alike unless the school gave their kinds weights.
Nothing here sets a grade.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from zvanets.rules.scales import GradeKind, Mark, Scale, hundredth, whole

T_co = TypeVar("T_co", covariant=True)


class Method(StrEnum):
    """How a grade enters a mean. The school chooses, and every mean says which."""

    EXACT = "exact"  # 4.50 counts as 4.50
    AS_STATE = "as_state"  # „като НЕИСПУО“: every grade is rounded to a whole first, 4.50 counts as 5


# How often a grade of a kind counts, in a school that uses weights; a kind that is not named counts once.
Weights = Mapping[GradeKind, int]
NO_WEIGHTS: Weights = {}
WEIGHED = tuple(kind for kind in GradeKind if kind.belongs_to_a_lesson)


class Rule(StrEnum):
    """The names of rules for „Как е изчислено?“; a front has a sentence for each."""

    MEAN = "mean"
    WEIGHTED_MEAN = "weighted_mean"
    MEAN_OF_MEANS = "mean_of_means"
    PROPOSED_TERM = "proposed_term"
    PROPOSED_ANNUAL = "proposed_annual"
    PROFILING_MEAN = "profiling_mean"
    PROFILING_POOR = "profiling_poor"
    MINIMUM_GRADES = "minimum_grades"
    MIDDLE_WORD = "middle_word"


class Rounding(StrEnum):
    NONE = "none"
    HUNDREDTH = "hundredth"  # half up to 0.01
    WHOLE = "whole"  # half up, below 3.00 it is 2


@dataclass(frozen=True, slots=True)
class Explained(Generic[T_co]):
    """A figure and how it came about: what went in, by which rule, before and after which rounding.

    `inputs` are the values as they were counted (with AS_STATE already whole); `unrounded` has all its digits.
    `weights` stand beside the inputs where the school uses them, else there are none.
    """

    result: T_co
    inputs: tuple[Decimal, ...]
    rule: Rule
    rounding: Rounding
    unrounded: Decimal | None = None
    method: Method = Method.EXACT
    valid_from: date | None = None
    source: str = ""
    weights: tuple[int, ...] = ()

    @property
    def times(self) -> tuple[int, ...]:
        """How often each input counted."""
        return self.weights or (1,) * len(self.inputs)

    @property
    def total(self) -> Decimal:
        """The sum of the inputs, each as often as it counted."""
        return sum((value * n for value, n in zip(self.inputs, self.times, strict=True)), Decimal(0))


def countable(marks: Iterable[tuple[Mark, GradeKind]]) -> list[Decimal]:
    """Return the values that enter a mean of current grades.

    Left out are words (I-III, special needs) and term and annual grades; grades brought from another class or school
    (98, 99) are current ones and count.
    """
    return [mark.value for mark, kind in _current(marks)]


def _current(marks: Iterable[tuple[Mark, GradeKind]]) -> list[tuple[Mark, GradeKind]]:
    return [(mark, kind) for mark, kind in marks if mark.scale is Scale.QUANTITATIVE and not kind.is_final]


def _counted(values: Iterable[Decimal], method: Method) -> tuple[Decimal, ...]:
    return tuple(map(whole, values)) if method is Method.AS_STATE else tuple(values)


def explain_average(values: Iterable[Decimal], method: Method = Method.EXACT) -> Explained[Decimal | None]:
    """Explain the mean of quantitative grades to 0.01; the result is None when there are none."""
    inputs = _counted(values, method)
    mean = sum(inputs, Decimal(0)) / len(inputs) if inputs else None
    result = None if mean is None else hundredth(mean)
    return Explained(result, inputs, Rule.MEAN, Rounding.HUNDREDTH, mean, method)


def explain_mean(
    marks: Iterable[tuple[Mark, GradeKind]], method: Method = Method.EXACT, weights: Weights = NO_WEIGHTS
) -> Explained[Decimal | None]:
    """Explain the mean of a student's current grades, by the weights of their kinds where the school uses any."""
    current = _current(marks)
    values = [mark.value for mark, _kind in current]
    if not weights or not values:
        return explain_average(values, method)
    inputs, times = _counted(values, method), tuple(weights.get(kind, 1) for _mark, kind in current)
    mean = sum((value * n for value, n in zip(inputs, times, strict=True)), Decimal(0)) / sum(times)
    return Explained(hundredth(mean), inputs, Rule.WEIGHTED_MEAN, Rounding.HUNDREDTH, mean, method, weights=times)


@dataclass(frozen=True, slots=True)
class Counting:
    """How one school counts; every page, message and call that shows an average asks the same one."""

    method: Method = Method.EXACT
    weights: Weights = field(default_factory=dict)

    @classmethod
    def of(cls, rounded: bool | None, weights: Sequence[int] | None) -> "Counting":
        """Make it of the school's settings: the n-th weight is that of NEISPUO's kind n, none: all count once."""
        times = {kind: weights[kind - 1] for kind in WEIGHED} if weights else {}
        counted = {kind: n for kind, n in times.items() if n != 1}
        return cls(Method.AS_STATE if rounded else Method.EXACT, counted)

    def mean(self, marks: Iterable[tuple[Mark, GradeKind]]) -> Explained[Decimal | None]:
        return explain_mean(marks, self.method, self.weights)


def average(values: Iterable[Decimal], method: Method = Method.EXACT) -> Decimal | None:
    """Return the mean to 0.01, halves rounded up; None when there are no grades."""
    return explain_average(values, method).result


def explain_mean_of_means(
    groups: Iterable[Iterable[Decimal]], method: Method = Method.EXACT
) -> Explained[Decimal | None]:
    """Explain the mean of students' means, each to 0.01 as it is shown; students without grades are left out.

    A class's own average is the mean of *all* its grades (`average`); this is the labelled other choice.
    """
    means = [mean for group in groups if (mean := average(group, method)) is not None]
    over = explain_average(means)
    return Explained(over.result, over.inputs, Rule.MEAN_OF_MEANS, Rounding.HUNDREDTH, over.unrounded, method)


def explain_term_grade(values: Iterable[Decimal], method: Method = Method.EXACT) -> Explained[Decimal | None]:
    """Explain the term grade to propose: the mean of the current grades as shown, then whole (below 3.00 it is 2)."""
    return explain_term_proposal(explain_average(values, method))


def proposed_term_grade(values: Iterable[Decimal], method: Method = Method.EXACT) -> Decimal | None:
    """Return the whole term grade to propose, None when there are no current grades. The teacher decides."""
    return explain_term_grade(values, method).result


def explain_term_proposal(mean: Explained[Decimal | None]) -> Explained[Decimal | None]:
    """Explain the term grade to propose from a mean of current grades, whichever way that was made."""
    result = None if mean.result is None else whole(mean.result)
    return replace(mean, result=result, rule=Rule.PROPOSED_TERM, rounding=Rounding.WHOLE)


def explain_annual_grade(terms: Sequence[Decimal | None]) -> Explained[Decimal | None]:
    """Explain the annual grade to propose from the grades of the terms.

    A subject studied in one term has one; while the second term runs the caller gives its proposed grade in its place.
    """
    mean = explain_average(term for term in terms if term is not None)
    result = None if mean.result is None else whole(mean.result)
    return Explained(result, mean.inputs, Rule.PROPOSED_ANNUAL, Rounding.WHOLE, mean.unrounded)


def proposed_annual_grade(terms: Sequence[Decimal | None]) -> Decimal | None:
    """Return the whole annual grade to propose, None when no term has a grade. The teacher decides."""
    return explain_annual_grade(terms).result


def explain_profiling_grade(modules: Iterable[Decimal]) -> Explained[Decimal | None]:
    """Explain the annual grade of a profiling subject (subject types 152-156) from those of its modules."""
    mean = explain_average(modules)
    if any(module < 3 for module in mean.inputs):
        return Explained(Decimal("2.00"), mean.inputs, Rule.PROFILING_POOR, Rounding.NONE, mean.unrounded)
    return Explained(mean.result, mean.inputs, Rule.PROFILING_MEAN, Rounding.HUNDREDTH, mean.unrounded)


def profiling_grade(modules: Iterable[Decimal]) -> Decimal | None:
    """Return the mean of the modules' annual grades to 0.01, but 2.00 when any of them is below 3; None for no modules."""
    return explain_profiling_grade(modules).result


@dataclass(frozen=True, slots=True)
class Minimum:
    """How many current grades a term asks for: up to so many lessons a week, so many grades; above the last, `above`."""

    valid_from: date
    steps: tuple[tuple[Decimal, int], ...]
    above: int
    source: str


# Halves occur in curricula: 2.5 to 3.5 lessons are one step, and nothing lies between 3.5 and 4.
MINIMUMS = (
    Minimum(date(2016, 9, 20), ((Decimal(2), 2), (Decimal("3.5"), 3)), 4, "Наредба № 11/2016, чл. 12, ал. 1, т. 1-3"),
)


def explain_minimum(weekly_lessons: Decimal, on: date) -> Explained[int]:
    """Explain the least number of current grades of one student in a subject and term; 0 where it is not taught."""
    rule = next((each for each in MINIMUMS if on >= each.valid_from), MINIMUMS[-1])
    least = next((grades for lessons, grades in rule.steps if weekly_lessons <= lessons), rule.above)
    return Explained(
        least if weekly_lessons > 0 else 0,
        (weekly_lessons,),
        Rule.MINIMUM_GRADES,
        Rounding.NONE,
        valid_from=rule.valid_from,
        source=rule.source,
    )


def minimum_grades(weekly_lessons: Decimal, on: date) -> int:
    """Return 2 for up to 2 lessons a week, 3 for up to 3.5, 4 above; 0 where the subject is not taught."""
    return explain_minimum(weekly_lessons, on).result
