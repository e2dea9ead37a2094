"""A school to measure in: class groups of 26, each with a teacher of its own and lessons nobody has filled in."""

from datetime import date, time, timedelta

from bench.taught import PASSWORD, SIZE, TaughtClass
from tests import small_school
from zvanets.accounts.models import User
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
    Student,
    Subject,
    Term,
    YearGroup,
)
from zvanets.tenancy.school import at_school, school_now

HOURS = 7


def build(school_id: int, *, classes: int, lessons: int) -> list[TaughtClass]:
    """Fill a school that does not exist yet; every teacher signs in with PASSWORD."""
    School.objects.using("owner").create(id=school_id, name=f"СУ № {school_id}", short_name=f"СУ {school_id % 100}")
    start = clock.today() - timedelta(days=lessons // HOURS + 2)
    with at_school(school_id):
        year = SchoolYear.objects.create(year=start.year, starts_on=start, ends_on=start + timedelta(days=270))
        year_group = YearGroup.objects.create(school_year=year, level=7, name="7. клас")
        Term.objects.create(year_group=year_group, number=1, starts_on=start, ends_on=start + timedelta(days=135))
        subject = Subject.objects.create(name="Математика")
        password = _password()
        return [_class(n, year_group, subject, start, lessons, password) for n in range(1, classes + 1)]


def _password() -> str:
    someone = User()
    someone.set_password(PASSWORD)
    return someone.password


def _class(n: int, year_group: YearGroup, subject: Subject, start: date, lessons: int, password: str) -> TaughtClass:
    groups = {"school_year": year_group.school_year, "year_group": year_group, "name": f"7 № {n}"}
    book = ClassGroup.objects.create(**groups)
    child = ClassGroup.objects.create(parent=book, **groups)
    teacher, staff_member = small_school.add_teacher("Мария", f"Иванова{n}", start)
    username = f"teacher-{school_now()}-{n}"
    User.objects.filter(pk=teacher.pk).update(username=username, password=password)
    course = Course.objects.create(class_group=book, subject=subject, hours_term1=4, hours_term2=4)
    CourseTeacher.objects.create(course=course, staff_member=staff_member, starts_on=start)
    students = _students(n, book, child, start)
    CourseMember.objects.bulk_create(CourseMember(course=course, student_id=each, starts_on=start) for each in students)
    found = _lessons(course, lessons)
    return TaughtClass(username, teacher.pk, staff_member.pk, book.pk, course.pk, students, found)


def _students(n: int, book: ClassGroup, child: ClassGroup, start: date) -> list[int]:
    names = [(f"Ученик{number:02}", f"Примерен{n}") for number in range(1, SIZE + 1)]
    students = Student.objects.bulk_create(
        Student(first_name=first, last_name=last, sort_name=f"{first} {last}".casefold(), code=f"{n * 100 + number:09}")
        for number, (first, last) in enumerate(names, 1)
    )
    Enrolment.objects.bulk_create(
        Enrolment(student=student, class_group=child, class_book=book, number=number, starts_on=start)
        for number, student in enumerate(students, 1)
    )
    return [student.pk for student in students]


def _lessons(course: Course, count: int) -> list[tuple[int, date]]:
    today = clock.today()
    found = Lesson.objects.bulk_create(
        Lesson(
            course=course,
            date=today - timedelta(days=n // HOURS),
            hour_no=n % HOURS + 1,
            starts_at=time(8 + n % HOURS),
            ends_at=time(8 + n % HOURS, 40),
        )
        for n in range(count)
    )
    return [(lesson.pk, lesson.date) for lesson in found]
