"""Order, pay, withdraw, give back. Each call stands inside at_school(); what came by a provider is never lost or booked twice."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from zvanets.billing import ledger
from zvanets.billing.covering import cover, uncover
from zvanets.billing.models import Invoice, InvoiceNumber, Payment, Plan, Provider, Refund
from zvanets.guardians.models import Guardian
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.pricing import last_day_to_withdraw, split_vat
from zvanets.schools.models import Student
from zvanets.tenancy.school import school_now

PAYABLE_FOR = timedelta(days=14)  # ePay.bg keeps an order for 30 at most

_NOT_OFFERED = gettext_noop("Тази тарифа вече не се предлага. Изберете друга.")
_TOO_LATE = gettext_noop("От тази поръчка можехте да се откажете до 14 дни след нея.")
_NOTHING = gettext_noop("Няма платена поръчка, от която да се откажете.")


@dataclass(frozen=True, slots=True)
class Money:
    """What a provider says that it took; `reference` is the same each time it says it of the same money."""

    provider: Provider
    reference: str
    cents: int
    paid_at: datetime


@transaction.atomic
def order(*, actor: Actor, student: Student, plan: Plan, guardian: Guardian | None) -> Invoice:
    """Order a plan for a child; one that waits for its payment is taken up again. Raises Refusal `not_offered`."""
    now = clock.now()
    if not Plan.objects.offered(on=clock.today()).filter(pk=plan.pk).exists():
        raise Refusal("not_offered", _NOT_OFFERED)
    Student.objects.select_for_update(no_key=True).get(pk=student.pk)
    waiting = Invoice.objects.payable(at=now).filter(student=student, plan=plan, guardian=guardian)
    if found := waiting.first():
        return found
    invoice = Invoice.objects.create(
        number=InvoiceNumber.objects.create(school_id=school_now()).number,
        student=student,
        guardian=guardian,
        plan=plan,
        cents=plan.cents,
        vat_cents=split_vat(plan.cents, plan.vat_percent).vat,
        ordered_at=now,
        pay_until=now + PAYABLE_FOR,
    )
    _record(actor, Verb.PURSE_ORDERED, invoice, plan=plan.name, months=plan.months, cents=plan.cents)
    return invoice


@transaction.atomic
def take_payment(*, actor: Actor, invoice_number: int, money: Money) -> Payment:
    """Book what a provider took: the order is paid and covers, or the money is owed back. Again: the payment of before."""
    invoice = Invoice.objects.select_for_update(no_key=True).get(number=invoice_number)
    if before := Payment.objects.filter(provider=money.provider, reference=money.reference).first():
        return before
    payment = Payment.objects.create(
        invoice=invoice,
        provider=money.provider,
        reference=money.reference,
        cents=money.cents,
        paid_at=money.paid_at,
        received_at=clock.now(),
    )
    if invoice.paid_at is None and money.cents == invoice.cents:
        _settle(actor, invoice, payment)
    else:
        _owe_back(actor, payment, Refund.Why.TWICE if invoice.paid_at else Refund.Why.AMOUNT)
    return payment


def _settle(actor: Actor, invoice: Invoice, payment: Payment) -> None:
    invoice.paid_at = payment.received_at
    invoice.save(update_fields=["paid_at"])
    ledger.book_sale(payment)
    cover(actor, invoice)
    _record(actor, Verb.PURSE_PAID, invoice, cents=payment.cents, provider=payment.provider)


def _owe_back(actor: Actor, payment: Payment, why: Refund.Why) -> None:
    Refund.objects.create(payment=payment, why=why, owed_since=payment.received_at)
    ledger.book_surplus(payment)
    _record(actor, Verb.PURSE_SURPLUS, payment.invoice, cents=payment.cents, provider=payment.provider, why=why)


@transaction.atomic
def withdraw(*, actor: Actor, invoice: Invoice) -> Refund:
    """Leave a paid order within 14 days; all of the money is owed back. Raises Refusal `nothing`, `too_late`."""
    invoice = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if invoice.paid_at is None or invoice.withdrawn_at:
        raise Refusal("nothing", _NOTHING)
    if clock.today() > last_day_of(invoice):
        raise Refusal("too_late", _TOO_LATE)
    invoice.withdrawn_at = clock.now()
    invoice.save(update_fields=["withdrawn_at"])
    payment = invoice.payments.get(refunds=None)
    refund = Refund.objects.create(payment=payment, why=Refund.Why.WITHDRAWN, owed_since=invoice.withdrawn_at)
    uncover(invoice)
    ledger.book_withdrawal(payment)
    _record(actor, Verb.PURSE_WITHDRAWN, invoice, cents=payment.cents)
    return refund


@transaction.atomic
def pay_out(*, actor: Actor, refund: Refund) -> None:
    """Note that the money went back; once more does nothing."""
    if Refund.objects.filter(pk=refund.pk, paid_out_at=None).update(paid_out_at=clock.now()):
        ledger.book_refund(refund.payment)
        _record(actor, Verb.PURSE_REFUNDED, refund.payment.invoice, cents=refund.payment.cents)


def last_day_of(invoice: Invoice) -> date:
    """Return the last day on which the order may be left."""
    return last_day_to_withdraw(invoice.ordered_at.astimezone(clock.SOFIA).date())


def _record(actor: Actor, verb: Verb, invoice: Invoice, **said: Json) -> None:
    body: dict[str, Json] = {"invoice": invoice.number, "guardian": invoice.guardian_id, **said}
    record([Fact(verb, student_id=invoice.student_id, object_id=invoice.pk, body=body)], actor=actor, tell=False)
