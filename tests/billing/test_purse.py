"""Orders, payments and the books: whatever happens in whatever order, nothing is lost, booked twice, or left unbalanced."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.marks import committed
from tests.small_school import build
from zvanets.billing import ledger
from zvanets.billing.actions import Money, order, pay_out, take_payment, withdraw
from zvanets.billing.models import Booking, Coverage, Invoice, InvoiceNumber, Payment, Posting, Provider, Refund
from zvanets.billing.plans import close_plan, offer_plan
from zvanets.guardians.actions import grant_right
from zvanets.guardians.models import Relation
from zvanets.history.models import Entry
from zvanets.history.record import Actor
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.rules.pricing import period_from
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db
EPAY = Actor(None, "epay", "")


def ordered(small, plan, child: int = 0) -> Invoice:
    return order(actor=small.actor, student=small.students[child], plan=plan, guardian=small.guardians[child])


def paid(invoice: Invoice, *, cents: int | None = None, reference: str = "", provider=Provider.EPAY) -> Payment:
    money = Money(provider, reference or str(invoice.number), cents or invoice.cents, clock.now())
    return take_payment(actor=EPAY, invoice_number=invoice.number, money=money)


@pytest.fixture
def inside(small):
    with at_school(small.id):
        yield small


def test_a_paid_term_covers_five_months_and_is_booked(inside, term):
    invoice = ordered(inside, term)
    paid(invoice)

    cover = Coverage.objects.get()
    assert (cover.starts_on, cover.ends_on) == (clock.today(), period_from(clock.today(), 5).ends_on)
    assert ledger.balances() == {"epay": 305, "sales": -254, "vat": -51}
    assert [entry.verb for entry in Entry.objects.filter(verb__startswith="purse.").order_by("number")] == [
        "purse.ordered",
        "purse.paid",
    ]


def test_a_second_order_of_the_same_takes_up_the_first(inside, month, term):
    first = ordered(inside, month)

    assert ordered(inside, month) == first
    assert ordered(inside, term) != first
    assert InvoiceNumber.objects.get(number=first.number).school_id == inside.id


def test_a_payment_told_twice_is_booked_once(inside, month):
    invoice = ordered(inside, month)

    assert paid(invoice) == paid(invoice)
    assert Payment.objects.count() == Booking.objects.count() == Coverage.objects.count() == 1


def test_an_order_paid_at_two_places_is_owed_back_once(inside, month):
    invoice = ordered(inside, month)
    paid(invoice)
    second = paid(invoice, provider=Provider.DESK, reference="T1")

    assert Refund.objects.get().payment == second
    assert Refund.objects.get().why == Refund.Why.TWICE
    assert ledger.balances() == {"desk": 61, "epay": 61, "refunds": -61, "sales": -51, "vat": -10}


def test_another_sum_pays_nothing_and_is_owed_back(inside, month):
    invoice = ordered(inside, month)
    paid(invoice, cents=60)

    invoice.refresh_from_db()
    assert invoice.paid_at is None
    assert not Coverage.objects.exists()
    assert ledger.balances() == {"epay": 60, "refunds": -60}


def test_a_late_payment_is_taken_at_the_price_of_the_order(inside, month):
    invoice = ordered(inside, month)
    Invoice.objects.update(pay_until=clock.now() - timedelta(days=1))
    close_plan(actor=inside.head, plan=month, last_day=clock.today())
    paid(invoice)

    assert Coverage.objects.count() == 1


def test_a_plan_no_longer_offered_is_not_ordered(inside, month):
    type(month).objects.update(starts_on=clock.today() - timedelta(days=9), ends_on=clock.today() - timedelta(days=1))
    with pytest.raises(Refusal):
        ordered(inside, month)


def test_the_next_payment_begins_where_the_last_one_ends(inside, month):
    paid(ordered(inside, month))
    paid(ordered(inside, month))

    first, second = Coverage.objects.order_by("starts_on")
    assert second.starts_on == first.ends_on + timedelta(days=1)


def test_a_plan_for_the_family_covers_the_brothers_and_sisters_of_who_pays(inside):
    plan = offer_plan(
        actor=inside.head, name="Семейна", months=1, cents=90, starts_on=clock.today(), is_per_family=True
    )
    grant_right(actor=inside.head, guardian=inside.guardians[0], student=inside.students[1], relation=Relation.MOTHER)
    paid(ordered(inside, plan))

    assert {cover.student_id for cover in Coverage.objects.all()} == {student.pk for student in inside.students[:2]}


class TestWithdrawal:
    def test_all_of_the_money_is_owed_back_and_the_days_are_gone(self, inside, month):
        invoice = ordered(inside, month)
        paid(invoice)
        refund = withdraw(actor=inside.actor, invoice=invoice)

        assert not Coverage.objects.exists()
        assert ledger.balances() == {"epay": 61, "refunds": -61, "sales": 0, "vat": 0}
        pay_out(actor=inside.head, refund=refund)
        pay_out(actor=inside.head, refund=refund)
        assert ledger.balances() == {"bank": -61, "epay": 61, "refunds": 0, "sales": 0, "vat": 0}
        assert Entry.objects.filter(verb="purse.refunded").count() == 1

    def test_what_is_not_paid_or_withdrawn_before_is_refused(self, inside, month):
        invoice = ordered(inside, month)
        with pytest.raises(Refusal):
            withdraw(actor=inside.actor, invoice=invoice)
        paid(invoice)
        withdraw(actor=inside.actor, invoice=invoice)
        with pytest.raises(Refusal):
            withdraw(actor=inside.actor, invoice=invoice)

    @pytest.mark.parametrize(("days", "is_taken"), [(14, True), (15, False)])
    def test_it_is_possible_for_fourteen_days(self, inside, month, days, is_taken):
        invoice = ordered(inside, month)
        paid(invoice)
        Invoice.objects.update(ordered_at=clock.now() - timedelta(days=days))
        if is_taken:
            assert withdraw(actor=inside.actor, invoice=invoice)
        else:
            with pytest.raises(Refusal, match="14 дни"):
                withdraw(actor=inside.actor, invoice=invoice)


class TestBooks:
    def test_lines_that_do_not_sum_up_to_zero_are_refused(self, inside, month):
        invoice = ordered(inside, month)
        booking = paid(invoice).bookings.get()
        for lines in ([5], [5, -4]):
            with pytest.raises(IntegrityError, match="sum up to zero"), transaction.atomic():
                Posting.objects.bulk_create(
                    Posting(booking=booking, account=account, cents=cents)
                    for account, cents in zip(("bank", "refunds"), lines, strict=False)
                )

    def test_nobody_changes_what_is_written(self, inside, month):
        paid(ordered(inside, month))
        for change in (lambda: Posting.objects.update(cents=1), lambda: Posting.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        assert sum(ledger.balances().values()) == 0

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
    @given(
        st.lists(st.tuples(st.sampled_from(["pay", "again", "other", "desk", "withdraw", "order"]), st.integers(0, 3)))
    )
    def test_whatever_happens_the_books_hold_what_was_taken_and_given_back(self, inside, month, steps):
        with transaction.atomic():
            invoices = [ordered(inside, month, child) for child in range(4)]
            for number, (step, child) in enumerate(steps):
                _act(inside, month, invoices, step, child, number)
                assert sum(ledger.balances().values()) == 0
            taken = sum(payment.cents for payment in Payment.objects.all())
            money = ledger.balances().get("epay", 0) + ledger.balances().get("desk", 0)
            kept = sum(i.cents for i in Invoice.objects.filter(paid_at__isnull=False, withdrawn_at=None))
            assert taken == money == kept - ledger.balances().get("refunds", 0)
            transaction.set_rollback(True)


def _act(small, plan, invoices: list[Invoice], step: str, child: int, number: int) -> None:
    invoice = invoices[child]
    if step == "order":
        invoices[child] = ordered(small, plan, child)
    elif step == "withdraw":
        try:
            withdraw(actor=small.actor, invoice=invoice)
        except Refusal:
            return
    elif step == "other":
        paid(invoice, cents=7, reference=f"other {number}")
    elif step == "desk":
        paid(invoice, provider=Provider.DESK, reference=f"desk {number}")
    else:
        paid(invoice)


@committed
def test_two_notices_of_one_payment_at_the_same_moment_are_one_payment(school):
    small = build(school.pk)
    start = Barrier(2)
    with at_school(small.id):
        plan = offer_plan(actor=small.head, name="Месец", months=1, cents=61, starts_on=clock.today())
        invoice = ordered(small, plan)

    def notice(_: int) -> int:
        start.wait()
        try:
            with at_school(small.id):
                return paid(invoice).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as two:
        assert len(set(two.map(notice, range(2)))) == 1
    with at_school(small.id):
        assert Coverage.objects.count() == Booking.objects.count() == 1
