"""How a year ends for a student: the overall grade of year I, the result of a year in V-XII, and its resits."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from zvanets.rules.finals import SESSIONS, Outcome
from zvanets.schools.models import ClassGroup, Course, Student
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class StandingQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        return self.filter(ended_at__isnull=True)


class OverallGrade(SchoolRow):
    """Общ годишен успех in year I: in words, or by the special-needs scale; a correction ends it and adds another."""

    student = SchoolKey(Student, models.CASCADE, related_name="overall_grades")
    class_group = SchoolKey(ClassGroup, models.CASCADE, related_name="overall_grades")  # the class book
    quality = models.PositiveSmallIntegerField(null=True, blank=True)
    special = models.PositiveSmallIntegerField(null=True, blank=True)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = StandingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(quality__range=(2, 6), special__isnull=True)
                | Q(quality__isnull=True, special__range=(1, 3)),
                name="overall_grade_is_on_one_scale",
            ),
            models.UniqueConstraint(
                fields=["school", "student", "class_group"],
                condition=Q(ended_at__isnull=True),
                name="one_standing_overall_grade",
            ),
        ]

    def __str__(self) -> str:
        return f"overall grade {self.pk}"


class YearResult(SchoolRow):
    """Резултат от годината: завършва, полага изпити, повтаря; with exams, how it ended after them."""

    OUTCOMES: ClassVar = [(each.value, each.name) for each in Outcome]

    student = SchoolKey(Student, models.CASCADE, related_name="year_results")
    class_group = SchoolKey(ClassGroup, models.CASCADE, related_name="year_results")  # the class book
    outcome = models.PositiveSmallIntegerField(choices=OUTCOMES)
    final = models.PositiveSmallIntegerField(choices=OUTCOMES, null=True, blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "student", "class_group"], name="one_result_a_year"),
            models.CheckConstraint(condition=Q(outcome__in=[each.value for each in Outcome]), name="year_has_a_result"),
            models.CheckConstraint(
                condition=Q(final__isnull=True)
                | Q(outcome=Outcome.EXAMS, final__in=(Outcome.PASSES.value, Outcome.REPEATS.value)),
                name="only_exams_have_a_final_result",
            ),
        ]

    def __str__(self) -> str:
        return f"result {self.pk}"


class ResitExam(SchoolRow):
    """Поправителен изпит по предмет of a year's result."""

    result = SchoolKey(YearResult, models.CASCADE, related_name="exams")
    course = SchoolKey(Course, models.CASCADE, related_name="resit_exams")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "result", "course"], name="one_resit_exam_a_course")]

    def __str__(self) -> str:
        return f"resit exam {self.pk}"


class ResitSession(SchoolRow):
    """Поправителна сесия (I, II, допълнителна): a whole grade, or empty for who did not come."""

    exam = SchoolKey(ResitExam, models.CASCADE, related_name="sessions")
    session = models.PositiveSmallIntegerField()
    value = models.PositiveSmallIntegerField(null=True, blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "exam", "session"], name="one_grade_a_session"),
            models.CheckConstraint(condition=Q(session__in=SESSIONS), name="three_sessions_at_most"),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value__range=(2, 6)), name="resit_is_on_the_scale"
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"
