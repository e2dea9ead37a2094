"""A second factor: codes reckoned here from RFC 6238 alone, recovery codes, and what neither opens."""

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from tests.accounts.people import PASSWORD, SYSTEM, person, seat, sign_in
from tests.marks import committed
from zvanets.accounts.actions import Rules, change_sign_in_rules, remove_second_factor
from zvanets.accounts.models import Letter, OpenSession, Role, SignInRules
from zvanets.history.models import Entry
from zvanets.lib import clock
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db
SECOND = "/accounts/second/"


@pytest.fixture(autouse=True)
def _no_tries_yet(db):
    cache.clear()


@pytest.fixture
def teacher(client, school):
    user = person("m.ivanova", name="Мария Иванова", email="maria@example.org")
    seat(user, school.pk, Role.TEACHER)
    sign_in(client, "m.ivanova")
    return user


def code_of(secret: str, *, step: int = 0) -> str:
    """RFC 6238 by hand: nothing of the product's own is asked."""
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4]) & 0x7FFFFFFF) % 1_000_000:06}"


def again(client: Client) -> None:
    client.post("/accounts/unlock/", {"password": PASSWORD})


def add_application(client: Client) -> str:
    """Add an application as a person does; return its secret."""
    again(client)
    page = client.get(f"{SECOND}application/").content.decode()
    secret = re.search(r"<code>(\w+)</code>", page)[1]
    answer = client.post(f"{SECOND}application/", {"code": code_of(secret)})
    assert answer.headers["Location"] == f"{SECOND}codes/", answer.content.decode()
    return secret


def test_signing_in_with_an_application_needs_its_code(client, teacher):
    secret = add_application(client)
    other = Client()

    asked = sign_in(other, "m.ivanova")
    assert asked.headers["Location"] == f"{SECOND}sign-in/"
    assert "_auth_user_id" not in other.session
    assert "Кодът не е верен" in other.post(asked.headers["Location"], {"code": "000000"}).content.decode()
    other.post(asked.headers["Location"], {"code": code_of(secret, step=-1)})  # a telephone half a minute slow
    assert int(other.session["_auth_user_id"]) == teacher.pk


def test_a_code_opens_once(client, teacher):
    secret = add_application(client)
    code = code_of(secret)
    for opens in (True, False):
        other = Client()
        sign_in(other, "m.ivanova")
        other.post(f"{SECOND}sign-in/", {"code": code})
        assert ("_auth_user_id" in other.session) is opens


def test_recovery_codes_are_shown_once_and_each_opens_once(client, teacher):
    add_application(client)
    page = client.get(f"{SECOND}codes/").content.decode()
    codes = re.findall(r"<code>(\d{8})</code>", page)
    assert len(codes) == 10
    assert not re.findall(r"<code>(\d{8})</code>", client.get(f"{SECOND}codes/").content.decode())

    for opens in (True, False):
        other = Client()
        sign_in(other, "m.ivanova")
        other.post(f"{SECOND}sign-in/", {"code": codes[3]})
        assert ("_auth_user_id" in other.session) is opens


def test_a_code_is_guessed_five_times_and_no_more(client, teacher):
    secret = add_application(client)
    other = Client()
    sign_in(other, "m.ivanova")
    for _ in range(5):
        other.post(f"{SECOND}sign-in/", {"code": "000000"})

    page = other.post(f"{SECOND}sign-in/", {"code": code_of(secret)}).content.decode()
    assert "Твърде много грешни кодове" in page


def test_the_secret_stands_encrypted_in_the_database(client, teacher):
    secret = add_application(client)
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_whoever_sits_at_an_open_computer_adds_and_removes_nothing_without_the_password(client, teacher):
    for page in ("application/", "keys/new/", "codes/new/"):
        assert client.get(f"{SECOND}{page}").headers["Location"].startswith("/accounts/unlock/")
    add_application(client)
    client.post("/accounts/logout/")
    assert Authenticator.objects.count() == 2


@committed
def test_each_change_is_written_to_the_owner(client, teacher):
    add_application(client)
    client.post(f"{SECOND}application/remove/")

    letters = list(Letter.objects.using("worker").order_by("pk").values_list("address", "text"))
    assert [address for address, _ in letters] == ["maria@example.org"] * 2
    assert "добавено е приложение" in letters[0][1]
    assert "премахнато е приложението" in letters[1][1]
    assert "127.0.0.1" not in str(letters)
    assert not Authenticator.objects.exists()


def test_the_form_that_waited_for_the_log_in_asks_for_the_code_too(client, teacher, school):
    secret = add_application(client)
    client.post("/accounts/logout/")
    page = f"/s/{school.pk}/printed/"
    sent = {"path": "/x/", "unlock_name": "m.ivanova", "unlock_password": PASSWORD}

    refused = client.post(page, sent)
    assert refused.status_code == 401
    assert "Въведете и кода" in refused.content.decode()
    assert "_auth_user_id" not in client.session
    assert client.post(page, sent | {"unlock_code": code_of(secret)}).status_code == 400  # the page itself answers


def test_a_locked_page_opens_with_a_code(client, teacher, school, monkeypatch):
    from datetime import timedelta

    secret = add_application(client)
    monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(minutes=11))
    today = f"/s/{school.pk}/"
    assert client.get(today).status_code == 302

    client.post(f"{SECOND}unlock/", {"code": "123456", "next": today})
    assert client.get(today).status_code == 302
    client.post(f"{SECOND}unlock/", {"code": code_of(secret, step=1), "next": today})
    assert client.get(today).status_code == 200


def test_a_school_that_asks_for_it_lets_nobody_work_without_it_from_that_day(client, teacher, school):
    with at_school(school.pk):
        change_sign_in_rules(actor=SYSTEM, wanted=Rules(second_factor_from=clock.today()))
    today = f"/s/{school.pk}/"

    assert client.get(today).headers["Location"] == SECOND
    assert "иска втора стъпка" in client.get(SECOND).content.decode()
    add_application(client)
    assert client.get(today).status_code == 200


def test_until_that_day_it_is_only_called_to_mind(client, teacher, school):
    from datetime import timedelta

    with at_school(school.pk):
        SignInRules.objects.create(second_factor_from=clock.today() + timedelta(days=3))
    page = client.get(f"/s/{school.pk}/").content.decode()
    assert "училището иска втора стъпка при вход" in page
    add_application(client)
    assert "училището иска втора стъпка" not in client.get(f"/s/{school.pk}/").content.decode()


@committed
def test_who_lost_telephone_and_codes_gets_in_by_the_password_again_and_is_told(client, teacher, school):
    add_application(client)
    with at_school(school.pk):
        remove_second_factor(actor=SYSTEM, user=teacher)
        assert Entry.objects.filter(verb="secondfactor.removed", object_id=teacher.pk).exists()

    assert sign_in(Client(), "m.ivanova").headers["Location"] == "/"
    assert "премахна втората стъпка" in Letter.objects.using("worker").order_by("pk").last().text
    assert client.get(f"/s/{school.pk}/").status_code == 302  # signed out everywhere


def test_one_sees_where_one_is_signed_in_and_signs_out_there(client, teacher):
    library = Client(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"})
    sign_in(library, "m.ivanova")

    page = client.get("/accounts/sessions/").content.decode()
    assert "още 1 място" in page
    assert "компютър (Windows, Firefox)" in page
    client.post("/accounts/sessions/")
    assert library.get("/accounts/sessions/").headers["Location"].startswith("/accounts/login/")
    assert client.get("/accounts/sessions/").status_code == 200
    assert OpenSession.objects.filter(user=teacher).count() == 1
