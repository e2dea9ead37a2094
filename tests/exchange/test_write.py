"""Writing a roster again: what changed changes, what people did since stays, what fails leaves nothing."""

import json
import uuid
from datetime import date, timedelta

import pytest
from django.db import connections

from tests.exchange.conftest import IMPORTS, SCHOOLS
from tests.exchange.folders import FILES, SCHOOL, Folder
from zvanets.accounts.models import Membership, Role, User
from zvanets.exchange.neispuo.accounts import role_of
from zvanets.exchange.neispuo.plan import make_plan
from zvanets.exchange.neispuo.read import read
from zvanets.exchange.neispuo.write import Written, write
from zvanets.history.models import Entry
from zvanets.history.record import Actor
from zvanets.lessons.models import LessonRecord
from zvanets.lib import clock
from zvanets.schools.models import (
    ClassGroup,
    Course,
    CourseMember,
    CourseTeacher,
    Enrolment,
    Lesson,
    School,
    SchoolYear,
    StaffMember,
    Student,
)
from zvanets.tenancy.school import at_school

OPERATOR = Actor(None, "operator", "")


def bring_in(folder: Folder, **more: object) -> Written:
    return write(read(folder.write(), 2025).roster, actor=OPERATOR, **more)


def digests() -> dict[str, tuple[object, ...]]:
    """Rows, greatest id and a digest of every table, as the owner sees them."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        found = {}
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*), md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{table}" t')
            found[table] = cursor.fetchone()
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences")
        return found | {name: (value,) for name, value in cursor.fetchall()}


@pytest.fixture
def at(undone):
    with at_school(SCHOOL):
        yield


# ── the second time ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_import_of_both_schools_and_years_changes_nothing(imported, committing):
    before = digests()
    for school, year in IMPORTS:
        again = write(read(SCHOOLS / str(school), year).roster, actor=OPERATOR)
        assert again.plan.is_nothing
    assert digests() == before


def test_the_newer_year_keeps_the_older(imported, undone):
    with at_school(9900102):
        assert list(SchoolYear.objects.order_by("year").values_list("year", "starts_on", "ends_on")) == [
            (2024, date(2024, 9, 16), date(2025, 9, 14)),
            (2025, date(2025, 9, 15), date(2026, 9, 14)),
        ]
        student = Student.objects.filter(enrolments__class_group__school_year__year=2024).filter(
            enrolments__class_group__school_year__year=2025
        )
        assert student.exists()
        standing = Enrolment.objects.standing(on=date(2025, 10, 7))
        assert set(standing.values_list("class_group__school_year__year", flat=True)) == {2025}


# ── one small school ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_small_school_comes_in(folder, at):
    written = bring_in(folder)
    assert written.lessons_made == Lesson.objects.count() > 0
    assert Student.objects.count() == 4
    assert set(Membership.objects.values_list("user__username", "role")) == {
        ("d.koleva.500", Role.DIRECTOR),
        ("y.zhekova.501", Role.TEACHER),
    }
    assert StaffMember.objects.get(person_id=503).user is None
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor_role) == ("school.imported", "operator")


def test_a_renamed_student_is_the_same_student(folder, at):
    bring_in(folder)
    before = Student.objects.get(external_id=1001)
    written = bring_in(folder.set("students", 2, "last_name", "Ангелова"))
    after = Student.objects.get(external_id=1001)
    assert (after.pk, after.code, after.last_name) == (before.pk, before.code, "Ангелова")
    assert after.sort_name == "анна петрова ангелова"
    assert written.lessons_made == written.lessons_taken_back == 0


def test_who_leaves_during_the_year_leaves_the_registers_and_keeps_the_past(folder, at):
    bring_in(folder)
    bring_in(folder.set("enrolments", 2, "status", "2"))
    enrolment = Enrolment.objects.get(student__external_id=1001)
    assert enrolment.status == Enrolment.Status.LEFT
    assert not CourseMember.objects.standing(on=clock.today()).filter(student__external_id=1001).exists()
    assert CourseMember.objects.filter(student__external_id=1001).count() == 2


def test_who_comes_back_stands_in_the_registers_again(folder, at, monkeypatch):
    monkeypatch.setattr(clock, "_offset", clock._moment("2025-10-07T12:00+03:00") - (clock.now() - clock._offset))
    bring_in(folder)
    bring_in(folder.set("enrolments", 2, "status", "2"))
    assert not CourseMember.objects.standing(on=clock.today()).filter(student__external_id=1001).exists()
    bring_in(folder.set("enrolments", 2, "status", "1"))
    standing = CourseMember.objects.standing(on=clock.today()).filter(student__external_id=1001)
    assert standing.count() == 2
    assert {one.starts_on for one in standing} == {date(2025, 10, 7)}
    assert bring_in(folder).plan.is_nothing


def test_a_newcomer_stands_in_the_registers_from_the_day_of_the_import(folder, at, monkeypatch):
    monkeypatch.setattr(clock, "_offset", clock._moment("2025-11-10T12:00+02:00") - (clock.now() - clock._offset))
    bring_in(folder)
    folder.add("students", "1005,Нов,,Ученик,m").add("enrolments", f"1005,{SCHOOL},2025,11,10,3,1")
    bring_in(folder)
    assert set(CourseMember.objects.filter(student__external_id=1005).values_list("starts_on", flat=True)) == {
        date(2025, 11, 10)
    }
    assert set(CourseMember.objects.filter(student__external_id=1001).values_list("starts_on", flat=True)) == {
        date(2025, 9, 15)
    }


def test_a_register_that_an_administrator_narrowed_stays_narrow(folder, at):
    bring_in(folder)
    CourseMember.objects.filter(course__external_id=200, student__external_id=1003).delete()
    bring_in(folder.set("students", 2, "last_name", "Ангелова"))
    assert not CourseMember.objects.filter(course__external_id=200).exists()


def test_a_seat_that_was_withdrawn_is_not_given_again(folder, at):
    bring_in(folder)
    seat = Membership.objects.get(role=Role.DIRECTOR)
    seat.ends_on = clock.today() - timedelta(days=1)
    seat.save()
    assert bring_in(folder).plan.is_nothing


def test_what_left_the_file_stays(folder, at):
    bring_in(folder)
    written = bring_in(folder.remove("guardians", 5).set("students", 2, "last_name", "Ангелова"))
    assert {part.label: len(found.left) for part, found in written.plan.parts if found.left} == {"родителски права": 1}
    assert Student.objects.get(external_id=1004).guardianships.count() == 1


def test_a_course_no_longer_valid_is_marked_and_loses_its_unwritten_lessons(folder, at):
    bring_in(folder)
    folder.set("curriculum", 2, "is_valid", "0")
    bring_in(folder)
    assert not Course.objects.get(external_id=100).is_valid
    assert not Lesson.objects.filter(course__external_id=100).exists()


def test_a_new_programme_takes_the_lessons_nobody_wrote_in(folder, at):
    bring_in(folder)
    first, *others = Lesson.objects.filter(course__external_id=101).order_by("date")
    teacher = User.objects.get(person_id=501)
    LessonRecord.objects.create(lesson=first, save_key=uuid.uuid4(), saved_at=clock.now(), saved_by=teacher)
    written = bring_in(folder.set("schedule", 5, "weekday", "4"))
    assert written.lessons_taken_back == len(others)
    left = Lesson.objects.filter(course__external_id=101).order_by("date")
    assert [lesson for lesson in left if lesson.date.isoweekday() == 5] == [first]
    assert {lesson.date.isoweekday() for lesson in left} == {4, 5}


def test_an_order_that_comes_later_empties_the_days_it_frees(folder, at):
    bring_in(folder)
    assert Lesson.objects.filter(date="2025-11-03").exists()
    calendar = folder.path.parent.parent / "calendar"
    calendar.mkdir()
    order = {
        "school_year": 2025,
        "starts": "2025-09-15",
        "term1_ends": "2026-01-31",
        "term2_starts": "2026-02-03",
        "term2_ends_by_grade": {"1": "2026-05-29"},
        "holidays": [{"from": "2025-10-31", "to": "2025-11-03", "name": "есенна"}],
        "off_days": [],
    }
    (calendar / "2025-2026.json").write_text(json.dumps(order))
    assert bring_in(folder).lessons_taken_back > 0
    assert not Lesson.objects.filter(date="2025-11-03").exists()
    assert Lesson.objects.filter(date="2025-11-04").exists()


def test_a_combined_class_has_lessons_while_any_of_its_grades_has(folder, at):
    calendar = folder.path.parent.parent / "calendar"
    folder.write()
    calendar.mkdir()
    free = [{"from": "2025-10-06", "to": "2025-10-06", "name": "x", "grades": [1]}]
    both = [{"from": "2025-10-13", "to": "2025-10-13", "name": "y", "grades": [1, 3]}]
    order = {
        "school_year": 2025,
        "starts": "2025-09-15",
        "term1_ends": "2026-01-31",
        "term2_starts": "2026-02-03",
        "term2_ends_by_grade": {},
        "holidays": free + both,
        "off_days": [],
    }
    (calendar / "2025-2026.json").write_text(json.dumps(order))
    bring_in(folder)
    days = set(Lesson.objects.filter(course__external_id=200).values_list("date", flat=True))
    assert date(2025, 10, 6) in days
    assert date(2025, 10, 13) not in days
    assert Lesson.objects.filter(course__external_id=100, date="2025-10-13").exists()


def test_a_shorter_assignment_ends_when_the_file_says(folder, at):
    bring_in(folder)
    bring_in(folder.set("curriculum_teachers", 2, "valid_to", "2025-12-31"))
    assert CourseTeacher.objects.get(course__external_id=100).ends_on == date(2025, 12, 31)


def test_a_user_follows_the_person_into_a_second_school(folder, at):
    account = User.objects.create(username="director", name="Дора Колева", person_id=500)
    bring_in(folder)
    assert Membership.objects.get(role=Role.DIRECTOR).user == account
    assert User.objects.filter(person_id=500).count() == 1


def test_an_account_that_the_school_linked_by_hand_stays(folder, at):
    bring_in(folder)
    User.objects.filter(person_id=500).update(person_id=None)
    assert bring_in(folder).plan.is_nothing
    assert not User.objects.filter(person_id=500).exists()


def test_a_taken_user_name_gets_a_number(folder, at):
    User.objects.create(username="d.koleva.500", name="Друга")
    bring_in(folder)
    assert Membership.objects.get(role=Role.DIRECTOR).user.username == "d.koleva.500-2"


# ── all or nothing ──────────────────────────────────────────────────────────────────────────────────────────────────


class Pulled(Exception):
    pass


def new_school(folder: Folder) -> Folder:
    folder.lines = {name: [line.replace(str(SCHOOL), "9900908") for line in lines] for name, lines in FILES.items()}
    return folder


@pytest.mark.parametrize("at_row", [1, 30, 70, "last"])
def test_an_import_that_breaks_off_leaves_nothing(folder, alone, at_row):
    before = {table: row for table, row in digests().items() if not table.endswith("_seq")}

    def pull(done: int, total: int) -> None:
        if done >= (total if at_row == "last" else at_row):
            raise Pulled

    with pytest.raises(Pulled):
        bring_in(new_school(folder), progress=pull)
    assert {table: row for table, row in digests().items() if not table.endswith("_seq")} == before


def test_a_new_school_gets_its_row_from_the_owner(folder, alone):
    bring_in(new_school(folder))
    bring_in(folder.set("institutions", 2, "town", "Ново място"))
    assert School.objects.get(pk=9900908).town == "Ново място"
    with at_school(9900908):
        assert make_plan(read(folder.path, 2025).roster).is_nothing
        assert ClassGroup.objects.count() == 5


@pytest.mark.parametrize(
    ("position", "role"),
    [
        ("Директор, училище", Role.DIRECTOR),
        ("Заместник-директор, учебна дейност", Role.SCHOOL_ADMIN),
        ("Учител, общообразователен учебен предмет в гимназиален етап", Role.TEACHER),
        ("Учител в група за целодневна организация", Role.TEACHER),
        ("Логопед", Role.TEACHER),
        ("Психолог, училищен", Role.TEACHER),
        ("Педагогически съветник", Role.TEACHER),
        ("Завеждащ, административна служба", Role.CLERK),
        ("Технически секретар", Role.CLERK),
        ("Чистач/Хигиенист", None),
        ("Огняр", None),
        ("", None),
    ],
)
def test_a_post_gives_the_seat_its_name_says(position, role):
    assert role_of(position) == role
