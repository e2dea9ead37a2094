"""What the school's office reads of people: who may know of a student, who works here, where letters come back, who stands in a register."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from zvanets.accounts.models import STAFF, Membership, Role, User
from zvanets.attendance.models import Absence
from zvanets.gradebook.models import Grade
from zvanets.guardians.models import Contact, Guardianship, PinTry, Relation
from zvanets.lib import bg, clock
from zvanets.rules.pin_locks import COUNTED_FOR, Lock, lock_of
from zvanets.schools.models import ClassGroup, Course, CourseMember, Enrolment, Student
from zvanets.staff.seat import Seat, lang


@dataclass(frozen=True, slots=True)
class Address:
    text: str
    state: str
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may know of the student."""

    right_id: int
    name: str
    relation: str
    username: str
    pin: str
    addresses: list[Address]
    has_pin_by: bool  # whether a PIN is of use: not to the student on their own behalf
    may: str  # what the right lets them do, and from when to when


def readers(seat: Seat, student: Student) -> list[Reader]:
    """Return who has a right today or will have one, parents first, with their addresses."""
    rights = list(
        Guardianship.objects.not_ended(on=seat.today())
        .filter(student=student)
        .select_related("guardian__user")
        .order_by("-is_legal", "guardian__sort_name")
    )
    own: dict[int, list[Contact]] = {}
    for contact in Contact.objects.filter(guardian__in=[each.guardian_id for each in rights]).order_by("kind", "pk"):
        own.setdefault(contact.guardian_id, []).append(contact)
    return [_reader(seat, each, own.get(each.guardian_id, [])) for each in rights]


def _reader(seat: Seat, right: Guardianship, contacts: Iterable[Contact]) -> Reader:
    guardian = right.guardian
    return Reader(
        right_id=right.pk,
        name=guardian.full_name,
        relation=_(str(Relation(right.relation).label)),
        username=guardian.user.username if guardian.user else "",
        pin=bg.written_date(guardian.pin_issued_at.astimezone(seat.zone).date(), lang())
        if guardian.pin_issued_at
        else "",
        addresses=[address_of(seat, each) for each in contacts if each.disabled_why != Contact.GIVEN_UP],
        has_pin_by=right.relation != Relation.SELF,
        may=", ".join(_may(right)),
    )


def _may(right: Guardianship) -> Iterable[str]:
    if right.is_legal:
        yield _("законен представител")
    if right.may_excuse:
        yield _("извинява отсъствия")
    if not (right.is_legal or right.relation == Relation.SELF):
        yield _("само чете, без здраве и подкрепа")
    yield dates(right.starts_on, right.ends_on)


def address_of(seat: Seat, contact: Contact) -> Address:
    if contact.disabled_at:
        on = bg.written_date(contact.disabled_at.astimezone(seat.zone).date(), lang())
        return Address(
            contact.address, _("спрян на %(day)s: %(why)s") % {"day": on, "why": _(contact.disabled_why)}, True
        )
    return Address(contact.address, _("потвърден") if contact.confirmed_at else _("чака потвърждение"), False)


def lock_on(student: Student) -> Lock | None:
    now = clock.now()
    wrong = PinTry.objects.filter(student=student, succeeded=False, lifted_at__isnull=True, at__gt=now - COUNTED_FOR)
    return lock_of(list(wrong.order_by("at").values_list("at", flat=True)), now=now)


@dataclass(frozen=True, slots=True)
class Stopped:
    """An address at which letters come back."""

    url: str
    student: str
    guardian: str
    address: Address


def stopped(seat: Seat) -> list[Stopped]:
    """Return the addresses that were switched off and whose owner has no other in use, the newest first."""
    bad = (
        Contact.objects.filter(disabled_at__isnull=False)
        .exclude(disabled_why=Contact.GIVEN_UP)
        .select_related("guardian")
    )
    found = list(bad.order_by("-disabled_at"))
    rights = Guardianship.objects.active(on=seat.today()).filter(guardian__in={each.guardian_id for each in found})
    children: dict[int, Student] = {each.guardian_id: each.student for each in rights.select_related("student")}
    return [
        Stopped(seat.url("family", child.pk), child.short_name, each.guardian.full_name, address_of(seat, each))
        for each in found
        if (child := children.get(each.guardian_id))
    ]


