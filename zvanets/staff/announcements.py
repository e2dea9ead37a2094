"""Whom this seat may write to, what an announcement looks like, and who got it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from zvanets.guardians.models import ChannelName
from zvanets.lib import bg, clock
from zvanets.messaging.actions import Address, to_class, to_school, to_students, to_year
from zvanets.messaging.models import AnnouncedTo, Announcement
from zvanets.notifications.models import Told
from zvanets.rules.delivery import Status
from zvanets.schools.models import Enrolment, YearGroup
from zvanets.staff.classes import class_lines, led_classes, visible_classes, visible_students, year_now
from zvanets.staff.seat import Link, Seat, lang
from zvanets.staff.told import ARRIVED, UNDER_WAY

SHOWN = 400


@dataclass(frozen=True, slots=True)
class Choice:
    id: int
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Target:
    """To whom, in words, and the children of whom one may choose some."""

    address: Address
    name: str
    children: Sequence[Choice] = ()


def choices(seat: Seat) -> list[Link]:
    """Return to whom the seat may write, the classes first: they are written to most."""
    page = seat.url("write")
    links = [Link(f"{page}?to=class:{line.id}", line.name) for line in class_lines(seat)]
    year = year_now(seat) if seat.writes_every_lesson else None
    if year is None:
        return links
    groups = YearGroup.objects.filter(school_year=year).order_by("level")
    links += [Link(f"{page}?to=year:{each.pk}", each.name) for each in groups]
    return [Link(f"{page}?to=school:{year.pk}", _("Цялото училище")), *links]


def target(seat: Seat, to: str, chosen: Sequence[str]) -> Target:
    """Return what „class:12“ means to this seat; Http404 for what is not theirs to write to."""
    kind, _colon, typed = to.partition(":")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else 0
    found = {"class": _class, "student": _student, "year": _year, "school": _school}.get(kind)
    if found is None:
        raise Http404
    return found(seat, number, {int(each) for each in chosen if each.isascii() and each.isdigit() and len(each) < 19})


def _class(seat: Seat, number: int, chosen: set[int]) -> Target:
    book = visible_classes(seat, year_now(seat)).filter(pk=number).first()
    if book is None:
        raise Http404
    standing = Enrolment.objects.standing(on=seat.today()).filter(class_book=book).select_related("student")
    students = list({each.student_id: each.student for each in standing.in_register()}.values())
    some = [each for each in students if each.pk in chosen]
    leads = led_classes(seat).filter(pk=book.pk).exists()
    address = to_students(some, may_be_urgent=leads) if some else to_class(book, may_be_urgent=leads)
    names = ", ".join(each.short_name for each in some)
    return Target(
        address, names or book.name, [Choice(each.pk, each.short_name, each.pk in chosen) for each in students]
    )


def _student(seat: Seat, number: int, _chosen: set[int]) -> Target:
    whole, taught = visible_students(seat)
    student = whole.filter(pk=number).first() or taught.filter(pk=number).first()
    if student is None:
        raise Http404
    led = Enrolment.objects.standing(on=seat.today()).filter(class_book__in=led_classes(seat), student=student)
    return Target(to_students([student], may_be_urgent=led.exists()), student.short_name)


def _year(seat: Seat, number: int, _chosen: set[int]) -> Target:
    year_group = YearGroup.objects.filter(pk=number, school_year=year_now(seat)).first()
    if year_group is None or not seat.writes_every_lesson:
        raise Http404
    return Target(_if_head(seat, to_year(year_group)), year_group.name)


def _school(seat: Seat, number: int, _chosen: set[int]) -> Target:
    year = year_now(seat)
    if year is None or year.pk != number or not seat.writes_every_lesson:
        raise Http404
    return Target(_if_head(seat, to_school(year.year)), _("Цялото училище"))


def _if_head(seat: Seat, address: Address) -> Address:
    """A clerk writes to everybody, but raises no alarm."""
    return Address(address.audience, address.books, address.students, address.year_group, may_be_urgent=seat.is_head)


def visible(seat: Seat) -> QuerySet[Announcement]:
    """All for who writes every lesson, else what concerns the user as author or teacher."""
    every = Announcement.objects.select_related("author", "year_group").newest_first()
    found: QuerySet[Announcement] = every if seat.writes_every_lesson else every.concerning(seat.user, on=seat.today())
    return found


def own(seat: Seat) -> QuerySet[Announcement]:
    """Those the seat may withdraw: its own, for heads every one."""
    found: QuerySet[Announcement] = Announcement.objects.all()
    return found if seat.is_head else Announcement.objects.sent_by(seat.user)


@dataclass(frozen=True, slots=True)
class Line:
    url: str
    title: str
    to: str
    by: str
    when: str
    is_urgent: bool
    is_withdrawn: bool


def lines(seat: Seat, found: Sequence[Announcement]) -> list[Line]:
    names = names_of(found)
    return [
        Line(
            seat.url("announcement", each.pk),
            each.title,
            names[each.pk],
            each.author.name,
            moment(seat, each.sent_at),
            each.is_urgent,
            each.withdrawn_at is not None,
        )
        for each in found
    ]


def names_of(found: Sequence[Announcement]) -> dict[int, str]:
    """Return to whom each went, in one query for all."""
    few: dict[int, list[str]] = {}
    wanted = [each.pk for each in found if each.audience in ("class", "students")]
    to = AnnouncedTo.objects.filter(announcement__in=wanted).select_related("class_group", "student")
    for each in to.order_by("pk"):
        few.setdefault(each.announcement_id, []).append(
            each.class_group.name if each.class_group else each.student.short_name if each.student else ""
        )
    return {each.pk: _name(each, few.get(each.pk, [])) for each in found}


def _name(announcement: Announcement, names: Sequence[str]) -> str:
    if announcement.audience == Announcement.Audience.SCHOOL:
        return _("Цялото училище")
    if announcement.year_group:
        return announcement.year_group.name
    if len(names) > 3:
        return _("%(names)s и още %(rest)s") % {"names": ", ".join(names[:3]), "rest": len(names) - 3}
    return ", ".join(names)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of it at one guardian of one child."""

    child: str
    guardian: str
    states: str
    is_read: bool
    is_failed: bool


