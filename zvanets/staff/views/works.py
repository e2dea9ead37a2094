"""Planned control and class works: the class's calendar, a proposal, and the head's approval."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zvanets.accounts.models import HEADS
from zvanets.lib import bg
from zvanets.remarks.actions.works import approve_works, move_work, plan_work, withdraw_work
from zvanets.remarks.models import PlannedWork
from zvanets.rules.works import WEEK, monday, plan_until
from zvanets.schools.models import ClassGroup, Course, Term
from zvanets.staff import ahead, book, classes
from zvanets.staff.book_forms import ApproveForm, MoveWorkForm, WorkForm
from zvanets.staff.forms import ReasonForm
from zvanets.staff.seat import Link, Seat, StaffRequest, lang, seated

SCHOOL_DAYS = 5
WEEKS = 8  # of the calendar, from this one on


@dataclass(frozen=True, slots=True)
class Shown:
    """One work in a cell of the calendar."""

    title: str
    url: str
    is_approved: bool


@dataclass(frozen=True, slots=True)
class Day:
    works: list[Shown]


@dataclass(frozen=True, slots=True)
class Week:
    title: str
    days: list[Day]


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def works(request: StaffRequest, class_group_id: int) -> HttpResponse:
    seat, group = request.seat, book.visible_group(request.seat, class_group_id)
    courses = _courses(seat, group)
    if request.method == "POST" and not courses:
        raise Http404
    form = WorkForm(request.POST or None, courses=[(pk, name) for pk, name in courses.items()]) if courses else None

    def plan() -> None:
        typed = form.cleaned_data if form else {}
        course = Course.objects.select_related("subject", "class_group").get(pk=typed["course"])
        plan_work(seat.actor, course, kind=PlannedWork.Kind(typed["kind"]), on=typed["on"], text=typed["text"])

    text = _("Записано и съобщено на семействата.") if seat.is_head else _("Записано. Чака утвърждаване от директора.")
    done = form and book.act(request, form, plan, text, request.path)
    if done:
        return done
    found = list(_standing(group))
    return book.section(
        request,
        "works",
        group=group,
        lead=_lead(found, seat.today()),
        rows=[_row(seat, each) for each in found],
        form=form,
        heading=_("Нова контролна или класна работа"),
        submit=_("Планирай"),
        more={
            "weeks": _weeks(seat, found),
            "weekdays": [_weekday(monday(seat.today()) + timedelta(days=n)) for n in range(SCHOOL_DAYS)],
            "warning": _warning(group, seat.today()),
        },
    )


def _weekday(day: date) -> tuple[str, str]:
    return bg.weekday(day, lang()), bg.short_weekday(day, lang())


def _courses(seat: Seat, group: ClassGroup) -> dict[int, str]:
    """Return the courses that the seat may plan works of: a teacher's own, for who leads the class all of them."""
    found = Course.objects.valid() if book.leads(seat, group) else Course.objects.taught_by(seat.user, on=seat.today())
    rows = found.filter(class_group=group, is_class_hour=False).order_by("subject__name", "sub_group", "pk").distinct()
    return {
        pk: f"{name}, {_('група')} {part}" if part else name
        for pk, name, part in rows.values_list("pk", "subject__name", "sub_group")
    }


def _standing(group: ClassGroup) -> QuerySet[PlannedWork]:
    rows: QuerySet[PlannedWork] = PlannedWork.objects.standing().filter(class_book=group)
    return rows.filter(date__gte=group.school_year.starts_on).select_related("course__subject").order_by("date", "pk")


def _lead(found: Sequence[PlannedWork], today: date) -> str:
    coming = [each for each in found if each.date >= today]
    if not coming:
        return _("Няма предстоящи контролни и класни работи.")
    return _("Предстои: %(what)s, %(day)s.") % {"what": _name(coming[0]), "day": bg.day_name(coming[0].date, lang())}


def _name(work: PlannedWork) -> str:
    part = f", {_('група')} {work.group}" if work.group else ""
    return f"{work.course.subject.name}{part}, {ahead.work_name(work)}"


def _row(seat: Seat, each: PlannedWork) -> book.Row:
    return book.Row(
        title=f"{bg.day_name(each.date, lang())} · {_name(each)}",
        text=each.text,
        details=_("утвърдена") if each.approved_at else _("чака утвърждаване от директора"),
        url=seat.url("work", each.pk),
        tone="" if each.approved_at else "late",
    )


def _weeks(seat: Seat, found: Sequence[PlannedWork]) -> list[Week]:
    first = monday(seat.today())
    return [_week(seat, first + n * WEEK, found) for n in range(WEEKS)]


def _week(seat: Seat, start: date, found: Sequence[PlannedWork]) -> Week:
    days = [start + timedelta(days=n) for n in range(SCHOOL_DAYS)]
    return Week(
        bg.days(days[0], days[-1], lang()),
        [
            Day(
                [
                    Shown(_name(each), seat.url("work", each.pk), bool(each.approved_at))
                    for each in found
                    if each.date == on
                ]
            )
            for on in days
        ],
    )


