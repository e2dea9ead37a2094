"""What stands right of a row of the gradebook: the mean, and the term and annual grades, set or proposed."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from zvanets.rules.averages import (
    NO_WEIGHTS,
    Explained,
    Method,
    Weights,
    explain_average,
    explain_mean,
    explain_term_proposal,
)
from zvanets.rules.finals import TERMS, Proposal, propose_term, propose_year
from zvanets.rules.scales import GradeKind, Mark, Scale


class TermMark(Protocol):
    """A standing grade of one student in one course, and the term (1, 2) it belongs to."""

    @property
    def mark(self) -> Mark: ...
    @property
    def kind(self) -> GradeKind: ...
    @property
    def term(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Final:
    """A term or annual grade: `mark` as the teacher set it, else None; and what the diary proposes."""

    mark: Mark | None
    proposal: Proposal

    @property
    def shown(self) -> Mark | None:
        return self.mark or self.proposal.mark


class Sums:
    """One student's row: the means of the terms' and of the year's current grades, and the three final grades.

    Each is counted when it is asked for: a page of the first term shows two of the six.
    """

    def __init__(
        self, marks: Iterable[TermMark], scale: Scale, method: Method = Method.EXACT, weights: Weights = NO_WEIGHTS
    ) -> None:
        self.scale, self.method, self.weights = scale, method, weights
        self.current: list[TermMark] = []
        self.finals: list[TermMark] = []
        for each in marks:
            (self.finals if each.kind.is_final else self.current).append(each)

    def mean(self, term: int | None = None) -> Explained[Decimal | None]:
        """Explain the mean of a term, or of the year."""
        current = self._of(term)
        if self.weights:
            return explain_mean([(each.mark, each.kind) for each in current], self.method, self.weights)
        values = [each.mark.value for each in current if each.mark.scale is Scale.QUANTITATIVE]
        return explain_average(values, self.method)

    def term(self, number: int) -> Final:
        """Return a term's grade; I-III have none and nothing is proposed there."""
        given = [each.mark for each in self.finals if each.term == number and each.kind is not GradeKind.ANNUAL]
        return Final(given[-1] if given else None, self._proposal(number))

    def _proposal(self, number: int) -> Proposal:
        if self.scale is not Scale.QUANTITATIVE:
            marks = [each.mark for each in self._of(number)] if self.scale is Scale.SPECIAL_NEEDS else []
            return propose_term(marks, self.scale)
        why = explain_term_proposal(self.mean(number))
        return Proposal(None if why.result is None else Mark(self.scale, why.result), why)

    @property
    def annual(self) -> Final:
        """Return the year's grade. While a term has no grade yet, its proposal goes into the annual one's."""
        given = [each.mark for each in self.finals if each.kind is GradeKind.ANNUAL]
        terms = {number: self.term(number).shown for number in TERMS}
        proposal = propose_year(terms, [each.mark for each in self.current], self.scale)
        return Final(given[-1] if given else None, proposal)

    def _of(self, term: int | None) -> list[TermMark]:
        return self.current if term is None else [each for each in self.current if each.term == term]
