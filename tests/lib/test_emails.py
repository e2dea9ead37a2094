from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.emails import is_address, masked, normalise
from zvanets.lib.refusals import Refusal


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Anna.Zheleva@ABV.bg ", "anna.zheleva@abv.bg"),
        ("mailto:anna@abv.bg", "anna@abv.bg"),
        ("<anna+school@gmail.com>", "anna+school@gmail.com"),
        ("anna@поща.бг", "anna@xn--80a1ac5b.xn--90ae"),
        ("o'brien@mail.example.co.uk", "o'brien@mail.example.co.uk"),
    ],
)
def test_an_address_has_one_form(typed, kept):
    assert normalise(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "anna",
        "anna@",
        "@abv.bg",
        "anna@abv",
        "anna..z@abv.bg",
        ".anna@abv.bg",
        "anna zh@abv.bg",
        "anna@abv..bg",
        "anna@-abv.bg",
        "anna@127.0.0.1",
        "anna@abv.bg, petar@abv.bg",
        "anna@abv.bg\nBcc: all@abv.bg",
        "a" * 65 + "@abv.bg",
        "anna@" + "a" * 64 + ".bg",
        "anna@" + "a." * 130 + "bg",
    ],
)
def test_what_no_mail_could_reach_is_refused(typed):
    with pytest.raises(Refusal) as refusal:
        normalise(typed)
    assert refusal.value.code == "email"


@pytest.mark.parametrize("typed", ["аnna@abv.bg", "anna@аbv.bg"])
def test_a_cyrillic_letter_that_looks_latin_is_named(typed):
    with pytest.raises(Refusal) as refusal:
        normalise(typed)
    assert refusal.value.code == "email_cyrillic"
    assert "(а)" in str(refusal.value)


@given(st.emails())
def test_addresses_of_the_standard_are_read_or_refused_and_one_read_stays_as_it_is(address):
    with suppress(Refusal):
        kept = normalise(address)
        assert normalise(kept) == kept
        assert is_address(kept)


@given(st.text(max_size=40))
def test_rubbish_is_refused_and_nothing_else_happens(typed):
    with suppress(Refusal):
        assert "@" in normalise(typed)


def test_a_masked_address_shows_one_letter():
    assert masked("anna@abv.bg") == "a•••@abv.bg"