def _warning(group: ClassGroup, today: date) -> str:
    """Say until when a term's works are planned, while it is not too late, and that it is once it is."""
    of_class = Q(year_group__class_groups=group) | Q(year_group__class_groups__parent=group)
    starts = Term.objects.filter(of_class, starts_on__lte=today, ends_on__gte=today).values_list("starts_on", flat=True)
    start = starts.order_by("starts_on").first()
    if start is None:
        return ""
    until = {"day": book.when(plan_until(start))}
    if today <= plan_until(start):
        return _("До %(day)s директорът утвърждава графика за срока.") % until
    return _("Срокът за утвърждаване на графика изтече на %(day)s; новите работи се утвърждават поотделно.") % until


def _changeable(seat: Seat) -> QuerySet[PlannedWork]:
    """Works of the user's own courses, and of the classes they lead."""
    own = Course.objects.taught_by(seat.user, on=seat.today()).values("pk")
    led = classes.led_classes(seat).values("pk")
    found: QuerySet[PlannedWork] = PlannedWork.objects.filter(Q(course__in=own) | Q(class_book__in=led))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def work(request: StaffRequest, work_id: int) -> HttpResponse:
    seat, found = request.seat, _found(request.seat, work_id)
    form = MoveWorkForm(request.POST or None, initial={"on": found.date, "text": found.text})
    done = book.act(
        request,
        form,
        lambda: move_work(seat.actor, _changeable(seat), work_id=found.pk, **form.cleaned_data),
        _("Промяната е записана."),
        seat.url("works", found.class_book_id),
    )
    return done or _work_page(request, found, form=form)


@require_POST
@seated()
def work_withdraw(request: StaffRequest, work_id: int) -> HttpResponse:
    seat, found, form = request.seat, _found(request.seat, work_id), ReasonForm(request.POST, prefix="end")
    done = book.act(
        request,
        form,
        lambda: withdraw_work(seat.actor, _changeable(seat), work_id=found.pk, why=form.cleaned_data["why"]),
        _("Работата отпада."),
        seat.url("works", found.class_book_id),
    )
    return done or _work_page(request, found, ending=form)


def _found(seat: Seat, work_id: int) -> PlannedWork:
    """A work of a class that the seat sees; whether it may be changed, its page says."""
    seen = PlannedWork.objects.filter(class_book__in=classes.visible_classes(seat, classes.year_now(seat)).values("pk"))
    found: PlannedWork = get_object_or_404(seen.select_related("course__subject", "class_book"), pk=work_id)
    return found


def _work_page(
    request: StaffRequest, found: PlannedWork, *, form: MoveWorkForm | None = None, ending: ReasonForm | None = None
) -> HttpResponse:
    seat = request.seat
    may_change = _changeable(seat).filter(pk=found.pk).exists() and (seat.is_head or not found.approved_at)
    if request.method == "POST" and not _changeable(seat).filter(pk=found.pk).exists():
        raise Http404
    initial = {"on": found.date, "text": found.text}
    return book.thing(
        request,
        title=f"{_name(found)} · {found.class_book.name}",
        facts=[
            bg.day_name(found.date, lang()),
            found.text,
            "" if found.approved_at else _("Чака утвърждаване от директора."),
            "" if may_change else _("Графикът е утвърден: промяна прави директорът."),
        ],
        back=Link(seat.url("works", found.class_book_id), found.class_book.name),
        form=(form or MoveWorkForm(initial=initial)) if may_change or (form and form.errors) else None,
        submit=_("Запиши промяната"),
        ending=(ending or ReasonForm(prefix="end")) if may_change or (ending and ending.errors) else None,
        end_url=seat.url("withdraw_work", found.pk),
        end=_("Оттегли работата"),
        over=_("Работата отпадна: %s") % found.ended_why if found.ended_at else "",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*HEADS)
def to_approve(request: StaffRequest) -> HttpResponse:
    """What waits for the head's approval in the whole school, all chosen beforehand."""
    seat = request.seat
    waiting = PlannedWork.objects.to_approve().filter(date__gte=seat.today())
    named = list(waiting.select_related("course__subject", "class_book").order_by("date", "class_book__name", "pk"))
    choices = [
        (each.pk, f"{bg.day_name(each.date, lang())} · {each.class_book.name} · {_name(each)}") for each in named
    ]
    form = ApproveForm(request.POST or None, works=choices, initial={"works": [pk for pk, _text in choices]})
    done = book.act(
        request,
        form,
        lambda: approve_works(seat.actor, waiting, ids=form.cleaned_data["works"]),
        _("Утвърдено. Семействата ще бъдат уведомени."),
        request.path,
    )
    if done:
        return done
    return book.section(
        request,
        "to_approve",
        title=_("Контролни и класни за утвърждаване"),
        lead=_("Чакат: %s.") % len(named) if named else _("Нищо не чака утвърждаване."),
        rows=[],
        form=form if named else None,
        heading=_("График"),
        submit=_("Утвърди и уведоми семействата"),
    )
