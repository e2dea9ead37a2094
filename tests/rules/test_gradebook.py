"""The sums of the grid against a naive second implementation, and what becomes of a cell."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.rules.averages import Counting, Method, Rule, explain_mean
from zvanets.rules.cells import Move, decide
from zvanets.rules.finals import Period
from zvanets.rules.gradebook import Study, Sums
from zvanets.rules.grades import GradeKind, Mark, Scale


class TermMark(NamedTuple):
    mark: Mark
    kind: GradeKind
    term: int


CURRENT = [kind for kind in GradeKind if kind.belongs_to_a_lesson]
values = st.one_of(st.just(Decimal(2)), st.decimals(3, 6, places=2))
wholes = st.integers(2, 6).map(Decimal)


def number(value):
    return Mark(Scale.QUANTITATIVE, Decimal(value))


current = st.builds(
    TermMark, st.builds(Mark, st.just(Scale.QUANTITATIVE), values), st.sampled_from(CURRENT), st.sampled_from([1, 2])
)
words = st.builds(
    TermMark,
    st.builds(Mark, st.just(Scale.QUALITATIVE), wholes),
    st.sampled_from(CURRENT),
    st.sampled_from([1, 2]),
)
finals = st.builds(
    TermMark,
    st.builds(Mark, st.just(Scale.QUANTITATIVE), wholes),
    st.sampled_from([GradeKind.TERM, GradeKind.ANNUAL, GradeKind.OTHER_SCHOOL_TERM]),
    st.sampled_from([1, 2]),
)
weights = st.dictionaries(st.sampled_from(CURRENT), st.integers(1, 9))


def naive_half_up(value: Fraction, parts: int) -> Decimal:
    """Round by counting: how many whole parts fit, and one more where the rest is a half or more."""
    whole, rest = divmod(value * parts, 1)
    return Decimal(int(whole) + (rest >= Fraction(1, 2))) / parts


def naive_mean(marks, method, by_kind):
    total, times = Fraction(0), 0
    for each in marks:
        if each.mark.scale is not Scale.QUANTITATIVE or each.kind >= 21:
            continue
        value = Fraction(each.mark.value)
        if method is Method.AS_STATE:
            value = Fraction(2) if value < 3 else Fraction(naive_half_up(value, 1))
        n = by_kind.get(each.kind, 1)
        total, times = total + value * n, times + n
    return naive_half_up(total / times, 100) if times else None


def naive_proposal(mean):
    if mean is None:
        return None
    return Decimal(2) if mean < 3 else naive_half_up(Fraction(mean), 1)


@given(st.lists(st.one_of(current, words, finals), max_size=30), st.sampled_from(Method), weights)
def test_the_grids_means_and_proposals_equal_the_naive_ones(marks, method, by_kind):
    found = Sums(marks, Study(level=7), Counting(method, by_kind))

    assert found.mean(Period.YEAR).result == naive_mean(marks, method, by_kind)
    standing = []
    for term in (Period.TERM_1, Period.TERM_2):
        of_term = [each for each in marks if each.term == term]
        mean = naive_mean(of_term, method, by_kind)
        assert found.mean(term).result == mean
        given_ones = [each.mark.value for each in of_term if each.kind >= 21 and each.kind is not GradeKind.ANNUAL]
        final = found.final(term)
        assert (final.mark.value if final.mark else None) == (given_ones[-1] if given_ones else None)
        proposed = final.proposal.mark
        assert (proposed.value if proposed else None) == naive_proposal(mean)
        standing += [final.shown.value] if final.shown else []
    annual = found.final(Period.YEAR).proposal.mark
    half = naive_half_up(Fraction(sum(standing)) / len(standing), 100) if standing else None
    assert (annual.value if annual else None) == naive_proposal(half)


@given(st.lists(current, max_size=20), st.sampled_from(Method))
def test_weights_of_one_change_nothing_but_the_rule_that_is_named(marks, method):
    pairs = [(each.mark, each.kind) for each in marks]
    alike, weighted = explain_mean(pairs, method), explain_mean(pairs, method, dict.fromkeys(CURRENT, 1))

    assert alike.result == weighted.result
    assert alike.rule is Rule.MEAN
    assert weighted.rule is (Rule.WEIGHTED_MEAN if marks else Rule.MEAN)


def test_a_class_work_that_counts_three_times():
    marks = [(number("6"), GradeKind.CURRENT), (number("3"), GradeKind.CLASS_WORK)]
    found = explain_mean(marks, weights={GradeKind.CLASS_WORK: 3})

    assert found.result == Decimal("3.75")
    assert found.weights == (1, 3)


def test_words_have_no_mean_and_no_term_grade_but_a_word_for_the_year():
    marks = [TermMark(Mark(Scale.QUALITATIVE, Decimal(n)), GradeKind.CURRENT, 1) for n in (4, 6, 6)]
    found = Sums(marks, Study(level=3))

    assert found.mean(Period.YEAR).result is None
    assert found.final(Period.TERM_1).shown is None
    assert found.final(Period.YEAR).shown == Mark(Scale.QUALITATIVE, Decimal(6))


FIVES = [TermMark(number(5), GradeKind.CURRENT, term) for term in (1, 2)]


def test_in_year_one_nothing_is_proposed_by_subject():
    marks = [TermMark(Mark(Scale.QUALITATIVE, Decimal(6)), GradeKind.CURRENT, 1)]
    assert [Sums(marks, Study(level=1)).final(period).shown for period in Period] == [None, None, None]


def test_who_is_exempt_from_a_term_has_the_other_one_for_the_year():
    found = Sums([FIVES[0], TermMark(number(3), GradeKind.CURRENT, 2)], Study(7, exempt=frozenset({Period.TERM_2})))
    assert found.final(Period.TERM_2).shown is None
    assert (found.final(Period.YEAR).shown, found.final(Period.YEAR).proposal.missing) == (number(5), (1,))


def test_an_individual_plan_is_proposed_on_its_own_scale():
    copes = Mark(Scale.SPECIAL_NEEDS, Decimal(2))
    found = Sums([*FIVES, TermMark(copes, GradeKind.CURRENT, 1)], Study(7, special_needs=True))
    assert found.final(Period.TERM_1).shown == copes


def test_a_profiling_subject_is_proposed_by_its_modules():
    found = Sums(FIVES, Study(level=11), modules=[number(6), number("5.50")])
    assert found.final(Period.YEAR).shown == number("5.75")
    assert found.final(Period.TERM_1).shown == number(5)


@dataclass(frozen=True)
class Stands:
    id: int
    mark: Mark


FIVE, SIX = Stands(1, number(5)), Stands(2, number(6))


@pytest.mark.parametrize(
    ("standing", "seen", "place", "wanted", "move"),
    [
        ([], 0, 0, number(5), Move.GIVE),
        ([], 0, 0, None, Move.KEEP),
        ([FIVE], 1, 0, number(6), Move.CORRECT),
        ([FIVE], 1, 0, None, Move.WITHDRAW),
        ([FIVE], 1, 0, number(5), Move.KEEP),
        ([FIVE], 0, 0, number(5), Move.KEEP),  # somebody gave the same, or our own first try
        ([FIVE], 0, 0, number(6), Move.CONFLICT),
        ([], 1, 0, number(6), Move.CONFLICT),  # withdrawn meanwhile
        ([], 1, 0, None, Move.KEEP),
        ([SIX], 1, 0, number(4), Move.CONFLICT),  # corrected meanwhile
        ([FIVE], 0, 1, number(6), Move.GIVE),  # a second grade of the kind in the lesson
        ([FIVE, SIX], 2, 1, number(4), Move.CORRECT),
    ],
)
def test_what_becomes_of_a_cell(standing, seen, place, wanted, move):
    assert decide(standing, seen=seen, place=place, wanted=wanted).move is move


@given(st.lists(wholes, max_size=3), st.integers(0, 4), st.integers(0, 3), st.one_of(st.none(), wholes))
def test_a_cell_is_never_written_over_what_the_page_did_not_show(marks, seen, place, wanted):
    standing = [Stands(n, number(value)) for n, value in enumerate(marks, 1)]
    found = decide(standing, seen=seen, place=place, wanted=None if wanted is None else number(wanted))

    if found.move in (Move.CORRECT, Move.WITHDRAW):
        assert found.now.id == seen
    if found.move is Move.GIVE:
        assert seen == 0
        assert place >= len(standing)


def test_half_up_counts_as_decimal_does():
    assert naive_half_up(Fraction("5.495"), 100) == Decimal("5.495").quantize(Decimal("0.01"), ROUND_HALF_UP)
