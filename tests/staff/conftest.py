"""A teacher signed in, and a class of a chosen size."""

import pytest

from tests import small_school
from zvanets.tenancy.school import at_school


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


@pytest.fixture
def front(client, small):
    """The client of the small school's teacher."""
    client.force_login(small.teacher)
    return client


@pytest.fixture
def of_26(small):
    """The small school with 26 in the class."""
    with at_school(small.id):
        start = small.school_year.starts_on
        child = small.class_group.children.get()
        for number in range(5, 27):
            name = f"Ученик{number:02}", "Примерен"
            small.students.append(
                small_school.add_student(number, *name, small.class_group, child, small.course, start)
            )
    return small
