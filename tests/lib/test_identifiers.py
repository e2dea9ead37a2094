from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.identifiers import IdentifierKind, birth_date, check_egn, check_lnch, padded, recognise
from zvanets.lib.refusals import Refusal

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize("number", ["7523169263", "8032056031"])
def test_the_known_numbers_are_valid(number):
    assert check_egn(f" {number} ", today=TODAY) == number


def test_a_valid_checksum_of_somebody_not_born_yet_is_refused():
    with pytest.raises(Refusal) as refusal:
        check_egn("7542011030", today=TODAY)
    assert refusal.value.code == "egn_future"
    assert check_egn("7542011030", today=date(2075, 2, 1)) == "7542011030"
    assert birth_date("7542011030") == date(2075, 2, 1)


@pytest.mark.parametrize(
    "typed", ["8019010008", "7523169264", "752316926", "75231692630", "", "abcdefghij", "0000000000"]
)
def test_a_bad_date_checksum_or_length_is_refused(typed):
    with pytest.raises(Refusal) as refusal:
        check_egn(typed, today=TODAY)
    assert refusal.value.code == "egn"


def test_a_refusal_never_repeats_the_number():
    with pytest.raises(Refusal) as refusal:
        check_egn("7523169264", today=TODAY)
    assert "7523" not in str(refusal.value)


def test_months_tell_the_century():
    assert birth_date("7523169263") == date(1875, 3, 16)
    assert birth_date("8032056031") == date(1880, 12, 5)


def test_a_foreigners_number_has_its_own_checksum():
    assert check_lnch("7111042925") == "7111042925"
    for typed in ("7111042922", "0000000000", "", "71110429"):
        with pytest.raises(Refusal):
            check_lnch(typed)


def test_a_leading_zero_that_a_spreadsheet_dropped_is_put_back():
    assert padded(" 752316926 ") == "0752316926"
    assert padded("не") == "не"


def test_a_number_tells_which_it_is():
    assert recognise("7523169263", today=TODAY) == (IdentifierKind.EGN, "7523169263")
    assert recognise("7111042925", today=TODAY) == (IdentifierKind.LNCH, "7111042925")
    with pytest.raises(Refusal) as refusal:
        recognise("1234567890", today=TODAY)
    assert refusal.value.code == "identifier"


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(0, 999))
def test_every_pupil_born_by_today_has_a_valid_number_and_nobody_after(born, serial):
    number = egn_of(born, serial)
    if born <= TODAY:
        assert birth_date(check_egn(number, today=TODAY)) == born
    else:
        with pytest.raises(Refusal):
            check_egn(number, today=TODAY)


def egn_of(born, serial):
    digits = f"{born.year % 100:02}{born.month + 40:02}{born.day:02}{serial:03}"
    weights = (2, 4, 8, 5, 10, 9, 7, 3, 6)
    return digits + str(sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 % 10)
