"""What people write to the short code: in Cyrillic, in Latin, in both at once, and with slips."""

import random
from datetime import date, timedelta

import pytest

from tests.counts import draws, rounds
from zvanets.lib import damm
from zvanets.lib.transliterate import to_latin
from zvanets.rules.sms import Asked, Command, is_named, understand

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


def asked(text: str) -> Asked:
    return understand(text, today=TODAY)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("СТОП", Command.STOP),
        ("стоп, моля ви", Command.STOP),
        ("Stop.", Command.STOP),
        ("CTOП", Command.STOP),  # the first three letters are Latin
        ("СТОP", Command.STOP),  # the last one is
        ("Спрете", Command.STOP),
        ("инфо", Command.INFO),
        ("INFO за Ани", Command.INFO),
        ("ПИН", Command.PIN),
        ("pin kod", Command.PIN),
        ("PІN", Command.PIN),
        ("български", Command.BULGARIAN),
        ("Bulgarski", Command.BULGARIAN),
        ("БГ", Command.BULGARIAN),
        ("English please", Command.ENGLISH),
        ("английски", Command.ENGLISH),
        ("кирилица", Command.CYRILLIC),
        ("kirilica", Command.CYRILLIC),
        ("ЛАТИНИЦА", Command.LATIN),
        ("ОТСЪСТВА 21.11", Command.ABSENT),
        ("otsastva", Command.ABSENT),
        ("otsustva", Command.ABSENT),
        ("otsastwa", Command.ABSENT),
        ("Осъства", Command.ABSENT),
        ("белешка", Command.ABSENT),
        ("BELEJKA 21.11", Command.ABSENT),
        ("Извини", Command.ABSENT),
        ("извинете го", Command.ABSENT),
        ("123456", Command.CONFIRM),
        ("123 456", Command.CONFIRM),
        ("12345", Command.UNKNOWN),
        ("", Command.UNKNOWN),
        ("!", Command.UNKNOWN),
        ("Стопанска", Command.UNKNOWN),
        ("пип", Command.UNKNOWN),
        ("здравейте", Command.UNKNOWN),
        ("не стоп", Command.UNKNOWN),
        ("Край на срока кога е?", Command.UNKNOWN),
    ],
)
def test_the_first_word_is_the_command(text, command):
    assert asked(text).command is command


def test_a_childs_code_is_known_by_its_check_digit():
    code = "10234567"
    code += damm.check_digit(code)
    assert asked(f"{code[:3]} {code[3:6]}-{code[6:]}") == Asked(Command.CODE, code)
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert asked(wrong).command is Command.UNKNOWN


def day(number: int, month: int = 11, year: int = 2026) -> date:
    return date(year, month, number)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("", day(20), day(20)),
        ("днес", day(20), day(20)),
        ("utre", day(21), day(21)),
        ("вчера", day(19), day(19)),
        ("21.11", day(21), day(21)),
        ("на 21.11.", day(21), day(21)),
        ("21.11.2026 г.", day(21), day(21)),
        ("21.11.26", day(21), day(21)),
        ("21/11", day(21), day(21)),
        ("21-11", day(21), day(21)),
        ("21.XI", day(21), day(21)),
        ("3 декември", day(3, 12), day(3, 12)),
        ("3 dekemvri", day(3, 12), day(3, 12)),
        ("23.11-25.11", day(23), day(25)),
        ("23.11 - 25.11", day(23), day(25)),
        ("23-25.11", day(23), day(25)),
        ("от 23.11 до 25.11", day(23), day(25)),
        ("от 23.11. до 25.11.", day(23), day(25)),
        ("25.11 23.11", day(23), day(25)),
        ("днес и утре", day(20), day(21)),
        ("5.1", day(5, 1, 2027), day(5, 1, 2027)),  # of January the next is nearer
        ("29.02.2028", day(29, 2, 2028), day(29, 2, 2028)),
    ],
)
def test_days_are_read_as_people_write_them(text, first, last):
    assert asked(f"ОТСЪСТВА {text}").days == (first, last)


@pytest.mark.parametrize("text", ["31.11", "21.13", "0.0", "211", "21", "1.11 2.11 3.11", "21.XIII", "39 ноември"])
def test_a_day_that_is_none_is_not_guessed(text):
    assert asked(f"ОТСЪСТВА {text}").days is None


def test_the_words_left_over_may_name_the_child():
    assert asked("ОТСЪСТВА 21.11 Ани, моля").names == ("ani", "molya")
    assert asked("otsastva Ani 21.11").days == (day(21), day(21))


@pytest.mark.parametrize("word", ["Анна", "ANNA", "anna", "Aннa"])
def test_a_name_is_known_in_all_letters(word):
    assert is_named("Анна", [word])


def test_a_long_name_is_forgiven_a_letter_and_a_short_one_is_not():
    assert is_named("Александър", ["Aleksandur"])
    assert is_named("Борис", ["Бориси"])
    assert not is_named("Анна", ["Янна"])
    assert not is_named("Борис", ["Анна"])


@pytest.mark.parametrize("number", range(-150, 150))
def test_a_day_without_a_year_is_the_nearest_of_its_name(number):
    wanted = TODAY + DAY * number
    assert asked(f"Отсъства {wanted.day}.{wanted.month}").days == (wanted, wanted)


def slipped(word: str, chance: random.Random) -> str:
    """One slip of a thumb: a letter wrong, missing, doubled or swapped with its neighbour."""
    at = chance.randrange(1, len(word) - 1)
    return chance.choice(
        [
            word[:at] + chance.choice("абвгдеklmn") + word[at + 1 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )


def test_one_slip_in_a_long_word_is_forgiven():
    chance = draws()
    for _ in range(rounds(20_000)):
        word = chance.choice(["отсъства", "бележка", "извинете", "кирилица", "английски"])
        typed = slipped(chance.choice([word, to_latin(word), word.upper()]), chance)
        assert asked(typed).command is asked(word).command, typed


def test_random_texts_break_nothing():
    chance = draws()
    signs = "отсъстваОТСTVAabcxyz0123456789./- \n„“,!?٣Ⅻ²жщ€😀\u0301"
    for _ in range(rounds(100_000)):
        text = "".join(chance.choices(signs, k=chance.randrange(40)))
        found = asked(chance.choice(["", "ОТСЪСТВА ", "belejka "]) + text)
        assert found.days is None or found.days[0] <= found.days[1]
