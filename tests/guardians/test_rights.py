"""Rights to know of a student: given, withdrawn, and all that hangs on them."""

import pytest
from django.test import Client

from zvanets.accounts.models import Membership, Role, User
from zvanets.guardians.actions import add_guardian, grant_right, subscribe, withdraw_right
from zvanets.guardians.models import ChannelName, EventKind, Guardian, Guardianship, Relation, Subscription
from zvanets.guardians.pins import issue_pin
from zvanets.history.models import Entry, Pending
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def father(inside):
    user = User.objects.create_user("father", "x", name="Петър Желев")
    return add_guardian(
        actor=inside.head,
        student=inside.students[0],
        relation=Relation.FATHER,
        first_name=" Петър ",
        last_name="Желев",
        user=user,
    )


def test_a_new_guardian_hears_of_everything_in_the_portal_and_has_a_seat(father):
    assert father.guardian.full_name == "Петър Желев"
    own = Subscription.objects.active(on=clock.today()).get(guardianship=father)
    assert (own.channel, own.kinds) == (ChannelName.PORTAL, EventKind.values)
    assert Membership.objects.get(user=father.guardian.user).role == Role.GUARDIAN
    assert [entry.verb for entry in Entry.objects.order_by("number")] == ["role.granted", "right.granted"]
    assert not Pending.objects.exists()


def test_two_guardians_of_one_name_are_two_people(inside, father):
    again = add_guardian(
        actor=inside.head,
        student=inside.students[1],
        relation=Relation.FATHER,
        first_name="Петър",
        last_name="Желев",
    )

    assert again.guardian_id != father.guardian_id


def test_a_guardian_without_a_name_or_with_the_right_already_is_refused(inside, father):
    with pytest.raises(Refusal, match="собствено име"):
        add_guardian(
            actor=inside.head, student=inside.students[0], relation=Relation.OTHER, first_name=" ", last_name="Ж"
        )
    with pytest.raises(Refusal, match="вече има достъп"):
        grant_right(actor=inside.head, guardian=father.guardian, student=inside.students[0], relation=Relation.FATHER)


def test_withdrawing_a_right_ends_everything_at_once(client, inside, father):
    user = father.guardian.user
    client.force_login(user)
    issue_pin(actor=inside.head, guardian=father.guardian)
    subscribe(actor=inside.head, right=father, channel=ChannelName.EMAIL, kinds=["grade"])

    withdraw_right(actor=inside.head, right=father, why="Решение на съда")

    father.refresh_from_db()
    assert father.withdrawn_why == "Решение на съда"
    assert not Guardianship.objects.active(on=clock.today()).held_by(user).exists()
    assert not Subscription.objects.active(on=clock.today()).filter(guardianship=father).exists()
    assert Guardian.objects.get(pk=father.guardian_id).pin_hash == ""
    assert not Membership.objects.of(user).active(on=clock.today()).exists()
    assert client.get("/").headers["Location"].startswith("/accounts/login/")
    assert [entry.verb for entry in Entry.objects.newest_first()[:2]] == ["right.withdrawn", "role.withdrawn"]


def test_a_guardian_of_another_child_keeps_seat_pin_and_sessions(client, inside, father):
    grant_right(actor=inside.head, guardian=father.guardian, student=inside.students[1], relation=Relation.FATHER)
    issue_pin(actor=inside.head, guardian=father.guardian)

    withdraw_right(actor=inside.head, right=father, why="Грешно дете")

    assert Membership.objects.active(on=clock.today()).get(user=father.guardian.user).role == Role.GUARDIAN
    assert Guardian.objects.get(pk=father.guardian_id).pin_hash


def test_a_guest_without_children_has_no_place_left(inside, father):
    Membership.objects.create(user=father.guardian.user, role=Role.GUEST, starts_on=clock.today())
    withdraw_right(actor=inside.head, right=father, why="Поискаха родителите")
    assert not Membership.objects.of(father.guardian.user).active(on=clock.today()).exists()


def test_a_right_is_withdrawn_once_and_with_a_reason(inside, father):
    with pytest.raises(Refusal, match="защо"):
        withdraw_right(actor=inside.head, right=father, why=" ")
    withdraw_right(actor=inside.head, right=father, why="Първо")
    count = Entry.objects.count()
    withdraw_right(actor=inside.head, right=father, why="Второ")

    father.refresh_from_db()
    assert father.withdrawn_why == "Първо"
    assert Entry.objects.count() == count


def test_a_withdrawn_right_can_be_given_again(inside, father):
    withdraw_right(actor=inside.head, right=father, why="Грешка")
    again = grant_right(
        actor=inside.head, guardian=father.guardian, student=inside.students[0], relation=Relation.FATHER
    )

    assert Membership.objects.active(on=clock.today()).of(father.guardian.user).exists()
    assert Subscription.objects.active(on=clock.today()).filter(guardianship=again).count() == 1


def test_a_student_may_read_their_own_page_but_excuse_nothing(inside):
    user = User.objects.create_user("anna", "x", name="Анна Желева")
    own = add_guardian(
        actor=inside.head,
        student=inside.students[0],
        relation=Relation.SELF,
        first_name="Анна",
        last_name="Желева",
        user=user,
    )

    assert not own.may_excuse
    assert Membership.objects.get(user=user).role == Role.STUDENT


def test_a_right_in_one_school_says_nothing_in_another(two_schools, father):
    with at_school(two_schools[1].pk):
        assert not Guardianship.objects.held_by(father.guardian.user).exists()


def test_a_withdrawn_session_is_gone_in_every_browser(inside, father):
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(father.guardian.user)
    withdraw_right(actor=inside.head, right=father, why="Решение на съда")

    assert all(browser.get("/").headers["Location"].startswith("/accounts/login/") for browser in browsers)
