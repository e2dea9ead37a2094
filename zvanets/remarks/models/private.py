"""Special-category data: health, support and individual work, and who read them."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from zvanets.remarks.models.written import Written, WrittenQuerySet, ends_with_a_reason
from zvanets.schools.models import ClassGroup, StaffMember, Student
from zvanets.tenancy.fields import OwnSchool, SchoolKey
from zvanets.tenancy.models import SchoolRow


class HealthNote(Written):
    """Бележка за здравословното състояние."""

    student = SchoolKey(Student, models.CASCADE, related_name="health_notes")
    noted_on = models.DateField()
    text = models.CharField(max_length=2000)

    objects: ClassVar[Any] = WrittenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="health_note_says_something"),
            ends_with_a_reason("health_note"),
        ]
        indexes = [models.Index(fields=["school", "student", "noted_on"], name="health_notes_of_a_student")]

    def __str__(self) -> str:
        return f"health note {self.pk}"


class Difficulty(models.IntegerChoices):
    """Why a student is supported: the state's six."""

    LEARNING = 1, "затруднения в обучението"
    SURROUNDINGS = 2, "рискови фактори в средата"
    BEHAVIOUR = 3, "проблемно поведение"
    ILLNESS = 4, "хронично заболяване"
    AHEAD = 5, "напредва по-бързо от останалите ученици"
    OTHER = 6, "друго затруднение"


class ActivityKind(models.IntegerChoices):
    """What is done: 1 to 18 are the state's numbers; 19 to 22 stand in the ordinance, their numbers are ours."""

    SUBJECT = 1, "допълнително обучение по учебен предмет"
    LANGUAGE = 2, "допълнително обучение по български език и литература"
    CONSULTATION = 3, "консултации"
    TEAMWORK = 4, "екипна работа между учители"
    CAREER = 5, "кариерно ориентиране"
    INTERESTS = 6, "занимания по интереси"
    LIBRARY = 7, "библиотечно-информационно обслужване"
    HEALTH = 8, "грижа за здравето"
    DORMITORY = 9, "осигуряване на общежитие"
    AWARDS = 10, "поощряване с морални и материални награди"
    BEHAVIOUR = 11, "превенция на проблемно поведение"
    PREVENTION = 12, "превенция на обучителни затруднения"
    SPEECH = 13, "логопедична работа"
    CASE = 14, "работа по конкретен случай"
    REHABILITATION = 15, "психо-социална рехабилитация"
    ACCESS = 16, "осигуряване на достъпна среда"
    SENSORY = 17, "обучение за ученици със сензорни увреждания"
    RESOURCE = 18, "ресурсно подпомагане по предмет"
    HEARING = 19, "рехабилитация на слуха и говора"
    SIGHT = 20, "зрителна рехабилитация"
    COMMUNICATION = 21, "рехабилитация на комуникативни нарушения"
    PSYCHOLOGY = 22, "психологическа подкрепа"


class Support(Written):
    """Подкрепа за личностно развитие of one or several students of a class, by a team of teachers."""

    class_book = SchoolKey(ClassGroup, models.CASCADE, related_name="supports")
    starts_on = models.DateField()
    ends_on = models.DateField()
    difficulties = ArrayField(models.PositiveSmallIntegerField(choices=Difficulty.choices))
    text = models.TextField(blank=True)
    expected_result = models.TextField(blank=True)

    objects: ClassVar[Any] = WrittenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="support_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(difficulties__contained_by=Difficulty.values) & ~Q(difficulties=[]),
                name="support_answers_a_difficulty",
            ),
            ends_with_a_reason("support"),
        ]

    def __str__(self) -> str:
        return f"support {self.pk}"


class SupportStudent(SchoolRow):
    """Whom a plan of support is for."""

    support = SchoolKey(Support, models.CASCADE, related_name="students")
    student = SchoolKey(Student, models.CASCADE, related_name="supports")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "support", "student"], name="supported_once_by_a_plan")
        ]

    def __str__(self) -> str:
        return f"{self.student_id} in support {self.support_id}"


class SupportTeacher(SchoolRow):
    """Who supports: the team of a plan."""

    support = SchoolKey(Support, models.CASCADE, related_name="teachers")
    staff_member = SchoolKey(StaffMember, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "support", "staff_member"], name="supports_once_in_a_plan")
        ]

    def __str__(self) -> str:
        return f"{self.staff_member_id} in support {self.support_id}"


class SupportActivity(SchoolRow):
    """What is done in a plan: the aim, and once it was done, when and with what result."""

    support = SchoolKey(Support, models.CASCADE, related_name="activities")
    kind = models.PositiveSmallIntegerField(choices=ActivityKind.choices)
    target = models.CharField(max_length=1000, blank=True)
    result = models.CharField(max_length=1000, blank=True)
    done_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__range=(1, 22)), name="activity_of_support_is_of_a_kind"),
            models.UniqueConstraint(fields=["school", "support", "kind"], name="one_activity_of_a_kind_in_a_plan"),
        ]

    def __str__(self) -> str:
        return f"activity {self.pk}"


class IndividualWork(Written):
    """Индивидуална работа with one student on one day."""

    student = SchoolKey(Student, models.CASCADE, related_name="individual_works")
    held_on = models.DateField()
    text = models.TextField()

    objects: ClassVar[Any] = WrittenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="individual_work_says_something"),
            ends_with_a_reason("individual_work"),
        ]
        indexes = [models.Index(fields=["school", "student", "held_on"], name="individual_works_of_a_student")]

    def __str__(self) -> str:
        return f"individual work {self.pk}"


class PrivateRead(SchoolRow):
    """That somebody read a child's special-category data: a log of its own, never changed."""

    class What(models.TextChoices):
        HEALTH = "health", "здраве"
        SUPPORT = "support", "подкрепа"

    school = OwnSchool(grants="append")
    student = SchoolKey(Student, models.CASCADE, related_name="+")
    what = models.CharField(max_length=10, choices=What.choices)
    at = models.DateTimeField()
    user = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=20)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(what__in=("health", "support")), name="read_what_is_private")]
        indexes = [models.Index(fields=["school", "student", "-at"], name="private_reads_of_a_student")]

    def __str__(self) -> str:
        return f"{self.user_id} read {self.what}"
