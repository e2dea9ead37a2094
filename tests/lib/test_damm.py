from random import Random

from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.damm import check_digit, in_threes, is_code, new_code, read_code

codes = st.integers(0, 2**32).map(lambda seed: new_code(Random(seed)))


def test_the_published_example_holds():
    assert check_digit("572") == "4"
    assert check_digit("5724") == "0"


@given(codes)
def test_a_new_code_has_nine_digits_and_none_of_them_leads_as_zero(code):
    assert is_code(code)
    assert len(code) == 9
    assert code[0] != "0"


@given(codes, st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_found(code, place, step):
    wrong = str((int(code[place]) + step) % 10)
    assert not is_code(code[:place] + wrong + code[place + 1 :])


@given(codes, st.integers(0, 7))
def test_two_swapped_neighbours_are_found(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or not is_code(swapped)


@given(codes)
def test_what_stands_on_the_label_can_be_typed_back(code):
    assert read_code(f" {in_threes(code)} ") == code
    assert read_code("-".join(in_threes(code).split())) == code


def test_ten_digits_are_never_a_code():
    assert read_code("7523169263") is None


def test_digits_of_other_scripts_are_no_code():
    assert read_code("١٢٣٤٥٦٧٨٩") is None
    assert read_code("") is None


def test_the_label_shows_threes():
    assert in_threes("123456789") == "123 456 789"
