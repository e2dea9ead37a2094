"""The purse: until when SMS and calls are paid, what they cost, an order, its payment, its receipt and a way out of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zvanets.billing import actions
from zvanets.billing.covering import paid_until
from zvanets.billing.models import PAID_CHANNELS, Invoice, Plan
from zvanets.billing.providers.epay.order import ask_desk_code, is_offered, signed_order
from zvanets.guardians.models import Guardian
from zvanets.lib import bg, clock, damm, money
from zvanets.lib.refusals import Refusal
from zvanets.portal.family import Child, FamilyRequest, family, lang, page
from zvanets.portal.feed import number
from zvanets.rules.pricing import next_period, split_vat
from zvanets.schools.models import Student

_ORDERS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan as it is shown before it is ordered."""

    name: str
    price: str
    vat: str
    period: str
    is_per_family: bool
    url: str


@require_safe
@family("purse")
def show(request: FamilyRequest) -> HttpResponse:
    child = _payer(request)
    plans = Plan.objects.offered(on=clock.today()).shortest_first()
    own = Invoice.objects.filter(student=child.row.student_id, guardian=child.row.guardian_id)
    until = _until(child, PAID_CHANNELS)
    context = {
        "until": bg.written_date(until, lang()) if until and until >= clock.today() else "",
        "offers": [_offer(child, plan, until) for plan in plans],
        "orders": [
            (_order_words(child, each), child.url("order", each.number))
            for each in own.select_related("plan").newest_first()[:_ORDERS_SHOWN]
        ],
        "settings_url": child.url("settings"),
    }
    return page(request, "portal/purse.html", child, context)


@require_http_methods(["GET", "HEAD", "POST"])
@family()
def buy(request: FamilyRequest, plan_id: int) -> HttpResponse:
    """What it costs, for how long, and that it ends by itself; then the button that orders."""
    child = _payer(request)
    plan = Plan.objects.offered(on=clock.today()).filter(pk=number(plan_id)).first()
    if plan is None:
        raise Http404
    if request.method == "POST":
        student = Student.objects.get(pk=child.row.student_id)
        guardian = Guardian.objects.get(pk=child.row.guardian_id)
        invoice = actions.order(actor=child.actor, student=student, plan=plan, guardian=guardian)
        return redirect(child.url("order", invoice.number))
    context = {"offer": _offer(child, plan, _until(child, plan.channels)), "purse_url": child.url("purse")}
    return page(request, "portal/buy.html", child, context)


@require_safe
@family()
def order(request: FamilyRequest, invoice_no: int) -> HttpResponse:
    """An order that waits with the ways to pay it, or the receipt of one that is paid."""
    child = _payer(request)
    invoice = _own(child, invoice_no)
    context = {
        "invoice": invoice,
        "price": _euro(invoice.cents),
        "vat": _euro(invoice.vat_cents),
        "ordered": child.moment(invoice.ordered_at),
        "paid": child.moment(invoice.paid_at) if invoice.paid_at else "",
        "covers": [
            _period(each.starts_on, each.ends_on) for each in invoice.covers.filter(student=child.row.student_id)
        ],
        "withdraw_until": _withdraw_until(invoice),
        "withdraw_url": child.url("withdraw_order", invoice.number),
        "code_url": child.url("desk_code", invoice.number),
        "code": damm.in_threes(child.row.code),
        "has_desk": bool(settings.EPAY_BILLING_MERCHANT),
        "purse_url": child.url("purse"),
        "epay": signed_order(invoice) if is_offered() and _is_payable(invoice) else None,
        "epay_url": settings.EPAY_URL,
        "back": f"{settings.ORIGIN}{child.url('order', invoice.number)}",
        "is_payable": _is_payable(invoice),
        "pay_until": bg.written_date(invoice.pay_until.astimezone(child.zone).date(), lang()),
    }
    return page(request, "portal/order.html", child, context)


