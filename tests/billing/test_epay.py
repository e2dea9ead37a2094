"""ePay.bg as its protocol says: the golden packets, and notices doubled, late, forged, of other sums, and at one moment."""

import threading
from base64 import b64decode, b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.billing.test_purse import ordered
from tests.counts import rounds
from tests.marks import committed
from tests.small_school import build
from zvanets.billing import ledger
from zvanets.billing.models import Coverage, Invoice, Notice, Payment, Refund
from zvanets.billing.plans import offer_plan
from zvanets.billing.providers.epay.order import ask_desk_code, read_desk_code, signed_order
from zvanets.billing.providers.epay.packet import Forged, Unreadable, opened, order_text, read_notice, sign
from zvanets.billing.providers.epay.webhook import receive
from zvanets.demo.epay import RETRIES, Epay, Refused, serve
from zvanets.lib import clock
from zvanets.tenancy.school import at_school

SECRET = "1234567890ABCDEF" * 4
MIN = "1000000000"
NOTICE = (
    "INVOICE=123456:STATUS=PAID:PAY_TIME=20261121203000:STAN=012345:BCODE=A1B2C3\n"
    "INVOICE=123457:STATUS=DENIED\nINVOICE=123458:STATUS=EXPIRED\n"
)
FORGED = "ERR=wrong CHECKSUM\n"


@pytest.fixture(autouse=True)
def _merchant(settings):
    settings.EPAY_MIN, settings.EPAY_SECRET = MIN, SECRET


@pytest.fixture
def epay() -> Epay:
    return Epay(MIN, SECRET)


@pytest.fixture
def invoice(small, month, epay) -> Invoice:
    with at_school(small.id):
        invoice = ordered(small, month)
        signed = signed_order(invoice)
    epay.order(signed.encoded, signed.checksum)
    return invoice


def tell(epay: Epay, client: Client | None = None, *, names=str) -> str:
    packet = {names(name): value for name, value in epay.packet().items()}
    answer = (client or Client(enforce_csrf_checks=True)).post("/pay/epay/", packet)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    epay.take_answer(answer.content.decode())
    return answer.content.decode()


def said(text: str) -> str:
    signed = sign(text, secret=SECRET)
    return receive(signed.encoded, signed.checksum)


class TestPacket:
    def test_the_order_of_the_documentation_has_its_checksum(self):
        text = order_text(
            merchant=MIN,
            invoice=123456,
            cents=61,
            pay_until=datetime(2026, 12, 31, 23, 59, tzinfo=clock.SOFIA),
            description="e-school 11.2026",
        )
        assert text == (
            "MIN=1000000000\nINVOICE=123456\nAMOUNT=0.61\nCURRENCY=EUR\nEXP_TIME=31.12.2026 23:59\n"
            "DESCR=e-school 11.2026\nENCODING=utf-8"
        )
        assert sign(text, secret=SECRET).checksum == "cb0e810c4611fab9b4e99b33742fa24db4431d97"

    def test_the_notice_of_the_documentation_is_read(self):
        signed = sign(NOTICE, secret=SECRET)
        assert signed.checksum == "497469ff1676e9e6f07fc1dfb5c2cbb78b12eba0"

        paid, denied, expired = read_notice(opened(signed.encoded, signed.checksum.upper(), secret=SECRET))
        assert (paid.invoice, paid.is_paid) == (123456, True)
        assert paid.paid_at == datetime(2026, 11, 21, 20, 30, tzinfo=clock.SOFIA)
        assert (denied.status, expired.status) == ("DENIED", "EXPIRED")

    def test_a_checksum_of_another_secret_or_of_none_opens_nothing(self):
        signed = sign(NOTICE, secret=SECRET)
        for secret, checksum in ((SECRET[:-1] + "0", signed.checksum), (SECRET, ""), (SECRET, "щ" * 40), ("", "x")):
            with pytest.raises(Forged):
                opened(signed.encoded, checksum, secret=secret)
        with pytest.raises(Forged):
            opened(signed.encoded, sign(NOTICE, secret="").checksum, secret="")

    @given(st.text(), st.text(), st.booleans())
    def test_nothing_that_comes_makes_it_fall(self, encoded, checksum, is_signed):
        if is_signed:
            signed = sign(encoded, secret=SECRET)
            encoded, checksum = signed.encoded, signed.checksum
        try:
            read_notice(opened(encoded, checksum, secret=SECRET))
        except (Forged, Unreadable):
            return

    def test_a_code_is_read_out_of_the_answer(self):
        assert read_desk_code(b"IDN=1234567890\r\n") == "1234567890"
        assert read_desk_code("ERR=Грешка\n".encode("cp1251")) == ""
        assert read_desk_code(b"IDN=12345\n") == ""