def count_stopped() -> int:
    bad: int = Contact.objects.filter(disabled_at__isnull=False).exclude(disabled_why=Contact.GIVEN_UP).count()
    return bad


@dataclass(frozen=True, slots=True)
class Colleague:
    user_id: int
    name: str
    username: str
    roles: str


def colleagues(seat: Seat) -> list[Colleague]:
    """Return who works in the school or will, by name, with all their roles."""
    seats = Membership.objects.not_ended(on=seat.today()).filter(role__in=STAFF).select_related("user")
    by_user: dict[int, list[Membership]] = {}
    for each in seats.order_by("user__name", "user_id", "pk"):
        by_user.setdefault(each.user_id, []).append(each)
    return [
        Colleague(
            user, own[0].user.name, own[0].user.username, ", ".join(_(str(Role(each.role).label)) for each in own)
        )
        for user, own in by_user.items()
    ]


@dataclass(frozen=True, slots=True)
class RoleLine:
    seat_id: int
    title: str
    dates: str


def roles_of(seat: Seat, user: User) -> list[RoleLine]:
    """Return the roles of a colleague in force or still to begin, with their dates."""
    held = Membership.objects.of(user).not_ended(on=seat.today()).filter(role__in=STAFF)
    return [
        RoleLine(each.pk, _(str(Role(each.role).label)), dates(each.starts_on, each.ends_on))
        for each in held.order_by("starts_on", "pk")
    ]


def dates(starts_on: date, ends_on: date | None) -> str:
    """„от 15.09.2025 г. до 30.06.2026 г.“"""
    start = _("от %s") % bg.written_date(starts_on, lang())
    return f"{start} {_('до %s') % bg.written_date(ends_on, lang())}" if ends_on else start


@dataclass(frozen=True, slots=True)
class CourseLine:
    url: str
    subject: str
    details: str
    size: int


def course_lines(seat: Seat, group: ClassGroup) -> list[CourseLine]:
    """Return the subjects of a class with how many stand in the register of each."""
    courses = list(
        Course.objects.valid().filter(class_group=group).select_related("subject").order_by("subject__name", "pk")
    )
    standing = CourseMember.objects.standing(on=seat.today()).filter(course__in=courses)
    sizes = Counter(standing.values_list("course_id", flat=True))
    return [
        CourseLine(
            seat.url("register", each.pk),
            each.subject.name,
            " · ".join(
                filter(None, (each.subject_type_name, _("група %s") % each.sub_group if each.sub_group else ""))
            ),
            sizes[each.pk],
        )
        for each in courses
    ]


@dataclass(frozen=True, slots=True)
class Candidate:
    student_id: int
    name: str
    is_in: bool


@dataclass(slots=True)
class Level:
    """The students of one year group of a class book."""

    level: int
    name: str
    students: list[Candidate] = field(default_factory=list)


def candidates(course: Course, seat: Seat) -> list[Level]:
    """Return the class book's students by year group, each with whether they stand in the course's register."""
    today = seat.today()
    standing = set(CourseMember.objects.standing(on=today).filter(course=course).values_list("student_id", flat=True))
    enrolments = Enrolment.objects.standing(on=today).filter(class_book=course.class_group).in_register()
    levels: dict[int, Level] = {}
    for each in enrolments.select_related("student", "class_group__year_group"):
        group = each.class_group.year_group
        own = levels.setdefault(
            group.level if group else 0, Level(group.level if group else 0, group.name if group else "")
        )
        number = f"{each.number} " if each.number else ""
        own.students.append(
            Candidate(each.student_id, f"{number}{each.student.full_name}", each.student_id in standing)
        )
    return [levels[level] for level in sorted(levels)]


def written_in(course: Course) -> set[int]:
    """Return the students of whom something is written in the course's lessons."""
    graded = Grade.objects.filter(course=course).values_list("student_id", flat=True)
    return {*graded, *Absence.objects.filter(lesson__course=course).values_list("student_id", flat=True)}
