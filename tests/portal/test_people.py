"""Getting in from the family's side: an application, an invitation, who looks at the diary and when they last did."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from tests.accounts.people import PASSWORD, person
from tests.counts import draws
from tests.small_school import SmallSchool, build
from zvanets.accounts.models import Membership, Role, User
from zvanets.guardians.models import Application, Guardianship
from zvanets.guardians.pins import code_for_student
from zvanets.lib import clock, damm
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_counted():
    cache.clear()


@pytest.fixture
def small(school) -> SmallSchool:
    return build(school.pk)


@pytest.fixture
def mother(small) -> Client:
    user = person("mother", name="Майка Желева")
    with at_school(small.id):
        small.guardians[0].user = user
        small.guardians[0].save()
        Membership.objects.create(user=user, role=Role.GUARDIAN, starts_on=clock.today())
    client = Client()
    client.force_login(user)
    return client


def page_of(small, rest: str = "people/") -> str:
    return f"/p/{small.id}/{small.students[0].pk}/{rest}"


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def invitation(mother, small, **more) -> str:
    page = text(mother.post(page_of(small), {"relation": "grandmother", "name": "баба Ана"} | more))
    return re.search(rf"{small.id}-\w{{4}}-\w{{4}}-\w{{4}}", page)[0]


class TestInvitations:
    def test_granny_without_a_log_in_makes_one_with_the_code_and_the_mother_sees_when_she_looked(
        self, client, small, mother
    ):
        code = invitation(mother, small)
        typed = {"code": code, "first_name": "Ана", "last_name": "Желева", "username": "baba.ana", "password": PASSWORD}
        answer = client.post("/access/invited/", typed, follow=True)
        assert "Анна" in text(answer)

        page = text(mother.get(page_of(small)))
        assert "Ана Желева · баба" in page
        client.get(page_of(small, "grades/"))
        assert "последно отвори: днес" in text(mother.get(page_of(small)))
        assert client.get(page_of(small)).status_code == 404, "a guest invites nobody"

    def test_a_wrong_code_makes_no_account(self, client, small, mother):
        code = invitation(mother, small)
        typed = {
            "code": f"{code[:-1]}!",
            "first_name": "Ана",
            "last_name": "Желева",
            "username": "x.y",
            "password": PASSWORD,
        }
        assert "Няма покана с този код" in text(client.post("/access/invited/", typed), 422)
        taken = typed | {"code": code, "username": "mother"}
        assert "вече е заето" in text(client.post("/access/invited/", taken), 422)
        assert not User.objects.filter(username="x.y").exists()

    def test_withdrawn_from_the_list_it_ends_at_once(self, small, mother):
        granny = Client()
        granny.force_login(person("granny", name="Ана Желева"))
        granny.post("/access/invited/", {"code": invitation(mother, small)})
        assert granny.get(page_of(small, "")).status_code == 200
        with at_school(small.id):
            right = Guardianship.objects.get(relation="grandmother")

        page = text(mother.post(page_of(small, f"people/{right.pk}/withdraw/"), follow=True))
        assert "Ана Желева вече няма достъп." in page
        assert granny.get(page_of(small, "")).status_code in {302, 404}

    def test_whom_the_school_let_in_the_family_does_not_show_out(self, small, mother):
        with at_school(small.id):
            own = Guardianship.objects.get(guardian=small.guardians[0])
        assert mother.post(page_of(small, f"people/{own.pk}/withdraw/")).status_code == 404

    def test_strangers_are_slowed_down(self, client, small):
        typed = {"code": "1-a", "first_name": "А", "last_name": "Б", "username": "a.bc", "password": PASSWORD}
        answers = [client.post("/access/invited/", typed) for _ in range(31)]
        assert "Няма покана" in text(answers[0], 422)
        assert "Твърде много заявки" in text(answers[-1], 422)


class TestApplications:
    FORM = {"relation": "father", "first_name": "Петър", "last_name": "Желев", "is_legal": "on", "consents": "on"}

    def test_what_is_needed_stands_before_anything_is_asked(self, client):
        page = text(client.get("/access/"))
        for words in (
            "Безплатно е.",
            "72 часа",
            "лична карта",
            "удостоверение за раждане",
            "детето не учи в това училище",
        ):
            assert words in page

    def test_a_known_and_an_unknown_code_end_on_the_same_page(self, client, small):
        with at_school(small.id):
            code = code_for_student(actor=small.head, student=small.students[0], renew=True)
        unknown = next(each for each in iter(lambda: damm.new_code(draws()), None) if each != code)
        client.force_login(person("petar", email="petar@example.org"))
        known, other = (
            text(client.post("/access/apply/", self.FORM | {"code": each}, follow=True)) for each in (code, unknown)
        )
        assert "Елате в училището" in known
        assert known == other
        with at_school(small.id):
            assert Application.objects.count() == 1

    @pytest.mark.parametrize("left_out", ["code", "relation", "first_name", "last_name", "is_legal", "consents"])
    def test_nothing_may_be_left_out(self, client, left_out):
        client.force_login(person("petar"))
        typed = {name: value for name, value in (self.FORM | {"code": "123"}).items() if name != left_out}
        assert "Заявлението не е подадено" in text(client.post("/access/apply/", typed), 422)

    def test_one_code_is_asked_for_ten_times_a_day_by_whomever(self, small):
        with at_school(small.id):
            code = code_for_student(actor=small.head, student=small.students[0], renew=True)
        for number in range(11):
            client = Client()
            client.force_login(person(f"user{number}"))
            answer = client.post("/access/apply/", self.FORM | {"code": code}, REMOTE_ADDR=f"10.0.0.{number}")
        assert "Твърде много заявления" in text(answer, 422)
