"""A stranger makes an account that opens nothing; an address is changed by whoever shows that it is theirs."""

import re

import pytest
from django.core.cache import cache

from tests.accounts.people import PASSWORD, person, sign_in
from tests.counts import draws, rounds
from tests.marks import committed
from zvanets.accounts.models import Letter, User
from zvanets.accounts.proof import PROVEN
from zvanets.lib import clock

pytestmark = committed
PERSON = {"first_name": "Петър", "last_name": "Желев", "password": PASSWORD}


@pytest.fixture(autouse=True)
def nobody_counted():
    cache.clear()


def code_sent_to(address: str) -> str:
    letter = Letter.objects.using("worker").filter(address=address).latest("pk")
    return re.search(r"\b\d{6}\b", letter.text)[0]


def words(answer) -> str:
    return answer.content.decode()


def test_who_knows_the_code_of_the_letter_has_an_account_without_a_place(client):
    answer = client.post("/accounts/signup/", {"email": "Petar@Example.org"}, follow=True)
    assert "petar@example.org" in words(answer)
    answer = client.post("/accounts/signup/code/", PERSON | {"code": code_sent_to("petar@example.org")}, follow=True)

    assert answer.request["PATH_INFO"] == "/access/"
    user = User.objects.get(email="petar@example.org")
    assert (user.username, user.name) == ("p.zhelev", "Петър Желев")
    assert "Още нямате достъп" in words(client.get("/"))


def test_an_address_with_an_account_gets_another_letter_and_the_page_says_the_same(client):
    person("known", email="known@example.org")
    pages = {}
    for name in ("known", "other"):
        answer = client.post("/accounts/signup/", {"email": f"{name}@example.org"}, follow=True)
        pages[name] = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", words(answer)).replace(name, "x")
    assert pages["known"] == pages["other"]
    letter = Letter.objects.using("worker").get(address="known@example.org")
    assert "вече е на профил" in letter.text
    assert not re.search(r"\b\d{6}\b", letter.text)


def test_five_wrong_codes_are_the_end_and_no_account_is_made(client):
    client.post("/accounts/signup/", {"email": "petar@example.org"})
    right = code_sent_to("petar@example.org")
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        answer = client.post("/accounts/signup/code/", PERSON | {"code": wrong})
        assert answer.status_code == 422
        assert "Кодът не е този" in words(answer)
    assert "Кодът вече не важи" in words(client.post("/accounts/signup/code/", PERSON | {"code": right}))
    assert not User.objects.exists()


def test_an_address_gets_three_letters_an_hour_whoever_asks(client):
    for _ in range(3):
        assert client.post("/accounts/signup/", {"email": "petar@example.org"}).status_code == 302
    answer = client.post("/accounts/signup/", {"email": "petar@example.org"}, REMOTE_ADDR="10.0.0.9")
    assert "Твърде много заявки" in words(answer)
    assert Letter.objects.using("worker").count() == 3


@pytest.mark.parametrize(
    "wrong", [{"password": "1234567890"}, {"first_name": ""}, {"last_name": "640123456"}, {"code": "12"}]
)
def test_what_is_wrong_is_said_and_nobody_is_made(client, wrong):
    client.post("/accounts/signup/", {"email": "petar@example.org"})
    typed = PERSON | {"code": code_sent_to("petar@example.org")} | wrong
    assert client.post("/accounts/signup/code/", typed).status_code == 422
    assert not User.objects.exists()


class TestAnotherAddress:
    @pytest.fixture
    def petar(self, client):
        user = person("petar", email="old@example.org")
        sign_in(client, "petar")
        session = client.session
        session[PROVEN] = clock.now().timestamp()
        session.save()
        return user

    def test_the_new_one_is_confirmed_first_and_the_old_one_is_told(self, client, petar):
        client.post("/accounts/email/", {"email": "new@example.org"})
        petar.refresh_from_db()
        assert petar.email == "old@example.org"

        client.post("/accounts/email/code/", {"code": code_sent_to("new@example.org")})
        petar.refresh_from_db()
        assert petar.email == "new@example.org"
        assert "отиват на друг адрес" in Letter.objects.using("worker").get(address="old@example.org").text

    def test_somebody_at_an_open_computer_is_asked_who_they_are(self, client, petar):
        session = client.session
        del session[PROVEN]
        session.save()
        assert client.post("/accounts/email/", {"email": "new@example.org"}).status_code == 401
        assert not Letter.objects.using("worker").exists()

    def test_an_address_taken_meanwhile_stays_where_it_is(self, client, petar):
        client.post("/accounts/email/", {"email": "new@example.org"})
        person("quicker", email="new@example.org")
        answer = client.post("/accounts/email/code/", {"code": code_sent_to("new@example.org")})
        assert "вече е на друг потребител" in words(answer)


def test_whatever_is_typed_nothing_breaks(client):
    chance = draws()
    letters = "аЯz09@.+-_ '\"<>\\\u0000\u202e😀\n%s{}"
    for _ in range(rounds(4_000)):
        cache.clear()
        typed = {
            name: "".join(chance.choices(letters, k=chance.randrange(40)))
            for name in ("email", "code", "first_name", "last_name", "password", "username")
        }
        for page in ("/accounts/signup/", "/accounts/signup/code/", "/access/invited/"):
            assert client.post(page, typed).status_code in {200, 302, 422}
