"""Take the pictures of the documentation from a running demo: `python tools/pictures.py http://127.0.0.1:8000`."""

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
DESKTOP, PHONE = {"width": 1100, "height": 700}, {"width": 390, "height": 780}
PASSWORD = "zvanets-demo"  # noqa: S105 — the demo's, printed by it


def main(url: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        lesson(signed_in(browser, url, "uchitel", DESKTOP))
        family = signed_in(browser, url, "roditel", PHONE)
        family.screenshot(path=FOLDER / "portal.png")
        phones = browser.new_page(viewport=DESKTOP, locale="bg-BG")
        phones.goto(f"{url}/demo/")
        phones.wait_for_timeout(6000)
        phones.screenshot(path=FOLDER / "phones.png")
        browser.close()


def signed_in(browser: Browser, url: str, name: str, size: dict[str, int]) -> Page:
    page = browser.new_context(viewport=size, locale="bg-BG").new_page()
    page.goto(f"{url}/")
    page.fill("input[name=login]", name)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button.btn")
    page.wait_for_load_state()
    return page


def lesson(page: Page) -> None:
    page.goto(f"{page.url.rstrip('/')}/now/")
    rows = [row.get_attribute("data-student") for row in page.query_selector_all("tr[data-student]")]
    page.fill("#topic", "Пропорции. Основно свойство")
    page.fill("#homework", "стр. 48, зад. 3, 4 и 7")
    for place, grade in ((0, "6"), (1, "5,50"), (5, "4")):
        page.fill(f"#grade-{rows[place]}", grade)
    page.check(f"#late-{rows[1]}", force=True)
    page.check(f"#absent-{rows[3]}", force=True)
    page.screenshot(path=FOLDER / "lesson.png")
    page.click("#save")
    page.wait_for_selector("#lesson .state >> text=Записано")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
