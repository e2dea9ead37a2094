"""What the telephone's voice reads: words only, as people say them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from zvanets.lib import numerals, speak
from zvanets.lib.clock import SOFIA


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "нула"), (2, "две"), (11, "единадесет"), (21, "двадесет и едно"), (100, "сто"), (101, "сто и едно"), (120, "сто и двадесет"),
        (121, "сто двадесет и едно"), (1000, "хиляда"), (2026, "две хиляди двадесет и шест"), (1_000_000, "един милион"),
    ],
)  # fmt: skip
def test_numbers_in_bulgarian(number, words):
    assert numerals.cardinal(number) == words


def test_numbers_follow_what_is_counted():
    assert numerals.cardinal(21, gender="f") == "двадесет и една"
    assert numerals.cardinal(2, gender="m") == "два"
    assert numerals.ordinal(3, definite=True) == "третия"
    assert numerals.ordinal(26, gender="f") == "двадесет и шеста"
    assert numerals.cardinal(2026, "en") == "two thousand and twenty-six"
    assert [numerals.ordinal(n, "en") for n in (1, 12, 20, 21)] == ["first", "twelfth", "twentieth", "twenty-first"]


@given(some.integers(0, numerals.LARGEST), some.sampled_from("mfn"), some.sampled_from(("bg", "en")))
def test_every_number_has_words_without_digits(number, gender, language):
    words = numerals.cardinal(number, language, gender=gender) + numerals.ordinal(number, language, gender=gender)
    assert not any(map(str.isdigit, words))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Отличен 5,50 по математика", "Отличен пет и петдесет по математика"),
        ("Мн. добър 5 по ИТ", "много добър пет по и те"),
        ("Отсъства от 3-тия час (физика)\nУчител: М. Иванова", "Отсъства от третия час, физика. Учител: М. Иванова"),
        ("за вторник, 24 ноември: стр. 48, зад. 3, 4 и 7", "за вторник, двадесет и четвърти ноември: страница четиридесет и осем, задача три, четири и седем"),
        ("21.11.2026 г., 10:31 ч.", "двадесет и първи ноември две хиляди двадесет и шеста година, десет часа и тридесет и една минути"),
        ("7 Б клас, 14,5 часа", "седми бе клас, четиринадесет и половина часа"),
        ("1 минута, 2 минути, 2 часа", "една минута, две минути, два часа"),
        ("тел. 0882 818 905", "телефон нула осем осем, две осем едно, осем девет нула, пет"),
        ("НЯМА УЧЕБНИК И ПРЕЧИ", "няма учебник и пречи"),
        ("Родителска среща в НДК, 100%", "Родителска среща в не де ке, сто процента"),
        ("вижте https://example.org/a?b=1 :)", "вижте адрес в интернет"),
    ],
)  # fmt: skip
def test_bulgarian_is_spelled_out(written, said):
    assert speak.spoken(written) == said


def test_english_is_spelled_out_and_cyrillic_names_are_in_latin():
    assert speak.spoken("Excellent 5.50 in математика", "en") == "Excellent five point five zero in matematika"
    assert speak.spoken("Absent from the 3rd lesson, 24 November 2026", "en") == (
        "Absent from the third lesson, the twenty-fourth of November, two thousand and twenty-six"
    )
    assert speak.spoken("at 09:05", "en") == "at nine oh five"


@pytest.mark.parametrize("typed", ["7523169263", "752316 9263", "ЕГН:7523169263!", "7111042925"])
def test_a_personal_number_is_never_spoken(typed):
    said = speak.spoken(f"Детето {typed} отсъства")

    assert "личен номер" in said
    assert "седем пет" not in said


def test_days_and_moments_are_said_as_people_say_them():
    today = date(2026, 11, 23)
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)

    assert speak.day(today, today=today) == "днес"
    assert speak.day(today - timedelta(days=1), "en", today=today) == "yesterday"
    assert speak.day(date(2026, 9, 21), today=today) == "понеделник, двадесет и първи септември"
    assert speak.moment(now - timedelta(hours=1), now=now, zone=SOFIA) == "днес, единадесет часа"


def test_marks_are_words_and_none_is_said():
    assert speak.mark(Decimal("6.00")) == "шест"
    assert speak.mark(Decimal("5.05")) == "пет и нула пет"
    assert speak.mark(Decimal("5.50"), "en") == "five point five zero"
    assert speak.mark(None) == "няма"


def test_a_long_text_ends_with_a_sentence():
    said = speak.spoken("Това е изречение за проба. " * 60)

    assert len(said) <= speak.LONGEST
    assert said.endswith("проба.")


@given(some.text(max_size=300), some.sampled_from(("bg", "en", "")))
def test_whatever_is_typed_becomes_words_without_digits_and_signs(text, language):
    said = speak.spoken(text, language)

    assert not any(letter.isascii() and letter.isdigit() for letter in said)
    assert not set(said) & set("<>&%|\n\x00")
