"""What happened, told and not yet told. History is low: it holds plain ids, outlives what it tells of, joins no circle.

Nobody writes here but the database's own function, see record.py.
"""

from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator
from django.db import models

from zvanets.tenancy.fields import OwnSchoolId

HOUR = 3600


class EntryQuerySet(models.QuerySet["Entry"]):
    def of_student(self, student_id: int) -> Self:
        return self.filter(student_id=student_id)

    def of_act(self, act: int) -> Self:
        return self.filter(act=act)

    def newest_first(self) -> Self:
        return self.order_by("-number")


class Entry(models.Model):
    """Действие: one fact about one child or thing; the entries of one act follow each other and share `act`."""

    id = models.BigAutoField(primary_key=True)
    school_id = OwnSchoolId(grants="read")
    number = models.BigIntegerField()  # 1, 2, 3 … within the school, without a gap
    act = models.BigIntegerField()  # the number of the act's first entry
    verb = models.TextField()
    sub_verb = models.TextField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_role = models.TextField()
    address = models.TextField()
    student_id = models.BigIntegerField(null=True)
    course_id = models.BigIntegerField(null=True)
    class_group_id = models.BigIntegerField(null=True)
    object_id = models.BigIntegerField(null=True)
    lesson_id = models.BigIntegerField(null=True)
    digest = models.BinaryField()  # SHA-256(salt, body)
    chain = models.BinaryField()  # SHA-256(the chain before, school, number, the fields above, digest)

    objects: ClassVar[Any] = EntryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_id", "number"], name="numbered_within_a_school")]
        indexes = [models.Index(fields=["school_id", "student_id", "number"], name="entries_of_a_student")]

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"


class EntryBody(models.Model):
    """What an entry's reader will read, as JSON text made once; the only part of history that can be erased."""

    school_id = OwnSchoolId(grants="read")
    entry = models.OneToOneField(Entry, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="body")
    salt = models.BinaryField()
    text = models.TextField()

    def __str__(self) -> str:
        return f"body of {self.entry_id}"


class ChainHead(models.Model):
    """The end of a school's chain: the row that its writers queue on."""

    school_id = OwnSchoolId(grants="read", primary_key=True)
    number = models.BigIntegerField()
    at = models.DateTimeField()
    chain = models.BinaryField()

    def __str__(self) -> str:
        return f"head {self.number}"


class Pending(models.Model):
    """An entry that nobody has been told of yet; notifications take it at `due_at` and delete it."""

    school_id = OwnSchoolId(grants="queue")
    entry = models.OneToOneField(
        Entry, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="pending"
    )
    verb = models.TextField()
    student_id = models.BigIntegerField(null=True)
    course_id = models.BigIntegerField(null=True)
    class_group_id = models.BigIntegerField(null=True)
    object_id = models.BigIntegerField(null=True)
    lesson_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        # Asked by the worker across schools, see tenancy.national.NATIONAL_INDEXES.
        indexes = [models.Index(fields=["due_at"], name="pending_due")]

    def __str__(self) -> str:
        return f"pending {self.entry_id}"


class Grace(models.Model):
    """How many seconds this school keeps a verb to itself before parents are told."""

    id = models.BigAutoField(primary_key=True)
    school_id = OwnSchoolId()
    verb = models.TextField()
    seconds = models.PositiveIntegerField(validators=[MaxValueValidator(HOUR)])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_id", "verb"], name="one_grace_a_verb"),
            models.CheckConstraint(condition=models.Q(seconds__lte=HOUR), name="grace_is_an_hour_at_most"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.seconds} s"


class Access(models.Model):
    """A read, a print or an export. Unchained; one table a month, dropped after twelve, see access.py."""

    id = models.BigAutoField(primary_key=True)
    school_id = models.BigIntegerField()
    at = models.DateTimeField()
    verb = models.TextField()
    actor_id = models.BigIntegerField(null=True)
    actor_role = models.TextField()
    address = models.TextField()
    student_id = models.BigIntegerField(null=True)
    what = models.TextField()  # the page, the report or the file, never a person's name

    class Meta:
        managed = False  # partitioned: Django cannot write it, migrations/sql/access.sql does

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d %H:%M}"
