"""The staff's pages in English."""

import re

import pytest

from tests.portal.test_english import english  # noqa: F401
from tests.staff.people import colleague, home
from zvanets.accounts.models import Role

pytestmark = pytest.mark.django_db
NAMES = {"Анна", "Борис", "Дария", "Елена", "Желева", "Василев", "Костова", "Георгиева", "Мария", "Иванова"}
TYPED = {
    "Математика",
    "математика",
    "Петър",
    "Колев",
    "ОУ",
    "Изпитно",
    "Б",
    "о",
    "з",
    "Български",
    "Не",
    "внимава",
    "клас",
    "Майка",
}


@pytest.mark.parametrize("role", [Role.TEACHER, Role.DIRECTOR])
def test_no_bulgarian_word_is_left_on_a_page(english, saved, role):  # noqa: F811
    user = saved.teacher if role == Role.TEACHER else colleague(saved, role)
    english.force_login(user)
    pages = ["", "week/", "classes/", f"classes/{saved.class_group.pk}/", f"lessons/{saved.lesson.pk}/"]
    pages += [f"students/{student.pk}/" for student in saved.students]
    if role == Role.DIRECTOR:
        pages += ["head/", "head/unfilled/", "head/settings/", "head/people/", "head/addresses/"]
        own = f"classes/{saved.class_group.pk}/"
        pages += [f"{own}{name}/" for name in ("homeroom", "notice", "absences", "closings")]
        pages += [f"students/{student.pk}/absences/" for student in saved.students]
        pages += [f"students/{saved.students[0].pk}/family/", f"courses/{saved.course.pk}/register/"]
    for page in pages:
        text = re.sub(r"<[^>]+>", " ", english.get(home(saved, page)).content.decode())
        assert not [word for word in re.findall(r"[А-я]+", text) if word not in NAMES | TYPED], page
