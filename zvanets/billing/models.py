"""Plans, orders, what is covered, payments, and the books; a row of the books is never changed."""

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from zvanets.guardians.models import ChannelName, Guardian, Subscription
from zvanets.rules.pricing import MOST_MONTHS
from zvanets.schools.models import Student
from zvanets.tenancy.fields import OwnSchool, SchoolKey
from zvanets.tenancy.models import SchoolRow

# What a carrier asks money for. Portal, e-mail and push cost a family nothing, ever.
PAID_CHANNELS = (ChannelName.SMS, ChannelName.VOICE)


class PlanQuerySet(models.QuerySet["Plan"]):
    def offered(self, *, on: date) -> Self:
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)

    def shortest_first(self) -> Self:
        return self.order_by("months", "cents", "pk")


class Plan(SchoolRow):
    """Тарифа: so many months of these channels for a price in euro cents with VAT, stored and never derived."""

    name = models.CharField(max_length=60)
    months = models.PositiveSmallIntegerField()
    cents = models.PositiveIntegerField()
    vat_percent = models.PositiveSmallIntegerField(default=20)
    channels = ArrayField(models.CharField(max_length=6, choices=ChannelName.choices))
    is_per_family = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(months__range=(1, MOST_MONTHS)), name="a_plan_is_for_some_months"),
            models.CheckConstraint(
                condition=Q(cents__gt=1), name="a_plan_costs_more_than_a_cent"
            ),  # ePay takes no less
            models.CheckConstraint(condition=Q(vat_percent__lt=100), name="vat_is_a_percentage"),
            models.CheckConstraint(
                condition=Q(channels__contained_by=[c.value for c in PAID_CHANNELS]) & Q(channels__len__gt=0),
                name="a_plan_sells_paid_channels_alone",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="a_plan_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class InvoiceNumber(models.Model):
    """The number that a payment names, and the school it leads to; national, for who pays has named no school."""

    number = models.BigAutoField(primary_key=True)
    school_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.number}"


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def payable(self, *, at: datetime) -> Self:
        return self.filter(paid_at__isnull=True, pay_until__gt=at)

    def newest_first(self) -> Self:
        return self.order_by("-ordered_at", "-pk")


class Invoice(SchoolRow):
    """Поръчка: a plan for a child at the price of its day; once paid it covers the children of its `covers`.

    `guardian` is empty for what was bought at a cash desk with the child's code alone.
    """

    number = models.BigIntegerField()
    student = SchoolKey(Student, models.SET_NULL, null=True, db_on_delete="SET NULL", related_name="+")
    guardian = SchoolKey(Guardian, models.SET_NULL, null=True, db_on_delete="SET NULL", related_name="+")
    plan = SchoolKey(Plan, models.PROTECT, related_name="invoices")
    cents = models.PositiveIntegerField()
    vat_cents = models.PositiveIntegerField()
    ordered_at = models.DateTimeField()
    pay_until = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    desk_code = models.CharField(max_length=10, blank=True)  # EasyPay's own number for this one order

    objects: ClassVar[Any] = InvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "number"], name="one_invoice_a_number"),
            models.CheckConstraint(condition=Q(vat_cents__lt=F("cents")), name="vat_is_a_part_of_the_price"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(paid_at__isnull=False), name="only_the_paid_is_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        return f"invoice {self.number}"


class Coverage(SchoolRow):
    """Платен период: the days for which one child's paid channels are paid; gone when the order is withdrawn."""

    invoice = SchoolKey(Invoice, models.CASCADE, related_name="covers")
    student = SchoolKey(Student, models.CASCADE, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "invoice", "student"], name="covered_once_by_an_invoice"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="coverage_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.ends_on}"


class Warned(SchoolRow):
    """That the guardians of a child were told that what is paid for a channel ends on a day: once for each such day."""

    student = SchoolKey(Student, models.CASCADE, related_name="+")
    channel = models.CharField(max_length=6, choices=ChannelName.choices)
    paid_until = models.DateField()
    warned_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "student", "channel", "paid_until"], name="warned_once_of_an_end")
        ]

    def __str__(self) -> str:
        return f"{self.channel} until {self.paid_until}"


