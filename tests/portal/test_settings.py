"""What a guardian is told and where: kinds, language, addresses with their codes, the link in every mail."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from tests.portal.test_home import page_of
from zvanets.guardians.actions import disable_contact
from zvanets.guardians.models import Contact, Guardian, Subscription
from zvanets.history.models import Entry
from zvanets.lib import clock
from zvanets.notifications.models import Message
from zvanets.notifications.tokens import unsubscribe_token
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_codes_yet(db):
    cache.clear()


def kinds_of(home, channel: str, child: int = 0) -> list[str]:
    with at_school(home.small.id):
        own = Subscription.objects.active(on=clock.today()).filter(
            guardianship__guardian=home.guardian, guardianship__student=home.small.students[child], channel=channel
        )
        return [kind for each in own for kind in each.kinds]


def new_address(client, home, address: str = "New@Example.org"):
    return client.post(home.url(0, "settings/contacts/"), {"address": address})


def contact(home, address: str = "new@example.org") -> Contact:
    with at_school(home.small.id):
        return Contact.objects.get(address=address)


def letters(home) -> list[Message]:
    """What waits for the worker, the oldest first."""
    with at_school(home.small.id):
        return list(Message.objects.filter(channel="email").select_related("contact").order_by("pk"))


def code_of(letter) -> str:
    return re.search(r"\b\d{6}\b", letter.text)[0]


def test_kinds_are_chosen_for_each_channel_and_each_child(signed_in, home):
    answer = signed_in.post(home.url(0, "settings/kinds/"), {"portal": ["grade", "absence"], "email": ["absence"]})
    assert answer.status_code == 302

    assert kinds_of(home, "portal") == ["grade", "absence"]
    assert kinds_of(home, "email") == ["absence"]
    assert "grade" in kinds_of(home, "portal", child=1)
    page = page_of(signed_in, home.url(0, "settings/"))
    assert (
        '<span class="sr">отсъствия: електронна поща</span><input type="checkbox" name="email" value="absence" checked'
        in page
    )
    assert 'name="email" value="grade">' in page


def test_a_kind_that_is_none_changes_nothing(signed_in, home):
    before = kinds_of(home, "portal")

    assert signed_in.post(home.url(0, "settings/kinds/"), {"portal": ["rubbish"]}).status_code == 404
    assert kinds_of(home, "portal") == before


def test_the_language_of_messages_is_chosen(signed_in, home):
    signed_in.post(home.url(0, "settings/language/"), {"language": "en"})

    with at_school(home.small.id):
        assert Guardian.objects.get(pk=home.guardian.pk).language == "en"
        assert Entry.objects.filter(verb="settings.changed").count() == 1
    assert signed_in.post(home.url(0, "settings/language/"), {"language": "xx"}).status_code == 404


def test_an_address_is_confirmed_by_the_code_that_was_sent_there(signed_in, home):
    there = new_address(signed_in, home).headers["Location"]
    [letter] = letters(home)
    assert (letter.contact.address, letter.status) == ("new@example.org", "queued")
    for of_the_child in ("Анна", "Желева", "7 Б"):
        assert of_the_child not in letter.subject + letter.text
    assert "чака потвърждение" in page_of(signed_in, home.url(0, "settings/"))

    answer = signed_in.post(there, {"code": code_of(letter)})
    assert answer.headers["Location"] == home.url(0, "settings/")
    assert contact(home).confirmed_at


def test_a_wrong_code_is_said_so_and_counted(signed_in, home):
    there = new_address(signed_in, home).headers["Location"]
    right = code_of(letters(home)[0])
    wrong = f"{(int(right) + 1) % 10**6:06}"

    first = signed_in.post(there, {"code": wrong})
    assert first.status_code == 422
    assert "Кодът не е този, който изпратихме" in first.content.decode()
    assert f'value="{wrong}"' in first.content.decode()
    for _ in range(4):
        signed_in.post(there, {"code": wrong})
    last = signed_in.post(there, {"code": right})
    assert "Кодът вече не важи" in last.content.decode()
    assert contact(home).confirmed_at is None


def test_a_wrong_address_is_said_so_and_kept_in_the_field(signed_in, home):
    answer = new_address(signed_in, home, "мама@example.org")

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "има буква на кирилица" in page
    assert 'value="мама@example.org"' in page
    assert not letters(home)


def test_a_new_code_comes_after_a_minute_and_five_times_an_hour(signed_in, home, monkeypatch):
    from datetime import timedelta

    there = new_address(signed_in, home).headers["Location"]
    signed_in.post(f"{there}code/")
    assert len(letters(home)) == 1
    assert "по-малко от минута" in page_of(signed_in, there)

    for _ in range(5):
        monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(seconds=61))
        signed_in.post(f"{there}code/")
    assert len(letters(home)) == 4
    assert "твърде много кодове" in page_of(signed_in, there)


def test_an_address_that_was_switched_off_says_why_and_can_be_entered_again(signed_in, home):
    own = contact(home, f"mother{home.guardian.pk}@example.org")
    with at_school(home.small.id):
        disable_contact(actor=home.small.actor, contact=own, why="писмата се връщат")

    page = page_of(signed_in, home.url(0, "settings/"))
    assert f"Спряхме да пишем на {own.address}: писмата се връщат." in page
    assert new_address(signed_in, home, own.address).status_code == 302
    assert "Спряхме да пишем" not in page_of(signed_in, home.url(0, "settings/"))


def test_an_address_that_is_removed_gets_nothing_more(signed_in, home):
    own = contact(home, f"mother{home.guardian.pk}@example.org")
    signed_in.post(home.url(0, f"settings/contacts/{own.pk}/remove/"))

    assert contact(home, own.address).disabled_at
    assert own.address not in page_of(signed_in, home.url(0, "settings/"))


def test_another_guardians_address_is_not_there(signed_in, home):
    with at_school(home.small.id):
        foreign = Contact.objects.get(guardian=home.small.guardians[1])
    base = home.url(0, f"settings/contacts/{foreign.pk}/")

    assert signed_in.get(base).status_code == 404
    assert signed_in.post(base, {"code": "123456"}).status_code == 404
    assert signed_in.post(f"{base}code/").status_code == 404
    assert signed_in.post(f"{base}remove/").status_code == 404
    assert signed_in.get(home.url(0, f"settings/contacts/{2**70}/")).status_code == 404
    assert contact(home, foreign.address).disabled_at is None


class TestUnsubscribe:
    @pytest.fixture
    def link(self, home, right):
        return f"/u/{unsubscribe_token(home.small.id, right.pk)}"

    def test_looking_ends_nothing_and_shows_a_button(self, client, home, link):
        page = page_of(client, link)

        assert '<form method="post">' in page
        assert kinds_of(home, "email")
        for of_the_child in ("Анна", "Желева", "Изпитно"):
            assert of_the_child not in page

    def test_one_click_of_a_mail_program_ends_the_mails_of_that_child_alone(self, home, link):
        strict = Client(enforce_csrf_checks=True)

        assert strict.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
        assert kinds_of(home, "email") == []
        assert kinds_of(home, "portal")
        with at_school(home.small.id):
            entry = Entry.objects.get(verb="subscription.changed")
        assert (entry.actor_id, entry.actor_role) == (home.user.pk, "guardian")

    def test_a_second_click_is_as_good_as_the_first(self, client, home, link):
        assert client.post(link).status_code == 200
        assert "Спряхме писмата" in client.post(link).content.decode()

    @pytest.mark.parametrize("change", [lambda t: t[:-2] + "AA", lambda t: "x", lambda t: t + "x", lambda t: "щ"])
    def test_a_token_that_is_not_ours_is_not_there(self, client, home, link, change):
        token = link.removeprefix("/u/")

        assert client.get(f"/u/{change(token)}").status_code == 404
        assert client.post(f"/u/{change(token)}").status_code == 404
        assert kinds_of(home, "email")
