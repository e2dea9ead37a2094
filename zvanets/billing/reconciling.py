"""Compare what was told, what was booked, what is covered and, where there is one, the provider's own list; name each difference."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from django.db.models import Q, Sum

from zvanets.billing import ledger
from zvanets.billing.expiry import schools_with_plans
from zvanets.billing.models import Invoice, Notice, Payment, Posting, Provider, Refund
from zvanets.lib import money
from zvanets.tenancy.school import at_school


class BadList(ValueError):
    """A line of the provider's list that is no reference and sum."""


def differences(provider: str = "", theirs: Mapping[str, int] | None = None) -> Iterator[str]:
    """Yield a sentence for each difference; with `theirs`, the references and cents of the provider's list."""
    booked: dict[tuple[str, str], int] = {}
    for school_id in schools_with_plans():
        with at_school(school_id):
            booked |= {(p.provider, p.reference): p.cents for p in Payment.objects.all()}
            yield from (f"school {school_id}: {text}" for text in _in_school())
    yield from _of_notices(booked)
    if theirs is not None:
        ours = {reference: cents for (by, reference), cents in booked.items() if by == provider}
        yield from _of_lists(ours, theirs)


def read_list(lines: Iterable[str]) -> dict[str, int]:
    """Read „reference;0.61“ lines. Raises BadList."""
    found: Counter[str] = Counter()
    for number, row in enumerate(csv.reader(lines, delimiter=";"), 1):
        if not row:
            continue
        try:
            reference, amount = row
            found[reference.strip()] += int(Decimal(amount.strip().replace(",", ".")) * 100)
        except (ValueError, InvalidOperation) as wrong:
            raise BadList(f"line {number} is no reference;sum: {row}") from wrong
    return dict(found)


def _in_school() -> Iterator[str]:
    if total := sum(ledger.balances().values()):
        yield f"the books do not sum up to zero but to {_euro(total)}"
    for booking, cents in Posting.objects.values_list("booking").annotate(sum=Sum("cents")).exclude(sum=0):
        yield f"booking {booking} sums up to {_euro(cents)}"
    for payment in Payment.objects.filter(~Q(bookings__kind__in=("sale", "surplus"))):
        yield f"payment {payment.provider} {payment.reference} is not booked"
    for invoice in Invoice.objects.filter(paid_at__isnull=False, payments=None):
        yield f"invoice {invoice.number} is paid without a payment"
    for invoice in Invoice.objects.filter(paid_at__isnull=False, withdrawn_at=None, student__isnull=False, covers=None):
        yield f"invoice {invoice.number} is paid and covers nobody"
    for refund in Refund.objects.filter(paid_out_at=None).select_related("payment"):
        owed = refund.payment
        yield f"{_euro(owed.cents)} of payment {owed.provider} {owed.reference} is to be given back ({refund.why})"


def _of_notices(booked: Mapping[tuple[str, str], int]) -> Iterator[str]:
    for notice in Notice.objects.filter(answer=""):
        yield f"notice {notice.pk} of {notice.provider} was not settled: {notice.text}"
    for notice in Notice.objects.filter(provider=Provider.DESK, answer__in=("13", "14", "62")):
        yield f"a desk's money was refused with {notice.answer}: {notice.text}"
    paid = Notice.objects.filter(provider=Provider.EPAY, answer="OK", text__contains=":STATUS=PAID")
    told = Counter(str(invoice) for invoice in paid.values_list("invoice", flat=True))
    for invoice, times in told.items():
        if (Provider.EPAY, invoice) not in booked:
            yield f"invoice {invoice} was told as paid and is not booked"
        if times > 1:
            yield f"invoice {invoice} was told as paid in {times} different ways"
    for by, reference in booked:
        if by == Provider.EPAY and reference not in told:
            yield f"payment {by} {reference} was never told of"


def _of_lists(ours: Mapping[str, int], theirs: Mapping[str, int]) -> Iterator[str]:
    for reference in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(reference), theirs.get(reference)
        if mine is None and other is not None:
            yield f"{reference}: they have {_euro(other)}, we have nothing"
        elif other is None and mine is not None:
            yield f"{reference}: we have {_euro(mine)}, they have nothing"
        elif mine != other:
            yield f"{reference}: we have {_euro(mine or 0)}, they have {_euro(other or 0)}"


def _euro(cents: int) -> str:
    return money.shown_money(Decimal(cents) / 100, lang="en")
