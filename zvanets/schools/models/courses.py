"""What is taught to whom by whom: subjects, courses (rows of the curriculum), their teachers and members."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from zvanets.accounts.models import User
from zvanets.schools.models.people import StaffMember, Student
from zvanets.schools.models.year import ClassGroup
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class Subject(SchoolRow):
    """Учебен предмет."""

    name = models.CharField(max_length=200)
    short_name = models.CharField(max_length=200, blank=True)
    external_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "external_id"], name="one_subject_an_external_id")]

    def __str__(self) -> str:
        return self.name


class CourseQuerySet(models.QuerySet["Course"]):
    def valid(self) -> Self:
        return self.filter(is_valid=True)

    def taught_by(self, user: User, *, on: date) -> Self:
        return self.valid().filter(
            Q(teachers__ends_on__isnull=True) | Q(teachers__ends_on__gte=on),
            teachers__starts_on__lte=on,
            teachers__staff_member__user=user,
        )


class Course(SchoolRow):
    """Ред от учебния план: a subject taught to a class group or a part of it in one school year.

    The subject is no key: it may stand twice in one class under two types (ООП and РП).
    """

    class_group = SchoolKey(ClassGroup, models.CASCADE, related_name="courses")
    subject = SchoolKey(Subject, models.PROTECT, related_name="courses")
    subject_type = models.SmallIntegerField(default=101)  # 101 ООП, 102 ОбПП, 152-156 profiling
    subject_type_name = models.CharField(max_length=100, blank=True)
    plan_part = models.CharField(max_length=50, blank=True)  # ЗУЧ, ИУЧ, ФУЧ or words
    sub_group = models.PositiveSmallIntegerField(null=True, blank=True)
    parent = SchoolKey("schools.Course", models.CASCADE, null=True, blank=True, related_name="modules")
    weeks_term1 = models.PositiveSmallIntegerField(default=18)
    hours_term1 = models.DecimalField(max_digits=4, decimal_places=2, default=0)  # a week; halves occur
    weeks_term2 = models.PositiveSmallIntegerField(default=18)
    hours_term2 = models.DecimalField(max_digits=4, decimal_places=2, default=0)
    is_class_hour = models.BooleanField(default=False)  # „Час на класа“: its teacher is the homeroom teacher
    is_valid = models.BooleanField(default=True)
    external_id = models.BigIntegerField(null=True, blank=True)

    objects: ClassVar[Any] = CourseQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "external_id"], name="one_course_an_external_id")]

    def __str__(self) -> str:
        return f"course {self.pk}"

    @property
    def is_profiling(self) -> bool:
        """Whether the year grade may be fractional (subject types 152-156)."""
        return 152 <= self.subject_type <= 156


class CourseTeacher(SchoolRow):
    """Who teaches a course, from a day to a day; several at once occur."""

    course = SchoolKey(Course, models.CASCADE, related_name="teachers")
    staff_member = SchoolKey(StaffMember, models.CASCADE, related_name="courses")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "course", "staff_member", "starts_on"], name="teaches_a_course_once_from_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_member_id} teaches {self.course_id}"


class CourseMemberQuerySet(models.QuerySet["CourseMember"]):
    def standing(self, *, on: date) -> Self:
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)


class CourseMember(SchoolRow):
    """Who stands in a course's register, from a day to a day."""

    course = SchoolKey(Course, models.CASCADE, related_name="members")
    student = SchoolKey(Student, models.CASCADE, related_name="courses")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = CourseMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "course", "student", "starts_on"], name="stands_in_a_register_once_from_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.student_id} in course {self.course_id}"
