"""Debian's Chromium under Playwright, with a hand that counts what it presses."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
# Without these Chromium asks its maker's hosts at every start.
QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
PHONE, DESKTOP = {"width": 390, "height": 780}, {"width": 1100, "height": 700}
PICTURES = Path(os.environ.get("ZVANETS_PICTURES", "test-results/pictures"))


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


class Hand:
    """Presses keys and taps, and counts them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.count += 1

    def tap(self, selector: str) -> None:
        self.page.click(selector)
        self.count += 1


def sign_in(page: Page, url: str, name: str, password: str) -> None:
    page.goto(f"{url}/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", password)
    page.click("main button.btn")
    page.wait_for_load_state()


def weight(page: Page) -> int:
    """Return how many bytes the page and all that it needs came in, as they were sent."""
    return page.evaluate(
        "() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".reduce((sum, one) => sum + one.encodedBodySize, 0)"
    )


def picture(page: Page, name: str) -> None:
    """Keep four pictures of a page: phone and desktop, light and dark."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for size, viewport in (("phone", PHONE), ("desktop", DESKTOP)):
        page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=PICTURES / f"{name}-{size}-{scheme}.png")
    page.emulate_media(color_scheme="light")
