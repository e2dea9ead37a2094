"""A saved lesson reaches whoever asked for it, once, and says only what still stands."""

import pytest

from tests import small_school
from tests.marks import committed
from tests.notifications.telling import ABSENT, AFTER_GRACE, LATE, grade, messages, remark, save, tell, texts, waiting

pytestmark = committed


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


def test_an_absence_is_told_at_once_and_a_grade_after_its_grace(small):
    anna, boris = small.students[0], small.students[1]
    save(small, attendance={anna.pk: ABSENT}, grades=[grade(small, 1)])
    tell()
    assert texts(small).keys() == {"Анна"}
    tell(AFTER_GRACE)
    assert texts(small).keys() == {"Анна", "Борис"}
    first_lines = {child: said[0].splitlines()[0] for child, said in texts(small).items()}
    assert first_lines == {
        "Анна": "Отсъства от 3-тия час (математика)",
        "Борис": "Отличен 5,50 по математика, контролна работа",
    }
    assert waiting(small) == 0
