"""The class book on paper: what was written stands in it, nothing of it is read as markup, and it says what it is."""

import subprocess
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from tests import small_school
from zvanets.attendance.actions import Attendance
from zvanets.books.book import NoOfficialBook, gather, typeset
from zvanets.books.forms import GROUP, I_III, IV, V_XII, form_of
from zvanets.books.pages import Table
from zvanets.gradebook.actions import NewGrade
from zvanets.history.models import ChainHead
from zvanets.lessons.actions import Sheet, save_lesson
from zvanets.lib import clock
from zvanets.remarks.actions import NewRemark
from zvanets.remarks.models import Remark, Sanction
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.grades import GradeKind, Mark, Scale
from zvanets.schools.models import ClassGroup, Enrolment
from zvanets.tenancy.school import at_school

MARKUP = '#eval("1") *звезди* $x$ @знак <етикет> \\ "кавички" [скоби]'


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


@pytest.fixture
def written(small):
    """A lesson with its topic, one absent, one late, a grade, a remark full of signs, and a sanction."""
    anna, boris, darya, elena = (student.pk for student in small.students)
    sheet = Sheet(
        seen=0,
        save_key=uuid4(),
        topic="Пропорции",
        attendance={boris: Attendance(AbsenceKind.LATE), darya: Attendance(AbsenceKind.UNEXCUSED)},
        grades=[NewGrade(anna, Mark(Scale.QUANTITATIVE, Decimal(5)), GradeKind.TEST)],
        remarks=[NewRemark(elena, Remark.Kind.CRITICAL, MARKUP)],
    )
    with at_school(small.id):
        save_lesson(small.actor, small.lesson.pk, sheet)
        today = clock.today()
        Sanction.objects.create(
            student=small.students[1], kind=1, order_no="РД-7", order_on=today, starts_on=today,
            written_at=clock.now(), written_by=small.teacher,
        )  # fmt: skip
    return small


def book_of(small, **how):
    group = ClassGroup.objects.select_related("school_year", "year_group").get(pk=small.class_group.pk)
    return gather(group, **{"is_final": False, **how})


def text_of(pdf: bytes, tmp_path) -> str:
    (tmp_path / "book.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", "book.pdf", "-"], cwd=tmp_path, check=True, capture_output=True)
    return done.stdout.decode()


def chapter(contents, title) -> dict:
    return next(each for each in contents.data["chapters"] if each["title"].startswith(title))


@pytest.mark.peer
def test_what_was_written_stands_in_the_book(written, tmp_path):
    with at_school(written.id):
        text = text_of(typeset(book_of(written)), tmp_path)
    for word in ("ДНЕВНИК V–XII КЛАС", "3-87", "7 Б", "Пропорции", "Анна Желева", "РД-7", "Работно копие", "стр. 1 от"):
        assert word in text


@pytest.mark.peer
def test_signs_are_text_and_never_markup(written, tmp_path):
    with at_school(written.id):
        text = " ".join(text_of(typeset(book_of(written)), tmp_path).split())
    for sign in ('#eval("1")', "*звезди*", "$x$", "@знак", "<етикет>", "[скоби]"):
        assert sign in text


@pytest.mark.peer
def test_the_file_is_tagged_titled_and_for_archives(written, tmp_path):
    with at_school(written.id):
        pdf = typeset(book_of(written))
    (tmp_path / "book.pdf").write_bytes(pdf)
    facts = subprocess.run(["pdfinfo", "book.pdf"], cwd=tmp_path, check=True, capture_output=True).stdout.decode()
    assert "Дневник V–XII клас, 7 Б" in facts
    assert "Tagged:          yes" in facts
    metadata = subprocess.run(["pdfinfo", "-meta", "book.pdf"], cwd=tmp_path, check=True, capture_output=True).stdout
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata


def test_a_lesson_lists_who_was_missing_by_number(written):
    with at_school(written.id):
        (week,) = chapter(book_of(written), "Седмици")["tables"]
    assert [row for row in week["rows"] if len(row) > 1] == [
        ["3", "Математика, Мария Иванова", "", "3", "2", "Пропорции"]
    ]


def test_a_grade_stands_in_its_term_with_its_sign(written):
    with at_school(written.id):
        (subject,) = chapter(book_of(written), "Оценки")["tables"]
    assert subject["rows"][0] == ["1", "Анна Желева", "5 т.", "", "", "", ""]


def test_a_lateness_is_half_an_unexcused_absence(written):
    with at_school(written.id):
        (table,) = chapter(book_of(written), "Отсъствия")["tables"]
    assert [row[2:] for row in table["rows"]] == [["0", "0"] * 2, ["0", "0,5"] * 2, ["0", "1"] * 2, ["0", "0"] * 2]


def test_who_left_stays_in_the_book(written):
    with at_school(written.id):
        left = Enrolment.objects.filter(student=written.students[3])
        left.update(status=Enrolment.Status.LEFT, ends_on=clock.today() - timedelta(days=1))
        (table,) = chapter(book_of(written), "Ученици")["tables"]
    assert table["rows"][3][-1].startswith("ОТПИСАН")


def test_the_cover_carries_the_end_of_the_history_and_the_digest_of_the_contents(written):
    with at_school(written.id):
        contents, head = book_of(written), ChainHead.objects.get()
    facts = dict(contents.data["facts"])
    assert facts["Край на историята"] == f"№ {head.number}, {bytes(head.chain).hex()}"
    assert facts["Отпечатък на съдържанието (SHA-256)"] == contents.digest


def test_the_digest_changes_with_the_contents_alone(written, time_machine):
    with at_school(written.id):
        before = book_of(written).digest
        time_machine.move_to(clock.now() + timedelta(days=1))
        assert book_of(written, is_final=True).digest == before
        Remark.objects.update(text="друго")
        assert book_of(written).digest != before


@pytest.mark.parametrize(
    ("levels", "form"), [({1}, I_III), ({1, 3}, I_III), ({4}, IV), ({2, 4}, IV), ({7}, V_XII), ({12}, V_XII)]
)
def test_the_form_follows_the_highest_level(levels, form):
    assert form_of(ClassGroup(kind=ClassGroup.Kind.CLASS), levels) is form


def test_all_day_and_preschool_groups():
    assert form_of(ClassGroup(kind=ClassGroup.Kind.ALL_DAY), {22}) is GROUP
    assert form_of(ClassGroup(kind=ClassGroup.Kind.CLASS), {-1}) is None


def test_a_preschool_group_has_no_book_yet(school):
    preschool = small_school.build(school.pk, level=-1)
    with at_school(school.pk), pytest.raises(NoOfficialBook):
        book_of(preschool)


def test_a_row_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="2 columns"):
        Table(("a", "b"), ("auto", "1fr"), [["1", "2", "3"]])
