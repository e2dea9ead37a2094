"""A grade or remark is changed with a reason, by who gave it or teaches the course."""

import pytest

from tests.staff.people import colleague, home, signed_in
from zvanets.accounts.models import Role
from zvanets.gradebook.models import Grade
from zvanets.history.models import Entry
from zvanets.remarks.models import Remark
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def grade(saved):
    with at_school(saved.id):
        return Grade.objects.get()


def test_a_grade_is_corrected_with_a_reason(front, saved, grade):
    url = home(saved, f"grades/{grade.pk}/")
    assert "5,50" in front.get(url).content.decode()
    answer = front.post(f"{url}correct/", {"correct-grade": "6", "correct-why": "сборът беше грешен"}, follow=True)
    assert "Оценката е поправена на 6." in answer.content.decode()
    with at_school(saved.id):
        assert str(Grade.objects.standing().get().value) == "6.00"
    gone = front.get(url).content.decode()
    assert "сборът беше грешен" in gone
    assert "Вижте новата оценка" in gone
    assert "Поправи оценката" not in gone


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"correct-grade": "2,50", "correct-why": "така"}, "Няма оценка 2,50."),
        ({"correct-grade": "6", "correct-why": ""}, "Това поле е задължително."),
    ],
)
def test_a_wrong_correction_is_refused_beside_its_field(front, saved, grade, sent, words):
    answer = front.post(home(saved, f"grades/{grade.pk}/correct/"), sent)
    assert answer.status_code == 422
    assert answer.content.decode().count(words) == 2


def test_a_grade_is_withdrawn_once(front, saved, grade):
    url = home(saved, f"grades/{grade.pk}/withdraw/")
    assert front.post(url, {"withdraw-why": "на друг ученик"}).status_code == 302
    second = front.post(url, {"withdraw-why": "пак"})
    assert second.status_code == 409
    assert "на друг ученик" in front.get(home(saved, f"grades/{grade.pk}/")).content.decode()
    with at_school(saved.id):
        assert Entry.objects.filter(verb="grade.withdrawn").count() == 1


def test_a_colleague_cannot_reach_it_and_the_homeroom_teacher_and_the_head_can(saved, grade):
    assert signed_in(colleague(saved, leads=True)).get(home(saved, f"grades/{grade.pk}/")).status_code == 200
    stranger = signed_in(colleague(saved))
    url = home(saved, f"grades/{grade.pk}/")
    assert stranger.get(url).status_code == 404
    assert stranger.post(f"{url}withdraw/", {"withdraw-why": "x"}).status_code == 404
    assert signed_in(colleague(saved, Role.DIRECTOR)).get(url).status_code == 200


def test_a_remark_is_withdrawn_with_a_reason(front, saved):
    with at_school(saved.id):
        remark = Remark.objects.get()
    url = home(saved, f"remarks/{remark.pk}/")
    assert "Не внимава" in front.get(url).content.decode()
    assert front.post(f"{url}withdraw/", {"why": ""}).status_code == 422
    answer = front.post(f"{url}withdraw/", {"why": "грешно име"}, follow=True)
    assert "Записът е оттеглен." in answer.content.decode()
    assert front.post(f"{url}withdraw/", {"why": "пак"}).status_code == 422
    assert signed_in(colleague(saved)).get(url).status_code == 404
