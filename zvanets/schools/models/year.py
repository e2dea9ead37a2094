"""Schools, their years and terms, and their class groups."""

from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from zvanets.accounts.models import User
from zvanets.lib import clock
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class School(models.Model):
    """Училище; its key is the institution's own code in the state's register."""

    id = models.BigIntegerField(primary_key=True)
    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=100)
    kind = models.CharField(max_length=50, blank=True)
    town = models.CharField(max_length=100, blank=True)
    municipality = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    time_zone = models.CharField(max_length=50, default="Europe/Sofia")
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.short_name


class SchoolSettings(SchoolRow):
    """What one school decides for itself; a school without a row has the defaults."""

    future_entries_locked = models.BooleanField(default=True)
    # Until this day of a month the former month may still be written (NEISPUO: PastMonthLockDay); empty: always.
    past_month_lock_day = models.PositiveSmallIntegerField(null=True, blank=True)
    averages_of_rounded_grades = models.BooleanField(default=False)  # „като НЕИСПУО“
    # How often a grade counts in an average: the n-th weight is that of NEISPUO's kind n; empty: all once.
    grade_weights = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school"], name="one_row_of_settings"),
            models.CheckConstraint(
                condition=Q(past_month_lock_day__isnull=True) | Q(past_month_lock_day__range=(1, 31)),
                name="lock_day_is_a_day_of_a_month",
            ),
            models.CheckConstraint(
                condition=Q(grade_weights__len=0) | Q(grade_weights__len=12),
                name="weights_are_of_all_kinds_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"settings of {self.school_id}"


class SchoolYear(SchoolRow):
    """Учебна година; `year` 2025 means 2025/26."""

    year = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "year"], name="one_school_year_a_year"),
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_on")), name="school_year_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.year}/{(self.year + 1) % 100:02}"


class YearGroup(SchoolRow):
    """Випуск: all class groups of one level in one school year; levels below 1 are preschool groups."""

    school_year = SchoolKey(SchoolYear, models.CASCADE, related_name="year_groups")
    level = models.SmallIntegerField()
    name = models.CharField(max_length=50)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "school_year", "level"], name="one_year_group_a_level"),
        ]

    def __str__(self) -> str:
        return self.name


class Term(SchoolRow):
    """Учебен срок of one year group: the dates are data, since the ministry's order sets them year by year."""

    year_group = SchoolKey(YearGroup, models.CASCADE, related_name="terms")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "year_group", "number"], name="one_term_a_number"),
            models.CheckConstraint(condition=Q(starts_on__lt=F("ends_on")), name="term_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"


class ClassGroupQuerySet(models.QuerySet["ClassGroup"]):
    def books(self) -> Self:
        """Those with a class book of their own: top-level groups."""
        return self.filter(parent__isnull=True)

    def in_year(self, year: int) -> Self:
        return self.filter(school_year__year=year)

    def led_by(self, user: User, *, on: date) -> Self:
        """Whose homeroom teacher the user is: teaches „Час на класа“; in ПГ and ЦДО any teacher of the group."""
        teaches = Q(
            Q(courses__teachers__ends_on__isnull=True) | Q(courses__teachers__ends_on__gte=on),
            courses__teachers__starts_on__lte=on,
            courses__teachers__staff_member__user=user,
            courses__is_valid=True,
        )
        leads = Q(courses__is_class_hour=True) | Q(kind=ClassGroup.Kind.ALL_DAY) | Q(year_group__level__lt=1)
        return self.filter(teaches & leads).distinct()

    def taught_by(self, user: User, *, on: date) -> Self:
        return self.filter(
            Q(courses__teachers__ends_on__isnull=True) | Q(courses__teachers__ends_on__gte=on),
            courses__teachers__starts_on__lte=on,
            courses__teachers__staff_member__user=user,
            courses__is_valid=True,
        ).distinct()


class ClassGroup(SchoolRow):
    """Паралелка: 7 „б“ of one school in one school year.

    A top-level group has the class book and the courses; students are enrolled in its child groups. The parent of
    a combined class (слята паралелка) has no year group: the kind of grade follows the child's own.
    """

    class Kind(models.TextChoices):
        CLASS = "class", "паралелка"
        ALL_DAY = "all-day", "целодневна група"

    school_year = SchoolKey(SchoolYear, models.CASCADE, related_name="class_groups")
    year_group = SchoolKey(YearGroup, models.CASCADE, null=True, blank=True, related_name="class_groups")
    parent = SchoolKey("schools.ClassGroup", models.CASCADE, null=True, blank=True, related_name="children")
    name = models.CharField(max_length=50)  # as people read it: „7 Б“
    typed_name = models.CharField(max_length=50, blank=True)  # as the school typed it
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CLASS)
    class_type = models.CharField(max_length=150, blank=True)
    is_combined = models.BooleanField(default=False)
    external_id = models.BigIntegerField(null=True, blank=True)

    objects: ClassVar[Any] = ClassGroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "external_id"], name="one_class_group_an_external_id"),
        ]

    def __str__(self) -> str:
        return self.name
