"""Sanctions by order of the head."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q

from zvanets.remarks.models.written import Written, WrittenQuerySet
from zvanets.schools.models import Student
from zvanets.tenancy.fields import SchoolKey


class Sanction(Written):
    """Санкция (чл. 199, ал. 1 ЗПУО): by an order with a number; a further order cancels it."""

    class Kind(models.IntegerChoices):
        """The order of the law's own list; the numbers are the state's too."""

        REPRIMAND = 1, "забележка"
        OTHER_CLASS = 2, "преместване в друга паралелка"
        WARNING = 3, "предупреждение за преместване в друго училище"
        OTHER_SCHOOL = 4, "преместване в друго училище"
        INDEPENDENT = 5, "преместване в самостоятелна форма на обучение"

    student = SchoolKey(Student, models.CASCADE, related_name="sanctions")
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    order_no = models.CharField(max_length=50)
    order_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    text = models.CharField(max_length=1000, blank=True)
    cancel_order_no = models.CharField(max_length=50, blank=True)
    cancel_order_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = WrittenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__range=(1, 5)), name="sanction_is_one_of_the_five"),
            models.CheckConstraint(condition=~Q(order_no=""), name="sanction_has_an_order"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="sanction_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, cancel_order_no="", cancel_order_on__isnull=True)
                | Q(ended_at__isnull=False, cancel_order_on__isnull=False) & ~Q(ended_why="") & ~Q(cancel_order_no=""),
                name="sanction_is_cancelled_by_an_order",
            ),
        ]
        indexes = [models.Index(fields=["school", "student", "order_on"], name="sanctions_of_a_student")]

    def __str__(self) -> str:
        return f"sanction {self.pk}"
