"""A teacher signed in, and a class of a chosen size."""

import pytest

from tests import small_school
from tests.staff.people import fields
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


@pytest.fixture
def saved(front, small):
    """A saved lesson: Дария absent, Борис late, a grade for Анна, a remark for Елена."""
    anna, boris, darya, elena = (student.pk for student in small.students)
    url = f"/s/{small.id}/lessons/{small.lesson.pk}/"
    sent = {**fields(front.get(url)), "absent": [darya], "late": [boris], "kind": "1", f"grade-{anna}-1": "5,50"}
    sent |= {f"remark-{elena}": "Не внимава", f"remark-kind-{elena}": "2"}
    assert front.post(url, sent).status_code == 302
    return small
