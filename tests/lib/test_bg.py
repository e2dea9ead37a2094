from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from zvanets.lib import bg

SOFIA = ZoneInfo("Europe/Sofia")
NOW = datetime(2026, 9, 21, 10, 31, tzinfo=SOFIA)


def test_numbers_have_a_comma_and_nothing_is_a_dash():
    assert bg.number(Decimal("5.5"), places=2) == "5,50"
    assert bg.number(Decimal("14.5")) == "14,5"
    assert bg.number(7) == "7"
    assert bg.number(-3) == "−3"
    assert bg.number(None) == "–"
    assert bg.number(Decimal("5.5"), "en", places=2) == "5.50"


@pytest.mark.parametrize(
    ("amount", "word", "bulgarian", "english"),
    [
        (1, "absent", "1 отсъства", "1 absent"),
        (24, "present", "24 присъстват", "24 present"),
        (1, "late", "1 закъсня", "1 late"),
        (0, "late", "0 закъсняха", "0 late"),
        (1, "lesson", "1 час", "1 lesson"),
        (2, "lesson", "2 часа", "2 lessons"),
        (Decimal("14.5"), "lesson", "14,5 часа", "14.5 lessons"),
        (11, "day", "11 дни", "11 days"),
        (21, "student", "21 ученици", "21 students"),
        (9, "family", "9 семейства", "9 families"),
    ],
)
def test_words_are_counted(amount, word, bulgarian, english):
    assert bg.counted(amount, word).replace("\u00a0", " ") == bulgarian
    assert bg.counted(amount, word, "en").replace("\u00a0", " ") == english


def test_both_languages_count_the_same_words():
    assert bg._COUNTED["bg"].keys() == bg._COUNTED["en"].keys()


def test_dates_are_written_as_people_write_them():
    assert bg.written_date(date(2026, 11, 21)) == "21.11.2026\u00a0г."
    assert bg.written_date(date(2026, 11, 2), "en") == "2 November 2026"
    assert bg.day_name(date(2026, 9, 21)) == "понеделник, 21\u00a0септември"
    assert bg.day_name(date(2026, 9, 21), "en") == "Monday, 21\u00a0September"


@pytest.mark.parametrize(
    ("at", "bulgarian", "english"),
    [
        (NOW, "днес 10:31", "today 10:31"),
        (datetime(2026, 9, 20, 22, 5, tzinfo=UTC), "днес 01:05", "today 01:05"),
        (datetime(2026, 9, 20, 10, 31, tzinfo=SOFIA), "вчера 10:31", "yesterday 10:31"),
        (datetime(2026, 9, 22, 8, 0, tzinfo=SOFIA), "22 септември, 08:00", "22 September, 08:00"),
        (datetime(2026, 1, 5, 10, 31, tzinfo=SOFIA), "5 януари, 10:31", "5 January, 10:31"),
        (datetime(2025, 10, 5, 10, 31, tzinfo=SOFIA), "05.10.2025\u00a0г., 10:31", "5 October 2025, 10:31"),
    ],
)
def test_a_moment_is_told_from_today(at, bulgarian, english):
    assert bg.moment(at, now=NOW, zone=SOFIA) == bulgarian
    assert bg.moment(at, now=NOW, zone=SOFIA, lang="en") == english


@pytest.mark.parametrize(
    ("hour", "plain", "definite", "english"),
    [
        (0, "нулев", "нулевия", "0th"),
        (1, "1-ви", "1-вия", "1st"),
        (2, "2-ри", "2-рия", "2nd"),
        (3, "3-ти", "3-тия", "3rd"),
        (4, "4-ти", "4-тия", "4th"),
        (7, "7-ми", "7-мия", "7th"),
        (8, "8-ми", "8-мия", "8th"),
        (11, "11-ти", "11-тия", "11th"),
        (12, "12-ти", "12-тия", "12th"),
        (22, "22-ри", "22-рия", "22nd"),
    ],
)
def test_lessons_are_numbered(hour, plain, definite, english):
    assert bg.ordinal(hour) == plain
    assert bg.lesson_hour(hour) == f"{plain} час"
    assert bg.for_lesson_hour(hour) == f"за {definite} час"
    assert bg.for_lesson_hour(hour, "en") == f"for the {english} lesson"


def test_days_name_the_month_once_where_they_share_it():
    assert bg.days(date(2026, 11, 16), date(2026, 11, 22)) == "16–22\u00a0ноември"
    assert bg.days(date(2026, 11, 30), date(2026, 12, 6)) == "30\u00a0ноември – 6\u00a0декември"
    assert bg.days(date(2026, 12, 28), date(2027, 1, 3), "en") == "28\u00a0December – 3\u00a0January"
