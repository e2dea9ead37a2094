"""A guardian chooses the PIN for the telephone, or changes it: with the password, in words, and nobody reads it."""

import logging

import pytest
from django.core.cache import cache

from tests.accounts.people import PASSWORD
from tests.portal.test_home import page_of
from zvanets.guardians.models import Guardian, Relation
from zvanets.guardians.pins import check_pin
from zvanets.history.models import Entry
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db
PIN = "271828"


@pytest.fixture(autouse=True)
def _no_tries_yet(db):
    cache.clear()


def choose(client, home, pin: str = PIN, again: str | None = None, password: str = PASSWORD):
    typed = {"password": password, "pin": pin, "again": pin if again is None else again}
    return client.post(home.url(0, "settings/pin/"), typed)


def opens(home, pin: str, child: int = 0) -> bool:
    with at_school(home.small.id):
        return check_pin(actor=home.small.head, student=home.small.students[child], pin=pin).right is not None


def test_the_first_pin_opens_the_telephone_of_every_child(signed_in, home):
    assert "Още нямате ПИН код." in page_of(signed_in, home.url(0, "settings/pin/"))

    answer = choose(signed_in, home, "271 828")

    assert answer.headers["Location"] == home.url(0, "settings/")
    page = page_of(signed_in, home.url(0, "settings/"))
    assert "по телефона вече важи новият ПИН код" in page
    assert "Смени ПИН кода" in page
    assert opens(home, PIN)
    assert opens(home, PIN, child=1)


def test_a_new_pin_ends_the_old_one_at_once(signed_in, home):
    choose(signed_in, home)
    assert "Имате ПИН код от" in page_of(signed_in, home.url(0, "settings/pin/"))

    choose(signed_in, home, "314 159")

    assert opens(home, "314159")
    assert not opens(home, PIN)


def test_without_the_password_nothing_changes(signed_in, home):
    for password, words in (("wrong", "Паролата не е вярна."), ("", "Напишете паролата си.")):
        answer = choose(signed_in, home, password=password)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not opens(home, PIN)


@pytest.mark.parametrize(
    ("pin", "words"),
    [
        ("111111", "отгатва лесно"),
        ("123456", "отгатва лесно"),
        ("240513", "прилича на рождена дата"),
        ("130524", "прилича на рождена дата"),
        ("12345", "ПИН кодът е от шест цифри"),
        ("абвгде", "ПИН кодът е от шест цифри"),
        ("", "Напишете ПИН кода."),
    ],
)
def test_a_weak_pin_is_refused_in_words(signed_in, home, pin, words):
    answer = choose(signed_in, home, pin)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    with at_school(home.small.id):
        assert Guardian.objects.get(pk=home.guardian.pk).pin_issued_at is None


def test_two_different_spellings_are_refused(signed_in, home):
    answer = choose(signed_in, home, PIN, again="271829")

    assert "Двата пъти сте написали различни цифри." in answer.content.decode()
    assert not opens(home, PIN)


def test_the_pin_is_neither_shown_nor_logged_and_history_knows_only_that_there_is_one(signed_in, home, caplog):
    with caplog.at_level(logging.DEBUG):
        pages = [
            choose(signed_in, home, PIN, again="271829"),
            choose(signed_in, home),
            choose(signed_in, home, "111111"),
        ]

    assert not [page for page in pages if PIN in page.content.decode() or PASSWORD in page.content.decode()]
    assert PIN not in caplog.text
    with at_school(home.small.id):
        [entry] = Entry.objects.filter(verb="pin.issued").select_related("body")
    assert (entry.actor_id, entry.actor_role) == (home.user.pk, "guardian")
    assert PIN not in entry.body.text


def test_ten_tries_a_day(signed_in, home):
    for _ in range(10):
        assert "Днес опитахте" not in choose(signed_in, home, "111111").content.decode()
    answer = choose(signed_in, home)

    assert answer.status_code == 422
    assert "Днес опитахте много пъти" in answer.content.decode()
    assert not opens(home, PIN)


def test_a_page_that_asks_for_the_log_in_again_carries_no_pin(client, home):
    answer = choose(client, home)

    assert answer.status_code == 401
    assert PIN not in answer.content.decode()
    assert PASSWORD not in answer.content.decode()


def test_a_student_has_no_pin_of_their_own(signed_in, home, right):
    with at_school(home.small.id):
        type(right).objects.filter(pk=right.pk).update(relation=Relation.SELF)

    assert signed_in.get(home.url(0, "settings/pin/")).status_code == 404
    assert choose(signed_in, home).status_code == 404
    assert "ПИН код" not in page_of(signed_in, home.url(0, "settings/"))
