"""Who may know of a student, at which addresses, by which channels, and what they asked for."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from zvanets.accounts.models import User
from zvanets.schools.models import Student
from zvanets.schools.models.people import Named
from zvanets.tenancy.fields import SchoolKey
from zvanets.tenancy.models import SchoolRow


class Relation(models.TextChoices):
    """Kinds of relatives of the state's register, and the student on their own behalf."""

    FATHER = "father", "баща"
    MOTHER = "mother", "майка"
    GRANDFATHER = "grandfather", "дядо"
    GRANDMOTHER = "grandmother", "баба"
    GUARDIAN = "guardian", "настойник"
    FOSTER = "foster", "приемен родител"
    OTHER = "other", "друг"
    SELF = "self", "ученикът"


class EventKind(models.TextChoices):
    """What a family chooses to be told of."""

    GRADE = "grade", "оценки"
    ABSENCE = "absence", "отсъствия"
    LATENESS = "lateness", "закъснения"
    REMARK = "remark", "забележки"
    PRAISE = "praise", "похвали"
    HEALTH = "health", "здравословно състояние"
    MEETING = "meeting", "родителски срещи"
    EVENT = "event", "мероприятия"
    HOMEWORK = "homework", "домашни работи"
    TIMETABLE = "timetable", "промени в програмата"
    RESULT = "result", "срочни и годишни резултати"
    MESSAGE = "message", "съобщения от училището"


class ChannelName(models.TextChoices):
    PORTAL = "portal", "портал"
    EMAIL = "email", "електронна поща"
    SMS = "sms", "SMS"
    PUSH = "push", "известие на телефона"
    VOICE = "voice", "обаждане"


class SmsScript(models.TextChoices):
    """Latin letters make an SMS cheaper and readable on old telephones."""

    CYRILLIC = "cyrillic", "кирилица"
    LATIN = "latin", "латиница"


class Guardian(Named):
    """Родител, настойник или лице, което полага грижи; never merged with another by name."""

    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    gender = models.CharField(max_length=1, blank=True)
    language = models.CharField(max_length=2, default="bg")
    sms_script = models.CharField(
        max_length=8, choices=SmsScript.choices, default=SmsScript.CYRILLIC, db_default=SmsScript.CYRILLIC
    )
    # Hours without messages by the clock of `time_zone`; without a zone by the school's.
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_to = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=40, blank=True, db_default="")
    digest_at = models.TimeField(default=time(18), db_default=time(18))  # by the same clock
    # What is more than so many SMS a day waits for the digest; None knows no limit, and what is urgent none either.
    sms_a_day = models.PositiveSmallIntegerField(null=True, blank=True)
    pin_hash = models.CharField(max_length=64, blank=True)
    pin_issued_at = models.DateTimeField(null=True, blank=True)
    external_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "external_id"], name="one_guardian_an_external_id"),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_to__isnull=True)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
                name="quiet_hours_begin_and_end",
            ),
        ]
        indexes = [models.Index(fields=["school", "user"], name="guardians_of_a_user")]


class GuardianshipQuerySet(models.QuerySet["Guardianship"]):
    def active(self, *, on: date) -> Self:
        return self.not_ended(on=on).filter(starts_on__lte=on)

    def not_ended(self, *, on: date) -> Self:
        """Those in force and those still to begin."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), withdrawn_at__isnull=True)

    def held_by(self, user: User) -> Self:
        return self.filter(guardian__user=user)


class Guardianship(SchoolRow):
    """The right of one guardian to know of one student, by dates; withdrawing it ends everything at once."""

    guardian = SchoolKey(Guardian, models.CASCADE, related_name="guardianships")
    student = SchoolKey(Student, models.CASCADE, related_name="guardianships")
    relation = models.CharField(max_length=12, choices=Relation.choices)
    is_legal = models.BooleanField(default=True)  # a legal representative; relatives and tutors are invited by one
    may_excuse = models.BooleanField(default=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=300, blank=True)

    objects: ClassVar[Any] = GuardianshipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "guardian", "student"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_right_to_a_student",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="right_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.guardian_id} of {self.student_id}"


class ContactQuerySet(models.QuerySet["Contact"]):
    def usable(self) -> Self:
        """Confirmed by their owner and not switched off by permanent failures."""
        return self.filter(confirmed_at__isnull=False, disabled_at__isnull=True)


class Contact(SchoolRow):
    """A phone number (E.164) or an e-mail address of a guardian."""

    GIVEN_UP = "owner"  # why it was disabled when its owner did not want it; other reasons are words for people

    class Kind(models.TextChoices):
        EMAIL = "email", "електронна поща"
        PHONE = "phone", "телефон"

    guardian = SchoolKey(Guardian, models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    address = models.CharField(max_length=254)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_why = models.CharField(max_length=200, blank=True)

    objects: ClassVar[Any] = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "guardian", "kind", "address"], name="one_contact_an_address")
        ]
        indexes = [
            # Asked across schools, see tenancy.national.NATIONAL_INDEXES.
            models.Index(fields=["address"], condition=Q(kind="phone"), name="whose_number"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ContactCode(SchoolRow):
    """A code sent to a contact, that its owner answers within a time and a few tries."""

    contact = SchoolKey(Contact, models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school", "contact"], name="one_code_a_contact")]

    def __str__(self) -> str:
        return f"code for {self.contact_id}"


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def active(self, *, on: date) -> Self:
        """Those in force whose guardian still holds the right to the student."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on),
            Q(guardianship__ends_on__isnull=True) | Q(guardianship__ends_on__gte=on),
            starts_on__lte=on,
            guardianship__starts_on__lte=on,
            guardianship__withdrawn_at__isnull=True,
        )


