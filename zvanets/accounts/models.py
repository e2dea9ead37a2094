"""Users of the whole country, the seats they hold in schools, and their attempts to sign in."""

from contextlib import suppress
from datetime import date
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from zvanets.lib import clock, phones
from zvanets.lib.refusals import Refusal
from zvanets.tenancy.fields import OwnSchool
from zvanets.tenancy.models import SchoolRow


class Role(models.TextChoices):
    """What a seat lets its holder do. The homeroom teacher is derived from the curriculum, never granted."""

    DIRECTOR = "director", "директор"
    SCHOOL_ADMIN = "school_admin", "администратор на училището"
    TEACHER = "teacher", "учител"
    CLERK = "clerk", "технически сътрудник"
    GUARDIAN = "guardian", "родител"
    STUDENT = "student", "ученик"
    GUEST = "guest", "гост"


HEADS = (Role.DIRECTOR, Role.SCHOOL_ADMIN)
IDLE_MINUTES = 10
STAFF = (*HEADS, Role.TEACHER, Role.CLERK)
FAMILY = (Role.GUARDIAN, Role.STUDENT, Role.GUEST)


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def signing_in_as(self, typed: str) -> "User | None":
        """Who is meant by a user name, an e-mail address, or a phone number in any spelling."""
        name = typed.strip().lower()
        named = Q(username=name) | Q(email=name) | Q(phone=name)  # an invented number is valid nowhere
        with suppress(Refusal):
            named |= Q(phone=phones.parse(name))
        users = list(self.filter(named)[:3])
        # A user name that reads like somebody's number is still that user's name.
        return min(users, key=lambda user: (user.username != name, user.email != name), default=None)


class User(AbstractBaseUser):
    """Потребител: one person of the whole country, whatever schools and roles they have."""

    username = models.CharField(max_length=150, unique=True)
    email = models.EmailField(unique=True, null=True, blank=True)  # kept in lower case
    phone = models.CharField(max_length=16, unique=True, null=True, blank=True)  # E.164
    name = models.CharField(max_length=200)
    # The state's id of a person: the same one in every school, so an import finds the account they already have.
    person_id = models.BigIntegerField(unique=True, null=True, blank=True)
    language = models.CharField(max_length=2, default="bg")
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)
    session_series = models.PositiveIntegerField(default=1)  # raising it ends every session of the user at once
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        sealed = f"{self.session_series}:{self.password}"
        return salted_hmac("zvanets.accounts.session", sealed, secret=secret, algorithm="sha256").hexdigest()


class MembershipQuerySet(models.QuerySet["Membership"]):
    def of(self, user: User) -> Self:
        return self.filter(user=user)

    def active(self, *, on: date) -> Self:
        return self.not_ended(on=on).filter(starts_on__lte=on)

    def not_ended(self, *, on: date) -> Self:
        """Those in force and those still to begin."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


class Membership(SchoolRow):
    """A seat (място): a role of one user in one school, from a day to a day."""

    school = OwnSchool(mine="user_id")
    user = models.ForeignKey(User, models.CASCADE, related_name="seats")
    role = models.CharField(max_length=20, choices=Role.choices)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "user", "role"], condition=Q(ends_on__isnull=True), name="one_open_seat_of_a_role"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="seat_has_a_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class SignIn(models.Model):
    """An attempt to sign in; national, since a log-in belongs to no school. Kept 12 months."""

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sign_ins", db_index=False)
    at = models.DateTimeField()
    succeeded = models.BooleanField()
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=60, blank=True)  # „computer Windows Firefox“

    class Meta:
        indexes = [
            models.Index(fields=["user", "-at"], name="sign_ins_of_a_user"),
            models.Index(fields=["at"], name="sign_ins_by_time"),  # the worker deletes the oldest
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M}"


class OpenSession(models.Model):
    """Where somebody is signed in: the session's key, when it began and from what. Ends with the session."""

    session_key = models.CharField(max_length=40, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="open_sessions")
    at = models.DateTimeField()
    device = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d %H:%M}"


class SignInRules(SchoolRow):
    """Правила за вход: what one school asks of those who work in it; a school without a row has the defaults."""

    idle_minutes = models.PositiveSmallIntegerField(default=IDLE_MINUTES)
    second_factor_from = models.DateField(null=True, blank=True)  # until then it is offered; empty: never asked for

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school"], name="one_row_of_sign_in_rules"),
            models.CheckConstraint(condition=Q(idle_minutes__range=(2, 60)), name="idle_lock_is_2_to_60_minutes"),
        ]

    def __str__(self) -> str:
        return f"sign-in rules of {self.school_id}"


class Letter(models.Model):
    """A letter about an account that waits for the mail server. It holds a secret and goes with it: sent or too old."""

    address = models.CharField(max_length=254)
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()  # lease and retry timer in one: who takes it pushes it forward
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"letter {self.pk}"
