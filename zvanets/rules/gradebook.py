"""What one student has in one subject: the means, and the term and annual grades, set or proposed.

The one rule behind the gradebook, the page of term grades, and whatever else shows an average or a proposal.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from zvanets.rules.averages import Counting, Explained, explain_average, explain_term_proposal
from zvanets.rules.finals import (
    TERMS,
    Period,
    Proposal,
    is_asked,
    propose_profiling,
    propose_term,
    propose_year,
)
from zvanets.rules.scales import GradeKind, Mark, Scale, scale_of


class TermMark(Protocol):
    """A standing grade of one student in one course, and the term (1, 2) it belongs to."""

    @property
    def mark(self) -> Mark: ...
    @property
    def kind(self) -> GradeKind: ...
    @property
    def term(self) -> int: ...


M = TypeVar("M", bound=TermMark)


@dataclass(frozen=True, slots=True)
class Study:
    """How one student studies one subject: year group, individual plan, exemptions, the terms in which it is taught."""

    level: int
    special_needs: bool = False
    exempt: frozenset[Period] = frozenset()
    taught: tuple[int, ...] = TERMS

    @property
    def scale(self) -> Scale | None:
        return scale_of(self.level, special_needs=self.special_needs)

    @property
    def wanted(self) -> tuple[int, ...]:
        """The terms of whose grades the annual one is made."""
        return tuple(term for term in self.taught if Period(term) not in self.exempt)

    def is_asked(self, period: Period) -> bool:
        return is_asked(period, self.level, is_exempt=period in self.exempt)


def taught_terms(hours_term1: Decimal, hours_term2: Decimal) -> tuple[int, ...]:
    """Return the terms in which a course has lessons; both where the curriculum says nothing."""
    return tuple(term for term, hours in zip(TERMS, (hours_term1, hours_term2), strict=True) if hours) or TERMS


@dataclass(frozen=True, slots=True)
class Final(Generic[M]):
    """A term or annual grade: `given` as the teacher set it, else None; and what the diary proposes."""

    given: M | None
    proposal: Proposal

    @property
    def mark(self) -> Mark | None:
        return self.given.mark if self.given else None

    @property
    def shown(self) -> Mark | None:
        return self.mark or self.proposal.mark


class Sums(Generic[M]):
    """One student's row: the means of the terms' and of the year's current grades, and the three final grades.

    Each is counted when it is asked for: a page of the first term shows two of the six. `modules` are the annual grades
    of a profiling subject's modules.
    """

    def __init__(
        self, marks: Iterable[M], study: Study, counting: Counting | None = None, modules: Sequence[Mark] = ()
    ) -> None:
        self.study, self.counting, self.modules = study, counting or Counting(), modules
        self.current: list[M] = []
        self.finals: list[M] = []
        for each in marks:
            (self.finals if each.kind.is_final else self.current).append(each)

    def of(self, period: Period) -> list[M]:
        """Return the current grades of a term, or of the year."""
        return [each for each in self.current if period.term in (None, each.term)]

    def mean(self, period: Period) -> Explained[Decimal | None]:
        return self.counting.mean((each.mark, each.kind) for each in self.of(period))

    def final(self, period: Period) -> Final[M]:
        given = [
            each
            for each in self.finals
            if (each.kind is GradeKind.ANNUAL) is (period is Period.YEAR) and period.term in (None, each.term)
        ]
        return Final(given[-1] if given else None, self._proposal(period))

    def _proposal(self, period: Period) -> Proposal:
        """Return what the diary proposes; nothing where no grade is asked of the student."""
        scale = self.study.scale
        if scale is None or not self.study.is_asked(period):
            return Proposal(None, explain_average([]))
        if period is Period.YEAR:
            return propose_profiling(self.modules) if self.modules else self._annual(scale)
        if scale is not Scale.QUANTITATIVE:
            return propose_term((each.mark for each in self.of(period)), scale)
        why = explain_term_proposal(self.mean(period))
        return Proposal(None if why.result is None else Mark(scale, why.result), why)

    def _annual(self, scale: Scale) -> Proposal:
        """A term without a grade is named, and what is proposed for it goes in."""
        terms = {term: self.final(Period(term)) for term in self.study.wanted}
        shown = {term: final.shown for term, final in terms.items()}
        proposal = propose_year(shown, (each.mark for each in self.current), scale, wanted=self.study.wanted)
        if scale is Scale.QUALITATIVE:
            return proposal
        return replace(proposal, missing=tuple(term for term, final in terms.items() if final.mark is None))
