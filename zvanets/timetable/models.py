"""Drafts of the weekly programme, and the wishes they keep to."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from zvanets.schools.models import ClassGroup, Course, SchoolYear, Shift, StaffMember, Week
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class ClassShift(SchoolRow):
    """In which shift a class group learns; without a row the first shift, all-day groups the last one."""

    class_group = SchoolKey(ClassGroup, models.CASCADE, related_name="+")
    shift = SchoolKey(Shift, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "class_group"], name="one_shift_a_class_group")]

    def __str__(self) -> str:
        return f"shift of {self.class_group_id}"


class ClosedHour(SchoolRow):
    """An hour in which a teacher, or a class, must have no lesson: a wish, a second job, another building."""

    staff_member = SchoolKey(StaffMember, models.CASCADE, null=True, blank=True, related_name="+")
    class_group = SchoolKey(ClassGroup, models.CASCADE, null=True, blank=True, related_name="+")
    weekday = models.PositiveSmallIntegerField()
    hour_no = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(staff_member__isnull=False, class_group__isnull=True)
                | Q(staff_member__isnull=True, class_group__isnull=False),
                name="closed_for_a_teacher_or_a_class",
            ),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="closed_on_a_weekday"),
            models.UniqueConstraint(
                fields=["school", "staff_member", "class_group", "weekday", "hour_no"],
                nulls_distinct=False,
                name="an_hour_is_closed_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday}/{self.hour_no}"


class CourseRoom(SchoolRow):
    """The one room a course needs, such as a gym or a laboratory: no two courses stand in it at a time."""

    course = SchoolKey(Course, models.CASCADE, related_name="+")
    room = models.CharField(max_length=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "course"], name="one_room_a_course")]

    def __str__(self) -> str:
        return self.room


class DraftQuerySet(models.QuerySet["Draft"]):
    def running(self) -> Self:
        return self.filter(state__in=(Draft.State.WAITING, Draft.State.SOLVING))


class Draft(SchoolRow):
    """Проект за седмична програма for one term, drawn up by the solver; nothing of it holds until it is put in force."""

    class State(models.TextChoices):
        WAITING = "waiting", "чака реда си"
        SOLVING = "solving", "съставя се"
        READY = "ready", "готов"
        FAILED = "failed", "не се получи"
        CANCELLED = "cancelled", "спрян"
        IN_FORCE = "in-force", "в сила"

    school_year = SchoolKey(SchoolYear, models.CASCADE, related_name="drafts")
    term = models.PositiveSmallIntegerField()
    seconds = models.PositiveSmallIntegerField()  # how long the solver may work
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    began_at = models.DateTimeField(null=True, blank=True)
    beat_at = models.DateTimeField(null=True, blank=True)  # the office's process was at it then
    cost = models.PositiveIntegerField(null=True, blank=True)  # of the best programme yet: less is better
    improved = models.PositiveSmallIntegerField(default=0)  # how often a better one was found
    ended_at = models.DateTimeField(null=True, blank=True)
    in_force_from = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(term__in=(1, 2)), name="draft_is_for_a_term"),
            models.UniqueConstraint(
                fields=["school"], condition=Q(state__in=("waiting", "solving")), name="one_draft_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(state__in=("waiting", "solving")), name="drafts_due")]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class DraftHour(SchoolRow):
    """A course stands in an hour of the draft's week."""

    draft = SchoolKey(Draft, models.CASCADE, related_name="hours")
    course = SchoolKey(Course, models.CASCADE, related_name="+")
    shift = SchoolKey(Shift, models.CASCADE, related_name="+")
    week = models.CharField(max_length=3, choices=Week.choices, default=Week.ALL)
    weekday = models.PositiveSmallIntegerField()
    hour_no = models.PositiveSmallIntegerField()
    room = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "draft", "course", "week", "weekday", "hour_no"], name="drafted_once_an_hour"
            )
        ]

    def __str__(self) -> str:
        return f"{self.weekday}/{self.hour_no}"


class DraftShortage(SchoolRow):
    """What the draft could not place: half hours a week of a course."""

    draft = SchoolKey(Draft, models.CASCADE, related_name="shortages")
    course = SchoolKey(Course, models.CASCADE, related_name="+")
    half_hours = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "draft", "course"], name="short_once_a_course")]

    def __str__(self) -> str:
        return f"{self.half_hours} of {self.course_id}"
