"""What a teacher says to the family about a grade, or about the average of a term."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from zvanets.gradebook.models.grades import Grade
from zvanets.rules.finals import Period
from zvanets.schools.models import Course, StaffMember, Student
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class CommentQuerySet(models.QuerySet["Comment"]):
    def standing(self) -> Self:
        return self.filter(ended_at__isnull=True)


class Comment(SchoolRow):
    """Коментар към оценка (`grade`) or to the average of a period (`period`); another one ends it."""

    student = SchoolKey(Student, models.CASCADE, related_name="comments")
    course = SchoolKey(Course, models.CASCADE, related_name="comments")
    grade = SchoolKey(Grade, models.CASCADE, null=True, blank=True, related_name="comments")
    period = models.PositiveSmallIntegerField(
        choices=[(each.value, each.name) for each in Period], null=True, blank=True
    )
    text = models.CharField(max_length=1000)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    teacher = SchoolKey(StaffMember, models.PROTECT, null=True, blank=True, related_name="+")  # in whose name
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(grade__isnull=False, period__isnull=True) | Q(grade__isnull=True, period__isnull=False),
                name="comment_on_a_grade_or_an_average",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            models.UniqueConstraint(
                fields=["school", "student", "course", "grade", "period"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="one_standing_comment",
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"
