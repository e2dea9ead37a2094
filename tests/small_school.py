"""One small school for every test: 7 Б with four students, their guardians, a teacher, and a lesson of today."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from zvanets.accounts.models import Membership, Role, User
from zvanets.guardians.models import ChannelName, Contact, EventKind, Guardian, Guardianship, Relation, Subscription
from zvanets.history.record import Actor
from zvanets.lib import clock
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
from zvanets.tenancy.school import at_school, school_now

NAMES = (("Анна", "Желева"), ("Борис", "Василев"), ("Дария", "Костова"), ("Елена", "Георгиева"))


@dataclass
class SmallSchool:
    """What `build` made; everything of it lies in school `id`."""

    id: int
    teacher: User
    staff_member: StaffMember
    school_year: SchoolYear
    class_group: ClassGroup
    course: Course
    lesson: Lesson
    students: list[Student]
    guardians: list[Guardian]  # one a student, each with a confirmed e-mail address

    @property
    def actor(self) -> Actor:
        return Actor(self.teacher.pk, Role.TEACHER, "127.0.0.1")

    @property
    def head(self) -> Actor:
        return Actor(self.teacher.pk, Role.DIRECTOR, "127.0.0.1")


def build(school_id: int, *, level: int = 7, on: date | None = None) -> SmallSchool:
    """Fill a school that has its row only. The lesson is the third of `on` (today), 09:20-10:00."""
    with at_school(school_id):
        return _build(level, on or clock.today())


def _build(level: int, on: date) -> SmallSchool:
    start = on - timedelta(days=60)
    year = SchoolYear.objects.create(year=on.year, starts_on=start, ends_on=on + timedelta(days=200))
    year_group = YearGroup.objects.create(school_year=year, level=level, name=f"{level}. клас")
    Term.objects.create(year_group=year_group, number=1, starts_on=start, ends_on=on + timedelta(days=60))
    book = ClassGroup.objects.create(school_year=year, year_group=year_group, name=f"{level} Б")
    child = ClassGroup.objects.create(school_year=year, year_group=year_group, name=f"{level} Б", parent=book)
    teacher, staff_member = add_teacher("Мария", "Иванова", start)
    subject = Subject.objects.create(name="Математика")
    course = Course.objects.create(class_group=book, subject=subject, hours_term1=4, hours_term2=4)
    CourseTeacher.objects.create(course=course, staff_member=staff_member, starts_on=start)
    lesson = Lesson.objects.create(course=course, date=on, hour_no=3, starts_at=time(9, 20), ends_at=time(10))
    students = [add_student(n, first, last, book, child, course, start) for n, (first, last) in enumerate(NAMES, 1)]
    guardians = [add_guardian(student, start) for student in students]
    return SmallSchool(school_now(), teacher, staff_member, year, book, course, lesson, students, guardians)


def add_teacher(first: str, last: str, start: date) -> tuple[User, StaffMember]:
    user = User.objects.create(username=f"{school_now()}-{first}-{last}", name=f"{first} {last}")
    Membership.objects.create(user=user, role=Role.TEACHER, starts_on=start)
    return user, StaffMember.objects.create(
        user=user, first_name=first, last_name=last, sort_name=f"{first} {last}".casefold()
    )


def add_student(
    number: int, first: str, last: str, book: ClassGroup, child: ClassGroup, course: Course, start: date
) -> Student:
    student = Student.objects.create(
        first_name=first, last_name=last, sort_name=f"{first} {last}".casefold(), code=f"{number:09}"
    )
    Enrolment.objects.create(student=student, class_group=child, class_book=book, number=number, starts_on=start)
    CourseMember.objects.create(course=course, student=student, starts_on=start)
    return student


def add_guardian(student: Student, start: date, *, relation: Relation = Relation.MOTHER) -> Guardian:
    """A guardian who asked to be told of everything in the portal and by e-mail."""
    guardian = Guardian.objects.create(
        first_name="Майка", last_name=student.last_name, sort_name=f"майка {student.last_name}".casefold()
    )
    Contact.objects.create(
        guardian=guardian,
        kind=Contact.Kind.EMAIL,
        address=f"mother{guardian.pk}@example.org",
        confirmed_at=clock.now(),
    )
    right = Guardianship.objects.create(guardian=guardian, student=student, relation=relation, starts_on=start)
    for channel in (ChannelName.PORTAL, ChannelName.EMAIL):
        Subscription.objects.create(guardianship=right, channel=channel, kinds=EventKind.values, starts_on=start)
    return guardian
