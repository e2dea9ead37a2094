"""What families and doctors write of absences. Special-category data: read by the homeroom teacher, heads and the family."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q

from zvanets.files.models import StoredFile
from zvanets.guardians.models import Guardian
from zvanets.lib.refusals import gettext_noop
from zvanets.rules.notices import Span
from zvanets.schools.models import Student
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class ExcuseReason(models.IntegerChoices):
    """NEISPUO's nomenclature of reasons. A parent's own word is kept as FAMILY: of such days a year has few."""

    HEALTH = 1, "Здравословни"
    FAMILY = 2, "Семейни"
    OTHER = 3, "Други"


# On what a notice rests, as families and teachers read it.
BASES = {
    ExcuseReason.HEALTH: gettext_noop("с медицински документ"),
    ExcuseReason.FAMILY: gettext_noop("по молба на родител"),
    ExcuseReason.OTHER: gettext_noop("с документ от организатор"),
}


class AbsenceNoticeQuerySet(models.QuerySet["AbsenceNotice"]):
    def waiting(self) -> Self:
        return self.filter(state=AbsenceNotice.State.WAITING)

    def standing(self) -> Self:
        """Those that still say something: they wait or were accepted."""
        return self.filter(state__in=(AbsenceNotice.State.WAITING, AbsenceNotice.State.ACCEPTED))

    def on_a_parents_word(self) -> Self:
        return self.filter(reason=ExcuseReason.FAMILY)

    def on(self, day: date) -> Self:
        return self.filter(starts_on__lte=day, ends_on__gte=day)


class AbsenceNotice(SchoolRow):
    """Предизвестие or заявление: a family says that the child will not come, or asks to excuse that it did not."""

    class State(models.IntegerChoices):
        WAITING = 1, "чака"
        ACCEPTED = 2, "прието"
        REFUSED = 3, "отказано"
        WITHDRAWN = 4, "оттеглено"

    class Way(models.TextChoices):
        PORTAL = "portal", "през портала"
        STAFF = "staff", "чрез класния ръководител"
        SMS = "sms", "с SMS"
        VOICE = "voice", "по телефона"

    student = SchoolKey(Student, models.CASCADE, related_name="absence_notices")
    guardian = SchoolKey(Guardian, models.CASCADE, null=True, blank=True, related_name="absence_notices")
    way = models.CharField(max_length=6, choices=Way.choices)
    starts_on = models.DateField()
    ends_on = models.DateField()
    first_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    last_hour = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.PositiveSmallIntegerField(choices=ExcuseReason.choices)
    text = models.CharField(max_length=1000, blank=True)
    is_confidential = models.BooleanField(default=True)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    state = models.PositiveSmallIntegerField(choices=State.choices, default=State.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    decided_why = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = AbsenceNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_on__lte=F("ends_on")), name="notice_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(state__in=(1, 2, 3, 4)), name="notice_has_a_state"),
            models.CheckConstraint(condition=Q(reason__in=(1, 2, 3)), name="notice_has_a_reason"),
            models.CheckConstraint(condition=Q(state=1) | Q(decided_at__isnull=False), name="decided_at_some_time"),
            models.CheckConstraint(condition=~Q(state=3) | ~Q(decided_why=""), name="refused_with_a_reason"),
        ]
        indexes = [models.Index(fields=["school", "student", "ends_on"], name="notices_of_a_student")]

    def __str__(self) -> str:
        return f"notice {self.pk}"

    @property
    def span(self) -> Span:
        return Span(self.starts_on, self.ends_on, self.first_hour, self.last_hour)


class NoticeFile(StoredFile):
    """What is attached to a notice: a doctor's paper, an organiser's letter."""

    notice = SchoolKey(AbsenceNotice, models.CASCADE, related_name="files")


class MedicalNotice(SchoolRow):
    """Медицинска бележка, as the national health system (НЗИС) sends it; its patient's number is not kept."""

    class IdentifierType(models.IntegerChoices):
        EGN = 1, "ЕГН"
        LNCH = 2, "ЛНЧ"
        SSN = 3, "социален номер"
        PASSPORT = 4, "паспорт"
        OTHER = 5, "друг"

    student = SchoolKey(Student, models.CASCADE, related_name="medical_notices")
    nrn = models.CharField(max_length=12)
    nrn_examination = models.CharField(max_length=12, blank=True)
    identifier_type = models.PositiveSmallIntegerField(choices=IdentifierType.choices, default=IdentifierType.EGN)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    pmi = models.CharField(max_length=10)  # УИН of the doctor
    from_date = models.DateField()
    to_date = models.DateField()
    authored_on = models.DateField()
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(
        "accounts.User", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "nrn"], name="one_medical_notice_an_nrn"),
            models.CheckConstraint(condition=Q(from_date__lte=F("to_date")), name="illness_ends_after_it_starts"),
        ]
        indexes = [models.Index(fields=["school", "student", "to_date"], name="medical_notices_of_a_student")]

    def __str__(self) -> str:
        return f"medical notice {self.pk}"

    @property
    def span(self) -> Span:
        return Span(self.from_date, self.to_date)
