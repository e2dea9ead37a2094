"""What stands beside the grades of the demo's class: a child who came from another school, exemptions, a plan, a comment."""

from datetime import date, timedelta
from decimal import Decimal

from zvanets.accounts.models import User
from zvanets.demo import people
from zvanets.demo.shape import MORNING_CLASS
from zvanets.gradebook.comments import comment_average
from zvanets.gradebook.finals import TransferredGrade, take_over_grade
from zvanets.gradebook.models import Grade
from zvanets.gradebook.periods import days_of, period_now
from zvanets.gradebook.plans import set_plans
from zvanets.guardians.models import Guardianship
from zvanets.history.record import Actor
from zvanets.rules.finals import Period
from zvanets.rules.grades import GradeKind, Mark, Scale
from zvanets.schools.models import Course, CourseMember

_COMMENT = "Напредва с всяка седмица. Нека реши още няколко задачи от сборника."
_BROUGHT = ("5.50", "5", "6")
_BEFORE = timedelta(days=30)


def leave_plans() -> None:
    """Say who has a plan and who is exempt before anybody writes a grade; inside at_school()."""
    homeroom, courses, own = _class()
    sports, music = courses["Физическо възпитание и спорт"], courses["Музика"]
    student = _students(sports, own)[3]
    set_plans(homeroom, sports, special_needs=(), exempt={student: {Period.TERM_1}})  # after an operation
    set_plans(homeroom, music, special_needs=_students(music, own)[7:8], exempt={})


def leave_finals(today: date) -> None:
    """Leave them once; inside at_school(). Nothing is closed: a term that runs has no grades that end it."""
    if Grade.objects.filter(kind=GradeKind.OTHER_SCHOOL).exists():
        return
    homeroom, courses, own = _class()
    _take_over(homeroom, courses["Математика"], own, today)
    _comment(homeroom, courses["Математика"], own, today)


def _class() -> tuple[Actor, dict[str, Course], set[int]]:
    """Return who leads the demo's class, its courses by subject, and the children of the demo's parent."""
    homeroom = Actor(User.objects.get(username=people.HOMEROOM).pk, "teacher", "")
    courses = Course.objects.valid().filter(class_group__name=MORNING_CLASS, class_group__parent=None)
    named = courses.select_related("subject", "class_group__school_year")
    own = Guardianship.objects.filter(guardian__user__username=people.GUARDIAN).values_list("student", flat=True)
    return homeroom, {each.subject.name: each for each in named}, set(own)


def _students(course: Course, own: set[int]) -> list[int]:
    """Return who is not a child of the demo's parent."""
    rows = CourseMember.objects.filter(course=course).exclude(student__in=own).order_by("student__sort_name", "pk")
    return list(rows.values_list("student", flat=True))


def _take_over(homeroom: Actor, course: Course, own: set[int], today: date) -> None:
    """A child who came in the autumn brought three grades."""
    student, on = _students(course, own)[5], max(course.class_group.school_year.starts_on, today - _BEFORE)
    for value in _BROUGHT:
        mark = Mark(Scale.QUANTITATIVE, Decimal(value))
        take_over_grade(homeroom, course, TransferredGrade(student, GradeKind.OTHER_SCHOOL, mark, on))


def _comment(homeroom: Actor, course: Course, own: set[int], today: date) -> None:
    child = CourseMember.objects.filter(course=course, student__in=own).values_list("student", flat=True).first()
    if child is not None:
        period = period_now(days_of(course.class_group), today)
        comment_average(homeroom, course, period, student_id=child, text=_COMMENT)
