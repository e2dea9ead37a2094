"""The two schools beside the project: what their README promises is what stands in the database."""

from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from zvanets.accounts.models import Membership, Role, User
from zvanets.exchange.neispuo.calendar import is_preschool
from zvanets.history.models import Entry, Pending
from zvanets.lib.damm import is_code
from zvanets.notifications.models import Message
from zvanets.schools.models import (
    ClassGroup,
    Course,
    CourseMember,
    CourseTeacher,
    Enrolment,
    Lesson,
    ScheduleHour,
    StaffMember,
    Student,
    StudentCode,
)
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.usefixtures("imported", "undone")

BOTH = [(9900101, 2024), (9900101, 2025), (9900102, 2024), (9900102, 2025)]


def books(year: int):
    return ClassGroup.objects.books().in_year(year)


def with_students(year: int):
    return books(year).filter(book_enrolments__status=Enrolment.Status.ENROLLED).distinct()


@pytest.mark.parametrize(
    ("school", "year", "in_file", "class_books", "all_day", "enrolled", "courses", "halves"),
    [
        (9900101, 2024, 4, 4, 2, 37, 75, 15),
        (9900101, 2025, 4, 4, 2, 37, 73, 15),
        (9900102, 2024, 35, 34, 16, 716, 630, 150),
        (9900102, 2025, 36, 34, 17, 720, 640, 150),
    ],
)
def test_the_counts_are_those_of_the_readme(school, year, in_file, class_books, all_day, enrolled, courses, halves):
    with at_school(school):
        classes = with_students(year).filter(kind=ClassGroup.Kind.CLASS)
        assert classes.count() == class_books
        assert books(year).filter(kind=ClassGroup.Kind.CLASS).count() in {class_books, in_file}
        assert with_students(year).filter(kind=ClassGroup.Kind.ALL_DAY).count() == all_day
        standing = Enrolment.objects.filter(class_book__in=classes, status=Enrolment.Status.ENROLLED)
        assert standing.values("student").distinct().count() == enrolled
        valid = Course.objects.valid().filter(class_group__school_year__year=year)
        assert valid.count() == courses
        half = Decimal("0.5")
        assert sum(half in {one.hours_term1 % 1, one.hours_term2 % 1} for one in valid) == halves


@pytest.mark.parametrize(("school", "year"), BOTH)
def test_every_class_has_one_class_hour_with_one_standing_teacher(school, year):
    with at_school(school):
        for book in with_students(year).filter(kind=ClassGroup.Kind.CLASS).select_related("year_group"):
            if book.year_group and is_preschool(book.year_group.level):
                continue
            hour = Course.objects.valid().get(class_group=book, is_class_hour=True)
            assert CourseTeacher.objects.filter(course=hour, ends_on=hour.class_group.school_year.ends_on).count() == 1


def test_the_empty_groups_are_not_there():
    with at_school(9900102):
        assert list(books(2024).filter(name__startswith="четвърта")) == []
        assert books(2025).filter(name="1 А").count() == 1


@pytest.mark.parametrize(("school", "year"), BOTH)
def test_a_register_holds_every_standing_student_of_the_class_book_and_no_other(school, year):
    with at_school(school):
        standing = defaultdict(set)
        for book, student in Enrolment.objects.filter(
            class_group__school_year__year=year, status=Enrolment.Status.ENROLLED
        ).values_list("class_book", "student"):
            standing[book].add(student)
        registers = defaultdict(set)
        for course, student in CourseMember.objects.values_list("course", "student"):
            registers[course].add(student)
        for course in Course.objects.valid().filter(class_group__school_year__year=year):
            assert registers[course.pk] == standing[course.class_group_id]


def test_a_combined_class_learns_together_and_keeps_its_year_groups():
    with at_school(9900101):
        book = books(2025).get(name="1 3")
        assert book.is_combined
        assert book.year_group is None
        levels = set(book.children.values_list("year_group__level", flat=True))
        assert levels == {1, 3}
        course = Course.objects.filter(class_group=book, subject__name="Компютърно моделиране").get()
        found = Enrolment.objects.filter(class_book=book, student__courses__course=course, status=1)
        assert set(found.values_list("class_group__year_group__level", flat=True)) == levels


def test_who_left_stands_in_no_register_and_is_marked():
    with at_school(9900102):
        left = Enrolment.objects.filter(class_group__school_year__year=2024, status=Enrolment.Status.LEFT)
        assert left.count() == 62 + 51
        gone = [one for one in left if not one.student.enrolments.filter(status=1, class_book=one.class_book).exists()]
        assert gone
        for one in gone:
            assert not CourseMember.objects.filter(student=one.student, course__class_group=one.class_book).exists()


