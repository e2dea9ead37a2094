"""Invitations: by a legal representative alone, taken once, ended by a day, by a word, or with whoever invited."""

from datetime import timedelta

import pytest

from tests.accounts.people import person
from tests.marks import committed
from tests.small_school import add_guardian
from zvanets.accounts.models import Letter, Membership, Role
from zvanets.guardians.actions import withdraw_right
from zvanets.guardians.invitations import MOST_WAITING, invite, take, waiting, withdraw_invitation, withdraw_invited
from zvanets.guardians.models import Guardianship, Invitation, Relation
from zvanets.history.models import Entry
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def mother(small) -> Guardianship:
    with at_school(small.id):
        return Guardianship.objects.select_related("guardian", "student").get(guardian=small.guardians[0])


@pytest.fixture
def asks(small, mother):
    def ask(relation=Relation.GRANDMOTHER, **some) -> str:
        with at_school(small.id):
            return invite(actor=small.head, by=mother, relation=relation, name="баба Ана", **some)

    return ask


def test_who_takes_it_reads_as_a_guest_and_it_is_taken_once(small, asks):
    code, granny = asks(), person("granny", name="Ана Желева")
    right = take(granny, f" {code.upper()} ")

    assert (right.is_legal, right.may_excuse, right.relation) == (False, False, "grandmother")
    with at_school(small.id):
        assert Membership.objects.get(user=granny).role == Role.GUEST
        assert code not in "".join(Entry.objects.values_list("body__text", flat=True))
        assert Invitation.objects.get().right == right
    with pytest.raises(Refusal, match="Няма покана"):
        take(person("thief"), code)


@pytest.mark.parametrize(
    "code", ["", "x", "1", "-", "9900901-aaaa-bbbb-cccc", "99999999999999999999-a", "１-a", "0-a", "-5-a"]
)
def test_a_code_of_nothing_is_refused_in_one_sentence(small, code):
    with pytest.raises(Refusal, match="Няма покана с този код"):
        take(person("stranger"), code)


def test_it_waits_a_week(asks, later):
    code = asks()
    later(days=7, minutes=1)
    with pytest.raises(Refusal, match="Няма покана"):
        take(person("late"), code)


@committed
def test_by_letter_it_carries_no_name_of_a_child(small, asks):
    code = asks(email="granny@example.org")
    letter = Letter.objects.using("worker").get(address="granny@example.org")
    assert code in letter.text
    assert small.students[0].first_name not in letter.text


def test_only_a_legal_representative_invites_and_no_second_parent(small, asks):
    with at_school(small.id):
        tutor = add_guardian(small.students[0], clock.today(), relation=Relation.OTHER)
        Guardianship.objects.filter(guardian=tutor).update(is_legal=False)
        right = Guardianship.objects.get(guardian=tutor)
        with pytest.raises(Refusal, match="Само законен представител"):
            invite(actor=small.head, by=right, relation=Relation.OTHER, name="x")
    with pytest.raises(Refusal, match="Само законен представител"):
        asks(Relation.FATHER)


def test_the_child_has_one_log_in_of_its_own(small, asks):
    right = take(person("anna", name="Анна Желева"), asks(Relation.SELF))
    with at_school(small.id):
        assert Membership.objects.get(user=right.guardian.user).role == Role.STUDENT
    with pytest.raises(Refusal, match="вече има свой вход"):
        asks(Relation.SELF)


def test_it_ends_by_its_day(small, asks):
    until = clock.today() + timedelta(days=3)
    right = take(person("tutor"), asks(Relation.OTHER, ends_on=until))
    with at_school(small.id):
        assert Guardianship.objects.active(on=until).filter(pk=right.pk).exists()
        assert not Guardianship.objects.active(on=until + timedelta(days=1)).filter(pk=right.pk).exists()
    with pytest.raises(Refusal, match="в миналото"):
        asks(ends_on=clock.today() - timedelta(days=1))


def test_a_word_ends_it_at_once_before_and_after_it_is_taken(client, small, asks):
    code = asks()
    with at_school(small.id):
        withdraw_invitation(actor=small.head, invitation=Invitation.objects.select_related("student").get())
    with pytest.raises(Refusal, match="Няма покана"):
        take(person("late"), code)

    granny = person("granny", name="Ана Желева")
    right = take(granny, asks())
    client.force_login(granny)
    page = f"/p/{small.id}/{small.students[0].pk}/"
    assert client.get(page).status_code == 200
    with at_school(small.id):
        withdraw_invited(actor=small.head, right=right)
    assert client.get(page).status_code in {302, 404}


def test_with_a_parent_go_those_they_let_in_but_not_the_child(small, asks, mother):
    granny = take(person("granny"), asks())
    child = take(person("anna"), asks(Relation.SELF))
    code = asks(Relation.OTHER)
    with at_school(small.id):
        withdraw_right(actor=small.head, right=mother, why="Решение на съда")
        left = set(Guardianship.objects.active(on=clock.today()).filter(student=small.students[0]))
        assert granny not in left
        assert child in left
    with pytest.raises(Refusal, match="Няма покана"):
        take(person("late"), code)


def test_no_more_than_ten_wait(small, asks):
    for _ in range(MOST_WAITING):
        asks()
    with pytest.raises(Refusal, match="Чакат много покани"):
        asks()
    with at_school(small.id):
        assert waiting(small.students[0].pk).count() == MOST_WAITING


def test_one_account_looks_at_children_of_several_schools(small, asks, two_schools):
    from tests.small_school import build

    other = build(two_schools[1].pk)
    granny = person("granny", name="Ана Желева")
    take(granny, asks())
    with at_school(other.id):
        by = Guardianship.objects.select_related("guardian", "student").get(guardian=other.guardians[2])
        code = invite(actor=other.head, by=by, relation=Relation.OTHER, name="леля")
    take(granny, code)
    with at_school(small.id):
        assert Guardianship.objects.held_by(granny).count() == 1
    with at_school(other.id):
        assert Guardianship.objects.held_by(granny).get().student == other.students[2]
