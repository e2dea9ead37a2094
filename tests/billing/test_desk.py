"""ePay Billing: every status, a code that owes nothing beside one that nobody has, and money told late, twice, at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.billing.conftest import give_sms
from tests.billing.test_purse import ordered, paid
from tests.counts import rounds
from tests.marks import committed
from tests.small_school import build
from zvanets.billing import ledger
from zvanets.billing.models import Coverage, Invoice, Notice, Payment
from zvanets.billing.plans import offer_plan
from zvanets.billing.providers.desk.protocol import checksum
from zvanets.demo.desk import Desk
from zvanets.lib import clock, damm
from zvanets.schools.models import StudentCode
from zvanets.tenancy.school import at_school

MERCHANT, SECRET = "0000334", "3EA1ABD845C3D684"
CODE, OTHER, NOBODYS = ("1000000" + end + damm.check_digit("1000000" + end) for end in "123")


@pytest.fixture(autouse=True)
def _merchant(settings):
    settings.EPAY_BILLING_MERCHANT, settings.EPAY_BILLING_SECRET = MERCHANT, SECRET


def get(path, said):
    answer = Client().get(path, said)
    assert answer.status_code == 200
    return answer.json()


@pytest.fixture
def desk() -> Desk:
    return Desk(MERCHANT, SECRET, get)


def give_codes(small) -> None:
    for code, student in zip((CODE, OTHER), small.students, strict=False):
        StudentCode.objects.create(code=code, school_id=small.id, student_id=student.pk)


@pytest.fixture
def coded(small, month):
    """Анна's mother has SMS and owes a month; Борис owes nothing."""
    give_codes(small)
    with at_school(small.id):
        give_sms(small)
    return small


def test_the_checksum_of_the_documentation():
    said = {"TYPE": "CHECK", "IDN": "12345678", "MERCHANTID": "0000334", "CHECKSUM": "whatever"}

    assert checksum(said, secret=SECRET) == "427eea979900c6db0b8f13617a0365682987c1aa"


@pytest.mark.django_db
class TestInit:
    def test_a_grandmother_is_told_what_the_code_owes(self, coded, desk):
        found = desk.check(CODE)

        assert (found["STATUS"], found["IDN"], found["AMOUNT"]) == ("00", CODE, 61)
        assert len(found["SHORTDESC"]) <= 40
        assert len(found["VALIDTO"]) == 8
        for word in ("Анна", "Желева", "7 Б", "Изпитно"):
            assert word not in str(found)

    def test_an_order_that_waits_is_owed_before_all(self, coded, term, desk):
        with at_school(coded.id):
            ordered(coded, term)

        assert desk.check(CODE)["AMOUNT"] == 305

    def test_a_code_without_a_debt_looks_like_one_that_nobody_has(self, coded, desk):
        assert desk.check(OTHER) == desk.check(NOBODYS) == {"STATUS": "62"}

    def test_what_is_no_code_is_unknown(self, coded, desk):
        for text in ("", "12345", "100000010", "щ", CODE + "0"):
            assert desk.check(text) == {"STATUS": "14"}

    def test_a_paid_month_owes_again_two_weeks_before_its_end(self, coded, desk, monkeypatch):
        assert desk.pay(CODE) == "00"
        assert desk.check(CODE) == {"STATUS": "62"}

        monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(days=20))
        assert desk.check(CODE)["AMOUNT"] == 61

    def test_parts_and_deposits_are_unavailable_whatever_the_code(self, coded, desk):
        for code in (CODE, NOBODYS):
            for kind in ("DEPOSIT", "PARTIAL"):
                assert desk.ask("/pay/init", IDN=code, TYPE=kind) == {"STATUS": "80"}
                assert desk.ask("/pay/confirm", IDN=code, TYPE=kind) == {"STATUS": "80"}

    def test_a_forged_question_learns_nothing(self, coded):
        for secret in ("wrong", ""):
            assert Desk(MERCHANT, secret, get).check(CODE) == {"STATUS": "93"}
        assert get("/pay/init", {"IDN": CODE, "TYPE": "CHECK", "CHECKSUM": "щ"}) == {"STATUS": "93"}
        assert get("/pay/init", {}) == {"STATUS": "93"}

    def test_another_merchant_or_an_unknown_type_is_an_error(self, coded, desk):
        assert Desk("1", SECRET, get).check(CODE) == {"STATUS": "96"}
        assert desk.ask("/pay/init", IDN=CODE, TYPE="STEAL") == {"STATUS": "96"}

    def test_without_a_secret_the_desk_is_unavailable(self, coded, settings):
        settings.EPAY_BILLING_SECRET = ""

        assert Desk(MERCHANT, "", get).check(CODE) == {"STATUS": "80"}


