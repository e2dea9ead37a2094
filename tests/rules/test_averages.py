from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.rules.averages import (
    Explained,
    Method,
    Rounding,
    Rule,
    average,
    countable,
    explain_annual_grade,
    explain_average,
    explain_mean_of_means,
    explain_minimum,
    explain_profiling_grade,
    explain_term_grade,
    minimum_grades,
    profiling_grade,
    proposed_annual_grade,
    proposed_term_grade,
)
from zvanets.rules.grades import GradeKind, Mark, Scale, shown_average, word

grades = st.one_of(st.just(Decimal(2)), st.decimals(3, 6, places=2))
TODAY = date(2026, 11, 21)


def d(*texts):
    return [Decimal(text) for text in texts]


@pytest.mark.parametrize(
    ("values", "mean"),
    [
        (d("6"), "6.00"),
        (d("4", "5.50", "6"), "5.17"),
        (d("5", "5.01"), "5.01"),
        (d("2", "3"), "2.50"),
        (d("5.50", "5.49", "5.50", "5.50", "5.49"), "5.50"),
        (d("4.50"), "4.50"),
        (d("6", "6", "5"), "5.67"),
    ],
)
def test_a_mean_goes_to_the_hundredth_with_halves_up(values, mean):
    assert average(values) == Decimal(mean)


def test_the_mean_of_nothing_is_nothing():
    assert average([]) is None
    assert shown_average(average([])) == "–"
    assert proposed_term_grade([]) is None
    assert proposed_annual_grade([None, None]) is None
    assert profiling_grade([]) is None
    assert explain_mean_of_means([[], []]).result is None


def test_number_and_word_of_a_mean_agree():
    values = d("5.49", "5.49", "5.50", "5.50", "5.50")
    assert explain_average(values).unrounded == Decimal("5.496")
    assert shown_average(average(values)) == "5,50"
    assert word(average(values)) == "отличен"


def test_the_states_way_rounds_every_grade_first():
    values = d("4.49", "4.50", "2")
    assert average(values) == Decimal("3.66")
    assert average(values, Method.AS_STATE) == Decimal("3.67")
    assert explain_average(values, Method.AS_STATE).inputs == (4, 5, 2)
    assert explain_average(values, Method.AS_STATE).method is Method.AS_STATE


@given(st.lists(grades, min_size=1, max_size=40))
def test_a_mean_lies_between_the_least_and_the_greatest(values):
    assert min(values) <= average(values) <= max(values)
    assert average(values) == average(reversed(values))
    assert 2 <= average(values, Method.AS_STATE) <= 6


@given(st.lists(grades, min_size=1, max_size=40))
def test_a_mean_is_never_more_than_half_a_hundredth_off(values):
    exact = sum(values) / len(values)
    assert abs(average(values) - exact) <= Decimal("0.005")


def test_only_numbers_are_averaged():
    marks = [
        (Mark(Scale.QUANTITATIVE, Decimal(6)), GradeKind.CURRENT),
        (Mark(Scale.QUALITATIVE, Decimal(2)), GradeKind.CURRENT),
        (Mark(Scale.SPECIAL_NEEDS, Decimal(3)), GradeKind.TEST),
    ]
    assert countable(marks) == [6]


def test_grades_brought_from_elsewhere_count_but_final_ones_do_not():
    five = Mark(Scale.QUANTITATIVE, Decimal(5))
    counted = [kind for kind in GradeKind if countable([(five, kind)])]
    assert GradeKind.OTHER_CLASS in counted
    assert GradeKind.OTHER_SCHOOL in counted
    assert not {GradeKind.TERM, GradeKind.ANNUAL, GradeKind.OTHER_CLASS_TERM, GradeKind.OTHER_SCHOOL_TERM} & {*counted}


def test_a_class_mean_is_of_all_grades_and_the_mean_of_means_says_so():
    anna, boris, vera = d("6"), d("2", "3", "4"), []
    assert average([*anna, *boris, *vera]) == Decimal("3.75")
    assert explain_mean_of_means([anna, boris, vera]) == Explained(
        Decimal("4.50"),
        (Decimal("6.00"), Decimal("3.00")),
        Rule.MEAN_OF_MEANS,
        Rounding.HUNDREDTH,
        Decimal("4.5"),
    )


@pytest.mark.parametrize(
    ("values", "proposed"),
    [
        (d("2", "3"), 2),
        (d("2", "3.99"), 3),
        (d("3", "4"), 4),
        (d("5.49", "5.49", "5.50", "5.50", "5.50"), 6),
        (d("5.49", "5.49", "5.50"), 5),
        (d("6", "6", "5", "5"), 6),
    ],
)
def test_a_term_grade_is_proposed_from_the_mean_as_it_is_shown(values, proposed):
    assert proposed_term_grade(values) == proposed


@given(st.lists(grades, min_size=1, max_size=20))
def test_a_proposed_grade_is_whole_and_on_the_scale(values):
    assert proposed_term_grade(values) in {2, 3, 4, 5, 6}
    assert proposed_term_grade(values, Method.AS_STATE) in {2, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("terms", "proposed"),
    [
        ((Decimal(4), Decimal(5)), 5),
        ((Decimal(2), Decimal(3)), 2),
        ((Decimal(6), Decimal(6)), 6),
        ((Decimal(4), None), 4),
        ((None, Decimal(3)), 3),
    ],
)
def test_an_annual_grade_is_proposed_from_the_terms(terms, proposed):
    assert proposed_annual_grade(terms) == proposed


def test_a_profiling_subject_is_the_mean_of_its_modules_unless_one_is_poor():
    assert profiling_grade(d("5", "6", "6")) == Decimal("5.67")
    assert profiling_grade(d("6", "6", "2")) == Decimal("2.00")
    assert explain_profiling_grade(d("6", "6", "2")).rule is Rule.PROFILING_POOR
    assert explain_profiling_grade(d("6", "3")).rule is Rule.PROFILING_MEAN


@pytest.mark.parametrize(
    ("weekly", "least"),
    [("0", 0), ("0.5", 2), ("1", 2), ("2", 2), ("2.5", 3), ("3", 3), ("3.5", 3), ("4", 4), ("7", 4)],
)
def test_more_lessons_ask_for_more_grades(weekly, least):
    assert minimum_grades(Decimal(weekly), TODAY) == least


def test_how_it_was_calculated_names_inputs_rule_rounding_and_law():
    explained = explain_term_grade(d("4", "5.50", "6"))
    assert explained.result == 5
    assert explained.inputs == (Decimal(4), Decimal("5.50"), Decimal(6))
    assert (explained.rule, explained.rounding) == (Rule.PROPOSED_TERM, Rounding.WHOLE)
    assert round(explained.unrounded, 4) == Decimal("5.1667")
    assert explain_annual_grade([Decimal(4), None]).inputs == (Decimal(4),)
    minimum = explain_minimum(Decimal("2.5"), TODAY)
    assert minimum.valid_from == date(2016, 9, 20)
    assert "чл. 12" in minimum.source
