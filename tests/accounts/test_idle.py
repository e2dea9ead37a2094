"""The idle lock, with what was typed."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from tests.accounts.people import PASSWORD, person, seat, sign_in
from tests.budget import statements
from zvanets.accounts.models import Role, SignIn, SignInRules
from zvanets.accounts.urls import urlpatterns as account_urls
from zvanets.lib import clock
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def echo(request, **_):
    who = request.user.username if request.user.is_authenticated else "nobody"
    sent = {key: values for key, values in request.POST.lists() if key != "csrfmiddlewaretoken"}
    return HttpResponse(f"{who} saved {sorted(sent.items())}")


urlpatterns = [
    path("s/<int:school_id>/lesson/", echo),
    path("p/", echo),
    path("o/", echo),
    *account_urls,
]

LESSON = "/s/9900901/lesson/"


@pytest.fixture(autouse=True)
def _no_tries_yet(db):
    cache.clear()


@pytest.fixture
def teacher(client, school):
    user = person("m.ivanova", name="Мария Иванова")
    seat(user, school.pk, Role.TEACHER)
    sign_in(client, "m.ivanova")
    return user


@pytest.fixture
def later(monkeypatch):
    def pass_time(**some):
        monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(**some))

    return pass_time


def test_a_page_left_for_ten_minutes_asks_for_the_password_and_leads_back(client, teacher, later):
    later(minutes=11)

    locked = client.get(f"{LESSON}?day=2")
    assert locked.headers["Location"] == "/accounts/unlock/?next=%2Fs%2F9900901%2Flesson%2F%3Fday%3D2"
    back = client.post(locked.headers["Location"], {"password": PASSWORD, "next": f"{LESSON}?day=2"})
    assert back.headers["Location"] == f"{LESSON}?day=2"
    assert client.get(LESSON).status_code == 200


def test_work_every_few_minutes_keeps_the_page_open(client, teacher, later):
    for _ in range(4):
        later(minutes=9)
        assert client.get(LESSON).status_code == 200


def test_a_school_chooses_how_long_a_page_stays_open(client, teacher, school, later):
    with at_school(school.pk):
        SignInRules.objects.create(idle_minutes=3)
    later(minutes=4)
    assert client.get(LESSON).status_code == 302

    with at_school(school.pk):
        SignInRules.objects.update(idle_minutes=45)
    later(minutes=30)
    assert client.get(LESSON).status_code == 200


def test_activity_is_written_once_a_minute_and_not_with_every_request(client, teacher, later):
    later(seconds=61)
    with statements() as first:
        client.get(LESSON)
    later(seconds=30)
    with statements() as second:
        client.get(LESSON)

    assert [sql for sql in first if sql.startswith("UPDATE")]
    assert len(second) == 2  # SET LOCAL; the session with its user


def test_what_was_sent_after_the_lock_is_kept_on_the_page_and_saved_with_the_password(client, teacher, later):
    later(hours=2)

    asked = client.post(LESSON, {"grade": ["6", "5,50"], "topic": "<b>„Пропорции“</b>"})
    page = asked.content.decode()
    assert asked.status_code == 401
    assert "Изпратеното още не е записано" in page
    assert "&lt;b&gt;„Пропорции“&lt;/b&gt;" in page

    wrong = client.post(LESSON, _fields(page) | {"unlock_password": "wrong"})
    assert wrong.status_code == 401
    assert "5,50" in wrong.content.decode()

    saved = client.post(LESSON, _fields(page) | {"unlock_password": PASSWORD})
    assert saved.content.decode() == "m.ivanova saved [('grade', ['6', '5,50']), ('topic', ['<b>„Пропорции“</b>'])]"


def test_what_was_sent_after_logging_out_is_saved_by_whoever_signs_in(client, teacher):
    client.post("/accounts/logout/")

    page = client.post(LESSON, {"grade": "6"}).content.decode()
    saved = client.post(LESSON, _fields(page) | {"unlock_name": "m.ivanova", "unlock_password": PASSWORD})

    assert saved.content.decode() == "m.ivanova saved [('grade', ['6'])]"
    assert SignIn.objects.filter(user=teacher, succeeded=True).count() == 2


def test_the_password_page_does_not_help_a_forger(school, client):
    person("m.ivanova")
    careful = Client(enforce_csrf_checks=True)

    answer = careful.post(LESSON, {"grade": "6", "unlock_name": "m.ivanova", "unlock_password": PASSWORD})
    assert answer.status_code == 403
    assert "_auth_user_id" not in careful.session


def test_the_password_page_is_throttled_like_the_log_in(client, teacher, later):
    later(hours=2)
    for _ in range(5):
        client.post(LESSON, {"grade": "6", "unlock_password": "wrong"})

    page = client.post(LESSON, {"grade": "6", "unlock_password": PASSWORD})
    assert page.status_code == 401
    assert "Твърде много грешни пароли" in page.content.decode()


def test_a_script_is_led_to_the_password_and_keeps_its_own_draft(client, teacher, later):
    later(hours=2)

    answer = client.post(LESSON, {"grade": "6"}, headers={"HX-Request": "true"})
    assert answer.headers["Location"].startswith("/accounts/unlock/")


def test_families_are_not_asked_again(client, school, later):
    seat(person("mother"), school.pk, Role.GUARDIAN)
    sign_in(client, "mother")
    later(days=3)

    assert client.get("/p/").content.decode().startswith("mother")


def test_a_parent_who_also_teaches_is_asked_on_every_front(client, teacher, school, later):
    seat(teacher, school.pk, Role.GUARDIAN)
    later(hours=2)

    assert client.get("/p/").status_code == 302
    assert client.get("/o/").status_code == 302


def test_a_file_is_asked_for_again(client, teacher, later):
    from django.core.files.uploadedfile import SimpleUploadedFile

    later(hours=2)
    page = client.post(LESSON, {"list": SimpleUploadedFile("a.csv", b"x")}).content.decode()
    assert "изберете ги отново" in page


def _fields(page: str) -> dict:
    found: dict = {}
    form = page.partition('<form method="post" novalidate>')[2].partition("</form>")[0]
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form):
        found.setdefault(name, []).append(value.replace("&lt;", "<").replace("&gt;", ">"))
    return found
