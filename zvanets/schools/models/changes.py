"""What becomes of a lesson when its teacher is away: who is absent, and what was done about each lesson."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from zvanets.schools.models.people import StaffMember
from zvanets.schools.models.timetable import Lesson
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class TeacherAbsenceQuerySet(models.QuerySet["TeacherAbsence"]):
    def on(self, day: Any) -> Self:
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class TeacherAbsence(SchoolRow):
    """Отсъстващ учител, from a day to a day. Why, is not kept here: it may be an illness, and nobody here needs it."""

    staff_member = SchoolKey(StaffMember, models.CASCADE, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField()
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)

    objects: ClassVar[Any] = TeacherAbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "staff_member", "starts_on"], name="absent_once_from_a_day"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="teacher_comes_back_after_leaving"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_member_id} from {self.starts_on:%Y-%m-%d}"


class LessonChange(SchoolRow):
    """Промяна в програмата: the one thing that was done about a lesson; taking it back deletes it, history keeps both.

    The lesson itself carries the outcome (`substitute`, `is_cancelled`); what is held in its place is another lesson.
    """

    class Kind(models.IntegerChoices):
        SUBSTITUTED = 1, "замества"
        MERGED = 2, "слят час"
        CANCELLED = 3, "свободен час"
        REPLACED = 4, "друг предмет"
        MOVED = 5, "преместен час"

    lesson = SchoolKey(Lesson, models.CASCADE, related_name="changes")
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    substitute = SchoolKey(StaffMember, models.PROTECT, null=True, blank=True, related_name="+")
    is_specialist = models.BooleanField(
        default=True
    )  # a substitute of the subject; else „Гражданско образование (зам.)“
    instead = SchoolKey(Lesson, models.CASCADE, null=True, blank=True, related_name="stands_for")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "lesson"], name="one_change_a_lesson"),
            models.UniqueConstraint(fields=["school", "instead"], name="stands_for_one_lesson"),
            models.CheckConstraint(
                condition=Q(kind__in=(1, 2), substitute__isnull=False) | Q(kind__in=(3, 4, 5), substitute__isnull=True),
                name="who_substitutes_is_named",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=(4, 5), instead__isnull=False) | Q(kind__in=(1, 2, 3), instead__isnull=True),
                name="what_is_held_instead_is_named",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.lesson_id}"
