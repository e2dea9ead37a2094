"""Remarks and praise."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from zvanets.accounts.models import User
from zvanets.schools.models import Lesson, Student
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class RemarkQuerySet(models.QuerySet["Remark"]):
    def standing(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def written_by(self, user: User) -> Self:
        return self.filter(written_by=user)


class Remark(SchoolRow):
    """Отзив: похвала or забележка; not to be taken for the sanction „забележка“."""

    class Kind(models.IntegerChoices):
        PRAISE = 1, "похвала"
        CRITICAL = 2, "забележка"

    student = SchoolKey(Student, models.CASCADE, related_name="remarks")
    lesson = SchoolKey(Lesson, models.SET_NULL, null=True, blank=True, db_on_delete="SET NULL", related_name="remarks")
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    text = models.CharField(max_length=1000)
    written_on = models.DateField()
    written_at = models.DateTimeField()
    written_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = RemarkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=(1, 2)), name="remark_praises_or_criticises"),
            models.CheckConstraint(condition=~Q(text=""), name="remark_says_something"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(ended_why=""), name="a_remark_ends_with_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["school", "student", "written_on"], name="remarks_of_a_student")]

    def __str__(self) -> str:
        return f"remark {self.pk}"