def test_a_pupil_who_left_the_one_school_for_the_other_is_in_both():
    found = []
    for school in (9900101, 9900102):
        with at_school(school):
            student = Student.objects.get(external_id=104468)
            assert set(student.enrolments.values_list("status", flat=True)) == {Enrolment.Status.LEFT}
            assert student.guardianships.count() == 2
            found.append(student.code)
    assert len(set(found)) == 2


def test_three_persons_with_two_posts_are_one_member_of_staff_and_one_user():
    with at_school(9900102):
        assert StaffMember.objects.count() == 75
        for person in (500213, 500378, 500361):
            member = StaffMember.objects.get(person_id=person)
            assert member.positions.count() == 2
            assert member.user == User.objects.get(person_id=person)
        assert CourseTeacher.objects.filter(staff_member__person_id=500361).exists()


def test_posts_give_seats():
    with at_school(9900102):
        seats = Counter(Membership.objects.values_list("role", flat=True))
        director = set(Membership.objects.filter(user__person_id=500378).values_list("role", flat=True))
    assert seats[Role.DIRECTOR] == 2
    assert seats[Role.SCHOOL_ADMIN] == 4
    assert set(seats) == {Role.DIRECTOR, Role.SCHOOL_ADMIN, Role.TEACHER}
    assert {Role.DIRECTOR, Role.SCHOOL_ADMIN} <= director


def test_users_of_staff_have_readable_names_and_no_password():
    user = User.objects.get(person_id=500068)
    assert user.username == "v.georgieva.500068"
    assert user.name == "Валентина Маринова Георгиева"
    assert not user.has_usable_password()
    assert User.objects.filter(person_id__isnull=False).count() == 75 + 11


def test_every_student_has_a_code_that_opens_that_student():
    for school, count in ((9900101, 52), (9900102, 878)):
        with at_school(school):
            students = dict(Student.objects.values_list("code", "pk"))
        assert len(students) == count
        assert all(map(is_code, students))
        assert dict(StudentCode.objects.filter(school_id=school).values_list("code", "student_id")) == students


def test_profiling_modules_stand_beneath_their_subject():
    with at_school(9900102):
        modules = Course.objects.filter(parent__isnull=False, class_group__school_year__year=2025)
        assert modules.count() == 31
        assert all(module.parent.is_profiling for module in modules.select_related("parent"))


def test_guardians_of_the_same_name_are_two():
    with at_school(9900102):
        names = Counter(Student.objects.values_list("guardianships__guardian__sort_name", flat=True))
        assert max(names.values()) > 1
        assert (
            Student.objects.filter(guardianships__isnull=False).values("guardianships__guardian").distinct().count()
            == 1704
        )


def test_the_four_courses_without_a_standing_teacher_keep_who_taught_them():
    with at_school(9900102):
        for course in Course.objects.filter(external_id__in=[18702585, 18702602, 18702643, 18702675]):
            taught = CourseTeacher.objects.filter(course=course).order_by("starts_on")
            assert [str(one.ends_on) for one in taught] == ["2025-03-31", "2025-06-30"]


def test_importing_tells_nobody_anything_and_writes_one_entry_each():
    for school in (9900101, 9900102):
        with at_school(school):
            assert [entry.verb for entry in Entry.objects.all()] == ["school.imported"] * 2
            assert not Pending.objects.exists()
            assert not Message.objects.exists()


def test_the_weekly_programme_is_that_of_the_file():
    for (school, year), count in {(9900101, 2024): 274, (9900102, 2024): 2254, (9900102, 2025): 2266}.items():
        with at_school(school):
            assert ScheduleHour.objects.filter(course__class_group__school_year__year=year).count() == count


def test_a_lesson_of_the_seventh_of_october_is_there_with_its_bells():
    with at_school(9900102):
        lessons = Lesson.objects.filter(date="2025-10-07", hour_no=4)
        assert lessons.count() > 20
        assert {(f"{one.starts_at:%H:%M}", f"{one.ends_at:%H:%M}") for one in lessons} == {("10:10", "10:50")}


def test_the_planner_does_not_loop_over_a_year_of_lessons(imported):
    assert imported.seconds[9900102, 2024] < 60  # 3 s on a free machine, 140 s with nested loops