@dataclass(frozen=True, slots=True)
class Receipts:
    guardians: int
    read: int
    failed: int
    lines: Sequence[Receipt]  # who has not read it first

    @property
    def text(self) -> str:
        return _("%(read)s от %(all)s") % {"read": self.read, "all": bg.counted(self.guardians, "person", lang())}


_COLUMNS = (
    *("message__student_id", "guardian_id", "channel", "message__status", "message__read_at"),
    *("message__student__first_name", "message__student__last_name"),
    *("guardian__first_name", "guardian__last_name"),
)


def receipts(seat: Seat, announcement: Announcement) -> Receipts:
    """Read is what was opened in the portal: no letter and no SMS says that it was seen."""
    told = Told.objects.filter(noun="message", object_id=announcement.pk).exclude(message__status=Status.CANCELLED)
    found: dict[tuple[int, int], dict[str, tuple[object, ...]]] = {}
    for row in told.order_by("message_id").values_list(*_COLUMNS):
        found.setdefault((row[0], row[1]), {}).setdefault(row[2], row)
    each = [_receipt(seat, channels) for channels in found.values()]
    ordered = sorted(each, key=lambda one: (one.is_read, not one.is_failed, one.child, one.guardian))
    return Receipts(len(each), sum(one.is_read for one in each), sum(one.is_failed for one in each), ordered[:SHOWN])


def _receipt(seat: Seat, channels: dict[str, tuple[object, ...]]) -> Receipt:
    rows = list(channels.values())
    read_at = next((row[4] for row in rows if row[4]), None)
    states = [_state(str(row[2]), Status(str(row[3]))) for row in rows if row[2] != ChannelName.PORTAL]
    read = _("прочетено %s") % moment(seat, read_at) if read_at else _("непрочетено в портала")
    first = rows[0]
    failed = [row for row in rows if row[3] == Status.FAILED]
    return Receipt(
        child=f"{first[5]} {first[6]}",
        guardian=f"{first[7]} {first[8]}",
        states=" · ".join([read, *states]),
        is_read=read_at is not None,
        is_failed=bool(failed) and read_at is None,
    )


def _state(channel: str, status: Status) -> str:
    name = _(str(ChannelName(channel).label))
    if status in ARRIVED:
        return _("%s: получено") % name
    return _("%s: под път") % name if status in UNDER_WAY else _("%s: не е получено") % name


def moment(seat: Seat, at: object) -> str:
    return bg.moment(at, now=clock.now(), zone=seat.zone, lang=lang())  # type: ignore[arg-type]
