import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.names import class_name, full_name, short_name, sort_key


def test_a_name_has_single_spaces_and_no_gap_for_a_missing_part():
    assert full_name(" Анна", "", "Желева ") == "Анна Желева"
    assert full_name("Анна", "Петрова", "Желева") == "Анна Петрова Желева"


def test_a_letter_written_as_two_signs_is_one():
    assert full_name("Никола\u0438\u0306") == "Николай"


def test_names_run_in_the_order_of_the_bulgarian_alphabet():
    names = ["Яна", "Щерьо", "Ъ", "Юлия", "Шабан", "Цвета", "Йоана", "Ивана", "Константин", "Жени", "Ема", "Дария"]
    expected = ["Дария", "Ема", "Жени", "Ивана", "Йоана", "Константин", "Цвета", "Шабан", "Щерьо", "Ъ", "Юлия", "Яна"]
    assert sorted(names, key=sort_key) == expected


def test_the_sort_key_does_not_see_capitals():
    assert sort_key("АННА", "", "жЕЛЕВА") == "анна желева"


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_a_sort_key_is_already_folded(first, middle, last):
    key = sort_key(first, middle, last)
    assert key == " ".join(key.split())


def test_a_short_name_keeps_one_letter_of_the_family():
    assert short_name("Анна", "Желева") == "Анна Ж."
    assert short_name("Анна") == "Анна"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("12. а", "12 А"),
        ("8a", "8 А"),
        ("2 a", "2 А"),
        ("11. а", "11 А"),
        ("5 „б“", "5 Б"),
        ("7 клас В", "7 В"),
        ("01 г", "1 Г"),
        ("1 3", "1 3"),
        ("7", "7"),
        ("ЦДО 1А", "ЦДО 1А"),
        ("ЦДО  V-VII", "ЦДО V-VII"),
        ("ПГ 5 и 6 годишни", "ПГ 5 и 6 годишни"),
        ("четвърта ПГ 5 и 6 г", "четвърта ПГ 5 и 6 г"),
    ],
)
def test_class_groups_are_shown_alike_however_they_were_typed(typed, shown):
    assert class_name(typed) == shown


@given(st.text(max_size=12))
def test_a_shown_class_name_stays_as_it_is(typed):
    assert class_name(class_name(typed)) == class_name(typed)
