"""Guessing a password is slow, and nobody locks a person out by knowing their name."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client

from tests.accounts.people import PASSWORD, person, sign_in

pytestmark = pytest.mark.django_db
CLASSROOM, PHONE_OF_A_STUDENT = "198.51.100.7", "203.0.113.9"


@pytest.fixture(autouse=True)
def _no_tries_yet(db):
    cache.clear()


@pytest.fixture
def teacher(db):
    return person("m.ivanova")


@pytest.fixture
def later(monkeypatch):
    """Move the limiter's own clock."""
    import time

    real = time.time
    moved = [0.0]
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: real() + moved[0])

    def pass_time(**some):
        moved[0] += timedelta(**some).total_seconds()

    return pass_time


def guess(times: int, *, address: str, client: Client | None = None) -> str:
    client = client or Client()
    return (
        [sign_in(client, "m.ivanova", "wrong", REMOTE_ADDR=address) for _ in range(times)][-1]
        .content.decode()
        .replace("\xa0", " ")
    )


def test_a_student_who_knows_the_name_does_not_lock_the_teacher_out_of_her_own_computer(teacher):
    classroom = Client()
    sign_in(classroom, "m.ivanova", REMOTE_ADDR=CLASSROOM)
    classroom.post("/accounts/logout/")

    for address in (CLASSROOM, *(f"203.0.113.{n}" for n in range(1, 8))):
        guess(6, address=address)

    assert sign_in(classroom, "m.ivanova", REMOTE_ADDR=CLASSROOM).status_code == 302


def test_nor_at_home_on_a_computer_that_is_new_to_her(teacher):
    guess(10, address=PHONE_OF_A_STUDENT)

    assert sign_in(Client(), "m.ivanova", REMOTE_ADDR="192.0.2.1").status_code == 302


def test_many_hands_guess_no_faster_than_one(teacher):
    for n in range(1, 21):
        guess(1, address=f"203.0.113.{n}")

    page = sign_in(Client(), "m.ivanova", PASSWORD, REMOTE_ADDR="192.0.2.1").content.decode().replace("\xa0", " ")
    assert "Опитайте отново след 10 минути" in page


def test_who_has_a_second_factor_is_let_in_though_many_hands_guess(teacher):
    Authenticator.objects.create(user=teacher, type=Authenticator.Type.TOTP, data={"secret": "x"})
    for n in range(1, 41):
        guess(1, address=f"203.0.113.{n}")

    answer = sign_in(Client(), "m.ivanova", PASSWORD, REMOTE_ADDR="192.0.2.1")
    assert answer.headers["Location"] == "/accounts/second/sign-in/"


def test_the_words_say_when_to_try_again_and_who_can_help(teacher):
    page = guess(6, address=PHONE_OF_A_STUDENT)

    assert "Опитайте отново след 5 минути" in page
    assert "ключ за достъп" in page
    assert "администраторът на училището" in page


def test_the_wait_grows_with_each_row_of_wrong_passwords(teacher, later):
    guess(5, address=PHONE_OF_A_STUDENT)
    later(minutes=6)
    guess(5, address=PHONE_OF_A_STUDENT)
    later(minutes=6)

    page = guess(1, address=PHONE_OF_A_STUDENT)
    assert "Опитайте отново след 48 минути" in page or "Опитайте отново след 49 минути" in page
    tried = 0
    for _ in range(48):
        later(minutes=30)
        tried += "Името или паролата не са верни" in guess(1, address=PHONE_OF_A_STUDENT)
    assert tried <= 30  # in a day and from one address


def test_wrong_passwords_at_her_own_computer_lock_it_for_an_hour_at_most(teacher, later):
    classroom = Client()
    sign_in(classroom, "m.ivanova", REMOTE_ADDR=CLASSROOM)
    classroom.post("/accounts/logout/")
    for _ in range(25):
        guess(1, address=CLASSROOM, client=classroom)
        later(minutes=3)

    later(minutes=60)
    assert sign_in(classroom, "m.ivanova", REMOTE_ADDR=CLASSROOM).status_code == 302


def test_a_cookie_of_ones_own_making_is_no_known_device(teacher):
    stranger = Client()
    stranger.cookies["known"] = "abc:def.xyz"
    guess(5, address=PHONE_OF_A_STUDENT, client=stranger)

    assert "Твърде много" in guess(1, address=PHONE_OF_A_STUDENT, client=Client())


def test_a_computer_known_to_one_teacher_is_strange_to_another(teacher):
    person("other")
    shared = Client()
    sign_in(shared, "other", REMOTE_ADDR=CLASSROOM)
    shared.post("/accounts/logout/")

    guess(5, address=CLASSROOM, client=shared)
    assert "Твърде много" in guess(1, address=CLASSROOM)  # counted with every stranger at that address
