"""The payments of one school as an accountant reads them: no child, no class, sums in euro with a comma."""

from collections.abc import Iterator
from datetime import date, datetime

from django.db.models import Prefetch

from zvanets.billing.models import Payment, Refund
from zvanets.lib import clock

HEADER = (
    "Дата",
    "Поръчка",
    "Тарифа",
    "Платено чрез",
    "Референция",
    "Сума",
    "Без ДДС",
    "ДДС",
    "За връщане",
    "Защо",
    "Върнато",
)


def rows(first: date, last: date) -> Iterator[tuple[object, ...]]:
    """Yield a row for each payment that came in these days; what bought nothing has no VAT."""
    found = Payment.objects.filter(received_at__date__gte=first, received_at__date__lte=last)
    refunds = Prefetch("refunds", Refund.objects.all())
    for payment in found.select_related("invoice__plan").prefetch_related(refunds).order_by("received_at", "pk"):
        refund = next(iter(payment.refunds.all()), None)
        is_sale = refund is None or refund.why == Refund.Why.WITHDRAWN
        vat = payment.invoice.vat_cents if is_sale else 0
        yield (
            _day(payment.received_at),
            payment.invoice.number,
            payment.invoice.plan.name,
            payment.get_provider_display(),
            payment.reference,
            _euro(payment.cents),
            _euro(payment.cents - vat) if is_sale else "",
            _euro(vat) if is_sale else "",
            _euro(payment.cents) if refund else "",
            refund.get_why_display() if refund else "",
            _day(refund.paid_out_at) if refund and refund.paid_out_at else "",
        )


def _day(at: datetime) -> str:
    return f"{at.astimezone(clock.SOFIA):%d.%m.%Y}"


def _euro(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}"
