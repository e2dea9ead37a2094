"""Faults of other diaries' arithmetic that parents reported as wrong marks; each has a test here that it is not ours."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from zvanets.rules.absences import Totals
from zvanets.rules.averages import Rule, average, countable, explain_average, explain_mean_of_means
from zvanets.rules.grades import GradeKind, GradeWord, Mark, Scale, buckets, shown_average, word

values = st.lists(st.one_of(st.just(Decimal(2)), st.decimals(3, 6, places=2)), min_size=1, max_size=30)


def test_a_the_word_is_of_the_rounded_mean_so_5_496_is_excellent_5_50():
    mean = average([Decimal("5.49"), Decimal("5.49"), Decimal("5.50"), Decimal("5.50"), Decimal("5.50")])
    assert f"{word(mean)} {shown_average(mean)}" == "отличен 5,50"


@given(values)
def test_a_a_mean_is_never_called_by_a_word_that_its_digits_deny(grades):
    least = {"слаб": "2.00", "среден": "3.00", "добър": "3.50", "много добър": "4.50", "отличен": "5.50"}
    mean = average(grades)
    assert word(mean) == next(name for name in reversed(least) if mean >= Decimal(least[name]))


def test_b_a_grade_of_4_50_is_in_a_bucket():
    assert buckets([Decimal("4.50")])[GradeWord.VERY_GOOD] == 1


@given(values)
def test_b_the_buckets_add_up_to_the_total(grades):
    assert sum(buckets(grades).values()) == len(grades)


def test_c_no_grades_are_a_dash_and_never_0():
    assert average([]) is None
    assert shown_average(None) == "–"


def test_d_words_never_enter_a_mean():
    marks = [
        (Mark(Scale.QUANTITATIVE, Decimal(6)), GradeKind.CURRENT),
        (Mark(Scale.QUALITATIVE, Decimal(2)), GradeKind.CURRENT),
        (Mark(Scale.SPECIAL_NEEDS, Decimal(1)), GradeKind.CURRENT),
    ]
    assert average(countable(marks)) == Decimal("6.00")


def test_e_a_child_who_moved_keeps_its_grades_and_carried_absences():
    five = Mark(Scale.QUANTITATIVE, Decimal(5))
    assert countable([(five, GradeKind.OTHER_CLASS), (five, GradeKind.OTHER_SCHOOL)]) == [5, 5]
    assert countable([(five, GradeKind.OTHER_CLASS_TERM), (five, GradeKind.OTHER_SCHOOL_TERM)]) == []
    assert (Totals(unexcused=2, late=1) + Totals(unexcused=3)).halves == 11


def test_f_the_mean_of_a_class_says_which_of_two_it_is():
    anna, boris = [Decimal(6)], [Decimal(2), Decimal(2), Decimal(2)]
    assert explain_average([*anna, *boris]).result == Decimal("3.00")
    assert explain_average([*anna, *boris]).rule is Rule.MEAN
    assert explain_mean_of_means([anna, boris]).result == Decimal("4.00")
    assert explain_mean_of_means([anna, boris]).rule is Rule.MEAN_OF_MEANS


def test_g_a_class_test_weighs_no_more_than_homework():
    four, six = Mark(Scale.QUANTITATIVE, Decimal(4)), Mark(Scale.QUANTITATIVE, Decimal(6))
    marks = [(four, GradeKind.HOMEWORK), (six, GradeKind.CLASS_WORK)]
    assert average(countable(marks)) == average(countable(reversed(marks))) == Decimal("5.00")
