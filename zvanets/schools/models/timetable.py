"""When lessons are: shifts and bells, the weekly programme, and the lessons it makes on dates."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from zvanets.accounts.models import User
from zvanets.schools.models.courses import Course, CourseTeacher
from zvanets.schools.models.people import StaffMember
from zvanets.schools.models.year import SchoolYear, YearGroup
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class Shift(SchoolRow):
    """Смяна: a set of bells."""

    school_year = SchoolKey(SchoolYear, models.CASCADE, related_name="shifts")
    name = models.CharField(max_length=50)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "school_year", "name"], name="one_shift_a_name")]

    def __str__(self) -> str:
        return self.name


class ShiftHour(SchoolRow):
    """An hour's bells on a weekday (1 Monday … 7); numbers may start at 0 and skip; an hour may cross midnight."""

    shift = SchoolKey(Shift, models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    hour_no = models.PositiveSmallIntegerField()
    starts_at = models.TimeField()
    ends_at = models.TimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "shift", "weekday", "hour_no"], name="one_bell_an_hour"),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="bell_rings_on_a_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.hour_no}"


class Week(models.TextChoices):
    """Half hours of the curriculum fall on every second week."""

    ALL = "all", "всяка"
    A = "A", "А"
    B = "B", "Б"


class ScheduleHour(SchoolRow):
    """Час от седмичната програма: a course has its lesson in this hour of this weekday, from a day to a day."""

    course = SchoolKey(Course, models.CASCADE, related_name="schedule_hours")
    shift = SchoolKey(Shift, models.CASCADE, related_name="schedule_hours")
    week = models.CharField(max_length=3, choices=Week.choices, default=Week.ALL)
    weekday = models.PositiveSmallIntegerField()
    hour_no = models.PositiveSmallIntegerField()
    room = models.CharField(max_length=30, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "course", "week", "weekday", "hour_no", "starts_on"], name="scheduled_once_from_a_day"
            ),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="scheduled_on_a_weekday"),
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="schedule_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday}/{self.hour_no}"


class OffDay(SchoolRow):
    """Неучебен ден of the whole school, or of one year group."""

    school_year = SchoolKey(SchoolYear, models.CASCADE, related_name="off_days")
    year_group = SchoolKey(YearGroup, models.CASCADE, null=True, blank=True, related_name="off_days")
    date = models.DateField()
    name = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "date", "year_group"], nulls_distinct=False, name="off_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d}"


class LessonQuerySet(models.QuerySet["Lesson"]):
    def taught_by(self, user: User) -> Self:
        """Lessons of the user's own courses on days they teach them, and those they substitute.

        The user's courses, a dozen, are found first: with joins alone, planning takes longer than a page may.
        """
        mine = CourseTeacher.objects.filter(staff_member__user=user)
        on_its_day = mine.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("date")),
            course=OuterRef("course"),
            starts_on__lte=OuterRef("date"),
        )
        # In this order: PostgreSQL asks the terms beneath an OR as they stand, and the first spares the dear last one.
        own = Q(course__in=mine.values("course")) & Q(substitute__isnull=True) & Q(Exists(on_its_day))
        return self.filter(own | Q(substitute__in=StaffMember.objects.filter(user=user).values("pk")))

    def standing(self) -> Self:
        return self.filter(is_cancelled=False)

    def with_names(self) -> Self:
        return self.select_related("course__subject", "course__class_group", "substitute")


class Lesson(SchoolRow):
    """Учебен час на дата: what the weekly programme makes of one date; a substitute takes the teacher's place."""

    course = SchoolKey(Course, models.CASCADE, related_name="lessons")
    date = models.DateField()
    hour_no = models.PositiveSmallIntegerField()
    starts_at = models.TimeField()
    ends_at = models.TimeField()
    room = models.CharField(max_length=30, blank=True)
    substitute = SchoolKey(
        StaffMember, models.SET_NULL, null=True, blank=True, db_on_delete="SET NULL", related_name="+"
    )
    is_cancelled = models.BooleanField(default=False)

    objects: ClassVar[Any] = LessonQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "course", "date", "hour_no"], name="one_lesson_an_hour"),
        ]
        indexes = [models.Index(fields=["school", "date", "hour_no"], name="lessons_of_a_day")]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.hour_no}"
