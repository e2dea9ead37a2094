from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.phones import for_people, masked, parse, takes_sms
from zvanets.lib.refusals import Refusal


@pytest.mark.parametrize(
    "typed",
    [
        "0882 818 905",
        "088 281 8905",
        "+359882818905",
        "00359 88 281 8905",
        "359882818905",
        "882818905",
        "088/281-89-05",
        "+359 (0)88 281 8905",
        "тел. 0882818905",
        "GSM: 0882818905",
        "\u202a+359 88 281 8905\u202c",
        "0882\u00a0818\u00a0905",
    ],
)
def test_one_number_is_read_however_it_is_written(typed):
    assert parse(typed) == "+359882818905"


@pytest.mark.parametrize("typed", ["+44 20 7946 0000", "0044 20 7946 0000", "+7 912 345-67-89", "+90 532 123 45 67"])
def test_numbers_of_other_countries_are_taken(typed):
    assert parse(typed).startswith("+")


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "1987",
        "088281890O",
        "088 281 890",
        "0882818905;ext=5",
        "٠٨٨٢٨١٨٩٠٥",
        "0882818905 0882818906",
        "+",
        "не",
        "+359",
    ],
)
def test_what_cannot_be_dialled_is_refused_with_the_text_that_was_typed(typed):
    with pytest.raises(Refusal) as refusal:
        parse(typed)
    assert refusal.value.code == "phone"
    assert typed.strip() in str(refusal.value)


def test_people_at_home_read_no_country_code():
    assert for_people("+359882818905") == "088 281 8905"
    assert for_people("+442079460000") == "+44 20 7946 0000"


def test_a_fixed_line_takes_no_short_messages():
    assert takes_sms("+359882818905")
    assert not takes_sms(parse("02 987 6543"))


def test_a_masked_number_shows_three_digits():
    assert masked("+359882818905") == "•••• 905"


@given(st.text(max_size=25))
def test_rubbish_is_refused_and_nothing_else_happens(typed):
    with suppress(Refusal):
        assert parse(typed).startswith("+")
