"""Invented phones, addresses, log-ins and subscriptions for the people of an imported school, to try the product with.

The numbers begin with +359 990: of the length of Bulgarian mobile numbers, in a range the national plan gives to nobody.
The addresses are of example.org, which belongs to nobody (RFC 2606).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.db.models import Exists, F, OuterRef, Q

from zvanets.accounts.models import Membership, Role, User
from zvanets.guardians.models import (
    ChannelName,
    Contact,
    EventKind,
    Guardian,
    Guardianship,
    Relation,
    SmsScript,
    Subscription,
)
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.lib.transliterate import to_latin
from zvanets.notifications.channels.sms.wishes import KINDS
from zvanets.schools.models import CourseTeacher, Enrolment, SchoolYear, StaffMember, Student
from zvanets.schools.models.people import Named
from zvanets.tenancy.school import at_school

DOMAIN = "example.org"
PREFIX, DIGITS = "+359990", 6
ENGLISH = 0.08
WITHOUT_SUBSCRIPTION = 0.05
BY_SMS, LATIN = 0.5, 0.33  # of those who asked for anything; of all, who reads SMS in Latin letters
STUDENT_LOG_INS = 0.4
LOG_IN_FROM_LEVEL = 5
_MARKS = {Role.GUARDIAN: "r", Role.STUDENT: "u"}
_NAMES = ("first_name", "middle_name", "last_name", "sort_name", "gender")
OPERATOR = Actor(None, "operator", "")
_REAL = gettext_noop("В училището има истински телефони или адреси; измислени не се добавят към тях.")
_NO_SCHOOL = gettext_noop("Няма училище %(school)s или в него няма родители. Първо го внесете с import-school.")


@dataclass(frozen=True, slots=True)
class LogIn:
    role: str
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class Invented:
    """How many were made, and a log-in for each role."""

    contacts: int
    users: int
    subscriptions: int
    log_ins: tuple[LogIn, ...]


def invent_for(school_id: int, *, password: str, share: float = 0.95, seed: int = 1) -> Invented:
    """Give `share` of the guardians contacts; the same seed gives the same ones. Raises Refusal `real_contacts`, `no_school`."""
    with at_school(school_id):
        if not Guardian.objects.exists():
            raise Refusal("no_school", _NO_SCHOOL, {"school": school_id})
        if _has_real_contacts():
            raise Refusal("real_contacts", _REAL)
        return _Inventing(password, share, seed).carry_out()


def _has_real_contacts() -> bool:
    own = Q(address__endswith=f"@{DOMAIN}") | Q(address__startswith=PREFIX)
    seat = Membership.objects.filter(user=OuterRef("pk"))
    people = User.objects.filter(Exists(seat))
    real = Q(email__isnull=False) & ~Q(email__endswith=f"@{DOMAIN}") | Q(phone__isnull=False) & ~Q(
        phone__startswith=PREFIX
    )
    return Contact.objects.exclude(own).exists() or people.filter(real).exists()


def _username(person: Named, mark: str) -> str:
    """Return "v.kirova.r907239"; the mark keeps a parent's number from meeting one of the staff."""
    latin = [_letters(person.first_name)[:1], _letters(person.last_name), f"{mark}{_number(person)}"]
    return ".".join(filter(None, latin))


def _letters(name: str) -> str:
    return "".join(letter for letter in to_latin(name).lower() if letter.isascii() and letter.isalpha())


def _number(person: Named) -> int:
    return int(getattr(person, "external_id", None) or person.pk)


