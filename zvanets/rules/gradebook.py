"""What stands right of a row of the gradebook: the mean, and the term and annual grades, set or proposed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from zvanets.rules.averages import NO_WEIGHTS, Explained, Method, Weights, explain_mean, explain_term_proposal
from zvanets.rules.finals import Proposal, propose_term, propose_year
from zvanets.rules.scales import GradeKind, Mark, Scale


@dataclass(frozen=True, slots=True)
class TermMark:
    """A standing grade of one student in one course, and the term (1, 2) it belongs to."""

    mark: Mark
    kind: GradeKind
    term: int


@dataclass(frozen=True, slots=True)
class Final:
    """A term or annual grade: `mark` as the teacher set it, else None; and what the diary proposes."""

    mark: Mark | None
    proposal: Proposal

    @property
    def shown(self) -> Mark | None:
        return self.mark or self.proposal.mark


@dataclass(frozen=True, slots=True)
class Sums:
    """Means of the terms' and of the year's current grades, and the three final grades."""

    means: tuple[Explained[Decimal | None], Explained[Decimal | None]]
    year: Explained[Decimal | None]
    terms: tuple[Final, Final]
    annual: Final


def sums(marks: Iterable[TermMark], scale: Scale, method: Method = Method.EXACT, weights: Weights = NO_WEIGHTS) -> Sums:
    """Sum up one student's row. While a term has no grade yet, its proposal goes into the annual one's."""
    current: list[TermMark] = []
    finals: list[TermMark] = []
    for each in marks:
        (finals if each.kind.is_final else current).append(each)
    by_term = [each for each in current if each.term == 1], [each for each in current if each.term == 2]
    means = _mean(by_term[0], method, weights), _mean(by_term[1], method, weights)
    terms = _term(finals, 1, by_term[0], scale, means[0]), _term(finals, 2, by_term[1], scale, means[1])
    annual = next((each.mark for each in reversed(finals) if each.kind is GradeKind.ANNUAL), None)
    shown = {number: term.shown for number, term in enumerate(terms, 1)}
    proposal = propose_year(shown, (each.mark for each in current), scale)
    return Sums(means, _mean(current, method, weights), terms, Final(annual, proposal))


def _mean(marks: Sequence[TermMark], method: Method, weights: Weights) -> Explained[Decimal | None]:
    return explain_mean(((each.mark, each.kind) for each in marks), method, weights)


def _term(
    finals: Sequence[TermMark],
    number: int,
    current: Sequence[TermMark],
    scale: Scale,
    mean: Explained[Decimal | None],
) -> Final:
    given = [each.mark for each in finals if each.term == number and each.kind is not GradeKind.ANNUAL]
    if scale is Scale.QUANTITATIVE:
        why = explain_term_proposal(mean)
        proposal = Proposal(None if why.result is None else Mark(scale, why.result), why)
    elif scale is Scale.SPECIAL_NEEDS:
        proposal = propose_term((each.mark for each in current), scale)
    else:  # I-III have no term grades
        proposal = propose_term((), scale)
    return Final(given[-1] if given else None, proposal)
