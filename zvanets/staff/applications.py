"""The applications for access that wait at the school, each with what is left of its 72 hours."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from zvanets.guardians.models import Application, Relation
from zvanets.lib import bg, clock
from zvanets.schools.models import Enrolment
from zvanets.staff.seat import Seat, lang

SHOWN = 50  # of those decided lately


@dataclass(frozen=True, slots=True)
class Line:
    url: str
    name: str
    relation: str
    student: str
    left: str  # „остават 5 ч.“
    is_late: bool
    is_seen: bool
    state: str


def waiting(seat: Seat) -> list[Line]:
    """Return those without a decision, the oldest first."""
    found = Application.objects.filter(decided_at__isnull=True).order_by("filed_at", "pk")
    return [line(seat, each) for each in found.select_related("student")]


def decided(seat: Seat) -> list[Line]:
    found = Application.objects.filter(decided_at__isnull=False).order_by("-decided_at", "-pk")
    return [line(seat, each) for each in found.select_related("student")[:SHOWN]]


def count_waiting() -> int:
    return Application.objects.filter(decided_at__isnull=True).count()


def line(seat: Seat, each: Application) -> Line:
    seconds = (each.due_at - clock.now()).total_seconds()
    left = (_("остават %s ч.") if seconds >= 0 else _("просрочено с %s ч.")) % int(abs(seconds) // 3600)
    return Line(
        url=seat.url("application", each.pk),
        name=each.full_name,
        relation=_(str(Relation(each.relation).label)),
        student=each.student.short_name,
        left=left,
        is_late=seconds < 0,
        is_seen=each.seen_at is not None,
        state=_state(seat, each),
    )


def _state(seat: Seat, each: Application) -> str:
    if each.decided_at is None:
        return _("документите са видени") if each.seen_at else _("чака да дойде")
    on = bg.written_date(each.decided_at.astimezone(seat.zone).date(), lang())
    if not each.ground:
        return _("разрешено на %s") % on
    return _("отказано на %(day)s: %(why)s") % {"day": on, "why": _(str(Application.Ground(each.ground).label))}


def facts(seat: Seat, each: Application) -> list[tuple[str, str]]:
    """Return what the page of one application says of it."""
    enrolment = Enrolment.objects.standing(on=seat.today()).filter(student=each.student_id).select_related("class_book")
    place = enrolment.first()
    rows = [
        (_("Дете"), f"{each.student.full_name}, {place.class_book.name if place else _('ОТПИСАН')}"),
        (_("Заявител"), f"{each.full_name}, {_(str(Relation(each.relation).label))}"),
        (_("Влиза като"), each.user.email or each.user.username),
        (_("Подадено"), bg.moment(each.filed_at, now=clock.now(), zone=seat.zone, lang=lang())),
        (_("Съгласие за данните"), bg.moment(each.consented_at, now=clock.now(), zone=seat.zone, lang=lang())),
    ]
    if each.seen_at:
        seen = bg.moment(each.seen_at, now=clock.now(), zone=seat.zone, lang=lang())
        kinds = f"{_(str(Application.Identity(each.identity).label))}, {_(str(Application.Proof(each.proof).label))}"
        rows.append((_("Видени документи"), f"{kinds} · {each.seen_by.name if each.seen_by else '–'} · {seen}"))
        rows.append((_("Подписано заявление"), _("да")))
    return rows
