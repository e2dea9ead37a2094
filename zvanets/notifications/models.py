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
    attempts = models.PositiveSmallIntegerField(default=0)
    lost_answers = models.PositiveSmallIntegerField(default=0)  # each may have been a duplicate
    accepted_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    reference = models.CharField(max_length=200, blank=True)  # the carrier's id
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
