"""Accounts and seats: made, granted, withdrawn, recorded."""

import pytest
from django.core.cache import cache
from django.test import Client

from tests.accounts.people import PASSWORD, SYSTEM, person, sign_in
from zvanets.accounts.actions import create_user, grant_role, withdraw_role
from zvanets.accounts.models import Membership, Role
from zvanets.history.models import Entry, Pending
from zvanets.lib.refusals import Refusal
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_yet(db):
    cache.clear()


def make(**fields):
    return create_user(actor=SYSTEM, **({"username": "Ivan.Petrov", "name": "Иван Петров"} | fields))


def test_an_account_is_kept_in_small_letters_and_recorded(school):
    with at_school(school.pk):
        user = make(email=" Ivan@Example.org ", phone="0882 818 905", password=PASSWORD)
        entry = Entry.objects.get()

    assert (user.username, user.email, user.phone) == ("ivan.petrov", "ivan@example.org", "+359882818905")
    assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert (entry.verb, entry.object_id) == ("account.created", user.pk)


def test_an_account_without_a_password_lets_nobody_in(client, school):
    with at_school(school.pk):
        make()

    assert sign_in(client, "ivan.petrov", "").status_code == 200
    assert sign_in(client, "ivan.petrov", "None").status_code == 200


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"username": "0882818905"}, "username"),
        ({"username": "a@example.org"}, "username"),
        ({"username": "x"}, "username"),
        ({"username": "IVAN.petrov"}, "username_taken"),
        ({"username": "other", "email": "IVAN@example.org"}, "email_taken"),
        ({"username": "other", "phone": "+359 88 2818905"}, "phone_taken"),
        ({"username": "other", "phone": "12"}, "phone"),
    ],
)
def test_a_name_that_is_wrong_or_somebody_elses_is_refused(school, fields, code):
    with at_school(school.pk):
        make(email="ivan@example.org", phone="0882818905")
        with pytest.raises(Refusal) as refused:
            make(**fields)

    assert refused.value.code == code


def test_a_role_is_granted_once(school):
    user = person("ivan")
    with at_school(school.pk):
        first = grant_role(actor=SYSTEM, user=user, role=Role.TEACHER)
        assert grant_role(actor=SYSTEM, user=user, role=Role.TEACHER) == first
        assert [entry.verb for entry in Entry.objects.all()] == ["role.granted"]
        assert not Pending.objects.exists()


def test_a_role_can_be_granted_again_after_it_was_withdrawn(school):
    user = person("ivan")
    with at_school(school.pk):
        withdraw_role(actor=SYSTEM, seat=grant_role(actor=SYSTEM, user=user, role=Role.TEACHER))
        grant_role(actor=SYSTEM, user=user, role=Role.TEACHER)
        assert Membership.objects.count() == 2


def test_with_the_last_seat_every_session_ends_at_once(client, school):
    user = person("ivan")
    elsewhere = Client()
    with at_school(school.pk):
        seat = grant_role(actor=SYSTEM, user=user, role=Role.TEACHER)
    sign_in(client, "ivan")
    sign_in(elsewhere, "ivan")

    with at_school(school.pk):
        withdraw_role(actor=SYSTEM, seat=seat)
    for browser in (client, elsewhere):
        assert browser.get("/").headers["Location"].startswith("/accounts/login/")


def test_a_seat_in_another_school_keeps_the_sessions(client, two_schools):
    user = person("ivan")
    seats = []
    for each in two_schools:
        with at_school(each.pk):
            seats.append(grant_role(actor=SYSTEM, user=user, role=Role.TEACHER))
    sign_in(client, "ivan")

    with at_school(two_schools[0].pk):
        withdraw_role(actor=SYSTEM, seat=seats[0])
    assert client.get("/").headers["Location"] == f"/s/{two_schools[1].pk}/"
