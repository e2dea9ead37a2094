"""Grades. A row is never overwritten: a correction ends it and adds another, so any past day can be shown."""

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from zvanets.accounts.models import User
from zvanets.rules.finals import TERMS, Period
from zvanets.rules.grades import GradeKind
from zvanets.rules.locks import UNDO_WINDOW
from zvanets.schools.models import ClassGroup, Course, Lesson, StaffMember, Student
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow

TERM_KINDS = (GradeKind.TERM, GradeKind.OTHER_CLASS_TERM, GradeKind.OTHER_SCHOOL_TERM)
WHOLE = (2, 3, 4, 5, 6)
FINAL_KINDS = (*TERM_KINDS, GradeKind.ANNUAL)


class GradeQuerySet(models.QuerySet["Grade"]):
    def standing(self) -> Self:
        return self.filter(ended_at__isnull=True)

    def of(self, student: Student) -> Self:
        return self.filter(student=student)

    def ending_something(self) -> Self:
        return self.filter(kind__in=FINAL_KINDS)

    def ending(self, period: Period) -> Self:
        """Those that end this term, or the year; a term's may have come from another class or school."""
        if period is Period.YEAR:
            return self.filter(kind=GradeKind.ANNUAL)
        return self.filter(kind__in=TERM_KINDS, term=period)

    def changeable_by(self, user: User, *, on: date) -> Self:
        """Those the user gave, those of courses they teach on this day, and those of the class they lead."""
        led = ClassGroup.objects.led_by(user, on=on)
        taught = Course.objects.taught_by(user, on=on)
        return self.filter(Q(given_by=user) | Q(course__in=taught) | Q(course__class_group__in=led))

    def ended_late(self, *, since: datetime) -> Self:
        """Those corrected or withdrawn since then, when they were no slip of the hand any more."""
        return self.filter(ended_at__gte=since, ended_at__gt=F("given_at") + UNDO_WINDOW)

    def witnessed_by(self, user: User, *, on: date) -> Self:
        """Those that stand in the user's name, and those of the class they lead."""
        return self.filter(Q(teacher__user=user) | Q(course__class_group__in=ClassGroup.objects.led_by(user, on=on)))


class Grade(SchoolRow):
    """Оценка: quantitative (2 or 3.00-6.00), qualitative (2-6, in words) or of the special-needs scale (1-3)."""

    KINDS: ClassVar = [(kind.value, kind.name) for kind in GradeKind]

    student = SchoolKey(Student, models.CASCADE, related_name="grades")
    course = SchoolKey(Course, models.CASCADE, related_name="grades")
    lesson = SchoolKey(Lesson, models.SET_NULL, null=True, blank=True, db_on_delete="SET NULL", related_name="grades")
    kind = models.PositiveSmallIntegerField(choices=KINDS, default=GradeKind.CURRENT)
    term = models.PositiveSmallIntegerField(null=True, blank=True)  # of grades that end one
    is_by_exam = models.BooleanField(default=False, db_default=False)  # an annual grade changed by an exam
    value = models.DecimalField(max_digits=3, decimal_places=2, null=True, blank=True)
    quality = models.PositiveSmallIntegerField(null=True, blank=True)
    special = models.PositiveSmallIntegerField(null=True, blank=True)
    comment = models.CharField(max_length=1000, blank=True)
    given_on = models.DateField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    teacher = SchoolKey(StaffMember, models.PROTECT, null=True, blank=True, related_name="+")  # in whose name
    replaces = SchoolKey("gradebook.Grade", models.CASCADE, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_why = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = GradeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(value=2) | Q(value__range=(3, 6)), name="grade_is_on_the_scale"
            ),
            models.CheckConstraint(
                condition=Q(quality__isnull=True) | Q(quality__range=(2, 6)), name="quality_is_on_the_scale"
            ),
            models.CheckConstraint(
                condition=Q(special__isnull=True) | Q(special__range=(1, 3)), name="special_is_on_the_scale"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False, quality__isnull=True, special__isnull=True)
                | Q(value__isnull=True, quality__isnull=False, special__isnull=True)
                | Q(value__isnull=True, quality__isnull=True, special__isnull=False),
                name="grade_is_on_one_scale",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=TERM_KINDS, term__isnull=False, term__in=TERMS)
                | (~Q(kind__in=TERM_KINDS) & Q(term__isnull=True)),
                name="term_grade_names_its_term",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=TERM_KINDS) | Q(value__isnull=True) | Q(value__in=WHOLE),
                name="term_grade_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(kind__lte=GradeKind.EXIT_LEVEL) | Q(lesson__isnull=True),
                name="only_current_grades_have_a_lesson",
            ),
            models.CheckConstraint(
                condition=Q(is_by_exam=False) | Q(kind=GradeKind.ANNUAL), name="exams_change_annual_grades"
            ),
            models.UniqueConstraint(
                fields=["school", "student", "course", "term"],
                condition=Q(kind__in=TERM_KINDS, ended_at__isnull=True),
                name="one_standing_term_grade",
            ),
            models.UniqueConstraint(
                fields=["school", "student", "course", "kind"],
                condition=Q(kind=GradeKind.ANNUAL, ended_at__isnull=True),
                name="one_standing_annual_grade",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | ~Q(ended_why=""), name="a_grade_ends_with_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["school", "student", "given_on"], name="grades_of_a_student"),
            models.Index(fields=["school", "course", "given_on"], name="grades_of_a_course"),
        ]

    def __str__(self) -> str:
        return f"grade {self.pk}"
