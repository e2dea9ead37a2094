"""When the grades of a term or a year are closed, and who asked and who allowed that they open again."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from zvanets.rules.finals import Period
from zvanets.schools.models import ClassGroup, Course
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class ClosingQuerySet(models.QuerySet["Closing"]):
    def standing(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def covering(self, day: date) -> Self:
        """Those of terms: the closing of a year covers its annual grades alone."""
        return self.standing().filter(starts_on__lte=day, ends_on__gte=day).exclude(period=Period.YEAR)


class Closing(SchoolRow):
    """Приключен срок на предмет: grades of the days it covers, and of its end, stand until it is opened again."""

    course = SchoolKey(Course, models.CASCADE, related_name="closings")
    period = models.PositiveSmallIntegerField(choices=[(each.value, each.name) for each in Period])
    starts_on = models.DateField()
    ends_on = models.DateField()
    in_spite = models.CharField(max_length=300, blank=True)  # why closed although some have too few grades
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = ClosingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "course", "period"], condition=Q(ended_at__isnull=True), name="closed_once"
            ),
            models.CheckConstraint(condition=Q(period__in=[p.value for p in Period]), name="closes_a_period"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="closing_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"closing {self.pk}"


class ReopeningQuerySet(models.QuerySet["Reopening"]):
    def waiting(self) -> Self:
        return self.filter(answered_at__isnull=True)

    def in_classes(self, groups: models.QuerySet[ClassGroup]) -> Self:
        return self.filter(closing__course__class_group__in=groups)


class Reopening(SchoolRow):
    """Искане да се отвори приключен срок: one asks with a reason, another answers."""

    closing = SchoolKey(Closing, models.CASCADE, related_name="reopenings")
    reason = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    is_granted = models.BooleanField(default=False)

    objects: ClassVar[Any] = ReopeningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "closing"], condition=Q(answered_at__isnull=True), name="one_request_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="asked_with_a_reason"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(is_granted=False) | (Q(answered_by__isnull=False) & ~Q(answered_by=F("asked_by"))),
                name="reopened_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"reopening {self.pk}"
