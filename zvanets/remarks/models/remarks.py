"""Remarks and praise."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from zvanets.remarks.models.written import Written, WrittenQuerySet, ends_with_a_reason
from zvanets.schools.models import Lesson, Student
from zvanets.tenancy.fields import SchoolKey


class Remark(Written):
    """Отзив: похвала or забележка; not to be taken for the sanction „забележка“."""

    class Kind(models.IntegerChoices):
        PRAISE = 1, "похвала"
        CRITICAL = 2, "забележка"

    student = SchoolKey(Student, models.CASCADE, related_name="remarks")
    lesson = SchoolKey(Lesson, models.SET_NULL, null=True, blank=True, db_on_delete="SET NULL", related_name="remarks")
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    text = models.CharField(max_length=1000)
    written_on = models.DateField()

    objects: ClassVar[Any] = WrittenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=(1, 2)), name="remark_praises_or_criticises"),
            models.CheckConstraint(condition=~Q(text=""), name="remark_says_something"),
            ends_with_a_reason("a_remark"),
        ]
        indexes = [models.Index(fields=["school", "student", "written_on"], name="remarks_of_a_student")]

    def __str__(self) -> str:
        return f"remark {self.pk}"
