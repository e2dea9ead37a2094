"""Reading a folder: every error with its file, line and column; nothing is ever a traceback."""

import json
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from tests.exchange.folders import Folder
from zvanets.exchange.neispuo import table
from zvanets.exchange.neispuo.findings import ERRORS_A_FILE, Kind
from zvanets.exchange.neispuo.read import read

ROOT = Path(__file__).resolve().parents[2]


def errors(folder: Folder) -> list[str]:
    reading = read(folder.write(), 2025)
    assert reading.roster is None
    return [str(finding) for finding in reading.findings.errors]


def kinds(folder: Folder) -> list[Kind]:
    reading = read(folder.write(), 2025)
    assert reading.roster is not None, [str(finding) for finding in reading.findings.errors]
    return [finding.kind for finding in reading.findings.warnings if finding.kind != Kind.CALENDAR]


def test_a_small_school_is_read_without_doubts(folder):
    assert kinds(folder) == []


def test_a_missing_column_is_named(folder):
    assert errors(folder.without_column("students", "gender")) == [
        "students.csv, ред 1, колона gender: Няма такава колона; във файла са: student_id, first_name, middle_name, last_name."
    ]


@pytest.mark.parametrize(
    ("file", "column", "value", "words"),
    [
        ("students", "student_id", "абв", "„абв“ не е цяло число"),
        ("students", "student_id", "1_001", "не е цяло число"),
        ("students", "student_id", "99999999999999999999", "не е цяло число"),
        ("students", "first_name", "", "Клетката е празна."),
        ("students", "first_name", "Я" * 101, "по-дълго от 100 знака"),
        ("students", "gender", "ж", "„ж“ не е сред познатите"),
        ("enrolments", "status", "3", "„3“ не е сред познатите: 1, 2."),
        ("enrolments", "number", "-1", "не е цяло число"),
        ("curriculum", "hours_term1", "два", "не е брой часове"),
        ("curriculum", "hours_term1", "NaN", "не е брой часове"),
        ("curriculum", "is_valid", "да", "не е нито 0, нито 1"),
        ("curriculum_teachers", "valid_from", "01.09.2025", "не е дата като 2025-09-15"),
        ("curriculum_teachers", "valid_from", "2025-02-30", "не е дата"),
        ("schedule", "week", "C", "не е сред познатите: all, A, B."),
        ("schedule", "weekday", "8", "не е цяло число от 1 до 7"),
        ("shift_hours", "start", "25:00", "не е час като 09:20"),
        ("shift_hours", "days", "7-1", "не са дни от седмицата"),
        ("guardians", "relation", "кум", "не е сред познатите: баща, майка"),
    ],
)
def test_an_unreadable_value_is_told_with_line_and_column(folder, file, column, value, words):
    found = errors(folder.set(file, 2, column, value))
    assert found[0].startswith(f"{file}.csv, ред 2, колона {column}: ")
    assert words in found[0]


@pytest.mark.parametrize(
    ("file", "column", "value", "target"),
    [
        ("enrolments", "student_id", "7777", "students.csv"),
        ("enrolments", "class_group_id", "77", "class_groups.csv"),
        ("guardians", "student_id", "7777", "students.csv"),
        ("curriculum", "subject_id", "77", "subjects.csv"),
        ("curriculum", "parent_id", "77", "curriculum.csv"),
        ("curriculum_classes", "class_group_id", "77", "class_groups.csv"),
        ("curriculum_teachers", "staff_id", "77", "staff.csv"),
        ("curriculum_teachers", "curriculum_id", "77", "curriculum.csv"),
        ("class_groups", "parent_id", "77", "class_groups.csv"),
        ("class_groups", "grade_level", "8", "grade_levels.csv"),
        ("schedule", "curriculum_id", "77", "curriculum.csv"),
    ],
)
def test_a_dangling_id_is_told_with_where_it_should_be(folder, file, column, value, target):
    assert f"{file}.csv, ред 2, колона {column}: {value} го няма в {target}." in errors(
        folder.set(file, 2, column, value)
    )


