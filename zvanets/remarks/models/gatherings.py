"""What people come to: parent meetings and school events."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from zvanets.remarks.models.written import Written, WrittenQuerySet, ends_with_a_reason
from zvanets.schools.models import ClassGroup, YearGroup
from zvanets.tenancy.fields import SchoolKey


class GatheringQuerySet(WrittenQuerySet):
    def on_day_not_reminded(self, day: date) -> Self:
        """Those of a day of which families did not hear again since it was set."""
        return self.standing().filter(date=day).filter(Q(reminded_for__isnull=True) | ~Q(reminded_for=day))


class Gathering(Written):
    """`said_at` is when it was announced or moved last, `reminded_for` the day that families were reminded of."""

    date = models.DateField()
    place = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=100)
    text = models.CharField(max_length=1000, blank=True)
    said_at = models.DateTimeField()
    reminded_for = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True


class ParentMeeting(Gathering):
    """Родителска среща of a class."""

    class_book = SchoolKey(ClassGroup, models.CASCADE, related_name="meetings")
    starts_at = models.TimeField()

    objects: ClassVar[Any] = GatheringQuerySet.as_manager()

    class Meta:
        constraints = [ends_with_a_reason("meeting")]
        # Asked by the worker across schools, see tenancy.national.NATIONAL_INDEXES.
        indexes = [models.Index(fields=["date"], condition=Q(ended_at__isnull=True), name="meetings_of_a_day")]

    def __str__(self) -> str:
        return f"meeting {self.pk}"


class SchoolEvent(Gathering):
    """Мероприятие of one class, of a year group, or of the whole school when neither is named."""

    class_book = SchoolKey(ClassGroup, models.CASCADE, null=True, blank=True, related_name="events")
    year_group = SchoolKey(YearGroup, models.CASCADE, null=True, blank=True, related_name="events")
    starts_at = models.TimeField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = GatheringQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(class_book__isnull=True) | Q(year_group__isnull=True),
                name="event_is_of_a_class_or_a_year_group",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("date")), name="event_ends_after_it_starts"
            ),
            ends_with_a_reason("event"),
        ]
        # Asked by the worker across schools, see tenancy.national.NATIONAL_INDEXES.
        indexes = [models.Index(fields=["date"], condition=Q(ended_at__isnull=True), name="events_of_a_day")]

    def __str__(self) -> str:
        return f"event {self.pk}"
