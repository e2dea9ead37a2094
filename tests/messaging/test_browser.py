"""A teacher writes to the class in a real browser: on a phone, in both colours, by keyboard, without a script."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page

from tests import small_school
from tests.acceptance.browser import PHONE, chromium, sign_in
from tests.accounts.people import PASSWORD
from tests.accounts.test_browser import must_be_accessible
from tests.marks import committed
from tests.staff.people import colleague
from zvanets.accounts.models import Role
from zvanets.lib import clock
from zvanets.notifications.fanout import tell_school

pytestmark = [pytest.mark.browser, committed]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def phone(request, browser, live_server, small) -> Iterator[Page]:
    cache.clear()
    head = colleague(small, Role.DIRECTOR)
    head.username = "head"
    head.set_password(PASSWORD)
    head.save()
    context = browser.new_context(
        viewport=PHONE, locale="bg", base_url=live_server.url, java_script_enabled=request.param
    )
    page = context.new_page()
    sign_in(page, live_server.url, "head", PASSWORD)
    yield page
    context.close()


def has_script(request) -> bool:
    return "no-script" not in request.node.name


def test_an_urgent_message_is_seen_before_it_goes_and_read_after(phone, small, request):
    see = must_be_accessible if has_script(request) else lambda *_: None
    phone.click("nav >> text=Съобщения")
    see(phone, "messages-none")
    phone.click("text=Напиши съобщение")
    see(phone, "message-to-whom")
    phone.click("main >> text=Цялото училище")
    phone.click("text=Виж преди изпращане")
    assert phone.locator(".summary").count() == 1
    phone.fill("[name=title]", "Училището е затворено днес")
    phone.fill("[name=text]", "Няма ток. Елате за децата до 12 часа.")
    phone.check("[name=is_urgent]")
    phone.fill("[name=reason]", "авария в подстанцията")
    see(phone, "message-write")
    phone.click("text=Виж преди изпращане")
    assert "4" in phone.inner_text("h1")
    see(phone, "message-check")
    phone.click("button[value=edit]")
    assert phone.input_value("[name=reason]") == "авария в подстанцията"
    phone.click("text=Виж преди изпращане")
    phone.click("button[value=send]")
    tell_school(small.id, now=clock.now())
    phone.reload()
    assert "Прочетено: 0 от" in phone.inner_text("main").replace("\xa0", " ")
    see(phone, "message")
    phone.goto(f"/s/{small.id}/messages/")
    see(phone, "messages")


def test_the_head_sees_who_has_no_second_factor(phone, small, request):
    phone.goto(f"/s/{small.id}/head/sign-in/")
    assert "2 души влизат само с парола" in phone.inner_text("main").replace("\xa0", " ")
    assert small.teacher.name in phone.inner_text("main")
    if has_script(request):
        must_be_accessible(phone, "sign-in-rules")
