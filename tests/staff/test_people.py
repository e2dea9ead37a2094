"""Who works here and who may know of a child: let in and shown out by the heads, with dates."""

import re
from datetime import timedelta

import pytest

from tests.accounts.people import PASSWORD
from tests.staff.people import colleague, home, signed_in
from tests.staff.test_office import family, text_of
from zvanets.accounts.models import Membership, Role, User
from zvanets.accounts.proof import PROVEN
from zvanets.guardians.models import Contact, Guardianship, Relation
from zvanets.history.models import Entry
from zvanets.lib import clock
from zvanets.schools.models import StaffMember
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(small) -> User:
    return colleague(small, Role.SCHOOL_ADMIN)


@pytest.fixture
def head(admin):
    client = signed_in(admin)
    session = client.session
    session[PROVEN] = clock.now().timestamp()
    session.save()
    return client


def shown(day) -> str:
    return day.strftime("%d.%m.%Y г.")


class TestColleagues:
    NEW = {"first_name": "Десислава", "middle_name": "Илиева", "last_name": "Нинова", "role": "teacher"}

    def test_a_new_teacher_gets_a_log_in_that_works_until_the_last_day(self, client, head, small):
        until = clock.today() + timedelta(days=30)
        page = text_of(head.post(home(small, "head/people/new/"), self.NEW | {"ends_on": until.isoformat()}))
        username, password = re.search(r"Потребителско име (\S+) Парола (\S+)", page).groups()

        answer = client.post("/accounts/login/", {"login": username, "password": password}, follow=True)
        assert answer.request["PATH_INFO"] == home(small)
        page = text_of(head.get(home(small, "head/people/")))
        assert "Десислава Нинова · учител" in page
        user = User.objects.get(username=username)
        assert f"до {shown(until)}" in text_of(head.get(home(small, f"head/people/{user.pk}/")))
        with at_school(small.id):
            assert StaffMember.objects.get(user=user).full_name == "Десислава Илиева Нинова"
            assert Entry.objects.filter(verb="role.granted", object_id__isnull=False).exists()

    def test_who_signs_in_elsewhere_keeps_the_password_and_is_named_by_two_words(self, head, small):
        other = User.objects.create_user("d.ninova", PASSWORD, name="Десислава Нинова")
        page = text_of(
            head.post(home(small, "head/people/new/"), self.NEW | {"username": "d.ninova", "last_name": "Х"}), 422
        )
        assert "Няма човек с това потребителско име и тази фамилия." in page
        assert page.count("Няма човек") == text_of(
            head.post(home(small, "head/people/new/"), self.NEW | {"username": "nobody.here"}), 422
        ).count("Няма човек")

        page = text_of(head.post(home(small, "head/people/new/"), self.NEW | {"username": "d.ninova"}, follow=True))
        assert "Десислава Нинова вече има място тук" in page
        other.refresh_from_db()
        assert other.check_password(PASSWORD)

    def test_a_role_that_begins_later_opens_nothing_yet(self, head, small):
        tomorrow = clock.today() + timedelta(days=1)
        porter = colleague(small, Role.CLERK)
        head.post(
            home(small, f"head/people/{porter.pk}/roles/"), {"role": "director", "starts_on": tomorrow.isoformat()}
        )

        page = text_of(head.get(home(small, f"head/people/{porter.pk}/")))
        assert f"директор · от {shown(tomorrow)}" in page
        assert signed_in(porter).get(home(small, "head/people/")).status_code == 404

    def test_dates_the_wrong_way_round_are_refused_in_words(self, head, small):
        typed = {"role": "clerk", "starts_on": "2026-05-02", "ends_on": "2026-05-01"}
        page = text_of(head.post(home(small, f"head/people/{small.teacher.pk}/roles/"), typed), 422)
        assert "Последният ден не може да е преди първия." in page

    def test_a_role_ends_at_once_or_after_its_last_day(self, head, small):
        teacher = signed_in(small.teacher)
        with at_school(small.id):
            seat = Membership.objects.get(user=small.teacher)
        url = home(small, f"head/roles/{seat.pk}/end/")

        head.post(url, {"last_day": (clock.today() + timedelta(days=2)).isoformat()})
        assert teacher.get(home(small)).status_code == 200
        assert "Ролята на Мария Иванова е прекратена." in text_of(head.post(url, follow=True))
        assert teacher.get(home(small)).status_code in {302, 404}

    def test_nobody_ends_the_role_they_act_in(self, admin, head, small):
        with at_school(small.id):
            seat = Membership.objects.get(user=admin)
        page = text_of(head.post(home(small, f"head/roles/{seat.pk}/end/")), 422)
        assert "Собствената си роля не може да прекратите." in page

    def test_whoever_sits_at_the_open_computer_grants_and_ends_nothing(self, admin, small):
        stranger = signed_in(admin)
        with at_school(small.id):
            seat = Membership.objects.get(user=small.teacher)
        for url, typed in (
            ("head/people/new/", self.NEW),
            (f"head/people/{small.teacher.pk}/roles/", {"role": "director"}),
            (f"head/roles/{seat.pk}/end/", {}),
        ):
            assert "Потвърдете, че сте Вие" in text_of(stranger.post(home(small, url), typed), 401)
        assert not User.objects.filter(name="Десислава Нинова").exists()