@require_http_methods(["GET", "HEAD", "POST"])
@family()
def withdraw(request: FamilyRequest, invoice_no: int) -> HttpResponse:
    """The second step of leaving an order: what it means, and the button."""
    child = _payer(request)
    invoice = _own(child, invoice_no)
    if request.method == "POST":
        try:
            actions.withdraw(actor=child.actor, invoice=invoice)
        except Refusal as refused:
            messages.warning(request, _(refused.msgid) % refused.params)
        else:
            messages.success(request, _("Отказахте се от поръчката. Връщаме Ви цялата сума."))
        return redirect(child.url("order", invoice.number))
    if not _withdraw_until(invoice):
        return redirect(child.url("order", invoice.number))
    context = {"invoice": invoice, "price": _euro(invoice.cents), "order_url": child.url("order", invoice.number)}
    return page(request, "portal/withdraw.html", child, context)


@require_POST
def desk_code(request: HttpRequest, school_id: int, student_id: int, invoice_no: int) -> HttpResponse:
    """Ask ePay.bg for a code to pay with at EasyPay; no transaction is open while it thinks."""
    answer = _find(request, school_id, student_id, invoice_no)
    if signed := getattr(request, "signed", None):
        return _keep(request, school_id, student_id, invoice_no, ask_desk_code(signed))
    return answer


@family()
def _find(request: Any, invoice_no: int) -> HttpResponse:
    invoice = _own(_payer(request), invoice_no)
    if is_offered() and _is_payable(invoice) and not invoice.desk_code:
        request.signed = signed_order(invoice)
    return redirect(request.child.url("order", invoice.number))


@family()
def _keep(request: FamilyRequest, invoice_no: int, code: str) -> HttpResponse:
    if code:
        Invoice.objects.filter(number=invoice_no, desk_code="").update(desk_code=code)
    else:
        messages.warning(request, _("ePay.bg не даде код. Опитайте след малко или платете по друг начин."))
    return redirect(request.child.url("order", invoice_no))


def _payer(request: FamilyRequest) -> Child:
    """Who may order for the child: everybody who may know of it but the child."""
    if request.child.is_self:
        raise Http404
    return request.child


def _own(child: Child, invoice_no: int) -> Invoice:
    mine = Invoice.objects.filter(student=child.row.student_id, guardian=child.row.guardian_id)
    found: Invoice | None = mine.filter(number=number(invoice_no)).select_related("plan").first()
    if found is None:
        raise Http404
    return found


def _until(child: Child, channels: Collection[str]) -> date | None:
    return paid_until([child.row.student_id], channels).get(child.row.student_id)


def _offer(child: Child, plan: Plan, until: date | None) -> Offer:
    bought = next_period(until, plan.months, today=clock.today())
    vat = _euro(split_vat(plan.cents, plan.vat_percent).vat)
    period, url = _period(bought.starts_on, bought.ends_on), child.url("buy", plan.pk)
    return Offer(plan.name, _euro(plan.cents), vat, period, plan.is_per_family, url)


def _order_words(child: Child, invoice: Invoice) -> str:
    state = (
        _("отказана") if invoice.withdrawn_at
        else _("платена") if invoice.paid_at
        else _("чака плащане") if _is_payable(invoice)
        else _("неплатена, изтекла")
    )  # fmt: skip
    return f"{invoice.plan.name}, {_euro(invoice.cents)} · {state} · {child.moment(invoice.ordered_at)}"


def _is_payable(invoice: Invoice) -> bool:
    return invoice.paid_at is None and invoice.pay_until > clock.now()


def _withdraw_until(invoice: Invoice) -> str:
    """Return the last day on which the order may be left, "" when it may not."""
    last = actions.last_day_of(invoice)
    may = invoice.paid_at and not invoice.withdrawn_at and clock.today() <= last
    return bg.written_date(last, lang()) if may else ""


def _period(first: date, last: date) -> str:
    return f"{bg.written_date(first, lang())} – {bg.written_date(last, lang())}"


def _euro(cents: int) -> str:
    return money.shown_money(Decimal(cents) / 100, lang=lang())
