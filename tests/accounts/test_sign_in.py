"""Signing in: any name of a person, throttled, kept."""

import json

import pytest
from django.core.cache import cache

from tests.accounts.people import PASSWORD, person, seat, sign_in
from tests.budget import statements
from zvanets.accounts.models import Role, SignIn, User
from zvanets.accounts.seats import seats_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_tries_yet(db):
    cache.clear()


@pytest.fixture
def ivan(db):
    return person("i.petrov", email="ivan@example.org", phone="+359882818905")


@pytest.mark.parametrize(
    "name",
    [
        "i.petrov",
        "I.Petrov",
        " i.petrov ",
        "ivan@example.org",
        "IVAN@Example.org",
        "0882 818 905",
        "+359882818905",
        "088/2818905",
        "00359 88 281 89 05",
    ],
)
def test_a_person_signs_in_by_any_of_their_names(client, ivan, name):
    answer = sign_in(client, name)

    assert answer.status_code == 302
    assert int(client.session["_auth_user_id"]) == ivan.pk


def test_an_invented_number_signs_in_although_no_telephone_has_it(client, db):
    person("t.andreeva", phone="+359990213027")
    assert sign_in(client, "+359990213027").status_code == 302


def test_a_user_name_that_reads_like_a_number_is_still_its_owners(ivan):
    other = person("0882818905a")
    User.objects.filter(pk=other.pk).update(username="0882818905")

    assert User.objects.signing_in_as("0882818905") == other
    assert User.objects.signing_in_as("0882 818 905") == ivan


@pytest.mark.parametrize("name", ["i.petrov", "ivan@example.org", "0882 818 905", "nobody", "nobody@example.org"])
def test_a_wrong_password_is_refused_in_the_same_words_whoever_it_is(client, ivan, name):
    page = sign_in(client, name, "wrong").content.decode()

    assert "Името или паролата не са верни" in page
    assert name.strip() in page  # what was typed stays


def test_every_attempt_is_kept_with_its_address(client, ivan):
    sign_in(client, "ivan@example.org", "wrong", REMOTE_ADDR="198.51.100.7")
    sign_in(client, "i.petrov", REMOTE_ADDR="198.51.100.8")

    kept = list(SignIn.objects.order_by("id").values_list("user_id", "succeeded", "address"))
    assert kept == [(ivan.pk, False, "198.51.100.7"), (ivan.pk, True, "198.51.100.8")]


def test_an_address_is_taken_from_the_last_proxy_of_ours_only(client, ivan, settings):
    settings.TRUSTED_PROXIES = 1
    sign_in(client, "i.petrov", headers={"X-Forwarded-For": "10.0.0.1, 203.0.113.9"})

    assert SignIn.objects.get().address == "203.0.113.9"


def test_an_address_that_a_stranger_sends_is_not_believed(client, ivan):
    sign_in(client, "i.petrov", headers={"X-Forwarded-For": "203.0.113.9"})

    assert SignIn.objects.get().address == "127.0.0.1"


def test_the_sixth_wrong_password_is_not_even_looked_at_however_the_name_is_written(client, ivan):
    for name in ("i.petrov", "ivan@example.org", "0882818905", "088 281 8905", "+359 88 281 8905"):
        sign_in(client, name, "wrong")

    page = sign_in(client, "i.petrov", PASSWORD).content.decode()
    assert "Твърде много грешни пароли" in page
    assert "_auth_user_id" not in client.session


def test_somebody_elses_wrong_passwords_do_not_lock_a_person_out(client, ivan):
    person("other")
    for _ in range(6):
        sign_in(client, "other", "wrong")

    assert sign_in(client, "i.petrov").status_code == 302


def test_too_many_attempts_from_one_address_get_a_page_in_words(client, ivan, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "2/m/ip"}
    for _ in range(2):
        sign_in(client, "nobody", "wrong")

    answer = sign_in(client, "i.petrov")
    assert answer.status_code == 429
    assert "Твърде много опити" in answer.content.decode()


def test_an_account_that_was_closed_says_so(client, ivan):
    User.objects.update(is_active=False)

    assert sign_in(client, "i.petrov").headers["Location"] == "/accounts/inactive/"


def test_logging_out_ends_the_session(client, ivan):
    sign_in(client, "i.petrov")
    client.post("/accounts/logout/")

    assert client.get("/").headers["Location"].startswith("/accounts/login/")


def test_asking_for_a_password_tells_nobody_whether_an_address_is_known(client, ivan):
    known = client.post("/accounts/password/reset/", {"email": "ivan@example.org"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})

    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])


def test_the_seats_of_a_person_in_two_schools_come_in_one_query(ivan, two_schools):
    for school in two_schools:
        seat(ivan, school.pk, Role.TEACHER)
    seat(ivan, two_schools[0].pk, Role.GUARDIAN)
    seat(person("other"), two_schools[0].pk, Role.TEACHER)

    with statements() as asked:
        found = [(each.school, each.role) for each in seats_of(ivan)]
    assert len(asked) == 2  # SET LOCAL and the seats
    assert sorted(found) == sorted(
        [("ОУ „Изпитно“", "teacher"), ("СУ „Съседно“", "teacher"), ("ОУ „Изпитно“", "guardian")]
    )


def test_home_leads_to_the_only_place(client, ivan, school):
    seat(ivan, school.pk, Role.TEACHER)
    sign_in(client, "i.petrov")

    assert client.get("/").headers["Location"] == f"/s/{school.pk}/"


def test_home_offers_the_choice_between_several_places(client, ivan, two_schools):
    seat(ivan, two_schools[0].pk, Role.DIRECTOR)
    seat(ivan, two_schools[1].pk, Role.GUARDIAN)
    sign_in(client, "i.petrov")

    page = client.get("/").content.decode()
    assert f'href="/s/{two_schools[0].pk}/"' in page
    assert 'href="/p/"' in page
    assert f'href="/s/{two_schools[1].pk}/"' not in page


def test_who_has_no_seat_is_told_whom_to_ask(client, ivan):
    sign_in(client, "i.petrov")

    assert "Още нямате достъп" in client.get("/").content.decode()


def test_the_page_before_signing_in_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/accounts/login/").status_code == 200


def test_no_log_line_names_a_person(client, ivan, capfd):
    sign_in(client, "ivan@example.org", "wrong")
    sign_in(client, "ivan@example.org")
    client.get("/p/no-such-page-of-ivan@example.org/")
    client.get("/")

    _, lines = capfd.readouterr()
    assert all(json.loads(line) for line in lines.splitlines())
    for secret in ("ivan", "example.org", "petrov", "Петров", "wrong", PASSWORD, "127.0.0.1"):
        assert secret not in lines
