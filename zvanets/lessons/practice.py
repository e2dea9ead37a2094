"""A class to practise in: a school of its own behind the same wall, with no parents, no telephone and no reports.

Its number is the school's with a mark before it; whatever counts or tells across schools leaves these out. Everybody
who works in the school teaches a course of the one invented class there, so that nobody meets another's lesson.
"""

from datetime import date, time, timedelta

from django.db import transaction

from zvanets.accounts.models import STAFF, Membership, Role, User
from zvanets.attendance.models import Absence
from zvanets.gradebook.models import Grade
from zvanets.lib import clock
from zvanets.remarks.models import Remark
from zvanets.schools.models import (
    ClassGroup,
    Course,
    CourseMember,
    CourseTeacher,
    Enrolment,
    Lesson,
    SchoolYear,
    StaffMember,
    Student,
    Subject,
    Term,
    YearGroup,
)
from zvanets.tenancy.school import at_school

FROM = 900_000_000_000  # no institution has so long a code
LEVEL = 7
BACK, AHEAD = 7, 28  # days with lessons around today
BELLS = ((time(7, 30), time(8, 10)), (time(8, 20), time(9)), (time(9, 20), time(10)), (time(10, 10), time(10, 50)))
NAMES = (
    "Ана Пробна", "Боян Опитен", "Вяра Учебна", "Гергана Тестова", "Деян Примерен", "Ема Проверкова", "Живко Образцов",
    "Зоя Чернова", "Иво Упражнев", "Калина Репетиционна", "Лъчезар Скицов", "Мила Игрова",
)  # fmt: skip


def practice_number(school_id: int) -> int:
    return FROM + school_id


def is_practice(school_id: int) -> bool:
    return school_id >= FROM


def set_up(school_id: int) -> int:
    """Fill the practice school of this school anew, with today's staff; return how many teach in it.

    Its row in the list of schools is the caller's to make: the web may not.
    """
    with at_school(school_id):
        today = clock.today()
        held = Membership.objects.active(on=today).filter(role__in=STAFF)
        users = list(User.objects.filter(pk__in=held.values("user"), is_active=True).order_by("pk"))
    with at_school(practice_number(school_id)):
        known = set(Membership.objects.values_list("user", flat=True))
        new = [user for user in users if user.pk not in known]
        Membership.objects.bulk_create(Membership(user=user, role=Role.TEACHER, starts_on=today) for user in new)
        start_anew()
    return len(users)


@transaction.atomic
def start_anew() -> None:
    """Throw away what was practised in lessons and make them again. Call inside at_school() of a practice school."""
    for each in (Grade, Remark, Absence, Lesson):
        each.objects.all().delete()
    today = clock.today()
    first = today.year if today.month >= 9 else today.year - 1
    book = ClassGroup.objects.books().filter(school_year__year=first).first() or _class(first)
    known = set(Course.objects.filter(class_group=book).values_list("teachers__staff_member__user", flat=True))
    held = Membership.objects.active(on=today).exclude(user__in=known)
    for user in User.objects.filter(pk__in=held.values("user")):
        _course(user, book)
    for course in Course.objects.filter(class_group=book):
        _lessons(course, today)


def _class(first: int) -> ClassGroup:
    starts_on, ends_on = date(first, 9, 1), date(first + 1, 8, 31)
    year = SchoolYear.objects.create(year=first, starts_on=starts_on, ends_on=ends_on)
    level = YearGroup.objects.create(school_year=year, level=LEVEL, name=f"{LEVEL}. клас")
    Term.objects.create(year_group=level, number=1, starts_on=starts_on, ends_on=date(first + 1, 1, 31))
    Term.objects.create(year_group=level, number=2, starts_on=date(first + 1, 2, 1), ends_on=ends_on)
    book: ClassGroup = ClassGroup.objects.create(school_year=year, year_group=level, name=f"{LEVEL} П")
    group = ClassGroup.objects.create(school_year=year, year_group=level, name=f"{LEVEL} П", parent=book)
    for number, name in enumerate(NAMES, 1):
        student = _student(number, name)
        Enrolment.objects.create(
            student=student, class_group=group, class_book=book, number=number, starts_on=starts_on
        )
    return book


def _student(number: int, name: str) -> Student:
    first, last = name.split()
    student, _ = Student.objects.get_or_create(
        code=f"{number:09}",  # in no list of codes: nobody dials it
        defaults={"first_name": first, "last_name": last, "sort_name": name.casefold()},
    )
    return student


def _course(user: User, book: ClassGroup) -> None:
    """Give somebody who practises a course of the class, with all of it in the register."""
    first, _, last = user.name.partition(" ")
    names = {"first_name": first, "last_name": last, "sort_name": user.name.casefold()}
    member, _ = StaffMember.objects.get_or_create(user=user, defaults=names)
    subject, _ = Subject.objects.get_or_create(name="Упражнение")
    since = book.school_year.starts_on
    course = Course.objects.create(class_group=book, subject=subject, hours_term1=4, hours_term2=4)
    CourseTeacher.objects.create(course=course, staff_member=member, starts_on=since)
    students = Enrolment.objects.filter(class_book=book).values_list("student", flat=True)
    CourseMember.objects.bulk_create(CourseMember(course=course, student_id=each, starts_on=since) for each in students)


def _lessons(course: Course, today: date) -> None:
    days = [today + timedelta(days=shift) for shift in range(-BACK, AHEAD)]
    Lesson.objects.bulk_create(
        Lesson(course=course, date=day, hour_no=hour, starts_at=starts, ends_at=ends)
        for day in days
        if day.weekday() < 5
        for hour, (starts, ends) in enumerate(BELLS, 1)
    )
