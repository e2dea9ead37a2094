"""Students and staff as the school knows them; an account is a `User` that may stand behind several of them."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from zvanets.accounts.models import User
from zvanets.schools.models.year import ClassGroup
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class Named(SchoolRow):
    """The three names of a Bulgarian and the key lists are sorted by (lists run by first name)."""

    first_name = models.CharField(max_length=100)
    middle_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100)
    sort_name = models.CharField(max_length=302, db_collation="C")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return " ".join(filter(None, (self.first_name, self.middle_name, self.last_name)))

    @property
    def short_name(self) -> str:
        return f"{self.first_name} {self.last_name}"


class StudentQuerySet(models.QuerySet["Student"]):
    def in_class_group(self, class_group: ClassGroup) -> Self:
        return self.filter(enrolments__class_book=class_group)

    def taught_by(self, user: User, *, on: date) -> Self:
        return self.filter(
            Q(courses__ends_on__isnull=True) | Q(courses__ends_on__gte=on),
            Q(courses__course__teachers__ends_on__isnull=True) | Q(courses__course__teachers__ends_on__gte=on),
            courses__course__teachers__starts_on__lte=on,
            courses__course__teachers__staff_member__user=user,
        ).distinct()


class Student(Named):
    """Ученик of one school; one who moves to another school is another row there."""

    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    gender = models.CharField(max_length=1, blank=True)
    code = models.CharField(max_length=9)  # nine digits, the last a check digit: domain rule of `lib.damm`
    external_id = models.BigIntegerField(null=True, blank=True)

    objects: ClassVar[Any] = StudentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "external_id"], name="one_student_an_external_id"),
            models.UniqueConstraint(fields=["school", "code"], name="one_student_a_code"),
        ]
        indexes = [
            models.Index(fields=["school", "sort_name"], name="students_by_name"),
            models.Index(fields=["school", "user"], name="students_of_a_user"),
        ]


class StaffMember(Named):
    """Служител: a person who works in the school, whatever positions they hold there."""

    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    gender = models.CharField(max_length=1, blank=True)
    person_id = models.BigIntegerField(null=True, blank=True)  # the state's id of a person: accounts follow it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "person_id"], name="one_staff_member_a_person")]
        indexes = [
            models.Index(fields=["school", "sort_name"], name="staff_by_name"),
            models.Index(fields=["school", "user"], name="staff_of_a_user"),
        ]


class StaffPosition(SchoolRow):
    """Длъжност: a post of a staff member; the state's lists name teachers by the post's id."""

    staff_member = SchoolKey(StaffMember, models.CASCADE, related_name="positions")
    code = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=200, blank=True)
    external_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "external_id"], name="one_position_an_external_id")]

    def __str__(self) -> str:
        return self.name


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def standing(self, *, on: date) -> Self:
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on), status=Enrolment.Status.ENROLLED, starts_on__lte=on
        )

    def in_register(self) -> Self:
        """In the order of the class book: by number, those without one at the end, by first name."""
        return self.order_by(models.F("number").asc(nulls_last=True), "student__sort_name")


class Enrolment(SchoolRow):
    """Записване: a student stands in a child group, and so in the book of its parent, under a number."""

    class Status(models.IntegerChoices):
        ENROLLED = 1, "записан"
        LEFT = 2, "отписан"

    student = SchoolKey(Student, models.CASCADE, related_name="enrolments")
    class_group = SchoolKey(ClassGroup, models.CASCADE, related_name="enrolments")
    class_book = SchoolKey(ClassGroup, models.CASCADE, related_name="book_enrolments")  # the top-level group
    number = models.PositiveSmallIntegerField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(choices=Status.choices, default=Status.ENROLLED)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "student", "class_group"], name="enrolled_once_in_a_class_group"),
            models.CheckConstraint(condition=Q(status__in=(1, 2)), name="enrolment_is_standing_or_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.student_id} in {self.class_group_id}"


class StudentCode(models.Model):
    """Which school and student a code opens; national, since who dials a code has named no school."""

    code = models.CharField(max_length=9, primary_key=True)
    school_id = models.BigIntegerField()
    student_id = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["school_id", "student_id"], name="codes_of_a_student")]

    def __str__(self) -> str:
        return f"code of {self.school_id}/{self.student_id}"
