import pytest
from hypothesis import given
from hypothesis import strategies as st

from zvanets.lib.sms_length import coding_of
from zvanets.lib.transliterate import to_gsm, to_latin


@pytest.mark.parametrize(
    ("written", "latin"),
    [
        ("Щъркел", "Shtarkel"),
        ("Юлия", "Yulia"),
        ("Синьо", "Sinyo"),
        ("България", "Bulgaria"),
        ("БЪЛГАРИЯ", "BULGARIA"),
        ("българия", "bulgaria"),
        ("Велико Търново", "Veliko Tarnovo"),
        ("Джевдет", "Dzhevdet"),
        ("Дзвезда", "Dzvezda"),
        ("Йордан Йовков", "Yordan Yovkov"),
        ("Кръстьо", "Krastyo"),
        ("София", "Sofia"),
        ("Мария-Антоанета", "Maria-Antoaneta"),
        ("ЩЪРКЕЛ", "SHTARKEL"),
        ("МАРИЯ ЩЕРЕВА", "MARIA SHTEREVA"),
        ("Щ. Петров", "Sht. Petrov"),
        ("Змияр", "Zmiyar"),
        ("Бялата Яница", "Byalata Yanitsa"),
        ("Цецка Чолакова", "Tsetska Cholakova"),
        ("Хаджи Живко", "Hadzhi Zhivko"),
        ("7 Б клас, № 12", "7 B klas, № 12"),
        ("", ""),
    ],
)
def test_names_are_written_by_the_law(written, latin):
    assert to_latin(written) == latin


@given(st.text(alphabet="абвгдежзийклмнопрстуфхцчшщъьюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЬЮЯ -", max_size=30))
def test_bulgarian_becomes_plain_latin(text):
    latin = to_latin(text)
    assert latin.isascii()
    assert to_latin(latin) == latin


@pytest.mark.parametrize(
    ("written", "cheap"),
    [
        ("„Баба Тонка“ – № 5…", '"Baba Tonka" - No. 5...'),
        ("Şükrü Öztürk", "Sükrü Öztürk"),
        ("Iğdır", "Igdir"),
        ("5,50 €", "5,50 €"),
        ("Браво 😀", "Bravo ?"),
        ("100\u00a0лв.", "100 lv."),
    ],
)
def test_signs_that_would_double_the_price_are_replaced(written, cheap):
    assert to_gsm(written) == cheap


@given(st.text(max_size=60))
def test_a_text_made_cheap_is_cheap(text):
    assert coding_of(to_gsm(text)) == "gsm"