@pytest.mark.parametrize(
    ("file", "line", "column"),
    [
        ("students", "1001,Друг,,Човек,m", "student_id"),
        ("class_groups", "10,9900907,2025,7,7 б,7 Б,,class,Общообразователна,0,", "id"),
        ("enrolments", "1001,9900907,2025,11,10,5,1", "student_id, class_group_id"),
        ("curriculum_classes", "100,20,1", "curriculum_id"),
    ],
)
def test_a_doubled_id_is_told_with_both_lines(folder, file, line, column):
    found = errors(folder.add(file, line))
    assert f"{file}.csv, ред {len(folder.lines[file])}, колона {column}: " in found[0]
    assert "вече стои на ред 2." in found[0]


def test_one_id_of_two_people_is_an_error(folder):
    found = errors(folder.add("guardians", "9001,1002,майка,Друга,,Жена,f"))
    assert found == ["guardians.csv, ред 6, колона guardian_id: Под този номер стои и човек с друго име."]


def test_all_errors_of_all_files_are_told_at_once(folder):
    folder.set("students", 3, "gender", "?").set("staff", 2, "person_id", "").set("guardians", 2, "student_id", "5")
    assert [found.split(":")[0] for found in errors(folder)] == [
        "staff.csv, ред 2, колона person_id",
        "students.csv, ред 3, колона gender",
        "guardians.csv, ред 2, колона student_id",
    ]


def test_an_unreadable_row_makes_no_other_row_dangle(folder):
    assert len(errors(folder.set("students", 2, "gender", "?"))) == 1


def test_rows_of_another_school_are_refused(folder):
    found = errors(folder.set("enrolments", 2, "institution", "9900102"))
    assert found == ["enrolments.csv, ред 2, колона institution: Редът е на друго училище, не на 9900907."]


@pytest.mark.parametrize(
    ("file", "column", "value"),
    [
        ("class_groups", "parent_id", "11"),
        ("class_groups", "grade_level", ""),
        ("curriculum_classes", "class_group_id", "11"),
        ("enrolments", "class_id", "20"),
        ("enrolments", "school_year", "2024"),
        ("schedule", "class_group_id", "20"),
        ("schedule", "hour_no", "9"),
        ("curriculum", "parent_id", "100"),
    ],
)
def test_what_does_not_agree_between_files_is_an_error(folder, file, column, value):
    assert errors(folder.set(file, 2, column, value))


def test_a_year_that_is_not_there_is_an_error_that_names_those_that_are(folder):
    reading = read(folder.write(), 2031)
    assert [str(finding) for finding in reading.findings.errors] == [
        "class_groups.csv, колона school_year: Няма паралелки за 2031 година; във файла има за: 2025."
    ]


# ── rubbish ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_folder_is_an_error(tmp_path):
    reading = read(tmp_path / "няма", 2025)
    assert [finding.kind for finding in reading.findings.errors] == [Kind.FOLDER]


def test_a_file_in_the_folders_place_is_an_error(tmp_path):
    (tmp_path / "x").write_text("x")
    assert read(tmp_path / "x", 2025).findings.errors


def test_an_empty_folder_names_every_file(tmp_path):
    assert len(read(tmp_path, 2025).findings.errors) == 14


