"""What stands in a class book and in the head's rooms, as a short table: one line a question, the links to the answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from zvanets.attendance.models import Absence, AbsenceNotice
from zvanets.lib import bg
from zvanets.schools.models import ClassGroup, Enrolment
from zvanets.staff import book
from zvanets.staff.seat import Link, Seat, lang


@dataclass(frozen=True, slots=True)
class Part:
    title: str
    links: Sequence[Link]


@dataclass(frozen=True, slots=True)
class OwnClass:
    """A class that the seat leads, and what waits there."""

    name: str
    url: str
    waits: Sequence[Link]


def of_class(seat: Seat, group: ClassGroup, gradebooks: Sequence[Link], *, is_led: bool) -> list[Part]:
    """Return the contents of a class book, as far as the seat may open them."""
    finals = [Link(seat.url("class_finals", group.pk), _("Срочни и годишни"))]
    if is_led:
        finals.append(Link(seat.url("results", group.pk), _("Резултати от годината")))
    parts = [
        Part(_("Отсъствия"), _absences(seat, group) if is_led else []),
        Part(_("Оценки"), [*gradebooks, *finals]),
        Part(_("Други раздели"), [link for _name, link in book.sections(seat, group)]),
        Part(_("Родители"), [Link(f"{seat.url('write')}?to=class:{group.pk}", _("Напиши на родителите"))]),
    ]
    return [part for part in parts if part.links]


def excusing(n: int) -> str:
    """Return „54 отсъствия за извиняване“."""
    return _("%s за извиняване") % bg.counted(n, "absence", lang())


def _absences(seat: Seat, group: ClassGroup) -> list[Link]:
    return [
        Link(seat.url("bulk", group.pk), _("Впиши за ден или клас")),
        Link(seat.url("new_notice", group.pk), _("Молба от името на родител")),
        Link(seat.url("closings", group.pk), _("Приключи към дата")),
    ]


def of_school(seat: Seat) -> list[Part]:
    """Return the rooms of the school's head."""

    def links(*names: tuple[str, str]) -> list[Link]:
        return [Link(seat.url(name), title) for name, title in names]

    return [
        Part(
            _("Днес"),
            links(
                ("changes_today", _("Замествания и промени")),
                ("unfilled", _("Незаписани часове")),
                ("to_approve", _("Контролни за утвърждаване")),
                ("events", _("Мероприятия")),
            ),
        ),
        Part(
            _("Хора"),
            links(
                ("people", _("Хора и пароли")),
                ("applications", _("Заявления за достъп")),
                ("addresses", _("Спрени адреси на родители")),
                ("sign_in_rules", _("Вход и защита")),
            ),
        ),
        Part(
            _("Учебна година"),
            links(
                ("drafts", _("Съставяне на програмата")),
                ("plans", _("Годишни разпределения")),
                ("shelf", _("Рафт с материали")),
                ("settings", _("Настройки на училището")),
            ),
        ),
    ]


def own_classes(seat: Seat) -> list[OwnClass]:
    """Return the classes that the user leads, with the requests and absences that wait for a decision."""
    led = list(ClassGroup.objects.led_by(seat.user, on=seat.today()).order_by("name", "pk"))
    return [OwnClass(group.name, seat.url("homeroom", group.pk), _waits(seat, group)) for group in led]


def _waits(seat: Seat, group: ClassGroup) -> list[Link]:
    here = Enrolment.objects.standing(on=seat.today()).filter(class_book=group, student=OuterRef("student"))
    notices = AbsenceNotice.objects.waiting().filter(Exists(here)).count()
    own = ClassGroup.objects.filter(pk=group.pk)
    absences = Absence.objects.of_classes(own, on=seat.today()).unexcused().count()
    found = (
        (notices, bg.counted(notices, "notice", lang()), f"{seat.url('homeroom', group.pk)}#notices"),
        (absences, excusing(absences), f"{seat.url('class_group', group.pk)}#excuse"),
    )
    return [Link(url, text) for n, text, url in found if n]