@pytest.mark.django_db
class TestNotice:
    def test_a_payment_is_told_and_covers(self, small, invoice, epay):
        epay.pay(str(invoice.number))

        assert tell(epay) == f"INVOICE={invoice.number}:STATUS=OK\n"
        with at_school(small.id):
            assert Payment.objects.get().cents == 61
            assert Coverage.objects.exists()

    def test_names_come_in_small_and_in_capital_letters(self, small, invoice, epay):
        epay.pay(str(invoice.number))

        assert tell(epay, names=str.upper) == f"INVOICE={invoice.number}:STATUS=OK\n"

    def test_the_order_names_no_child_class_or_school(self, small, month):
        with at_school(small.id):
            text = opened_text(signed_order(ordered(small, month)))
        for word in ("Анна", "Желева", "7 Б", "Изпитно", "Майка"):
            assert word not in text
        assert "DESCR=Съобщения за 1 мес." in text
        assert "CURRENCY=EUR" in text

    def test_a_repeated_notice_gets_the_first_answer_and_books_nothing(self, small, invoice, epay):
        epay.pay(str(invoice.number))
        text = epay.orders[str(invoice.number)].notice

        assert said(text) == said(text) == said(text + "\n")
        with at_school(small.id):
            assert Payment.objects.count() == 1
        assert Notice.objects.get().answer == "OK"

    def test_another_line_about_a_paid_invoice_books_nothing_more(self, small, invoice, epay):
        epay.pay(str(invoice.number))
        tell(epay)

        other = f"INVOICE={invoice.number}:STATUS=PAID:PAY_TIME=20261122000000:STAN=999999:BCODE=ZZZZZZ"
        assert said(other) == f"INVOICE={invoice.number}:STATUS=OK\n"
        with at_school(small.id):
            assert Payment.objects.count() == 1

    def test_an_unknown_invoice_is_answered_no_for_good(self, db):
        assert said("INVOICE=999999999999:STATUS=PAID:PAY_TIME=20261121203000") == "INVOICE=999999999999:STATUS=NO\n"
        assert said("INVOICE=999999999999:STATUS=PAID:PAY_TIME=20261121203000") == "INVOICE=999999999999:STATUS=NO\n"

    @pytest.mark.parametrize("status", ["DENIED", "EXPIRED"])
    def test_what_was_not_paid_covers_nothing(self, small, invoice, epay, status):
        epay.deny(str(invoice.number), status)

        assert tell(epay) == f"INVOICE={invoice.number}:STATUS=OK\n"
        with at_school(small.id):
            assert not Payment.objects.exists()

    def test_a_denied_order_may_be_paid_later(self, small, invoice, epay):
        epay.deny(str(invoice.number))
        tell(epay)
        epay.orders[str(invoice.number)].notice = epay.orders[str(invoice.number)].answer = ""
        epay.pay(str(invoice.number))
        tell(epay)

        with at_school(small.id):
            assert Coverage.objects.exists()

    def test_another_sum_is_kept_and_owed_back(self, small, invoice):
        text = (
            f"INVOICE={invoice.number}:STATUS=PAID:PAY_TIME=20261121203000:STAN=000001:BCODE=AAAAAA:AMOUNT=0.55:BIN=1"
        )

        assert said(text) == f"INVOICE={invoice.number}:STATUS=OK\n"
        with at_school(small.id):
            assert Refund.objects.get().why == Refund.Why.AMOUNT
            assert ledger.balances() == {"epay": 55, "refunds": -55}
            assert not Coverage.objects.exists()

    def test_a_packet_of_several_is_answered_line_by_line(self, small, invoice):
        answer = said(f"INVOICE={invoice.number}:STATUS=EXPIRED\nINVOICE=888888888888:STATUS=DENIED")

        assert answer == f"INVOICE={invoice.number}:STATUS=OK\nINVOICE=888888888888:STATUS=NO\n"

    def test_what_fails_is_answered_err_and_told_again(self, small, invoice, epay, monkeypatch):
        epay.pay(str(invoice.number))
        with monkeypatch.context() as broken:
            broken.setattr("zvanets.billing.providers.epay.webhook.take_payment", lambda **_: 1 / 0)
            assert tell(epay) == f"INVOICE={invoice.number}:STATUS=ERR\n"

        assert tell(epay) == f"INVOICE={invoice.number}:STATUS=OK\n"
        assert epay.packet()["encoded"] == ""
        assert 28 <= sum(RETRIES, start=timedelta()).days <= 30

    @pytest.mark.parametrize(
        "change", [{"checksum": "0" * 40}, {"checksum": "щ"}, {"encoded": "AAAA"}, {"checksum": ""}]
    )
    def test_a_forged_notice_leaves_no_trace(self, small, invoice, epay, change):
        epay.pay(str(invoice.number))
        answer = Client().post("/pay/epay/", epay.packet() | change)

        assert answer.content.decode() == FORGED
        assert not Notice.objects.exists()

    def test_without_a_secret_nothing_is_taken(self, small, invoice, settings):
        settings.EPAY_SECRET = ""
        forged = sign(f"INVOICE={invoice.number}:STATUS=PAID", secret="")

        assert receive(forged.encoded, forged.checksum) == FORGED

    def test_what_is_signed_and_makes_no_sense_is_said_so(self, db):
        assert said("hello").startswith("ERR=")
        assert said("INVOICE=12:STATUS=STOLEN").startswith("ERR=")
        assert receive("A" * 200_000, "x") == "ERR=too long\n"
        assert Client().post("/pay/epay/", b"\xff\x00", content_type="text/xml").content.decode() == FORGED

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=rounds(2000))
    @given(
        st.one_of(
            st.text(max_size=80),
            st.from_regex(r"INVOICE=[0-9]{1,25}:STATUS=(PAID|DENIED|EXPIRED)(:[A-Z_]{1,9}=[^:\n]{0,9}){0,3}"),
        )
    )
    def test_random_notices_break_nothing(self, db, text):
        assert said(text).startswith(("ERR=", "INVOICE="))


