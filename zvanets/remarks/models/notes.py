"""Notes of a class."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from zvanets.remarks.models.written import Written, WrittenQuerySet, ends_with_a_reason
from zvanets.schools.models import ClassGroup, Student
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class Note(Written):
    """Бележка for the whole class, for some of it, or for the staff alone."""

    class_book = SchoolKey(ClassGroup, models.CASCADE, related_name="notes")
    is_for_all = models.BooleanField()
    text = models.TextField()

    objects: ClassVar[Any] = WrittenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="note_says_something"),
            ends_with_a_reason("note"),
        ]

    def __str__(self) -> str:
        return f"note {self.pk}"


class NoteStudent(SchoolRow):
    """One of those whom a note is for, when it is not for all."""

    note = SchoolKey(Note, models.CASCADE, related_name="students")
    student = SchoolKey(Student, models.CASCADE, related_name="notes")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "note", "student"], name="named_once_in_a_note")]

    def __str__(self) -> str:
        return f"{self.student_id} in note {self.note_id}"