class TestGuardians:
    FATHER = {"relation": "father", "first_name": "Петър", "last_name": "Желев", "is_legal": "on", "may_excuse": "on"}

    def right(self, small, relation: str = "father") -> Guardianship:
        with at_school(small.id):
            return Guardianship.objects.select_related("guardian").get(student=small.students[0], relation=relation)

    def test_a_second_parent_is_added_with_addresses_that_wait_for_confirmation(self, head, small):
        typed = self.FATHER | {"email": "Petar@Example.org", "phone": "0888 123 456"}
        page = text_of(head.post(family(small, "family/new/"), typed, follow=True))

        assert "Достъп имат: 2 души." in page
        assert "Петър Желев · баща · още няма вход законен представител, извинява отсъствия, от" in page
        assert "petar@example.org · чака потвърждение" in page
        with at_school(small.id):
            assert Contact.objects.filter(guardian=self.right(small).guardian, confirmed_at=None).count() == 2
            assert "Petar" not in "".join(Entry.objects.values_list("body__text", flat=True))

    def test_a_relative_reads_until_the_last_day_and_excuses_nothing(self, head, small):
        until = clock.today() + timedelta(days=10)
        typed = {"relation": "grandmother", "first_name": "Ана", "last_name": "Желева", "ends_on": until.isoformat()}
        page = text_of(head.post(family(small, "family/new/"), typed, follow=True))

        assert f"само чете, без здраве и подкрепа, от {shown(clock.today())} до {shown(until)}" in page
        right = self.right(small, "grandmother")
        assert (right.is_legal, right.may_excuse) == (False, False)
        with at_school(small.id):
            after = Guardianship.objects.active(on=until + timedelta(days=1))
            assert not after.filter(pk=right.pk).exists()

    def test_who_has_a_log_in_for_one_child_gets_the_second_with_it(self, head, small):
        mother = User.objects.create_user("mother", PASSWORD, name="Майка Василева")
        with at_school(small.id):
            small.guardians[1].user = mother
            small.guardians[1].save()
        typed = {"relation": Relation.MOTHER, "username": " Mother ", "is_legal": "on"}
        page = text_of(head.post(family(small, "family/new/"), typed, follow=True))
        assert "Майка Василев · майка · влиза като mother" in page
        page = text_of(head.post(family(small, "family/new/"), typed), 422)
        assert "Този родител вече има достъп до ученика." in page
        page = text_of(head.post(family(small, "family/new/"), typed | {"username": "nobody"}), 422)
        assert "Никой с достъп до ученик тук не влиза с това потребителско име." in page

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"first_name": ""}, "Напишете го, както е в документа."),
            ({"relation": ""}, "Изберете какъв е на детето."),
            ({"email": "баба"}, "не е адрес на електронна поща"),
            ({"phone": "12"}, "„12“"),
            ({"starts_on": "2030-01-02", "ends_on": "2030-01-01"}, "Последният ден не може да е преди първия"),
        ],
    )
    def test_what_is_wrong_is_said_and_nobody_gets_in(self, head, small, wrong, words):
        page = head.post(family(small, "family/new/"), self.FATHER | wrong)
        assert words in text_of(page, 422)
        assert "Желев" in page.content.decode()
        with at_school(small.id):
            assert not Guardianship.objects.filter(relation="father").exists()

    def test_a_new_right_may_follow_one_that_ran_out(self, head, small):
        day = (clock.today() + timedelta(days=1)).isoformat()
        head.post(family(small, "family/new/"), self.FATHER | {"ends_on": day})
        right = self.right(small)
        with at_school(small.id):
            old = clock.today() - timedelta(days=9)
            Guardianship.objects.filter(pk=right.pk).update(starts_on=old, ends_on=old)
            right.guardian.user = User.objects.create_user("father", PASSWORD, name="Петър Желев")
            right.guardian.save()
        head.post(family(small, "family/new/"), {"relation": "father", "username": "father", "is_legal": "on"})
        with at_school(small.id):
            assert Guardianship.objects.active(on=clock.today()).filter(guardian=right.guardian).count() == 1

    def test_the_homeroom_teacher_lets_nobody_in(self, small):
        lead = signed_in(colleague(small, leads=True))
        assert lead.get(family(small, "family/new/")).status_code == 404
        assert "Дай достъп" not in text_of(lead.get(family(small)))
