"""Who hears: the students an entry is about, and their guardians who asked for it and may."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time

from django.db.models import BooleanField, Case, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.lookups import Exact

from zvanets.guardians.models import ChannelName, Contact, Relation, Subscription
from zvanets.notifications.catalogue import CATALOGUE
from zvanets.notifications.outbox import Waiting
from zvanets.notifications.wording import language_of
from zvanets.rules.delivery import Fact, QuietHours
from zvanets.schools.models import CourseMember, Enrolment

# These need an address that its owner confirmed; the portal and a browser's push do not.
_ADDRESSED = (ChannelName.EMAIL, ChannelName.SMS, ChannelName.VOICE)

_CLOSE = ExpressionWrapper(
    Q(guardianship__is_legal=True) | Q(guardianship__relation=Relation.SELF), output_field=BooleanField()
)
_COLUMNS = (
    "guardianship__guardian_id",
    "guardianship_id",
    "guardianship__student_id",
    "guardianship__student__first_name",
    "channel",
    "guardianship__guardian__language",
    "guardianship__guardian__sms_script",
    "guardianship__guardian__quiet_from",
    "guardianship__guardian__quiet_to",
    "guardianship__guardian__time_zone",
    "guardianship__guardian__digest_at",
    "guardianship__guardian__sms_a_day",
    "kinds",
    "digest_kinds",
    "wait_minutes",
    "contact",
    "is_close",
)


@dataclass(frozen=True, slots=True)
class Hearer:
    """One guardian of one student on one channel."""

    guardian_id: int
    guardianship_id: int
    student_id: int
    child: str
    channel: str
    language: str
    sms_script: str
    quiet_from: time | None
    quiet_to: time | None
    time_zone: str  # "" is the school's
    digest_at: time
    sms_a_day: int | None
    kinds: Collection[str]
    digest_kinds: Collection[str]
    wait_minutes: int
    contact_id: int | None
    is_close: bool  # a legal representative, or the student: may read what is special-category data

    @property
    def key(self) -> tuple[int, str, int]:
        return self.guardian_id, self.channel, self.student_id

    @property
    def quiet(self) -> QuietHours | None:
        """The hours in which this channel is silent; the portal makes no noise."""
        if self.quiet_from is None or self.quiet_to is None or self.channel == ChannelName.PORTAL:
            return None
        return QuietHours(self.quiet_from, self.quiet_to)


def facts_by_student(waiting: Iterable[Waiting], *, on: date) -> dict[int, list[Fact]]:
    """Return the facts that families are told of, by student; what is said to a course or a class is each one's of it."""
    told = [each for each in waiting if each.fact.verb in CATALOGUE and each.fact.body]
    members = _members([each for each in told if each.fact.student_id is None], on)
    found: dict[int, list[Fact]] = defaultdict(list)
    for each in told:
        for student_id in [each.fact.student_id] if each.fact.student_id else members[each.fact.number]:
            found[student_id].append(replace(each.fact, student_id=student_id))
    return found


def _members(shared: Sequence[Waiting], on: date) -> Mapping[int, list[int]]:
    """Return the students of each shared entry: those in the course's register, else those in the class book."""
    members: dict[int, list[int]] = defaultdict(list)
    courses = {each.course_id for each in shared if each.course_id}
    books = {each.class_group_id for each in shared if each.class_group_id and not each.course_id}
    by_course, by_book = defaultdict(list), defaultdict(list)
    if courses:
        standing = CourseMember.objects.standing(on=on).filter(course__in=courses)
        for course_id, student_id in standing.values_list("course_id", "student_id").distinct():
            by_course[course_id].append(student_id)
    if books:
        enrolled = Enrolment.objects.standing(on=on).filter(class_book__in=books)
        for book_id, student_id in enrolled.values_list("class_book_id", "student_id").distinct():
            by_book[book_id].append(student_id)
    for each in shared:
        members[each.fact.number] = by_course[each.course_id] if each.course_id else by_book[each.class_group_id or 0]
    return members


def hearers_of(students: Collection[int], *, on: date, channels: Collection[str]) -> list[Hearer]:
    """Find everybody who hears of these students, in one query; nobody hears of one who left the school."""
    enrolled = Enrolment.objects.standing(on=on).filter(student=OuterRef("guardianship__student"))
    rows = (
        Subscription.objects.active(on=on)
        .filter(Exists(enrolled), guardianship__student__in=students, channel__in=channels)
        .annotate(contact=Subquery(_address()), is_close=_CLOSE)
        .exclude(Q(contact__isnull=True), channel__in=_ADDRESSED)
        .values_list(*_COLUMNS)
    )
    found: dict[tuple[int, str, int], Hearer] = {}
    for row in rows:
        hearer = Hearer(*row)
        before = found.get(hearer.key)
        # One subscription may end on the day on which the next begins.
        kinds = frozenset(hearer.kinds).union(before.kinds if before else ())
        found[hearer.key] = replace(hearer, language=language_of(hearer.language), kinds=kinds)
    return list(found.values())


def _address() -> QuerySet[Contact]:
    """The guardian's first usable address for the channel: e-mail has its own, all others need a telephone."""
    by_email = Exact(OuterRef("channel"), Value(ChannelName.EMAIL))
    kind = Case(When(by_email, then=Value(Contact.Kind.EMAIL)), default=Value(Contact.Kind.PHONE))
    addresses: QuerySet[Contact] = Contact.objects.usable().filter(
        guardian=OuterRef("guardianship__guardian"), kind=kind
    )
    return addresses.order_by("pk").values("pk")[:1]  # type: ignore[return-value]
