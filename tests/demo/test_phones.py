"""„Телефоните на родителите“: the page that shows a letter the second it comes."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from zvanets.demo import inbox
from zvanets.demo.mailbox import Folder
from zvanets.lib import clock
from zvanets.notifications.channels.base import Letter
from zvanets.notifications.channels.email.addresses import return_path
from zvanets.notifications.channels.email.letter import compose
from zvanets.notifications.models import Message
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.demo.urls")]


TEXT = "Отличен 5,50 по математика\nпонеделник, 21 септември\n\nДомашна работа по музика\nстр. 48"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Folder:
    settings.MAILBOX = tmp_path
    return Folder(tmp_path)


@pytest.fixture
def client(demo_school) -> Client:
    return Client()


def deliver(
    folder: Folder, school: int, *, seconds: float = 1.8, subject: str = "Борис: отличен 5,50 по математика"
) -> None:
    """Put a letter of this school into the mailbox that was saved so many seconds ago."""
    number = 10**12
    if school_has_rows(school):
        with at_school(school):
            message = Message.objects.filter(channel="portal").first()
            Message.objects.filter(pk=message.pk).update(entered_at=clock.now() - timedelta(seconds=seconds))
            number = message.pk
    letter = Letter(
        school_id=school, message_id=number, address="elena@example.org", language="bg", school="СУ „Първи звънец“",
        child="Борис", subject=subject, text=TEXT, guardianship_id=1,
    )  # fmt: skip
    head = f"Return-Path: <{return_path(school, number)}>\r\nDelivered-To: elena@example.org\r\n"
    folder.put(head.encode() + compose(letter, clock.now()))


def school_has_rows(school: int) -> bool:
    with at_school(school):
        return Message.objects.exists()


def test_before_the_first_letter_it_says_what_to_do(client):
    page = client.get("/demo/").content.decode()

    assert "Още няма писма" in page
    assert "uchitel" in page
    assert "zvanets-demo" in page
    assert "/accounts/login/?next=" in page
    assert 'class="seconds">–<' in page


def test_a_letter_shows_with_the_seconds_since_the_save(client, folder, demo_school):
    deliver(folder, demo_school)

    page = client.get("/demo/").content.decode()

    assert 'class="seconds">1,8<' in page
    assert "Борис: отличен 5,50 по математика" in page
    assert "<p>понеделник, 21 септември</p><p>Домашна работа по музика<br>стр. 48</p>" in page
    assert "elena@example.org" in page
    assert "Всичко за детето" not in page  # the footer


def test_the_newest_letter_stands_first(client, folder, demo_school):
    deliver(folder, demo_school, subject="Борис: първо")
    deliver(folder, demo_school, subject="Борис: второ")

    page = client.get("/demo/").content.decode()

    assert page.index("второ") < page.index("първо")


def test_asking_again_answers_nothing_until_a_letter_comes(client, folder, demo_school):
    deliver(folder, demo_school)
    seen = inbox.newest_name(folder.new.parent)

    again = client.get("/demo/mail/", {"seen": seen})
    deliver(folder, demo_school, subject="Борис: ново")
    now = client.get("/demo/mail/", {"seen": seen})

    assert again.status_code == 204
    assert again.content == b""
    assert now.status_code == 200
    assert now["HX-Trigger"] == "bell"
    assert "Борис: ново" in now.content.decode()
    assert f"seen={inbox.newest_name(folder.new.parent)}" in now.content.decode()


def test_letters_of_other_schools_and_letters_about_passwords_are_not_shown(client, folder, demo_school):
    deliver(folder, 9900901, subject="Чуждо дете: отсъства")
    folder.put(b"Return-Path: <>\r\nDelivered-To: a@example.org\r\nSubject: reset\r\n\r\nhttps://example.org/reset/key")
    forged = return_path(demo_school, 1).replace(str(demo_school), str(demo_school)[::-1])
    folder.put(f"Return-Path: <{forged}>\r\nSubject: forged\r\n\r\nx".encode())

    page = client.get("/demo/").content.decode()

    assert "Чуждо дете" not in page
    assert "reset" not in page
    assert "forged" not in page


def test_what_a_letter_says_cannot_become_a_part_of_the_page(client, folder, demo_school):
    deliver(folder, demo_school, subject="Борис: <script>alert(1)</script>")

    assert "<script>alert" not in client.get("/demo/").content.decode()


def test_the_page_allows_no_inline_script_or_style(client):
    answer = client.get("/demo/")

    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert " style=" not in answer.content.decode()
    assert "hx-on" not in answer.content.decode()


def test_only_reading_is_allowed(client):
    assert client.post("/demo/").status_code == 405
    assert client.post("/demo/mail/").status_code == 405


def test_a_poll_without_news_asks_the_database_nothing(client, folder, demo_school, django_assert_num_queries):
    deliver(folder, demo_school)
    with django_assert_num_queries(0):
        client.get("/demo/mail/", {"seen": inbox.newest_name(folder.new.parent)})


def test_the_page_works_where_no_mailbox_ever_ran(client, settings, tmp_path):
    settings.MAILBOX = tmp_path / "nowhere"

    assert client.get("/demo/").status_code == 200


@pytest.mark.urls("config.urls")
def test_without_the_switch_the_page_is_not_there(client):
    assert client.get("/demo/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("demo:phones")
