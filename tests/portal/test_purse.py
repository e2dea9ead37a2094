"""The purse as a mother sees it: price and period before the button, the ways to pay, a receipt, and out again in two steps."""

from base64 import b64decode
from datetime import timedelta

import pytest
from django.http import HttpResponse

from config.headers import SecurityHeaders
from tests.portal.test_home import page_of
from zvanets.billing.actions import Money, order, take_payment
from zvanets.billing.models import Coverage, Invoice, Plan, Provider, Refund
from zvanets.billing.plans import offer_plan
from zvanets.lib import bg, clock
from zvanets.rules.pricing import period_from
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db
SECRET = "s" * 64


@pytest.fixture
def plan(home) -> Plan:
    with at_school(home.small.id):
        return offer_plan(actor=home.small.head, name="Учебен срок", months=5, cents=305, starts_on=clock.today())


@pytest.fixture
def epay(settings) -> None:
    settings.EPAY_MIN, settings.EPAY_SECRET = "1000000000", SECRET


def ordered(signed_in, home, plan) -> Invoice:
    answer = signed_in.post(home.url(0, f"settings/purse/plans/{plan.pk}/"))
    assert answer.status_code == 302
    with at_school(home.small.id):
        return Invoice.objects.get()


def pay(home, invoice) -> None:
    with at_school(home.small.id):
        money = Money(Provider.EPAY, str(invoice.number), invoice.cents, clock.now())
        take_payment(actor=home.small.head, invoice_number=invoice.number, money=money)


def url(home, invoice, end: str = "") -> str:
    return home.url(0, f"settings/purse/orders/{invoice.number}/{end}")


def test_where_nothing_is_sold_nothing_is_asked(signed_in, home):
    assert home.url(0, "settings/purse/") in page_of(signed_in, home.url(0, "settings/"))
    page = page_of(signed_in, home.url(0, "settings/purse/"))
    assert "За тях не се плаща в това училище." in page
    assert "Избери период" not in page


def test_price_with_vat_period_and_renewal_stand_before_the_button(signed_in, home, plan):
    page = page_of(signed_in, home.url(0, f"settings/purse/plans/{plan.pk}/"))
    before = page[: page.index("Поръчка със задължение за плащане")]

    end = bg.written_date(period_from(clock.today(), 5).ends_on).replace("\u00a0", " ")
    for words in ("3,05 €", "ДДС 0,51 €", end, "Подновяване", "свършва само", "До 14 дни"):
        assert words in before
    with at_school(home.small.id):
        assert not Invoice.objects.exists()


def test_an_order_is_paid_at_ePay_with_a_signed_form_that_names_no_child(signed_in, home, plan, epay):  # noqa: N802
    invoice = ordered(signed_in, home, plan)
    page = page_of(signed_in, url(home, invoice))

    assert 'action="https://www.epay.bg/"' in page
    encoded = page.split('name="ENCODED" value="')[1].split('"')[0]
    text = b64decode(encoded).decode()
    assert f"INVOICE={invoice.number}\nAMOUNT=3.05\nCURRENCY=EUR" in text
    assert "Анна" not in text


def test_the_browser_may_post_to_ePay_and_nowhere_else(home, plan, epay, settings):  # noqa: N802
    policy = SecurityHeaders(lambda _: HttpResponse())(None).headers["Content-Security-Policy"]  # type: ignore[arg-type]
    assert "form-action 'self' https://www.epay.bg/;" in policy
    settings.EPAY_MIN = ""
    policy = SecurityHeaders(lambda _: HttpResponse())(None).headers["Content-Security-Policy"]  # type: ignore[arg-type]
    assert "form-action 'self';" in policy


def test_the_desk_with_the_childs_code_is_named_where_it_is_open(signed_in, home, plan, settings):
    invoice = ordered(signed_in, home, plan)
    assert "Още не може да се плаща оттук" in page_of(signed_in, url(home, invoice))

    settings.EPAY_BILLING_MERCHANT = "1"
    assert "с кода на детето" in page_of(signed_in, url(home, invoice))


def test_an_easypay_code_is_asked_for_and_shown(signed_in, home, plan, epay, monkeypatch):
    invoice, answers = ordered(signed_in, home, plan), iter(["", "1234567890"])
    monkeypatch.setattr("zvanets.portal.views.purse.ask_desk_code", lambda _: next(answers))

    signed_in.post(url(home, invoice, "code/"))
    assert "ePay.bg не даде код" in page_of(signed_in, url(home, invoice))
    signed_in.post(url(home, invoice, "code/"))
    signed_in.post(url(home, invoice, "code/"))  # asks nobody again
    assert "1234567890" in page_of(signed_in, url(home, invoice))


def test_a_paid_order_is_a_receipt_and_the_purse_says_until_when(signed_in, home, plan):
    invoice = ordered(signed_in, home, plan)
    pay(home, invoice)

    end = bg.written_date(period_from(clock.today(), 5).ends_on).replace("\u00a0", " ")
    receipt = page_of(signed_in, url(home, invoice))
    assert f"Разписка № {invoice.number}" in receipt
    assert end in receipt
    purse = page_of(signed_in, home.url(0, "settings/purse/"))
    assert f"Платени са до {end}" in purse
    assert "Плати следващия период" in purse
    assert "платена" in purse


def test_leaving_takes_two_steps_and_gives_the_money_back(signed_in, home, plan):
    invoice = ordered(signed_in, home, plan)
    pay(home, invoice)

    assert url(home, invoice, "withdraw/") in page_of(signed_in, url(home, invoice))
    assert "Потвърди отказа" in page_of(signed_in, url(home, invoice, "withdraw/"))
    with at_school(home.small.id):
        assert not Refund.objects.exists()
    signed_in.post(url(home, invoice, "withdraw/"))
    with at_school(home.small.id):
        assert Refund.objects.get().why == "withdrawn"
        assert not Coverage.objects.exists()
    assert "Връщаме Ви цялата сума" in page_of(signed_in, url(home, invoice))
    signed_in.post(url(home, invoice, "withdraw/"))
    assert "Няма платена поръчка" in page_of(signed_in, url(home, invoice))


def test_after_fourteen_days_there_is_no_way_out(signed_in, home, plan):
    invoice = ordered(signed_in, home, plan)
    pay(home, invoice)
    with at_school(home.small.id):
        Invoice.objects.update(ordered_at=clock.now() - timedelta(days=15))

    assert "Откажи се" not in page_of(signed_in, url(home, invoice))
    assert signed_in.get(url(home, invoice, "withdraw/")).status_code == 302
    signed_in.post(url(home, invoice, "withdraw/"))
    with at_school(home.small.id):
        assert not Refund.objects.exists()


def test_another_guardians_order_is_not_there(signed_in, home, plan):
    with at_school(home.small.id):
        foreign = order(
            actor=home.small.head, student=home.small.students[0], plan=plan, guardian=home.small.guardians[1]
        )

    for end in ("", "withdraw/"):
        assert signed_in.get(url(home, foreign, end)).status_code == 404
    assert signed_in.post(url(home, foreign, "code/")).status_code == 404