@pytest.mark.django_db
class TestConfirm:
    def test_what_is_paid_covers_and_is_booked(self, coded, desk):
        assert desk.pay(CODE) == "00"

        with at_school(coded.id):
            assert Coverage.objects.get().student == coded.students[0]
            assert Invoice.objects.get().guardian is None
            assert ledger.balances() == {"desk": 61, "sales": -51, "vat": -10}

    def test_told_again_it_is_a_duplicate(self, coded, desk):
        tid = desk.new_tid()

        assert [desk.confirm(CODE, tid, 61) for _ in range(3)] == ["00", "94", "94"]
        with at_school(coded.id):
            assert Payment.objects.count() == 1

    def test_told_again_in_other_words_it_is_a_duplicate_too(self, coded, desk):
        tid = desk.new_tid()
        desk.confirm(CODE, tid, 61)
        said = {"IDN": CODE, "TID": tid, "DATE": "20261122000000", "TOTAL": "61", "TYPE": "BILLING"}

        assert [desk.ask("/pay/confirm", **said)["STATUS"] for _ in range(2)] == ["94", "94"]

    def test_a_wrong_sum_is_refused_and_told_again_refused_again(self, coded, desk):
        tid = desk.new_tid()

        assert [desk.confirm(CODE, tid, 60) for _ in range(2)] == ["13", "13"]
        assert desk.confirm(CODE, tid, 61) == "00"
        assert set(Notice.objects.values_list("answer", flat=True)) == {"13", "00"}

    def test_who_owes_nothing_is_as_nobody(self, coded, desk):
        assert desk.confirm(OTHER, desk.new_tid(), 60) == desk.confirm(NOBODYS, desk.new_tid(), 60) == "62"
        assert desk.confirm("12", desk.new_tid(), 61) == "14"

    def test_paid_elsewhere_meanwhile_it_buys_the_next_month(self, coded, month, desk):
        with at_school(coded.id):
            paid(ordered(coded, month))

        assert desk.confirm(CODE, desk.new_tid(), 61) == "00"
        with at_school(coded.id):
            assert Coverage.objects.count() == 2

    def test_nonsense_is_an_error_and_leaves_no_trace(self, coded, desk):
        for change in ({"TID": ""}, {"TID": "x" * 27}, {"TOTAL": "-61"}, {"TOTAL": "6.1"}, {"TYPE": "CHECK"}):
            said = {"IDN": CODE, "TID": "1" * 26, "DATE": "x", "TOTAL": "61", "TYPE": "BILLING"} | change
            assert desk.ask("/pay/confirm", **said) == {"STATUS": "96"}
        assert not Notice.objects.exists()

    def test_what_fails_within_is_an_error_and_is_taken_when_told_again(self, coded, desk, monkeypatch):
        tid = desk.new_tid()
        with monkeypatch.context() as broken:
            broken.setattr("zvanets.billing.providers.desk.webhook.take_payment", lambda **_: 1 / 0)
            assert desk.confirm(CODE, tid, 61) == "96"

        assert desk.confirm(CODE, tid, 61) == "00"

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=rounds(2000))
    @given(
        st.sampled_from(["/pay/init", "/pay/confirm"]),
        st.dictionaries(st.sampled_from(["IDN", "TID", "TYPE", "TOTAL", "DATE", "INVOICES"]), st.text(max_size=40)),
    )
    def test_random_questions_break_nothing(self, db, path, said):
        assert Desk(MERCHANT, SECRET, get).ask(path, **said)["STATUS"] in {"14", "62", "80", "96"}


@committed
def test_two_desks_at_the_same_moment_are_two_months_and_one_told_twice_is_one(school, settings):
    small, start = build(school.pk), Barrier(2)
    with at_school(small.id):
        offer_plan(actor=small.head, name="Месец", months=1, cents=61, starts_on=clock.today())
        give_sms(small)
    give_codes(small)

    def tell(tid: str) -> str:
        start.wait()
        try:
            return Desk(MERCHANT, SECRET, get).confirm(CODE, tid, 61)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as two:
        assert sorted(two.map(tell, ["1" * 26, "1" * 26])) in (["00", "00"], ["00", "94"])
        assert list(two.map(tell, ["2" * 26, "3" * 26])) == ["00", "00"]
    with at_school(small.id):
        first, second, third = Coverage.objects.order_by("starts_on")
        assert first.ends_on < second.starts_on
        assert second.ends_on < third.starts_on
        assert sum(ledger.balances().values()) == 0
