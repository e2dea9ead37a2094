"""Sums of absences: carried from another school, closed to a date, and the limits that a child came near."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from zvanets.rules.absences import Totals
from zvanets.rules.limits import LimitKind
from zvanets.schools.models import ClassGroup, Course, SchoolYear, Student
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class CarriedAbsence(SchoolRow):
    """Прехвърлени отсъствия: six numbers of a child who came from another class or school (NEISPUO)."""

    student = SchoolKey(Student, models.CASCADE, related_name="carried_absences")
    school_year = SchoolKey(SchoolYear, models.CASCADE, related_name="+")
    excused1 = models.PositiveSmallIntegerField(default=0)
    unexcused1 = models.PositiveSmallIntegerField(default=0)
    late1 = models.PositiveSmallIntegerField(default=0)
    excused2 = models.PositiveSmallIntegerField(default=0)
    unexcused2 = models.PositiveSmallIntegerField(default=0)
    late2 = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "student", "school_year"], name="carried_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"carried absences of {self.student_id}"

    @property
    def totals(self) -> Totals:
        return Totals(
            unexcused=self.unexcused1 + self.unexcused2,
            late=self.late1 + self.late2,
            excused=self.excused1 + self.excused2,
        )


class AbsenceClosing(SchoolRow):
    """Приключване към дата: what was counted of a class up to a day; until it is reopened nothing there changes."""

    class_book = SchoolKey(ClassGroup, models.CASCADE, related_name="absence_closings")
    closed_on = models.DateField()
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reopened_why = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "class_book", "closed_on"],
                condition=Q(reopened_at__isnull=True),
                name="closed_once_to_a_day",
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True) | ~Q(reopened_why=""), name="reopened_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.class_book_id} to {self.closed_on:%Y-%m-%d}"


class ClosedSum(SchoolRow):
    """One student's absences of the school year as they were counted at a closing, carried ones included."""

    closing = SchoolKey(AbsenceClosing, models.CASCADE, related_name="sums")
    student = SchoolKey(Student, models.CASCADE, related_name="+")
    unexcused = models.PositiveIntegerField()
    late = models.PositiveIntegerField()
    excused = models.PositiveIntegerField()
    excused_late = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "closing", "student"], name="one_sum_a_student_and_closing"),
        ]

    def __str__(self) -> str:
        return f"sum of {self.student_id} in {self.closing_id}"

    @property
    def totals(self) -> Totals:
        return Totals(self.unexcused, self.late, self.excused, self.excused_late)


class LimitWarning(SchoolRow):
    """Предупреждение: that a child came near a limit was told once for this limit and period."""

    KINDS: ClassVar = [(kind.value, kind.name) for kind in LimitKind]

    student = SchoolKey(Student, models.CASCADE, related_name="limit_warnings")
    kind = models.PositiveSmallIntegerField(choices=KINDS)
    limit = models.PositiveSmallIntegerField()
    period = models.DateField()
    course = SchoolKey(Course, models.CASCADE, null=True, blank=True, indexed=False, related_name="+")
    raised_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "student", "kind", "limit", "period", "course"],
                nulls_distinct=False,
                name="warned_once_a_limit_and_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.limit} of {self.student_id}"
