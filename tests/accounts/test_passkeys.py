"""Passkeys in a real browser with a virtual authenticator: added, signed in with, asked again with; under the strict policy."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page

from tests import small_school
from tests.acceptance.browser import PHONE, chromium, sign_in
from tests.accounts.people import PASSWORD
from tests.accounts.test_browser import must_be_accessible
from tests.marks import committed
from zvanets.gradebook.models import Grade
from zvanets.lib import clock
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.browser, committed]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture
def home(live_server) -> str:
    return live_server.url.replace("127.0.0.1", "localhost")  # browsers know passkeys of names alone


@pytest.fixture
def small(school):
    small = small_school.build(school.pk)
    small.teacher.username = "m.ivanova"
    small.teacher.set_password(PASSWORD)
    small.teacher.save()
    return small


@pytest.fixture
def phone(browser, home, small) -> Iterator[Page]:
    cache.clear()
    context = browser.new_context(viewport=PHONE, locale="bg", base_url=home)
    page = context.new_page()
    page.on("console", lambda line: page.complaints.append(line.text) if line.type == "error" else None)
    page.complaints = []
    own = context.new_cdp_session(page)
    own.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    own.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {**options, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    yield page
    assert page.complaints == []
    context.close()


def test_a_teacher_adds_a_passkey_signs_in_with_it_alone_and_changes_an_old_grade(phone, home, small):
    sign_in(phone, home, "m.ivanova", PASSWORD)
    phone.goto("/accounts/second/")
    must_be_accessible(phone, "second-factor-none")
    phone.click("text=Добави ключ")
    phone.fill("input[name=password]", PASSWORD)
    phone.click("main button.btn")
    phone.wait_for_selector("form[data-passkey=create] button")
    must_be_accessible(phone, "passkey-new")
    phone.click("form[data-passkey=create] button")
    phone.wait_for_selector("ol.codes")
    assert phone.locator("ol.codes li").count() == 10
    must_be_accessible(phone, "recovery-codes")
    phone.goto("/accounts/second/")
    assert "Включена е" in phone.inner_text("main")
    must_be_accessible(phone, "second-factor")

    phone.context.clear_cookies()
    phone.goto("/accounts/login/")
    must_be_accessible(phone, "sign-in-with-passkey")
    phone.click("text=Влез с ключ за достъп")
    phone.wait_for_url(f"**/s/{small.id}/")

    with at_school(small.id):
        grade = Grade.objects.create(
            student=small.students[0], course=small.course, lesson=small.lesson, value=Decimal(3),
            given_on=small.lesson.date, given_at=clock.now() - timedelta(hours=3),
            given_by=small.teacher, teacher=small.staff_member,
        )  # fmt: skip
    phone.goto(f"/s/{small.id}/grades/{grade.pk}/")
    phone.fill("[name=correct-grade]", "6")
    phone.fill("[name=correct-why]", "сборът беше грешен")
    phone.click("text=Поправи оценката")
    phone.wait_for_selector("text=Потвърдете, че сте Вие")
    phone.complaints.clear()  # Chromium writes down every 401
    must_be_accessible(phone, "prove")
    phone.click("text=Потвърди с ключ за достъп и запиши")
    phone.wait_for_selector("text=Оценката е поправена на 6.")


def test_the_pages_of_an_application_and_of_open_sessions_are_accessible(phone, home, small):
    sign_in(phone, home, "m.ivanova", PASSWORD)
    phone.goto("/accounts/second/application/")
    phone.fill("input[name=password]", PASSWORD)
    phone.click("main button.btn")
    phone.wait_for_selector("img.qr")
    must_be_accessible(phone, "application-new")
    phone.goto("/accounts/sessions/")
    must_be_accessible(phone, "sessions")