def test_a_missing_file_is_an_error_and_makes_nothing_else_dangle(folder):
    (folder.write() / "students.csv").unlink()
    found = read(folder.path, 2025).findings.errors
    assert [(one.kind, one.place.file) for one in found] == [(Kind.FILE, "students.csv")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Файлът е празен."),
        (b"student_id,first_name\0,middle_name\n", "нулеви байтове"),
        ("student_id,име".encode("utf-16"), "нулеви байтове"),
        ("student_id,first_name,middle_name,last_name,gender\n1001,Анна,,Желева,f\n".encode("cp1251"), "windows-1251"),
        (b"\xff\xfe\x81\x8d,\x90", "Редът не е текст в UTF-8."),
        (b'student_id,first_name,middle_name,last_name,gender\n1001,"An"na,,x,f\n', "Кавичките"),
        (b'student_id,first_name,middle_name,last_name,gender\n1001,"Anna,,x,f\n', "Кавичките"),
        (b"a" * 100_000, "Редът е по-дълъг"),
        (b"student_id,first_name,middle_name,last_name,gender\n1001,Anna\n", "Клетките са 2, а колоните 5."),
        (b"student_id,first_name,middle_name,last_name,gender,gender\n", "Колоната стои повече от веднъж."),
    ],
)
def test_what_is_no_table_is_told_in_words(folder, content, words):
    (folder.write() / "students.csv").write_bytes(content)
    found = [str(one) for one in read(folder.path, 2025).findings.errors]
    assert found[0].startswith("students.csv")
    assert words in found[0]


@pytest.mark.parametrize("rubbish", ["bytes", "lines"])
def test_ten_megabytes_of_rubbish_take_little_memory(folder, rubbish):
    header = b"student_id,first_name,middle_name,last_name,gender\n"
    content = bytes(range(256)) * 40_000 if rubbish == "bytes" else header + b"x,y\n" * 2_500_000
    (folder.write() / "students.csv").write_bytes(content)
    tracemalloc.start()
    found = read(folder.path, 2025).findings.errors
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0 < len(found) <= 2 * ERRORS_A_FILE
    assert peak < 8_000_000


def test_more_rows_than_any_school_has_are_refused(folder, monkeypatch):
    monkeypatch.setattr(table, "MOST_ROWS", 3)
    assert errors(folder)[-1].endswith("Повече от 3 реда: това не са списъците на едно училище.")


def test_semicolons_and_a_byte_order_mark_are_read(folder):
    path = folder.write() / "students.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b",", b";").replace(b"\n", b"\r\n"))
    assert read(folder.path, 2025).roster is not None


def test_every_sentence_of_the_import_has_its_english():
    with (ROOT / "zvanets" / "locale" / "en" / "LC_MESSAGES" / "django.po").open("rb") as file:
        english = read_po(file, locale="en")
    for source in (ROOT / "zvanets" / "exchange").rglob("*.py"):
        with source.open("rb") as file:
            for _, sentence, *_ in extract("python", file, keywords={"gettext_noop": None, "_": None}):
                assert english[sentence].string, sentence


# ── doubts ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda f: f.add("class_groups", "30,9900907,2025,7,7 б,7 Б,,class,ООП,0,"), Kind.EMPTY_GROUP),
        (lambda f: f.set("curriculum_teachers", 2, "is_valid", "0"), Kind.NO_TEACHER),
        (lambda f: f.set("curriculum_teachers", 3, "is_valid", "0"), Kind.NO_HOMEROOM),
        (lambda f: f.set("enrolments", 2, "number", ""), Kind.NO_NUMBER),
        (lambda f: f.set("enrolments", 2, "number", "2"), Kind.DOUBLED_NUMBER),
        (lambda f: f.add("curriculum_teachers", "100,600,2025-09-01,2025-08-31,0"), Kind.IMPOSSIBLE_DATES),
        (lambda f: f.add("curriculum_teachers", "100,600,2025-09-01,2025-09-30,0"), Kind.OVERLAP),
        (lambda f: f.add("curriculum_teachers", "100,602,2025-10-01,,1"), Kind.OVERLAP),
        (lambda f: f.set("students", 3, "first_name", "Анна").set("students", 3, "middle_name", "Петрова").set("students", 3, "last_name", "Желева"), Kind.DOUBLED_NAME),
        (lambda f: f.set("class_groups", 4, "display_name", "7 А"), Kind.DOUBLED_NAME),
        (lambda f: f.set("curriculum", 2, "is_valid", "0"), Kind.NO_LONGER_VALID),
        (lambda f: f.set("schedule", 2, "valid_to", "2025-09-01"), Kind.TIMETABLE),
    ],
)  # fmt: skip
def test_a_doubt_is_listed_and_stops_nothing(folder, spoil, expected):
    assert expected in kinds(spoil(folder))


