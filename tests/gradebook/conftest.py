"""The small school with two terms, its current grades, and a second person to open what is closed."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests import small_school
from zvanets.accounts.models import Role
from zvanets.gradebook.models import Grade
from zvanets.history.record import Actor
from zvanets.lib import clock
from zvanets.rules.grades import GradeKind, Mark, Scale
from zvanets.schools.models import Course, Term
from zvanets.tenancy.school import at_school


@pytest.fixture
def small(school):
    made = small_school.build(school.pk)
    with at_school(made.id):
        add_second_term(made)
    return made


@pytest.fixture
def head(small) -> Actor:
    with at_school(small.id):
        user, _member = small_school.add_teacher("Директор", "Друг", small.school_year.starts_on)
    return Actor(user.pk, Role.DIRECTOR, "127.0.0.1")


def add_second_term(small) -> None:
    first = Term.objects.get()
    starts = first.ends_on + timedelta(days=4)
    Term.objects.create(year_group=first.year_group, number=2, starts_on=starts, ends_on=starts + timedelta(days=100))


def named(small) -> Course:
    """The course with the names that its grades are told by."""
    return Course.objects.select_related("subject", "class_group").get(pk=small.course.pk)


def mark(value, scale=Scale.QUANTITATIVE) -> Mark:
    return Mark(scale, Decimal(value))


def put(small, student, *values, kind=GradeKind.CURRENT, scale=Scale.QUANTITATIVE, on=None, **fields) -> list[Grade]:
    """Grades as they lie in the table, whoever gave them."""
    return [
        Grade.objects.create(
            student=student,
            course=fields.pop("course", small.course),
            kind=kind,
            given_on=on or clock.today(),
            given_at=clock.now(),
            given_by=small.teacher,
            **mark(value, scale).columns(),
            **fields,
        )
        for value in values
    ]
