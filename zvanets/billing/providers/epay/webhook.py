"""ePay.bg tells what became of orders: stored first, booked then, answered in the same session, line by line."""

import logging
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from zvanets.billing.actions import Money, take_payment
from zvanets.billing.models import Invoice, InvoiceNumber, Notice, Provider
from zvanets.billing.providers.epay.packet import LONGEST, Forged, Line, Unreadable, opened, read_notice
from zvanets.history.record import Actor
from zvanets.lib import clock
from zvanets.lib.logs import note
from zvanets.tenancy.school import at_school

ACTOR = Actor(None, "epay", "")


@csrf_exempt  # ePay.bg has no cookie of ours; the checksum is the permission
@require_POST
def notified(request: HttpRequest) -> HttpResponse:
    """The protocol's text has the names in capitals, ePay.bg's own example in small letters: both come."""
    said = {name.lower(): str(value) for name, value in request.POST.items()}
    answer = receive(said.get("encoded", ""), said.get("checksum", ""))
    return HttpResponse(answer, content_type="text/plain; charset=utf-8")


def receive(encoded: str, checksum: str) -> str:
    """Return a line for each invoice, or the one that says what is wrong with all of them."""
    if len(encoded) > LONGEST:
        return "ERR=too long\n"
    try:
        lines = read_notice(opened(encoded, checksum, secret=settings.EPAY_SECRET))
    except Forged:
        note("a notice with a wrong checksum", level=logging.WARNING, provider=Provider.EPAY)
        return "ERR=wrong CHECKSUM\n"
    except Unreadable as wrong:
        return f"ERR={wrong}\n"
    _store(lines)
    return "".join(f"INVOICE={line.invoice}:STATUS={_answer(line)}\n" for line in lines)


def _store(lines: list[Line]) -> None:
    now = clock.now()
    Notice.objects.bulk_create(
        [
            Notice(provider=Provider.EPAY, digest=_digest(line), text=line.text, invoice=line.invoice, received_at=now)
            for line in lines
        ],
        ignore_conflicts=True,
    )


def _answer(line: Line) -> str:
    """The first OK or NO is the answer for good; ERR asks ePay.bg to tell us once more, and settles nothing."""
    stored = Notice.objects.get(provider=Provider.EPAY, digest=_digest(line))
    if stored.answer:
        return stored.answer
    try:
        answer = _booked(line)
    except Exception:  # noqa: BLE001  (one invoice that fails must not keep back the answers of the others)
        note("a notice could not be booked", level=logging.ERROR, error=True, provider=Provider.EPAY)
        return "ERR"
    Notice.objects.filter(pk=stored.pk, answer="").update(answer=answer, answered_at=clock.now())
    return answer


def _booked(line: Line) -> str:
    found = InvoiceNumber.objects.filter(number=line.invoice).first()
    if found is None:
        return "NO"
    if line.is_paid:
        with at_school(found.school_id):
            invoice = Invoice.objects.get(number=line.invoice)
            # An invoice enters ePay.bg once, so its number is what names the money.
            cents = invoice.cents if line.cents is None else line.cents
            money = Money(Provider.EPAY, str(line.invoice), cents, line.paid_at or clock.now())
            take_payment(actor=ACTOR, invoice_number=line.invoice, money=money)
    return "OK"


def _digest(line: Line) -> bytes:
    return sha256(line.text.encode()).digest()
