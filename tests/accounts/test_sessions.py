"""A session comes with its user, and ends where Django's would."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import override_settings

from tests.accounts.people import person
from tests.budget import statements
from zvanets.accounts.models import User
from zvanets.lib import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(client):
    user = person("m.ivanova", name="Мария Иванова")
    client.force_login(user)
    return user


def is_signed_in(client) -> bool:
    return client.get("/accounts/password/change/").status_code == 200


def test_the_user_comes_with_the_session_in_one_statement(client, maria):
    with statements() as asked:
        assert is_signed_in(client)

    assert [sql for sql in asked if "accounts_user" in sql] == [sql for sql in asked if "django_session" in sql]
    assert len([sql for sql in asked if "django_session" in sql]) == 1


def test_raising_the_series_ends_the_session(client, maria):
    User.objects.filter(pk=maria.pk).update(session_series=2)

    assert not is_signed_in(client)
    assert not Session.objects.exists()


def test_a_user_who_was_switched_off_is_out(client, maria):
    User.objects.filter(pk=maria.pk).update(is_active=False)

    assert not is_signed_in(client)


def test_a_session_of_a_deleted_user_is_nobodys(client, maria):
    session = client.session
    session["_auth_user_id"] = str(maria.pk + 1)
    session.save()

    assert not is_signed_in(client)


def test_an_expired_session_is_none(client, maria):
    Session.objects.update(expire_date=clock.now())

    assert not is_signed_in(client)


@pytest.mark.parametrize("far", [timedelta(days=-400), timedelta(days=400)])
def test_a_session_lasts_two_weeks_by_the_clock_of_the_service(client, monkeypatch, far):
    monkeypatch.setattr(clock, "_offset", far)
    client.force_login(person("m.ivanova"))

    monkeypatch.setattr(clock, "_offset", far + timedelta(days=13, hours=23))
    assert is_signed_in(client)
    monkeypatch.setattr(clock, "_offset", far + timedelta(days=29))
    assert not is_signed_in(client)


@pytest.mark.parametrize("damage", ["", "[1]", "eyJhIjoxfQ:1vQ:x", '"text"'])
def test_damaged_data_is_an_empty_session(client, maria, damage):
    Session.objects.update(session_data=damage)

    assert not is_signed_in(client)


def test_a_changed_secret_keeps_those_who_signed_in_under_the_old_one(client, maria, settings):
    with override_settings(SECRET_KEY="a new one", SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
        assert is_signed_in(client)
    with override_settings(SECRET_KEY="yet another"):
        assert not is_signed_in(client)


def test_an_unknown_backend_lets_nobody_in(client, maria):
    session = client.session
    session["_auth_user_backend"] = "somebody.elses.Backend"
    session.save()

    assert not is_signed_in(client)
