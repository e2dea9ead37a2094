import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.sms_length import SmsLength, sms_length, split
from zvanets.lib.transliterate import to_gsm

GRADE = "Борис: отличен 5,50 по математика, контролна работа, 21.09."
ABSENCE = "Борис отсъства в 3-тия час по математика, 21.09., начало 09:45. Ако знаете причината, извинете го в портала."
REMARK = (
    "Борис: забележка по физика, 21.09.: не носи учебник и тетрадка за трети път. "
    "Родителска среща на 24.09. от 18:30 ч. в стая 12. Очакваме Ви, класен!"
)


@pytest.mark.parametrize(
    ("text", "units", "cyrillic", "latin"), [(GRADE, 59, 1, 1), (ABSENCE, 108, 2, 1), (REMARK, 147, 3, 1)]
)
def test_latin_letters_save_parts(text, units, cyrillic, latin):
    assert sms_length(text).units == units
    assert sms_length(text).parts == cyrillic
    assert sms_length(to_gsm(text)).parts == latin


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", SmsLength("gsm", 0, 1, 160)),
        ("a" * 160, SmsLength("gsm", 160, 1, 0)),
        ("a" * 161, SmsLength("gsm", 161, 2, 145)),
        ("a" * 306, SmsLength("gsm", 306, 2, 0)),
        ("a" * 307, SmsLength("gsm", 307, 3, 152)),
        ("я" * 70, SmsLength("ucs2", 70, 1, 0)),
        ("я" * 71, SmsLength("ucs2", 71, 2, 63)),
        ("я" * 134, SmsLength("ucs2", 134, 2, 0)),
        ("€" * 80, SmsLength("gsm", 160, 1, 0)),
        ("€" * 81, SmsLength("gsm", 162, 2, 143)),
        ("😀" * 35, SmsLength("ucs2", 70, 1, 0)),
        ("😀" * 36, SmsLength("ucs2", 72, 2, 61)),
    ],
)
def test_the_standards_limits_hold(text, expected):
    assert sms_length(text) == expected


@pytest.mark.parametrize("sign", list("„“–№…ъ😀"))
def test_one_sign_outside_the_alphabet_makes_the_text_dear(sign):
    assert sms_length("a" * 71).parts == 1
    assert sms_length("a" * 70 + sign).parts == 2


@pytest.mark.parametrize("sign", list("^{}\\[~]|€"))
def test_an_escaped_sign_costs_two_and_is_never_split(sign):
    assert sms_length(sign).units == 2
    assert split("a" * 152 + sign + "a" * 10) == ["a" * 152, sign + "a" * 10]


def test_an_emoji_is_never_split():
    assert split("я" * 66 + "😀" + "я" * 10) == ["я" * 66, "😀" + "я" * 10]


@given(st.text(max_size=400))
def test_parts_make_the_text_again_and_each_fits(text):
    parts, length = split(text), sms_length(text)
    assert "".join(parts) == text
    assert len(parts) == length.parts
    assert all(sms_length(part).units <= (153 if length.coding == "gsm" else 67) for part in parts[1:])
    assert length.left >= 0
