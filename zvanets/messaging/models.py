"""Announcements and to whom they went. What of them was delivered and read, the messages of `notifications` tell."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from zvanets.accounts.models import User
from zvanets.schools.models import ClassGroup, Enrolment, Student, YearGroup
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def newest_first(self) -> Self:
        return self.order_by("-sent_at", "-pk")

    def sent_by(self, user: User) -> Self:
        return self.filter(author=user)

    def concerning(self, user: User, *, on: date) -> Self:
        """Those the user wrote, those to classes they teach or lead, and those to single children of a class they lead."""
        led = ClassGroup.objects.led_by(user, on=on)
        children = Enrolment.objects.standing(on=on).filter(class_book__in=led)
        to = AnnouncedTo.objects.filter(announcement=OuterRef("pk")).filter(
            Q(class_group__in=ClassGroup.objects.taught_by(user, on=on)) | Q(student__in=children.values("student"))
        )
        return self.filter(Q(author=user) | Exists(to))


class Announcement(SchoolRow):
    """Съобщение от училището: one text to students, a class, a year group or the whole school."""

    class Audience(models.TextChoices):
        STUDENTS = "students", "отделни деца"
        CLASS = "class", "паралелка"
        YEAR = "year", "випуск"
        SCHOOL = "school", "цялото училище"

    author = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    author_role = models.CharField(max_length=20)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    year_group = SchoolKey(YearGroup, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=100)
    text = models.CharField(max_length=1000)
    is_urgent = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)  # why it is urgent
    sent_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=300, blank=True)
    save_key = models.UUIDField()  # of the page it was sent from: sent twice, it is one

    objects: ClassVar[Any] = AnnouncementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "save_key"], name="an_announcement_is_sent_once"),
            models.CheckConstraint(
                condition=Q(audience__in=["students", "class", "year", "school"]), name="announcement_has_an_audience"
            ),
            models.CheckConstraint(condition=Q(is_urgent=False) | ~Q(reason=""), name="urgent_has_a_reason"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | ~Q(withdrawn_why=""),
                name="an_announcement_is_withdrawn_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["school", "-sent_at"], name="announcements_by_time"),
            models.Index(fields=["school", "author", "-sent_at"], name="announcements_of_a_sender"),
        ]

    def __str__(self) -> str:
        return self.title


class AnnouncedTo(SchoolRow):
    """Получател: a class book whose children it is for, or one child."""

    announcement = SchoolKey(Announcement, models.CASCADE, related_name="to")
    class_group = SchoolKey(ClassGroup, models.CASCADE, null=True, blank=True, related_name="+")
    student = SchoolKey(Student, models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(class_group__isnull=True, student__isnull=False)
                | Q(class_group__isnull=False, student__isnull=True),
                name="to_a_class_or_to_a_child",
            ),
        ]

    def __str__(self) -> str:
        return f"announcement {self.announcement_id}"