class Silenced(SchoolRow):
    """A subscription that ended because nobody paid: a payment opens one like it again."""

    subscription = SchoolKey(Subscription, models.CASCADE, related_name="+")
    student = SchoolKey(Student, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "subscription"], name="silenced_once")]

    def __str__(self) -> str:
        return f"{self.subscription_id}"


class Provider(models.TextChoices):
    EPAY = "epay", "ePay.bg или код за EasyPay"
    DESK = "desk", "каса на EasyPay с кода на детето"


class Notice(models.Model):
    """What a provider told us, as it came, and our answer; national, and written before anything is done about it.

    The same words are the same notice, and get the same answer for good.
    """

    provider = models.CharField(max_length=4, choices=Provider.choices)
    digest = models.BinaryField()  # SHA-256 of the text
    text = models.CharField(max_length=1000)
    invoice = models.BigIntegerField(null=True, blank=True)
    received_at = models.DateTimeField()
    answer = models.CharField(max_length=2, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "digest"], name="a_notice_is_kept_once")]
        indexes = [models.Index(fields=["received_at"], name="notices_by_time")]

    def __str__(self) -> str:
        return f"notice {self.pk}"


class Payment(SchoolRow):
    """Плащане: money that a provider said it took; the same reference is the same money."""

    school = OwnSchool(grants="append")
    invoice = SchoolKey(Invoice, models.PROTECT, related_name="payments")
    provider = models.CharField(max_length=4, choices=Provider.choices)
    reference = models.CharField(max_length=64)
    cents = models.PositiveIntegerField()
    paid_at = models.DateTimeField()  # by the provider's clock
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "provider", "reference"], name="a_payment_is_booked_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="a_payment_is_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.reference}"


class Refund(SchoolRow):
    """Пари за връщане: of an order withdrawn, paid twice, or paid with another sum."""

    class Why(models.TextChoices):
        WITHDRAWN = "withdrawn", "отказ от поръчката"
        TWICE = "twice", "платено повторно"
        AMOUNT = "amount", "платена друга сума"

    payment = SchoolKey(Payment, models.PROTECT, related_name="refunds")
    why = models.CharField(max_length=9, choices=Why.choices)
    owed_since = models.DateTimeField()
    paid_out_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "payment"], name="a_payment_is_refunded_once")]

    def __str__(self) -> str:
        return f"refund of {self.payment_id}"


class Account(models.TextChoices):
    """The chart of accounts: money in is positive, what we earned or owe is negative."""

    EPAY = "epay", "пари в ePay.bg"
    DESK = "desk", "пари в EasyPay"
    BANK = "bank", "банка"
    SALES = "sales", "приходи без ДДС"
    VAT = "vat", "ДДС за внасяне"
    REFUNDS = "refunds", "за връщане на семейства"


class Booking(SchoolRow):
    """Счетоводна статия: what happened to one payment; its lines sum up to nothing."""

    class Kind(models.TextChoices):
        SALE = "sale", "платена поръчка"
        SURPLUS = "surplus", "пари без поръчка"
        WITHDRAWAL = "withdrawal", "отказ"
        REFUND = "refund", "върнати пари"

    school = OwnSchool(grants="append")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    payment = SchoolKey(Payment, models.PROTECT, related_name="bookings")
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "payment", "kind"], name="booked_once_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.payment_id}"


class Posting(SchoolRow):
    """One line of a booking. The database refuses lines that do not sum up to zero: migrations/0002_zero_sum.sql."""

    school = OwnSchool(grants="append")
    booking = SchoolKey(Booking, models.PROTECT, related_name="postings")
    account = models.CharField(max_length=7, choices=Account.choices)
    cents = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "booking", "account"], name="one_line_an_account"),
            models.CheckConstraint(condition=~Q(cents=0), name="a_line_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.cents}"
