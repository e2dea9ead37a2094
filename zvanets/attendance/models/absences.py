"""One absence or lateness of one student in one lesson."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from zvanets.attendance.models.notices import AbsenceNotice, ExcuseReason, MedicalNotice
from zvanets.rules.absences import AbsenceKind
from zvanets.schools.models import ClassGroup, Enrolment, Lesson, Student
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def of(self, student: Student) -> Self:
        return self.filter(student=student)

    def of_classes(self, class_groups: models.QuerySet[ClassGroup], *, on: date) -> Self:
        """Absences, in whatever lesson, of the students who stand in these class books on this day."""
        standing = Enrolment.objects.standing(on=on).filter(class_book__in=class_groups)
        return self.filter(student__in=standing.values("student"))

    def unexcused(self) -> Self:
        return self.exclude(kind=AbsenceKind.EXCUSED).filter(excused_at__isnull=True)

    def on_a_parents_word(self, *, since: date) -> Self:
        """Those excused for family reasons: a school year has few such days."""
        return self.filter(kind=AbsenceKind.EXCUSED, reason=ExcuseReason.FAMILY, date__gte=since)


class Absence(SchoolRow):
    """Отсъствие or закъснение of one student in one lesson.

    An excused absence has kind EXCUSED; an excused lateness keeps its kind and has `excused_at`: it adds nothing.
    """

    KINDS: ClassVar = [(kind.value, kind.name) for kind in AbsenceKind]

    lesson = SchoolKey(Lesson, models.CASCADE, related_name="absences")
    student = SchoolKey(Student, models.CASCADE, related_name="absences")
    date = models.DateField()  # the lesson's, kept here since every sum asks for it
    kind = models.PositiveSmallIntegerField(choices=KINDS)
    minutes_late = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.PositiveSmallIntegerField(choices=ExcuseReason.choices, null=True, blank=True)
    reason_text = models.CharField(max_length=300, blank=True)
    # Read by the homeroom teacher and the heads alone; else by guardians and the class's teachers as well.
    is_confidential = models.BooleanField(default=True, db_default=True)
    notice = SchoolKey(
        AbsenceNotice, models.SET_NULL, null=True, blank=True, db_on_delete="SET NULL", indexed=False, related_name="+"
    )
    medical_notice = SchoolKey(
        MedicalNotice, models.SET_NULL, null=True, blank=True, db_on_delete="SET NULL", indexed=False, related_name="+"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    excused_at = models.DateTimeField(null=True, blank=True)
    excused_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    objects: ClassVar[Any] = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "lesson", "student"], name="one_absence_a_lesson"),
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in AbsenceKind]), name="absence_has_a_kind"),
            models.CheckConstraint(
                condition=~Q(kind=AbsenceKind.EXCUSED) | Q(excused_at__isnull=False), name="excused_by_somebody"
            ),
        ]
        indexes = [models.Index(fields=["school", "student", "date"], name="absences_of_a_student")]

    def __str__(self) -> str:
        return f"absence {self.pk}"
