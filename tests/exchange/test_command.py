"""`zvanets import-school` as an administrator types it."""

import pytest
from click.testing import CliRunner

from tests.exchange.folders import SCHOOL
from zvanets.exchange.commands import import_school
from zvanets.schools.models import Student
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.usefixtures("undone")


def run(*words: object, answer: str = ""):
    return CliRunner().invoke(import_school, [str(word) for word in words], input=answer, env={"COLUMNS": "200"})


def students() -> int:
    with at_school(SCHOOL):
        return Student.objects.count()


def test_errors_stop_it_and_nothing_is_written(folder):
    done = run(folder.set("students", 2, "gender", "?").write(), "--year", 2025, "--yes")
    assert done.exit_code == 1
    assert "students.csv, ред 2, колона gender: „?“ не е сред познатите" in done.output
    assert "Грешки: 1. Нищо не е записано" in done.output
    assert students() == 0


def test_a_folder_that_is_not_there_is_told_in_a_sentence(tmp_path):
    done = run(tmp_path / "няма", "--year", 2025)
    assert done.exit_code == 1
    assert "Няма папка" in done.output


def test_a_dry_run_shows_the_counts_and_writes_nothing(folder):
    done = run(folder.write(), "--year", 2025, "--dry-run")
    assert done.exit_code == 0
    assert "ученици" in done.output
    assert "Проба: нищо не е записано." in done.output
    assert students() == 0


def test_it_asks_and_a_no_writes_nothing(folder):
    done = run(folder.write(), "--year", 2025, answer="n\n")
    assert done.exit_code == 1
    assert students() == 0


def test_a_yes_writes_and_the_second_time_there_is_nothing_to_do(folder):
    done = run(folder.write(), "--year", 2025, answer="y\n")
    assert (done.exit_code, students()) == (0, 4)
    assert "На никого не е съобщено." in done.output
    again = run(folder.path, "--year", 2025)
    assert again.exit_code == 0
    assert "Всичко вече е внесено." in again.output


def test_warnings_are_counted_and_listed_whole_on_demand(folder):
    for person in range(2000, 2006):
        folder.add("students", f"{person},Име{person},,Фамилия,m").add("enrolments", f"{person},{SCHOOL},2025,11,10,,1")
    short = run(folder.write(), "--year", 2025, "--dry-run").output
    assert "Ученик без номер в класа: 6" in short
    assert "… и още 3" in short
    assert run(folder.path, "--year", 2025, "--dry-run", "-v").output.count("е без номер.") == 6


def test_many_errors_are_cut_and_counted(folder):
    folder.add("students", *(f"{person},,,x,m" for person in range(5000, 5200)))
    done = run(folder.write(), "--year", 2025)
    assert "… и още 100 грешки." in done.output
    assert "Грешки: 200." in done.output


def test_a_row_that_the_database_refuses_leaves_everything_as_it_was(folder):
    assert run(folder.write(), "--year", 2025, "--yes").exit_code == 0
    # The same number of a class book, now in a year of its own.
    for name in ("class_groups", "curriculum", "enrolments", "schedule", "calendar"):
        folder.lines[name] = [
            line.replace(",2025,", ",2026,").replace("2025,", "2026,", 1) for line in folder.lines[name]
        ]
    done = run(folder.write(), "--year", 2026, "--yes")
    assert done.exit_code == 1
    assert "Базата отказа" in done.output
    assert students() == 4


def test_what_is_not_there_is_said_in_words(folder):
    assert "Папката не може да се прочете: Няма папка" in run(folder.path / "nowhere", "--year", 2025).output
    (folder.write() / "guardians.csv").unlink()
    assert "guardians.csv: Няма такъв файл в папката." in run(folder.path, "--year", 2025).output
