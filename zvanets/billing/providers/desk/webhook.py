"""/pay/init asks what a code owes, /pay/confirm tells that it was paid. What is told is stored before it is booked.

A code that owes nothing is answered as one that nobody has: with 62. Only what cannot be a code at all gets 14.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from zvanets.billing.actions import PAYABLE_FOR, Money, order, take_payment
from zvanets.billing.debts import Debt, debt_of
from zvanets.billing.models import Invoice, Notice, Payment, Plan, Provider
from zvanets.billing.providers.desk.protocol import Answer, Confirmed, Status, checked, confirmed, type_of
from zvanets.history.record import Actor
from zvanets.lib import clock, damm
from zvanets.lib.logs import note
from zvanets.schools.models import Student, StudentCode
from zvanets.tenancy.school import at_school

ACTOR = Actor(None, "easypay", "")
Said = Mapping[str, str]
_SHORT = "Съобщения за {months} мес."  # at most 40 letters; who stands at the desk learns of no child, class or school
_LONG = "Абонамент за SMS и обаждания за {months} мес., с ДДС."


@require_GET
def init(request: HttpRequest) -> JsonResponse:
    return JsonResponse(_answered(_asked, _said(request)))


@require_GET
def confirm(request: HttpRequest) -> JsonResponse:
    return JsonResponse(_answered(_told, _said(request)))


def _said(request: HttpRequest) -> Said:
    return {name: str(value) for name, value in request.GET.items()}


def _answered(act: Callable[[Said], dict[str, str | int]], said: Said) -> dict[str, str | int]:
    try:
        checked(said, merchant=settings.EPAY_BILLING_MERCHANT, secret=settings.EPAY_BILLING_SECRET)
        return act(said)
    except Answer as answer:
        return {"STATUS": answer.status.value}
    except Exception:  # noqa: BLE001  (ePay.bg reads statuses, no pages; whatever it was, it asks again)
        note("a question of ePay Billing could not be answered", level=logging.ERROR, error=True)
        return {"STATUS": Status.ERROR.value}


def _asked(said: Said) -> dict[str, str | int]:
    type_of(said, known=("CHECK", "BILLING"))
    with _student(said.get("IDN", "")) as student:
        debt = debt_of(student)
    if debt is None:
        raise Answer(Status.NOTHING_OWED)
    until = debt.invoice.pay_until if debt.invoice else clock.now() + PAYABLE_FOR
    return {
        "STATUS": Status.OK.value,
        "IDN": said["IDN"],
        "SHORTDESC": _SHORT.format(months=debt.plan.months),
        "LONGDESC": _LONG.format(months=debt.plan.months),
        "AMOUNT": debt.cents,
        "VALIDTO": f"{until.astimezone(clock.SOFIA):%Y%m%d}",
    }


def _told(said: Said) -> dict[str, str | int]:
    type_of(said, known=("BILLING",))
    money, stored = confirmed(said), _stored(said)
    if stored.answer:
        raise Answer(Status.DUPLICATE if stored.answer == Status.OK else Status(stored.answer))
    status = _booked(money)
    answer = Status.OK if status is Status.DUPLICATE else status
    Notice.objects.filter(pk=stored.pk, answer="").update(answer=answer, answered_at=clock.now())
    return {"STATUS": status.value}


def _stored(said: Said) -> Notice:
    text = "&".join(f"{name}={said[name]}" for name in sorted(said) if name != "CHECKSUM")
    given: dict[str, str | bytes] = {"provider": Provider.DESK, "digest": sha256(text.encode()).digest()}
    kept = "".join(letter if letter.isprintable() else "?" for letter in text)[:1000]
    Notice.objects.bulk_create([Notice(text=kept, received_at=clock.now(), **given)], ignore_conflicts=True)
    stored: Notice = Notice.objects.get(**given)
    return stored


def _booked(money: Confirmed) -> Status:
    """Book it to what costs as much: an order that waits, what is owed, or another period; money taken is never lost."""
    try:
        with _student(money.code) as student:
            Student.objects.select_for_update(no_key=True).get(pk=student.pk)
            if Payment.objects.filter(provider=Provider.DESK, reference=money.tid).exists():
                return Status.DUPLICATE
            invoice = _to_pay(student, money.cents)
            paid = Money(Provider.DESK, money.tid, money.cents, money.paid_at)
            take_payment(actor=ACTOR, invoice_number=invoice.number, money=paid)
    except Answer as answer:
        return answer.status
    return Status.OK


def _to_pay(student: Student, cents: int) -> Invoice:
    waiting = Invoice.objects.payable(at=clock.now()).filter(student=student, cents=cents).newest_first()
    if found := waiting.first():
        return found
    debt = debt_of(student)
    plan = _plan_for(debt, cents)
    if plan is None:
        raise Answer(Status.WRONG_AMOUNT if debt else Status.NOTHING_OWED)
    return order(actor=ACTOR, student=student, plan=plan, guardian=None)


def _plan_for(debt: Debt | None, cents: int) -> Plan | None:
    """The plan that is owed, else whichever costs as much: a desk may tell late of what was paid elsewhere meanwhile."""
    owed = Q(pk=debt.plan.pk) if debt else Q(pk=None)
    offered = Plan.objects.offered(on=clock.today()).filter(cents=cents)
    found: Plan | None = offered.filter(owed).first() or offered.shortest_first().first()
    return found


@contextmanager
def _student(code: str) -> Iterator[Student]:
    """Open the school of the child whose code it is. Raises Answer."""
    if not damm.is_code(code):
        raise Answer(Status.UNKNOWN)
    found = StudentCode.objects.filter(code=code).first()
    if found is None:
        raise Answer(Status.NOTHING_OWED)
    with at_school(found.school_id):
        yield Student.objects.get(pk=found.student_id)
