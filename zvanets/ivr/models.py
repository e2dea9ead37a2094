"""Who heard what by telephone. No sound is kept, and of the caller's number only a keyed digest."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from zvanets.guardians.models import Guardian
from zvanets.schools.models import Student
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class CallLogQuerySet(models.QuerySet["CallLog"]):
    def of(self, guardian_id: int, student_id: int) -> Self:
        return self.filter(guardian_id=guardian_id, student_id=student_id)

    def newest_first(self) -> Self:
        return self.order_by("-started_at", "-id")


class CallLog(SchoolRow):
    """Обаждане: from the right PIN on. `heard` are messages that were said to their end, `opened` the lists asked for."""

    student = SchoolKey(Student, models.CASCADE, related_name="calls")
    guardian = SchoolKey(Guardian, models.CASCADE, related_name="calls")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)  # none after a kill, or while it lasts
    caller_hash = models.CharField(max_length=64, blank=True)  # "" when the number was withheld or is not to be trusted
    heard = ArrayField(models.BigIntegerField(), default=list)
    opened = ArrayField(models.CharField(max_length=12), default=list)

    objects: ClassVar[Any] = CallLogQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="a_call_ends_after_it_starts",
            )
        ]
        indexes = [models.Index(fields=["school", "guardian", "student", "-started_at"], name="calls_of_a_guardian")]

    def __str__(self) -> str:
        return f"call {self.pk}"
