"""What is asked of whom: subjects studied by an individual plan, and exemptions. Special-category data."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from zvanets.rules.finals import Period
from zvanets.schools.models import Course, Student
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class SpecialNeeds(SchoolRow):
    """Ученик с индивидуална програма (СОП) по предмет: assessed by the special-needs scale in this course."""

    student = SchoolKey(Student, models.CASCADE, related_name="special_needs")
    course = SchoolKey(Course, models.CASCADE, related_name="special_needs")
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "course", "student"], name="one_individual_plan_a_course"),
        ]

    def __str__(self) -> str:
        return f"special needs {self.pk}"


class ExemptionQuerySet(models.QuerySet["Exemption"]):
    def at(self, period: Period) -> Self:
        return self.filter(**{_FLAGS[period]: True})


class Exemption(SchoolRow):
    """„Освободен по предмет“: no grade is asked at the end of the named periods."""

    student = SchoolKey(Student, models.CASCADE, related_name="exemptions")
    course = SchoolKey(Course, models.CASCADE, related_name="exemptions")
    from_term_1 = models.BooleanField(default=False)
    from_term_2 = models.BooleanField(default=False)
    from_year = models.BooleanField(default=False)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)

    objects: ClassVar[Any] = ExemptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "course", "student"], name="one_exemption_a_course"),
            models.CheckConstraint(
                condition=Q(from_term_1=True) | Q(from_term_2=True) | Q(from_year=True), name="exempt_from_something"
            ),
        ]

    def __str__(self) -> str:
        return f"exemption {self.pk}"

    @property
    def periods(self) -> frozenset[Period]:
        return frozenset(period for period, flag in _FLAGS.items() if getattr(self, flag))


_FLAGS = {Period.TERM_1: "from_term_1", Period.TERM_2: "from_term_2", Period.YEAR: "from_year"}