class Subscription(SchoolRow):
    """Абонамент: for one student a guardian asks to be told of these kinds by this channel, from a day to a day.

    `wait_minutes` 0 tells at once; above that the channel is tried when no earlier one succeeded in that time.
    """

    guardianship = SchoolKey(Guardianship, models.CASCADE, related_name="subscriptions")
    channel = models.CharField(max_length=6, choices=ChannelName.choices)
    kinds = ArrayField(models.CharField(max_length=10, choices=EventKind.choices))
    digest_kinds = ArrayField(  # of these they hear once a day, all in one
        models.CharField(max_length=10, choices=EventKind.choices), default=list, db_default=[]
    )
    wait_minutes = models.PositiveSmallIntegerField(default=0)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "guardianship", "channel"],
                condition=Q(ends_on__isnull=True),
                name="one_open_subscription_a_channel",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="subscription_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} for {self.guardianship_id}"


class PinTry(SchoolRow):
    """A try of a PIN with a student's code; wrong ones are counted per child over all PINs."""

    student = SchoolKey(Student, models.CASCADE, related_name="pin_tries")
    at = models.DateTimeField()
    succeeded = models.BooleanField()
    lifted_at = models.DateTimeField(null=True, blank=True)  # the homeroom teacher lifted the lock

    class Meta:
        indexes = [models.Index(fields=["school", "student", "at"], name="pin_tries_of_a_student")]

    def __str__(self) -> str:
        return f"{self.student_id} {self.at:%Y-%m-%d}"


class Application(Named):
    """Заявление за достъп of a legal representative for one child; what stands here of papers is their kind, never a number."""

    DECIDED_WITHIN = timedelta(hours=72)

    class Identity(models.TextChoices):
        CARD = "card", "лична карта"
        PASSPORT = "passport", "паспорт"
        RESIDENCE = "residence", "разрешение за пребиваване"

    class Proof(models.TextChoices):
        BIRTH = "birth", "удостоверение за раждане"
        COURT = "court", "съдебно решение"
        CUSTODY = "custody", "удостоверение за настойничество или попечителство"
        FOSTER = "foster", "заповед или договор за приемна грижа"

    class Ground(models.TextChoices):
        FORM = "form", "заявлението е попълнено неправилно"
        ANOTHER = "another", "подадено е от друг, а не от заявителя"
        NOT_HERE = "not_here", "детето не учи в това училище"
        LACKING = "lacking", "липсва документ: за самоличност, за раждане, подписано заявление или съгласие"
        CONTRADICTS = "contradicts", "данните в документите си противоречат"
        WITHDRAWN = "withdrawn", "заявителят се отказа"

    student = SchoolKey(Student, models.CASCADE, related_name="applications")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    relation = models.CharField(max_length=12, choices=Relation.choices)
    filed_at = models.DateTimeField()
    consented_at = models.DateTimeField()  # to the processing of their data, on the web and on the signed paper
    identity = models.CharField(max_length=10, choices=Identity.choices, blank=True)
    proof = models.CharField(max_length=10, choices=Proof.choices, blank=True)
    is_signed = models.BooleanField(default=False)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    ground = models.CharField(max_length=12, choices=Ground.choices, blank=True)
    note = models.CharField(max_length=300, blank=True)
    right = SchoolKey(Guardianship, models.SET_NULL, db_on_delete="SET NULL", null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "user", "student"],
                condition=Q(decided_at__isnull=True),
                name="one_waiting_application_for_a_student",
            ),
            models.CheckConstraint(
                condition=Q(right__isnull=True)
                | (Q(seen_at__isnull=False, decided_at__isnull=False, is_signed=True, ground="") & ~Q(identity=""))
                & ~Q(proof=""),
                name="granted_when_papers_were_seen_and_signed",
            ),
            models.CheckConstraint(
                condition=Q(ground="") | Q(decided_at__isnull=False, right__isnull=True), name="a_ground_refuses"
            ),
            models.CheckConstraint(condition=~Q(note__regex=r"\d{6}"), name="no_number_of_a_document_in_a_note"),
        ]
        indexes = [
            models.Index(
                fields=["school", "filed_at"], condition=Q(decided_at__isnull=True), name="applications_waiting"
            )
        ]

    @property
    def due_at(self) -> datetime:
        return self.filed_at + self.DECIDED_WITHIN


class Invitation(SchoolRow):
    """Покана of a legal representative to somebody else; its code is told once and kept as a digest."""

    student = SchoolKey(Student, models.CASCADE, related_name="invitations")
    invited_by = SchoolKey(Guardianship, models.CASCADE, related_name="invitations")
    relation = models.CharField(max_length=12, choices=Relation.choices)
    name = models.CharField(max_length=100)  # as the family calls them: „баба Ана“
    code_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ends_on = models.DateField(null=True, blank=True)  # the last day of the right it gives
    taken_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    right = SchoolKey(
        Guardianship, models.SET_NULL, db_on_delete="SET NULL", null=True, blank=True, related_name="invitations_taken"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school", "code_hash"], name="one_invitation_a_code"),
            models.CheckConstraint(
                condition=Q(taken_at__isnull=True) | Q(withdrawn_at__isnull=True), name="taken_or_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        return f"invitation of {self.name}"