class _Inventing:
    def __init__(self, password: str, share: float, seed: int) -> None:
        self.hash = make_password(password)  # once: a hash takes 35 ms
        self.share, self.seed = share, seed
        self.now, self.today = clock.now(), clock.today()
        self.year = SchoolYear.objects.order_by("-year")[0]
        self.since = min(self.today, self.year.starts_on)
        self.numbers = set(User.objects.filter(phone__startswith=PREFIX).values_list("phone", flat=True))
        self.users = 0

    def carry_out(self) -> Invented:
        self._staff()
        contacts = self._guardians()
        self._students()
        subscriptions = self._subscriptions()
        if self.users or contacts or subscriptions:
            body = {"users": self.users, "contacts": contacts, "subscriptions": subscriptions}
            record([Fact(Verb.CONTACTS_INVENTED, body=body)], actor=OPERATOR, tell=False)
        return Invented(contacts, self.users, subscriptions, tuple(log_ins(self.year)))

    def _dice(self, person: Named, what: str) -> Random:
        """Each person's own: who came later changes nobody else's luck."""
        return Random(f"{self.seed} {what} {type(person).__name__} {person.sort_name} {_number(person)}")

    def _in_school(self, student: str) -> Exists:
        """Who stands in the school's last year: its lists may be older than today."""
        own = Enrolment.objects.filter(student=OuterRef(student), class_group__school_year=self.year)
        return Exists(own.filter(status=Enrolment.Status.ENROLLED))

    def _staff(self) -> None:
        """A password for whoever has none; an account of a person who has already signed in somewhere stays theirs."""
        staff = StaffMember.objects.filter(user=OuterRef("pk"))
        users = User.objects.filter(Exists(staff), password__startswith=UNUSABLE_PASSWORD_PREFIX)
        found = list(users)
        for user in found:
            user.password = self.hash
            user.email = user.email or f"{user.username}@{DOMAIN}"
        User.objects.bulk_update(found, ["password", "email"])
        self.users += len(found)

    def _guardians(self) -> int:
        has_contact = Contact.objects.filter(guardian=OuterRef("pk"))
        waiting = Guardian.objects.filter(~Exists(has_contact)).exclude(guardianships__relation=Relation.SELF)
        lucky = [one for one in waiting.order_by("external_id", "pk") if self._dice(one, "share").random() < self.share]
        users = self._accounts(lucky, Role.GUARDIAN)
        for guardian, user in zip(lucky, users, strict=True):
            guardian.language = user.language
            is_latin = self._dice(guardian, "script").random() < LATIN
            guardian.sms_script = SmsScript.LATIN if is_latin else SmsScript.CYRILLIC
        Guardian.objects.bulk_update(lucky, ["user", "language", "sms_script"], batch_size=500)
        contacts = [
            Contact(guardian=guardian, kind=kind, address=address, confirmed_at=self.now)
            for guardian, user in zip(lucky, users, strict=True)
            for kind, address in ((Contact.Kind.EMAIL, user.email), (Contact.Kind.PHONE, user.phone))
            if address
        ]
        Contact.objects.bulk_create(contacts)
        return len(contacts)

    def _accounts(self, people: Sequence[Guardian | Student], role: Role) -> list[User]:
        """Make an account and a seat for each; who has the same number in another school has the account already."""
        names = [_username(person, _MARKS[role]) for person in people]
        there = {user.username: user for user in User.objects.filter(username__in=names)}
        pairs = [(person, name) for person, name in zip(people, names, strict=True) if name not in there]
        new = [self._user(person, name, role) for person, name in pairs]
        User.objects.bulk_create(new)
        self.users += len(new)
        there |= {user.username: user for user in new}
        users = [there[name] for name in names]
        for person, user in zip(people, users, strict=True):
            person.user = user
        self._seat(users, role)
        return users

    def _seat(self, users: Sequence[User], role: Role) -> None:
        seated = set(Membership.objects.filter(user__in=users, role=role).values_list("user_id", flat=True))
        waiting = dict.fromkeys(user.pk for user in users if user.pk not in seated)
        Membership.objects.bulk_create(Membership(user_id=user, role=role, starts_on=self.since) for user in waiting)

    def _user(self, person: Named, username: str, role: Role) -> User:
        is_guardian = role == Role.GUARDIAN
        return User(
            username=username,
            name=person.short_name,
            password=self.hash,
            language="en" if self._dice(person, "language").random() < ENGLISH else "bg",
            email=f"{username}@{DOMAIN}" if is_guardian else None,
            phone=self._phone(self._dice(person, "phone")) if is_guardian else None,
        )

    def _phone(self, dice: Random) -> str:
        while (number := f"{PREFIX}{dice.randrange(10**DIGITS):0{DIGITS}}") in self.numbers:
            pass
        self.numbers.add(number)
        return number

    def _students(self) -> None:
        """Some of the older ones read on their own behalf, by the portal."""
        level = Enrolment.objects.filter(student=OuterRef("pk"), class_group__school_year=self.year)
        old = Exists(level.filter(class_group__year_group__level__range=(LOG_IN_FROM_LEVEL, 13)))
        waiting = Student.objects.filter(old, self._in_school("pk"), user__isnull=True).order_by("external_id", "pk")
        chance = STUDENT_LOG_INS * self.share
        lucky = [one for one in waiting if self._dice(one, "log-in").random() < chance]
        users = self._accounts(lucky, Role.STUDENT)
        Student.objects.bulk_update(lucky, ["user"], batch_size=500)
        selves = [
            Guardian(user=user, language=user.language, **{name: getattr(student, name) for name in _NAMES})
            for student, user in zip(lucky, users, strict=True)
        ]
        Guardian.objects.bulk_create(selves)
        Guardianship.objects.bulk_create(
            Guardianship(
                guardian=guardian,
                student=student,
                relation=Relation.SELF,
                is_legal=False,
                may_excuse=False,
                starts_on=self.since,
            )
            for guardian, student in zip(selves, lucky, strict=True)
        )

    def _subscriptions(self) -> int:
        """All kinds by portal and e-mail, for half some by SMS, of children in the school; a few asked for nothing."""
        asked = Subscription.objects.filter(guardianship=OuterRef("pk"))
        rights = Guardianship.objects.filter(
            self._in_school("student"), ~Exists(asked), guardian__user__isnull=False, withdrawn_at__isnull=True
        ).select_related("guardian")
        new = [
            Subscription(guardianship=right, channel=channel, kinds=_kinds(channel), starts_on=right.starts_on)
            for right in rights
            for channel in self._channels(right)
        ]
        Subscription.objects.bulk_create(new)
        return len(new)

    def _channels(self, right: Guardianship) -> tuple[ChannelName, ...]:
        if right.relation == Relation.SELF:
            return (ChannelName.PORTAL,)
        if self._dice(right.guardian, "subscription").random() < WITHOUT_SUBSCRIPTION:
            return ()
        by_sms = self._dice(right.guardian, "sms").random() < BY_SMS
        return (ChannelName.PORTAL, ChannelName.EMAIL, *((ChannelName.SMS,) if by_sms else ()))


def _kinds(channel: ChannelName) -> list[str]:
    return list(KINDS if channel == ChannelName.SMS else EventKind.values)


def log_ins(year: SchoolYear) -> Iterator[LogIn]:
    """Return one log-in of each role, of those that were invented."""
    for role in Role:
        if role == Role.TEACHER:
            homeroom = CourseTeacher.objects.filter(
                course__is_class_hour=True, course__class_group__school_year=year, ends_on__gte=year.ends_on
            )
            # Marks in numbers, remarks, absences: the later grades show more of the product.
            later = homeroom.order_by(
                F("course__class_group__year_group__level").desc(nulls_last=True), "course__class_group__name"
            )
            yield from _log_in("homeroom", later.values_list("staff_member__user", flat=True))
        yield from _log_in(role, Membership.objects.filter(role=role).order_by("pk").values_list("user", flat=True))


def _log_in(role: str, users: Iterable[int | None]) -> Iterator[LogIn]:
    first = next(filter(None, users), None)
    for user in User.objects.filter(pk=first or 0):
        yield LogIn(role, user.username, user.name)
