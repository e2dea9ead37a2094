"""Planned control and class works."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from zvanets.remarks.models.written import Written, WrittenQuerySet, ends_with_a_reason
from zvanets.schools.models import ClassGroup, Course
from zvanets.tenancy.fields import SchoolKey


class PlannedWorkQuerySet(WrittenQuerySet):
    def approved(self) -> Self:
        return self.standing().filter(approved_at__isnull=False)

    def to_approve(self) -> Self:
        return self.standing().filter(approved_at__isnull=True)


class PlannedWork(Written):
    """Планирана контролна или класна работа: proposed by a teacher, in force and told once the head approved it.

    `group` is the course's part of the class, copied: two parts may write on one day, a part and the whole may not.
    """

    class Kind(models.IntegerChoices):
        CONTROL = 2, "контролна работа"
        CLASS = 3, "класна работа"

    course = SchoolKey(Course, models.CASCADE, related_name="planned_works")
    class_book = SchoolKey(ClassGroup, models.CASCADE, related_name="planned_works", indexed=False)
    group = models.PositiveSmallIntegerField(null=True, blank=True)
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    date = models.DateField()
    text = models.CharField(max_length=1000, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects: ClassVar[Any] = PlannedWorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=(2, 3)), name="planned_work_is_control_or_class_work"),
            models.UniqueConstraint(
                fields=["school", "class_book", "date", "group"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="one_planned_work_a_day",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                name="planned_work_is_approved_by_somebody",
            ),
            ends_with_a_reason("planned_work"),
        ]

    def __str__(self) -> str:
        return f"planned work {self.pk}"
