"""The school's list of applications: a clock of 72 hours, papers seen in person, a decision in words."""

from datetime import timedelta

import pytest

from tests.accounts.people import person
from tests.staff.people import home
from tests.staff.test_office import text_of
from tests.staff.test_people import admin, head
from zvanets.guardians.models import Application, Guardianship, Relation
from zvanets.lib import clock
from zvanets.tenancy.school import at_school

__all__ = ["admin", "head"]  # fixtures
pytestmark = pytest.mark.django_db
PAPERS = {"identity": "card", "proof": "birth", "is_signed": "on"}


@pytest.fixture
def waits(small) -> Application:
    filed = clock.now() - timedelta(hours=10)
    with at_school(small.id):
        return Application.objects.create(
            student=small.students[0],
            user=person("petar", email="petar@example.org", name="Петър Желев"),
            relation=Relation.FATHER,
            first_name="Петър",
            last_name="Желев",
            sort_name="петър желев",
            filed_at=filed,
            consented_at=filed,
        )


def url(small, waits: Application, rest: str = "") -> str:
    return home(small, f"head/applications/{waits.pk}/{rest}")


def test_the_list_says_how_long_each_may_still_wait(head, small, waits):
    assert "1 заявление за достъп чака решение." in text_of(head.get(home(small, "head/")))
    page = text_of(head.get(home(small, "head/applications/")))
    assert "Петър Желев · баща · Анна Желева остават 61 ч. · чака да дойде" in page
    with at_school(small.id):
        Application.objects.update(filed_at=clock.now() - timedelta(hours=80))
    assert "просрочено с 8 ч." in text_of(head.get(home(small, "head/applications/")))


def test_papers_are_seen_then_access_is_given(head, small, waits):
    page = text_of(head.post(url(small, waits, "grant/"), follow=True))
    assert "Първо отбележете кои документи видяхте" in page
    page = text_of(head.post(url(small, waits, "papers/"), PAPERS | {"is_signed": ""}), 422)
    assert "Без подписано заявление не може." in page

    page = text_of(head.post(url(small, waits, "papers/"), PAPERS, follow=True))
    assert "лична карта, удостоверение за раждане · Петър Колев" in page
    page = text_of(head.post(url(small, waits, "grant/"), follow=True))
    assert "Петър Желев вече има достъп." in page
    assert "Петър Желев · баща · влиза като petar законен представител" in page
    assert "Никой не чака." in text_of(head.get(home(small, "head/applications/")))


def test_a_refusal_needs_a_ground_and_takes_no_number(head, small, waits):
    assert "Изберете на какво основание" in text_of(head.post(url(small, waits, "refuse/"), {}), 422)
    typed = {"ground": "contradicts", "note": "ЛК 640 123 456"}
    page = head.post(url(small, waits, "refuse/"), typed)
    assert "Бележката прилича на номер на документ." in text_of(page, 422)
    assert "ЛК 640 123 456" in page.content.decode()

    page = text_of(head.post(url(small, waits, "refuse/"), typed | {"note": "Фамилиите са различни."}, follow=True))
    assert "данните в документите си противоречат" in page
    with at_school(small.id):
        assert not Guardianship.objects.filter(relation="father").exists()
