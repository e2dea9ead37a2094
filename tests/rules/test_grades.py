from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.refusals import Refusal
from zvanets.rules.grades import (
    GradeKind,
    GradeWord,
    Mark,
    Scale,
    buckets,
    check_kind,
    check_whole,
    grade_word,
    in_words,
    kind_name,
    mark_of,
    parse_grade,
    scale_of,
    shown_average,
    shown_grade,
    whole,
    word,
)

grades = st.one_of(st.just(Decimal(2)), st.decimals(3, 6, places=2))
means = st.decimals(2, 6, places=4)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("2", "2"),
        ("6", "6"),
        ("5,50", "5.50"),
        ("5.5", "5.50"),
        (" 5 ", "5"),
        ("5,", "5"),
        ("5,500", "5.50"),
        ("3,00", "3"),
        ("отличен", "6"),
        ("Отличен 5,50", "5.50"),
        ("мн. добър", "5"),
        ("Мн.Добър 4,75", "4.75"),
        ("много добър (5)".replace("(", "").replace(")", ""), "5"),
        ("о", "6"),
        ("сл", "2"),
        ("ср", "3"),
        ("Excellent", "6"),
        ("very good", "5"),
    ],
)
def test_a_grade_is_read_as_teachers_type_it(typed, value):
    assert parse_grade(typed) == Mark(Scale.QUANTITATIVE, Decimal(value))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2,50", "Няма оценка 2,50. Въведете 2 или оценка от 3 до 6."),
        ("2.5", "Няма оценка 2,50. Въведете 2 или оценка от 3 до 6."),
        ("2,01", "Няма оценка 2,01. Въведете 2 или оценка от 3 до 6."),
        ("2,99", "Няма оценка 2,99. Въведете 2 или оценка от 3 до 6."),
        ("7", "Няма оценка 7. Въведете 2 или оценка от 3 до 6."),
        ("6,01", "Няма оценка 6,01. Въведете 2 или оценка от 3 до 6."),
        ("1", "Няма оценка 1. Въведете 2 или оценка от 3 до 6."),
        ("0", "Няма оценка 0. Въведете 2 или оценка от 3 до 6."),
    ],
)
def test_what_is_off_the_scale_is_refused_with_the_sentence_of_the_staff_room(typed, sentence):
    with pytest.raises(Refusal) as refusal:
        parse_grade(typed)
    assert str(refusal.value) == sentence
    assert refusal.value.code == "grade_off_scale"
    assert refusal.value.msgid == "Няма оценка %(grade)s. Въведете 2 или оценка от 3 до 6."


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "grade_empty"),
        ("   ", "grade_empty"),
        ("5,505", "grade_too_fine"),
        ("5+", "grade_not_one"),
        ("-5", "grade_not_one"),
        ("5 6", "grade_not_one"),
        ("с", "grade_not_one"),
        ("1e1", "grade_not_one"),
        ("٥", "grade_not_one"),
        ("5\x00", "grade_not_one"),
        ("5" * 1000, "grade_not_one"),
        ("добър 6", "grade_word"),
    ],
)
def test_what_is_no_grade_is_refused_with_a_code(typed, code):
    with pytest.raises(Refusal) as refusal:
        parse_grade(typed)
    assert refusal.value.code == code


@given(grades)
def test_every_grade_of_the_scale_is_read_back_from_its_own_text(value):
    assert parse_grade(shown_grade(value)).value == value
    assert parse_grade(in_words(Mark(Scale.QUANTITATIVE, value))).value == value


@given(st.text(max_size=12), st.sampled_from(Scale))
def test_rubbish_is_refused_and_nothing_else_happens(typed, scale):
    with suppress(Refusal):
        parse_grade(typed, scale)


@given(st.decimals(0, 99, places=2))
def test_no_other_number_is_a_grade(value):
    allowed = value == 2 or 3 <= value <= 6
    try:
        assert parse_grade(f"{value:.2f}".replace(".", ",")).value == value
    except Refusal:
        assert not allowed
    else:
        assert allowed


@pytest.mark.parametrize(
    ("typed", "value", "words"),
    [
        ("2", 2, "незадоволителен"),
        ("Незадоволителен", 2, "незадоволителен"),
        ("н", 2, "незадоволителен"),
        ("Нез.", 2, "незадоволителен"),
        ("с", 3, "среден"),
        ("д", 4, "добър"),
        ("м", 5, "много добър"),
        ("Мн.Д", 5, "много добър"),
        ("мн. добър", 5, "много добър"),
        ("о", 6, "отличен"),
        ("6", 6, "отличен"),
        ("Отличен 6", 6, "отличен"),
        ("poor", 2, "незадоволителен"),
    ],
)
def test_the_youngest_are_graded_in_words(typed, value, words):
    mark = parse_grade(typed, Scale.QUALITATIVE)
    assert mark == Mark(Scale.QUALITATIVE, Decimal(value))
    assert in_words(mark) == words


@pytest.mark.parametrize("typed", ["5,50", "1", "7", "слаб", "отличен 5", "5,5", "т"])
def test_the_youngest_have_no_numbers_and_no_poor_grade(typed):
    with pytest.raises(Refusal) as refusal:
        parse_grade(typed, Scale.QUALITATIVE)
    assert refusal.value.code == "grade_not_one"
    assert "I–III клас" in str(refusal.value)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1", "среща затруднения"),
        ("СЗ", "среща затруднения"),
        ("2", "справя се"),
        ("СС", "справя се"),
        ("спр", "справя се"),
        ("3", "постига изискванията"),
        ("ПИ", "постига изискванията"),
        ("п", "постига изискванията"),
    ],
)
def test_children_with_a_plan_of_their_own_have_three_grades(typed, words):
    assert in_words(parse_grade(typed, Scale.SPECIAL_NEEDS)) == words


