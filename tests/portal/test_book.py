"""What the family reads beside grades and absences, and who of the family may not."""

import pytest
from django.utils.html import escape

from tests.portal.test_home import page_of
from tests.remarks.filled import fill
from zvanets.accounts.models import Membership, Role, User
from zvanets.guardians.models import Guardian, Guardianship, Relation
from zvanets.lib import clock
from zvanets.remarks.models import PlannedWork, PrivateRead, Sanction
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def book(home):
    with at_school(home.small.id):
        fill(home.small)
    return home


@pytest.fixture
def tutor(book, client):
    """Somebody invited who is no legal representative."""
    user = User.objects.create_user("tutor", "x", name="Иван Петров")
    small = book.small
    with at_school(small.id):
        Membership.objects.create(user=user, role=Role.GUEST, starts_on=clock.today())
        guardian = Guardian.objects.create(user=user, first_name="Иван", last_name="Петров", sort_name="иван петров")
        Guardianship.objects.create(
            guardian=guardian,
            student=small.students[0],
            relation=Relation.OTHER,
            is_legal=False,
            starts_on=clock.today(),
        )
    client.force_login(user)
    return client


def test_a_sanction_is_never_read_as_a_remark(signed_in, book):
    page = page_of(signed_in, book.url(0, "remarks/"))
    assert escape(f"Санкция „забележка“, заповед № РД-12 от {clock.today():%d.%m.%Y}") in page
    assert "Утре без час на класа" in page
    assert '<b class="good">Похвала</b>' in page
    with at_school(book.small.id):
        Sanction.objects.update(
            ended_at=clock.now(), ended_why="Поправи се", cancel_order_no="15", cancel_order_on=clock.today()
        )
    assert "отменена със заповед № 15" in page_of(signed_in, book.url(0, "remarks/"))


def test_the_calendar_says_what_lies_ahead_the_nearest_first(signed_in, book):
    page = page_of(signed_in, book.url(0, "calendar/"))
    places = [page.index(title) for title in ("Избор на родителски съвет", "Коледен базар", "контролна работа")]
    assert places == sorted(places)
    assert "18:00, стая 12" in page


def test_a_work_that_waits_for_the_head_is_not_shown(signed_in, book):
    with at_school(book.small.id):
        PlannedWork.objects.update(approved_at=None, approved_by=None)
    assert "контролна работа" not in page_of(signed_in, book.url(0, "calendar/"))


def test_a_mother_reads_of_health_and_support_and_that_is_kept(signed_in, book):
    page = page_of(signed_in, book.url(0, "care/"))
    for said in ("Алергия към пчели", "Два пъти седмично", "Четене с разбиране", "Обикновени дроби"):
        assert said in page
    with at_school(book.small.id):
        kept = PrivateRead.objects.filter(user=book.user).values_list("student_id", "what", "role")
        assert set(kept) == {(book.small.students[0].pk, what, Role.GUARDIAN) for what in PrivateRead.What}


def test_what_is_of_one_child_is_not_of_the_other(signed_in, book):
    assert "Алергия" not in page_of(signed_in, book.url(1, "care/"))
    assert "Санкция" not in page_of(signed_in, book.url(1, "remarks/"))


def test_a_tutor_reads_neither_health_nor_support_nor_sanctions(tutor, book):
    assert tutor.get(book.url(0, "care/")).status_code == 404
    page = page_of(tutor, book.url(0, "remarks/"))
    assert "Санкция" not in page
    assert "Здраве" not in page
    assert "Утре без час на класа" in page
    with at_school(book.small.id):
        assert not PrivateRead.objects.exists()


def test_without_anything_each_page_says_so(signed_in, home):
    assert "Няма предстоящи" in page_of(signed_in, home.url(0, "calendar/"))
    care = page_of(signed_in, home.url(0, "care/"))
    for empty in ("Няма бележки за здравето.", "Няма план за подкрепа.", "Още няма индивидуална работа."):
        assert empty in care
