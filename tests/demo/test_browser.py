"""The telephone on the page of the parents' phones, in a real browser: keys out, sound in."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.browser import DESKTOP, chromium, picture
from tests.ivr.conftest import Family, family_of
from tests.ivr.line import until
from tests.marks import committed
from zvanets.ivr.models import CallLog
from zvanets.rules.ivr import State
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.browser, committed, pytest.mark.urls("tests.demo.urls")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, and the test asks the database from it.
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture
def family(two_schools) -> Family:
    return family_of(two_schools[0].pk)


@pytest.fixture
def page(browser, bridge, family, live_server) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP, locale="bg", base_url=live_server.url)
    page = context.new_page()
    page.goto("/demo/")
    yield page
    context.close()


def press(page: Page, keys: str) -> None:
    for key in keys:
        page.click(f"[data-key='{key}']")


def test_a_parent_dials_hears_and_hangs_up(page, family, line):
    page.click("[data-call]")
    telephone = page.locator("zv-telephone")
    expect(telephone.locator("[data-state]")).to_have_text("Говори дневникът", timeout=10_000)
    until(lambda: float(telephone.get_attribute("data-loudest") or 0) > 0.2)
    until(lambda: int(telephone.get_attribute("data-heard")) > 4000)

    press(page, family.code + family.pin)
    until(lambda: line.calls[0].conversation.call.state is State.MENU, 20)
    press(page, "2")
    until(lambda: line.calls[0].conversation.call.opened == ("grades",))
    expect(telephone.locator("[data-dialled]")).to_have_text(f"{family.code}{family.pin}2")
    picture(page, "telephone")

    page.click("[data-end]")
    expect(telephone.locator("[data-state]")).to_have_text("Край на разговора")
    until(lambda: not line.calls)
    with at_school(family.small.id):
        until(lambda: CallLog.objects.filter(ended_at__isnull=False, opened=["grades"]).exists())


def test_a_page_that_is_left_hangs_up(page, line):
    page.click("[data-call]")
    until(lambda: line.calls)
    page.goto("about:blank")

    until(lambda: not line.calls, 30)


def test_everybody_can_use_the_telephone(page):
    expect(page.locator("[data-call]")).to_be_enabled()
    assert page.locator("[data-key]").count() == 12
    found = Axe().run(page)
    assert not found.response["violations"], found.generate_report()
