"""The books: double entry, written once, each act in lines that sum up to zero."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Sum

from zvanets.billing.models import Account, Booking, Payment, Posting, Provider
from zvanets.lib import clock

_MONEY = {Provider.EPAY: Account.EPAY, Provider.DESK: Account.DESK}


def book_sale(payment: Payment) -> None:
    whole, vat = payment.cents, payment.invoice.vat_cents
    _book(Booking.Kind.SALE, payment, {_money(payment): whole, Account.SALES: vat - whole, Account.VAT: -vat})


def book_surplus(payment: Payment) -> None:
    """Money that bought nothing is owed to who paid it."""
    _book(Booking.Kind.SURPLUS, payment, {_money(payment): payment.cents, Account.REFUNDS: -payment.cents})


def book_withdrawal(payment: Payment) -> None:
    whole, vat = payment.cents, payment.invoice.vat_cents
    _book(Booking.Kind.WITHDRAWAL, payment, {Account.SALES: whole - vat, Account.VAT: vat, Account.REFUNDS: -whole})


def book_refund(payment: Payment) -> None:
    _book(Booking.Kind.REFUND, payment, {Account.REFUNDS: payment.cents, Account.BANK: -payment.cents})


def balances() -> dict[str, int]:
    """Return the sum of each account of the school that is open; together they are nothing."""
    sums = Posting.objects.values_list("account").annotate(sum=Sum("cents")).order_by("account")
    return dict(sums)


def _money(payment: Payment) -> Account:
    return _MONEY[Provider(payment.provider)]


@transaction.atomic
def _book(kind: Booking.Kind, payment: Payment, lines: Mapping[Account, int]) -> None:
    booking = Booking.objects.create(kind=kind, payment=payment, booked_at=clock.now())
    # One statement: the database adds up what one statement brings.
    Posting.objects.bulk_create(
        [Posting(booking=booking, account=account, cents=cents) for account, cents in lines.items() if cents]
    )
