"""Every page behind every door, as each role has it, in a browser on the narrowest phone: no finding of axe in light or
dark, nothing wider than the screen, no error on the console, nothing that the content security policy had to stop."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page

from tests.acceptance.browser import chromium
from tests.demo import urls
from tests.doors import DOORS
from tests.marks import committed
from tests.peopled import ANYBODY, Peopled, people
from tests.test_doors import address
from zvanets.notifications.tokens import unsubscribe_token

pytestmark = [pytest.mark.browser, committed, pytest.mark.urls(urls.__name__)]
NARROWEST = {"width": 320, "height": 640}
RUN = """only => axe.run({resultTypes: ['violations'], ...only}).then(
    found => found.violations.map(each => `${each.id}: ${each.nodes[0].html}`))"""
CONTRAST = {"runOnly": ["color-contrast"]}  # the one rule that the other colours can break


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, and the test asks the database from it.
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


@pytest.fixture
def own(two_schools) -> Peopled:
    return people(two_schools[0].pk)


def test_every_page_of_every_role_can_be_used_by_everybody(browser, own, live_server):
    pages = {role: _signed_in(browser, own, role, live_server.url) for role in (ANYBODY, *own.users)}
    seen, faults = 0, []
    for name, url, role in _different_pages(own):
        seen += 1
        faults += [f"{name} as {role}: {fault}" for fault in _faults(*pages[role], live_server.url + url)]

    assert not faults, "\n".join(faults)
    assert seen > len([door for door in DOORS.values() if door.get]) / 2


def _different_pages(own: Peopled) -> Iterator[tuple[str, str, str]]:
    """Yield each page once for each shape that it has: what two roles have alike is looked at for one of them."""
    ids = {"token": unsubscribe_token(own.small.id, 1), **own.ids}
    for name, door in DOORS.items():
        shapes = set()
        for role in door.to if door.get else ():
            url = address(name, ids)
            answer = own.client(role).get(url)
            is_page = answer.status_code == 200 and answer.content[:15].lower() == b"<!doctype html>"
            if is_page and (shape := _shape(answer.content.decode())) not in shapes:
                shapes.add(shape)
                yield name, url, role


def _shape(html: str) -> frozenset[str]:
    """Return the kinds of elements in the body, without what stands in them and where they lead."""
    return frozenset(re.sub(r'(href|value|id|for|name|action|title|data-\w+)="[^"]*"', r"\1", tag) for tag in
                     re.findall(r"<\w[^>]*>", html[html.index("<main"):]))  # fmt: skip


def _signed_in(browser: Browser, own: Peopled, role: str, url: str) -> tuple[Page, list[str]]:
    context: BrowserContext = browser.new_context(viewport=NARROWEST, locale="bg", reduced_motion="reduce")
    if role != ANYBODY:
        context.add_cookies([{"name": "sessionid", "value": own.client(role).cookies["sessionid"].value, "url": url}])
    context.add_init_script(AXE_SCRIPT)  # once: half a megabyte
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return page, said


def _faults(page: Page, said: list[str], url: str) -> list[str]:
    said.clear()
    page.emulate_media(color_scheme="light")
    page.goto(url)
    width = page.evaluate("document.documentElement.scrollWidth")
    found = page.evaluate(RUN, {})
    page.emulate_media(color_scheme="dark")
    found += page.evaluate(RUN, CONTRAST)
    return [*said, *found, *([f"{width} pixels wide"] if width > NARROWEST["width"] else [])]