@pytest.mark.parametrize("typed", ["с", "4", "0", "6", "отличен"])
def test_what_could_be_two_of_the_three_is_refused(typed):
    with pytest.raises(Refusal):
        parse_grade(typed, Scale.SPECIAL_NEEDS)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2", "слаб 2"),
        ("3", "среден 3"),
        ("3.49", "среден 3,49"),
        ("3.50", "добър 3,50"),
        ("4.49", "добър 4,49"),
        ("4.50", "много добър 4,50"),
        ("5.49", "много добър 5,49"),
        ("5.50", "отличен 5,50"),
        ("6", "отличен 6"),
    ],
)
def test_a_number_has_its_word(value, expected):
    assert in_words(Mark(Scale.QUANTITATIVE, Decimal(value))) == expected


def test_words_are_short_where_room_is_dear_and_english_where_wanted():
    five = Mark(Scale.QUANTITATIVE, Decimal(5))
    assert in_words(five, short=True) == "мн. добър 5"
    assert in_words(five, "en") == "very good 5"
    assert word(Decimal("5.49"), "en") == "very good"
    assert kind_name(GradeKind.CONTROL_WORK) == "контролна работа"
    assert kind_name(2, "en") == "written test"
    assert all(kind_name(kind, lang) for kind in GradeKind for lang in ("bg", "en"))


def test_the_word_follows_the_number_that_is_shown():
    assert shown_average(Decimal("5.50")) == "5,50"
    assert word(Decimal("5.496")) == "отличен"
    assert word(Decimal("5.494")) == "много добър"
    assert word(Decimal("2.996")) == "среден"


@given(means)
def test_word_and_whole_grade_never_disagree(mean):
    assert whole(mean) == grade_word(mean)


def test_a_mean_between_two_and_three_is_poor():
    assert grade_word(Decimal("2.99")) is GradeWord.POOR
    assert whole(Decimal("2.99")) == 2


def test_buckets_go_by_word_so_that_halves_are_counted():
    values = [Decimal(text) for text in ("2", "3", "3.50", "4.50", "4.49", "5.50", "6")]
    assert buckets(values) == {
        GradeWord.POOR: 1,
        GradeWord.FAIR: 1,
        GradeWord.GOOD: 2,
        GradeWord.VERY_GOOD: 1,
        GradeWord.EXCELLENT: 2,
    }


@given(st.lists(grades))
def test_buckets_add_up_to_all_grades(values):
    assert sum(buckets(values).values()) == len(values)


def test_nothing_is_shown_as_a_dash():
    assert shown_average(None) == "–"


@pytest.mark.parametrize(
    ("year_group", "special_needs", "expected"),
    [
        (1, False, Scale.QUALITATIVE),
        (3, False, Scale.QUALITATIVE),
        (4, False, Scale.QUANTITATIVE),
        (13, False, Scale.QUANTITATIVE),
        (2, True, Scale.SPECIAL_NEEDS),
        (7, True, Scale.SPECIAL_NEEDS),
        (-1, False, None),
        (0, False, None),
        (22, False, None),
        (None, False, None),
    ],
)
def test_the_childs_year_group_sets_the_scale(year_group, special_needs, expected):
    assert scale_of(year_group, special_needs=special_needs) is expected


@pytest.mark.parametrize(
    ("kind", "year_group", "code"),
    [
        (GradeKind.TERM, 3, "no_term_grade"),
        (GradeKind.ANNUAL, 1, "no_annual_grade"),
        (GradeKind.CURRENT, -1, "no_grades_here"),
        (GradeKind.CURRENT, 22, "no_grades_here"),
    ],
)
def test_some_grades_do_not_exist_in_some_years(kind, year_group, code):
    with pytest.raises(Refusal) as refusal:
        check_kind(kind, year_group)
    assert refusal.value.code == code


def test_the_other_grades_do():
    check_kind(GradeKind.TERM, 4)
    check_kind(GradeKind.ANNUAL, 2)
    check_kind(GradeKind.CURRENT, 1)


def test_term_grades_are_whole_and_annual_ones_but_for_profiling_subjects():
    for kind in (GradeKind.TERM, GradeKind.ANNUAL, GradeKind.OTHER_SCHOOL_TERM):
        with pytest.raises(Refusal) as refusal:
            parse_grade("5,50", kind=kind)
        assert refusal.value.code == "grade_not_whole"
    assert parse_grade("5,50", kind=GradeKind.ANNUAL, profiling=True).value == Decimal("5.50")
    assert parse_grade("5,00", kind=GradeKind.TERM).value == 5
    check_whole(Decimal("4.75"), GradeKind.CURRENT)


def test_kinds_are_those_of_the_state():
    assert [int(kind) for kind in GradeKind] == [1, 2, 3, 4, 5, 6, 11, 12, 21, 22, 98, 99, 100, 101]
    assert [kind.name for kind in GradeKind if not kind.belongs_to_a_lesson] == [
        "TERM",
        "ANNUAL",
        "OTHER_CLASS",
        "OTHER_SCHOOL",
        "OTHER_CLASS_TERM",
        "OTHER_SCHOOL_TERM",
    ]


def test_a_mark_goes_into_one_column_and_comes_back():
    for mark in (
        Mark(Scale.QUANTITATIVE, Decimal("5.50")),
        Mark(Scale.QUALITATIVE, Decimal(6)),
        Mark(Scale.SPECIAL_NEEDS, Decimal(1)),
    ):
        assert mark_of(**mark.columns()) == mark
    with pytest.raises(ValueError, match="one scale"):
        mark_of(None)
    with pytest.raises(ValueError, match="one scale"):
        mark_of(Decimal(5), 5)
