"""What is said to whom: messages with their states, and which entries each of them told."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from zvanets.guardians.models import ChannelName, Contact, Guardian, Guardianship
from zvanets.rules.delivery import Status
from zvanets.schools.models import Student
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class MessageQuerySet(models.QuerySet["Message"]):
    def waiting(self) -> Self:
        return self.filter(status__in=(Status.QUEUED, Status.SENDING, Status.UNKNOWN))

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class Message(SchoolRow):
    """Съобщение: one text for one guardian about one child by one channel; may tell several entries.

    `due_at` is lease, retry timer, delay and quiet hours in one column: who claims a message pushes it forward. A row is
    written four times in a second and rights and addresses are ended, not deleted: they have no index here.
    """

    STATUSES: ClassVar = [(status.value, status.name) for status in Status]

    guardian = SchoolKey(Guardian, models.CASCADE, related_name="messages")
    guardianship = SchoolKey(
        Guardianship, models.CASCADE, null=True, blank=True, related_name="messages", indexed=False
    )
    student = SchoolKey(Student, models.CASCADE, null=True, blank=True, related_name="messages")
    contact = SchoolKey(
        Contact, models.SET_NULL, null=True, blank=True, db_on_delete="SET NULL", related_name="+", indexed=False
    )
    channel = models.CharField(max_length=6, choices=ChannelName.choices)
    status = models.CharField(max_length=10, choices=STATUSES, default=Status.QUEUED)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    is_urgent = models.BooleanField(default=False)
    group = models.BigIntegerField(null=True, blank=True)  # the same for one telling over a guardian's channels
    wait_minutes = models.PositiveSmallIntegerField(default=0)
    entered_at = models.DateTimeField()  # when the first of its entries was saved: seconds to parent start here
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True, blank=True)  # its guardian's wish; it grows stale only from then on
    is_digest = models.BooleanField(default=False, db_default=False)  # a late event takes its place and tells both
    attempts = models.PositiveSmallIntegerField(default=0)
    lost_answers = models.PositiveSmallIntegerField(default=0)  # each may have been a duplicate
    accepted_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    reference = models.CharField(max_length=200, blank=True)  # the carrier's id
    parts = models.PositiveSmallIntegerField(default=0)  # of an SMS
    cost = models.DecimalField(max_digits=8, decimal_places=4, default=0)  # euro, each part that a carrier took
    error = models.CharField(max_length=300, blank=True)  # a code or the carrier's words, never an address

    objects: ClassVar[Any] = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=[s.value for s in Status]), name="message_has_a_status"),
        ]
        indexes = [
            models.Index(fields=["school", "guardian", "channel", "-created_at"], name="messages_of_a_guardian"),
            models.Index(fields=["school", "created_at"], name="messages_by_time"),
            # Asked by the worker across schools, see tenancy.national.NATIONAL_INDEXES.
            models.Index(
                fields=["channel", "status", "-is_urgent", "due_at"],
                condition=Q(status__in=("queued", "sending", "unknown")),
                name="messages_due",
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class SentPart(models.Model):
    """A part of an SMS as it was handed to a carrier: written before the socket hears of it, national as receipts are.

    `reference` is the carrier's id in the form in which it is looked up, `number` a keyed digest of where it went, `series`
    stands in the header of each part of a long message.
    """

    pk = models.CompositePrimaryKey("bind", "sequence")
    bind = models.BigIntegerField()
    sequence = models.IntegerField()
    school_id = models.BigIntegerField()
    message_id = models.BigIntegerField()
    part = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    at = models.DateTimeField()
    carrier_id = models.CharField(max_length=65, default="", blank=True)
    reference = models.CharField(max_length=65, default="", blank=True)
    state = models.CharField(max_length=9, default="", blank=True)  # by its receipt
    asked_at = models.DateTimeField(null=True, blank=True)
    series = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["school_id", "message_id"], name="sent_parts_of_a_message"),
            models.Index(fields=["reference"], condition=~Q(reference=""), name="sent_part_of_a_receipt"),
            models.Index(fields=["number"], condition=Q(reference=""), name="sent_parts_unanswered"),
        ]

    def __str__(self) -> str:
        return f"part {self.part} of message {self.message_id}"


class SmsSeries(models.Model):
    """The last 16-bit number that a long message to a telephone bore: a telephone joins parts by it alone."""

    number = models.BigIntegerField(primary_key=True)  # a keyed digest
    last = models.PositiveIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"series {self.last}"


class EarlyReceipt(models.Model):
    """A receipt whose id nobody knows yet: it overtook the answer to the sending, or the answer was lost."""

    reference = models.CharField(max_length=65)
    number = models.BigIntegerField()
    state = models.CharField(max_length=9)
    error = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["reference"], name="early_receipt_by_id"),
            models.Index(fields=["number"], name="early_receipt_by_number"),
        ]

    def __str__(self) -> str:
        return f"receipt {self.reference}"


class IncomingSms(models.Model):
    """What came to the short code, without what names a person: `number` is a keyed digest, `reply_to` lives until the answer."""

    number = models.BigIntegerField()
    at = models.DateTimeField()
    command = models.CharField(max_length=10)
    text = models.CharField(max_length=200, blank=True)
    answer = models.CharField(max_length=320, blank=True)
    reply_to = models.CharField(max_length=20, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["number", "at"], name="incoming_of_a_number"),
            models.Index(fields=["at"], condition=~Q(reply_to=""), name="incoming_to_answer"),
        ]

    def __str__(self) -> str:
        return f"incoming {self.pk}"


class IncomingPart(models.Model):
    """A part of a long message to the short code, unreadable without the key of the service, until the others have come.

    `digest` tells whether a part came again or a telephone began its numbers anew; `sealed` is empty once the message was
    understood.
    """

    pk = models.CompositePrimaryKey("number", "series", "count", "place")
    number = models.BigIntegerField()  # a keyed digest
    series = models.PositiveIntegerField()
    count = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    digest = models.BinaryField()
    sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="incoming_parts_by_time")]

    def __str__(self) -> str:
        return f"part {self.place} of {self.count}"


class Told(SchoolRow):
    """That a message tells an entry; the key keeps each entry told once per guardian and channel."""

    entry = models.BigIntegerField()
    guardian = SchoolKey(Guardian, models.CASCADE, related_name="+", indexed=False)
    channel = models.CharField(max_length=6, choices=ChannelName.choices)
    message = SchoolKey(Message, models.CASCADE, related_name="tells")
    noun = models.CharField(max_length=12)  # "grade", "absence", "remark", "homework" …
    object_id = models.BigIntegerField(null=True, blank=True)  # the grade or remark; the lesson of absence and homework

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "entry", "guardian", "channel"], name="told_once"),
        ]
        indexes = [models.Index(fields=["school", "noun", "object_id"], name="told_of_an_object")]

    def __str__(self) -> str:
        return f"entry {self.entry} by message {self.message_id}"


class DigestDay(SchoolRow):
    """That the teachers of a school were written what was entered in their names on a day: the key keeps it to once."""

    day = models.DateField()
    up_to = models.BigIntegerField()  # the number of the last entry that was looked at: the next day begins behind it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "day"], name="one_digest_a_day")]

    def __str__(self) -> str:
        return f"digest of {self.day}"