def test_two_posts_of_one_person_become_one_assignment(folder):
    roster = read(folder.add("curriculum_teachers", "100,602,2025-10-01,,1").write(), 2025).roster
    assert [(one.person, one.first, one.last) for one in roster.teaching if one.course == 100] == [
        (501, date(2025, 9, 1), None)
    ]


def test_an_assignment_that_ends_before_it_begins_gives_no_right(folder):
    roster = read(folder.add("curriculum_teachers", "100,600,2025-09-01,2025-08-31,0").write(), 2025).roster
    assert {one.person for one in roster.teaching if one.course == 100} == {501}


def test_one_who_taught_until_a_day_is_kept_with_that_day(folder):
    roster = read(folder.add("curriculum_teachers", "100,600,2025-09-01,2025-09-14,0").write(), 2025).roster
    assert (500, date(2025, 9, 14)) in {(one.person, one.last) for one in roster.teaching}


# ── dates ───────────────────────────────────────────────────────────────────────────────────────────────────────────

ORDER = {
    "school_year": 2025,
    "starts": "2025-09-15",
    "term1_ends": "2026-01-31",
    "term2_starts": "2026-02-03",
    "term2_ends_by_grade": {"1": "2026-05-29", "3": "2026-05-29", "7": "2026-06-30"},
    "holidays": [{"from": "2026-04-04", "to": "2026-04-09", "name": "пролетна", "grades": [1, 3]}],
    "off_days": ["2026-05-20"],
}


def write_order(folder: Folder, content: object) -> None:
    calendar = folder.path.parent.parent / "calendar"
    calendar.mkdir()
    (calendar / "2025-2026.json").write_text(json.dumps(content) if not isinstance(content, str) else content)


def test_without_an_order_the_defaults_hold_and_it_is_said(folder):
    reading = read(folder.write(), 2025)
    assert [finding.kind for finding in reading.findings.warnings] == [Kind.CALENDAR]
    assert {dates.ends for dates in reading.roster.dates.terms.values()} == {date(2026, 6, 30)}


def test_the_order_wins_and_each_grade_ends_on_its_own_day(folder):
    write_order(folder, ORDER)
    reading = read(folder.write(), 2025)
    dates = reading.roster.dates
    assert reading.findings.warnings == []
    assert {level: each.ends for level, each in dates.terms.items()} == {
        1: date(2026, 5, 29),
        3: date(2026, 5, 29),
        7: date(2026, 6, 30),
    }
    assert {each.second_starts for each in dates.terms.values()} == {date(2026, 2, 3)}
    assert dates.ends_on == date(2026, 9, 14)


def test_days_off_are_of_the_school_or_of_some_grades(folder):
    write_order(folder, ORDER)
    off = read(folder.write(), 2025).roster.dates.off_days
    assert off[date(2026, 5, 20), None] == "Неучебен ден"
    assert off[date(2026, 4, 7), 1] == "Пролетна ваканция"
    assert (date(2026, 4, 7), 7) not in off
    assert (date(2026, 4, 7), None) not in off
    assert off[date(2026, 3, 3), None].startswith("Ден на Освобождението")


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "null", {}, ORDER | {"school_year": 2024}, ORDER | {"starts": "скоро"}, ORDER | {"holidays": [1]},
     ORDER | {"term2_starts": "2026-01-01"}, ORDER | {"off_days": None}],
)  # fmt: skip
def test_an_order_that_cannot_be_read_is_an_error(folder, content):
    write_order(folder, content)
    assert [found.split(":")[0] for found in errors(folder)] == ["2025-2026.json"]
