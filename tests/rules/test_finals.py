"""Term and annual grades against a naive twin; results of the year, resits and exams by tables."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.refusals import Refusal
from zvanets.rules.averages import Method, Rule
from zvanets.rules.finals import (
    Outcome,
    Period,
    Resit,
    check_exam_change,
    check_outcome,
    check_resit,
    final_outcome,
    is_asked,
    propose_outcome,
    propose_profiling,
    propose_term,
    propose_year,
    shortage,
)
from zvanets.rules.scales import GradeKind, Mark, Scale, in_words

DAY = date(2026, 1, 30)
values = st.one_of(st.just(Decimal(2)), st.decimals(3, 6, places=2))
numbers = st.lists(values.map(lambda value: Mark(Scale.QUANTITATIVE, value)), max_size=12)
wholes = st.integers(2, 6).map(lambda value: Mark(Scale.QUANTITATIVE, Decimal(value)))


def quantitative(*grades) -> list[Mark]:
    return [Mark(Scale.QUANTITATIVE, Decimal(grade)) for grade in grades]


def naive(grades: list[Mark], *, as_state: bool = False) -> int | None:
    """The twin: by fractions, hundredths counted one by one."""
    if not grades:
        return None
    exact = [Fraction(grade.value) for grade in grades]
    if as_state:
        exact = [Fraction(2) if value < 3 else Fraction(int(value + Fraction(1, 2))) for value in exact]
    hundredths = int(sum(exact, Fraction(0)) / len(exact) * 100 + Fraction(1, 2))
    if hundredths < 300:
        return 2
    return next(whole for whole in range(3, 7) if hundredths < whole * 100 + 50)


@given(numbers, st.booleans())
def test_a_term_grade_is_proposed_as_the_twin_does_it(grades, as_state):
    method = Method.AS_STATE if as_state else Method.EXACT
    mark = propose_term(grades, Scale.QUANTITATIVE, method).mark
    assert (None if mark is None else int(mark.value)) == naive(grades, as_state=as_state)


@given(numbers)
def test_a_proposed_term_grade_is_whole_and_on_the_scale(grades):
    mark = propose_term(grades, Scale.QUANTITATIVE).mark
    assert mark is None or mark.value in {2, 3, 4, 5, 6}


@given(st.one_of(st.none(), wholes), st.one_of(st.none(), wholes))
def test_an_annual_grade_is_of_the_terms_there_are_and_the_others_are_named(first, second):
    proposal = propose_year({1: first, 2: second}, [], Scale.QUANTITATIVE)
    there = [mark for mark in (first, second) if mark]
    assert proposal.missing == tuple(term for term, mark in ((1, first), (2, second)) if mark is None)
    assert (None if proposal.mark is None else int(proposal.mark.value)) == naive(there)


@given(st.lists(st.integers(2, 6), min_size=1, max_size=15))
def test_of_words_the_middle_one_is_proposed_and_half_are_no_better(words):
    marks = [Mark(Scale.QUALITATIVE, Decimal(word)) for word in words]
    proposal = propose_year({}, marks, Scale.QUALITATIVE)
    found = int(proposal.mark.value)
    assert found in words
    assert sum(word <= found for word in words) * 2 >= len(words)
    assert sum(word >= found for word in words) * 2 >= len(words)
    assert proposal.why.rule is Rule.MIDDLE_WORD
    assert proposal.why.unrounded is None  # nothing was averaged


def test_words_and_special_needs_marks_never_enter_a_number():
    mixed = [*quantitative(6), Mark(Scale.SPECIAL_NEEDS, Decimal(1)), Mark(Scale.QUALITATIVE, Decimal(2))]
    assert in_words(propose_term(mixed, Scale.QUANTITATIVE).mark) == "отличен 6"
    assert in_words(propose_term(mixed, Scale.SPECIAL_NEEDS).mark) == "среща затруднения"


def test_a_subject_of_one_term_asks_for_no_other():
    proposal = propose_year({2: quantitative(5)[0]}, [], Scale.QUANTITATIVE, wanted=(2,))
    assert (in_words(proposal.mark), proposal.missing) == ("много добър 5", ())


@given(st.lists(values, min_size=1, max_size=5))
def test_a_profiling_subject_is_poor_when_a_module_is(modules):
    mark = propose_profiling(quantitative(*modules)).mark
    if min(modules) < 3:
        assert mark.value == 2
    else:
        assert abs(mark.value - sum(modules) / len(modules)) <= Decimal("0.005")


@pytest.mark.parametrize(
    ("level", "term", "year"),
    [(0, False, False), (1, False, False), (2, False, True), (3, False, True), (4, True, True)],
)
def test_who_is_asked_for_a_grade(level, term, year):
    assert is_asked(Period.TERM_1, level) is is_asked(Period.TERM_2, level) is term
    assert is_asked(Period.YEAR, level) is year
    assert not is_asked(Period.YEAR, level, is_exempt=True)


def test_periods_know_their_kinds():
    assert [(each.term, each.kind) for each in Period] == [
        (1, GradeKind.TERM),
        (2, GradeKind.TERM),
        (None, GradeKind.ANNUAL),
    ]


@pytest.mark.parametrize(("lessons", "minimum"), [("1", 2), ("2", 2), ("2.5", 3), ("3.5", 3), ("4", 4), ("7", 4)])
def test_too_few_grades_name_their_minimum(lessons, minimum):
    short = shortage(minimum - 1, Scale.QUANTITATIVE, Decimal(lessons), DAY)
    assert (short.grades, short.minimum.result) == (minimum - 1, minimum)
    assert "чл. 12" in short.minimum.source
    assert shortage(minimum, Scale.QUANTITATIVE, Decimal(lessons), DAY) is None
    assert shortage(0, Scale.SPECIAL_NEEDS, Decimal(lessons), DAY) is None


def test_a_poor_annual_grade_means_an_exam_in_its_subject():
    annual = dict(enumerate([*quantitative(6, 2, 3), Mark(Scale.SPECIAL_NEEDS, Decimal(1))]))
    assert propose_outcome(annual) == (Outcome.EXAMS, (1,))
    assert propose_outcome({}) == (None, ())
    assert propose_outcome({0: annual[3]}) == (Outcome.PASSES, ())


@pytest.mark.parametrize(
    ("outcome", "exams", "code"),
    [
        (Outcome.PASSES, [], ""),
        (Outcome.EXAMS, [1], ""),
        (Outcome.REPEATS, [], ""),
        (Outcome.EXAMS, [], "no_exams"),
        (Outcome.PASSES, [1], "exams_unwanted"),
    ],
)
def test_a_result_and_its_exams_agree(outcome, exams, code):
    assert refusal(check_outcome, outcome, exams) == code


def resits(*grades) -> list[Resit]:
    return [Resit(session, None if grade is None else Decimal(grade)) for session, grade in enumerate(grades, 1)]


@pytest.mark.parametrize(
    ("before", "session", "grade", "code"),
    [
        ([], 1, 3, ""),
        ([], 2, 3, "resit_out_of_turn"),
        ([None, 2], 3, None, ""),
        ([None, 2, 2], 4, 3, "resit_out_of_turn"),
        ([3], 2, 6, "resit_passed"),
        ([2], 2, "4.50", "grade_not_whole"),
    ],
)
def test_a_session_comes_after_the_one_before(before, session, grade, code):
    assert refusal(check_resit, resits(*before), Resit(session, None if grade is None else Decimal(grade))) == code


@given(st.lists(st.lists(st.one_of(st.none(), st.integers(2, 6)), max_size=3), min_size=1, max_size=4))
def test_a_year_ends_when_all_is_passed_or_one_is_lost_for_good(subjects):
    exams = {number: resits(*grades) for number, grades in enumerate(subjects)}
    passed = [any(grade and grade >= 3 for grade in grades) for grades in subjects]
    lost = [len(grades) == 3 and not ok for grades, ok in zip(subjects, passed, strict=True)]
    expected = Outcome.PASSES if all(passed) else Outcome.REPEATS if any(lost) else None
    assert final_outcome(exams) is expected


@pytest.mark.parametrize(
    ("course", "changed", "code"),
    [(1, [], ""), (3, [1, 2], ""), (4, [1, 2, 3], "exam_subjects"), (1, [1], "exam_once")],
)
def test_an_annual_grade_is_changed_by_exam_once_and_in_three_subjects(course, changed, code):
    assert refusal(check_exam_change, course, changed, DAY) == code


def refusal(check, *given_values) -> str:
    try:
        check(*given_values)
    except Refusal as refused:
        return refused.code
    return ""
