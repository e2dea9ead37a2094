"""A mother orders a term on her telephone: every page of the purse accessible, in both colours, within its width."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.acceptance.browser import PHONE, chromium, picture, sign_in
from tests.accounts.people import PASSWORD
from tests.marks import committed
from tests.portal.conftest import family_of
from tests.small_school import build
from zvanets.accounts.models import User
from zvanets.billing.actions import Money, take_payment
from zvanets.billing.models import Invoice, Provider
from zvanets.billing.plans import offer_plan
from zvanets.lib import clock
from zvanets.tenancy.school import at_school

pytestmark = [pytest.mark.browser, committed]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread, and the test asks the database from it.
    with pytest.MonkeyPatch.context() as patch, chromium() as found:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield found


def test_a_term_is_ordered_paid_and_left(browser, school, live_server, settings):
    settings.EPAY_MIN, settings.EPAY_SECRET, settings.EPAY_BILLING_MERCHANT = "1000000000", "s" * 64, "1"
    home = family_of(build(school.pk), User.objects.create_user("mother", PASSWORD, name="Мария Желева"), children=1)
    with at_school(school.pk):
        for name, months, cents in (("Месец", 1, 61), ("Учебен срок", 5, 305)):
            offer_plan(
                actor=home.small.head, name=name, months=months, cents=cents, starts_on=clock.today(),
            )  # fmt: skip
    context = browser.new_context(viewport=PHONE, locale="bg", base_url=live_server.url)
    page = context.new_page()
    sign_in(page, live_server.url, "mother", PASSWORD)

    page.goto(home.url(0, "settings/"))
    page.click("text=Докога са платени")
    looked_at(page, "purse")
    page.click("text=Избери: Учебен срок")
    looked_at(page, "purse-buy")
    page.click("text=Поръчка със задължение за плащане")
    looked_at(page, "purse-order")
    with at_school(school.pk):
        invoice = Invoice.objects.get()
        money = Money(Provider.EPAY, str(invoice.number), 305, clock.now())
        take_payment(actor=home.small.head, invoice_number=invoice.number, money=money)
    page.reload()
    looked_at(page, "purse-receipt")
    page.click("text=Откажи се от поръчката")
    looked_at(page, "purse-withdraw")
    page.click("text=Потвърди отказа")
    assert "Връщаме Ви цялата сума" in page.inner_text("main")
    context.close()


def looked_at(page: Page, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{name} {scheme}: {found.generate_report()}"
    picture(page, f"parent-{name}")
    page.set_viewport_size(PHONE)