def opened_text(signed) -> str:
    return b64decode(signed.encoded).decode()


@pytest.mark.django_db
def test_an_easypay_code_is_asked_for_and_one_that_is_refused_is_none(small, month, epay, settings):
    server = serve(epay)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.EPAY_URL = f"http://127.0.0.1:{server.server_address[1]}/"
    with at_school(small.id):
        signed = signed_order(ordered(small, month))
    try:
        code = ask_desk_code(signed)
        assert (len(code), ask_desk_code(signed)) == (10, code)
        assert ask_desk_code(sign("MIN=1", secret="x")) == ""
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert ask_desk_code(signed) == ""  # nobody there


def test_the_stand_in_takes_what_the_protocol_takes(epay):
    later = datetime(2099, 1, 1, tzinfo=clock.SOFIA)
    order = {"merchant": MIN, "invoice": 5, "cents": 61, "pay_until": later, "description": "x"}
    for change in ({"merchant": "2"}, {"cents": 1}, {"pay_until": datetime(2020, 1, 1, tzinfo=clock.SOFIA)}):
        signed = sign(order_text(**order | change), secret=SECRET)
        with pytest.raises(Refused):
            epay.order(signed.encoded, signed.checksum)
    signed = sign(order_text(**order), secret=SECRET)
    assert epay.order(signed.encoded, signed.checksum) == epay.order(signed.encoded, signed.checksum)
    with pytest.raises(Refused, match="CHECKSUM"):
        epay.order(b64encode(b"MIN=1").decode(), signed.checksum)
    again = sign(order_text(**order | {"cents": 62}), secret=SECRET)
    with pytest.raises(Refused, match="used before"):
        epay.order(again.encoded, again.checksum)


@committed
def test_two_notices_at_the_same_moment_are_one_payment_and_two_same_answers(school, settings):
    small, start = build(school.pk), Barrier(2)
    with at_school(small.id):
        invoice = ordered(
            small, offer_plan(actor=small.head, name="Месец", months=1, cents=61, starts_on=clock.today())
        )
    text = f"INVOICE={invoice.number}:STATUS=PAID:PAY_TIME=20261121203000:STAN=012345:BCODE=A1B2C3"

    def notice(_: int) -> str:
        start.wait()
        try:
            return said(text)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as two:
        assert set(two.map(notice, range(2))) == {f"INVOICE={invoice.number}:STATUS=OK\n"}
    with at_school(small.id):
        assert Payment.objects.count() == Coverage.objects.count() == 1
        assert sum(ledger.balances().values()) == 0
