"""Parent meetings and school events: called, moved, cancelled."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zvanets.remarks.actions.gatherings import (
    announce_event,
    call_meeting,
    cancel_event,
    cancel_meeting,
    change_event,
    change_meeting,
)
from zvanets.remarks.models import ParentMeeting, SchoolEvent
from zvanets.schools.models import ClassGroup, YearGroup
from zvanets.staff import ahead, book, classes
from zvanets.staff.book_forms import EventForm, MeetingForm, NewEventForm
from zvanets.staff.forms import ReasonForm
from zvanets.staff.seat import Link, Seat, StaffRequest, seated

GATHERING = ("date", "starts_at", "place", "title", "text")


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def meetings(request: StaffRequest, class_group_id: int) -> HttpResponse:
    seat, group = request.seat, book.visible_group(request.seat, class_group_id)
    may_call = book.leads(seat, group)
    if request.method == "POST" and not may_call:
        raise Http404
    form = MeetingForm(request.POST or None, initial={"title": _("Родителска среща")}) if may_call else None
    done = form and book.act(
        request,
        form,
        lambda: call_meeting(seat.actor, group, form.gathering()),
        _("Срещата е свикана. Родителите ще бъдат уведомени сега и отново в деня преди нея."),
        request.path,
    )
    found = list(ParentMeeting.objects.standing().filter(class_book=group).order_by("-date", "-pk")[: book.SHOWN])
    return done or book.section(
        request,
        "meetings",
        group=group,
        lead=_lead(found, seat.today(), _("Няма насрочена родителска среща.")),
        rows=[_row(seat, each, "meeting" if may_call else "") for each in found],
        form=form,
        heading=_("Свикай среща"),
        submit=_("Свикай и уведоми родителите"),
    )


def _lead(found: list[Any], today: date, nothing: str) -> str:
    """Return the next of them in a sentence; `found` begins with the latest."""
    coming = [each for each in found if each.date >= today]
    return _("Предстои: %s.") % ahead.described(coming[-1]) if coming else nothing


def _row(seat: Seat, each: ParentMeeting | SchoolEvent, name: str) -> book.Row:
    is_ahead = each.date >= seat.today()
    details = _("за %s") % ahead.whom(each) if isinstance(each, SchoolEvent) else ""
    return book.Row(
        title=ahead.described(each),
        text=each.text,
        details=details,
        url=seat.url(name, each.pk) if name and is_ahead else "",
        tone="" if is_ahead else "soft",
    )


def _own_meetings(seat: Seat) -> QuerySet[ParentMeeting]:
    found: QuerySet[ParentMeeting] = ParentMeeting.objects.filter(class_book__in=classes.led_classes(seat).values("pk"))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def meeting(request: StaffRequest, meeting_id: int) -> HttpResponse:
    seat, mine = request.seat, _own_meetings(request.seat)
    found = get_object_or_404(mine.select_related("class_book"), pk=meeting_id)
    form = MeetingForm(request.POST or None, initial={name: getattr(found, name) for name in GATHERING})
    done = book.act(
        request,
        form,
        lambda: change_meeting(seat.actor, mine, meeting_id=found.pk, wanted=form.gathering()),
        _("Промяната е записана. Родителите ще бъдат уведомени."),
        seat.url("meetings", found.class_book_id),
    )
    return done or _meeting_page(request, found, form=form)


@require_POST
@seated()
def meeting_cancel(request: StaffRequest, meeting_id: int) -> HttpResponse:
    seat, mine, form = request.seat, _own_meetings(request.seat), ReasonForm(request.POST, prefix="end")
    found = get_object_or_404(mine.select_related("class_book"), pk=meeting_id)
    done = book.act(
        request,
        form,
        lambda: cancel_meeting(seat.actor, mine, meeting_id=found.pk, why=form.cleaned_data["why"]),
        _("Срещата е отменена. Родителите ще бъдат уведомени."),
        seat.url("meetings", found.class_book_id),
    )
    return done or _meeting_page(request, found, ending=form)


def _meeting_page(
    request: StaffRequest, found: ParentMeeting, *, form: MeetingForm | None = None, ending: ReasonForm | None = None
) -> HttpResponse:
    seat = request.seat
    return book.thing(
        request,
        title=_("Родителска среща · %s") % found.class_book.name,
        facts=[ahead.described(found)],
        back=Link(seat.url("meetings", found.class_book_id), found.class_book.name),
        form=form or MeetingForm(initial={name: getattr(found, name) for name in GATHERING}),
        submit=_("Запиши промяната"),
        ending=ending or ReasonForm(prefix="end"),
        end_url=seat.url("cancel_meeting", found.pk),
        end=_("Отмени срещата"),
        over=_("Срещата е отменена: %s") % found.ended_why if found.ended_at else "",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def events(request: StaffRequest) -> HttpResponse:
    """All events that concern the seat; heads announce them for anybody, a homeroom teacher for their class."""
    seat, scopes = request.seat, _scopes(request.seat)
    if request.method == "POST" and not scopes:
        raise Http404
    form = NewEventForm(request.POST or None, scopes=[(name, title) for name, title, _of in scopes]) if scopes else None
    done = form and book.act(
        request,
        form,
        lambda: announce_event(seat.actor, form.gathering(), **_scope(form.cleaned_data["scope"], scopes)),
        _("Мероприятието е обявено. Семействата ще бъдат уведомени сега и отново в деня преди него."),
        request.path,
    )
    year = classes.year_now(seat)
    seen = SchoolEvent.objects.standing().filter(date__gte=year.starts_on) if year else SchoolEvent.objects.none()
    found = list(seen.select_related("class_book", "year_group").order_by("-date", "-pk")[: book.SHOWN])
    changeable = set(_own_events(seat).values_list("pk", flat=True))
    return done or book.section(
        request,
        "events",
        title=_("Мероприятия"),
        lead=_lead(found, seat.today(), _("Няма предстоящи мероприятия.")),
        rows=[_row(seat, each, "event" if each.pk in changeable else "") for each in found],
        form=form,
        heading=_("Ново мероприятие"),
        submit=_("Обяви и уведоми семействата"),
    )


def _scopes(seat: Seat) -> list[tuple[str, str, ClassGroup | YearGroup | None]]:
    year = classes.year_now(seat)
    led = classes.led_classes(seat).filter(school_year=year, parent__isnull=True).order_by("year_group__level", "name")
    found: list[tuple[str, str, ClassGroup | YearGroup | None]] = []
    if seat.is_head:
        found.append(("school", _("цялото училище"), None))
        levels = YearGroup.objects.filter(school_year=year, class_groups__isnull=False).distinct().order_by("level")
        found += [(f"year-{each.pk}", each.name, each) for each in levels]
    return [*found, *((f"class-{each.pk}", each.name, each) for each in led)]


def _scope(chosen: str, scopes: list[tuple[str, str, ClassGroup | YearGroup | None]]) -> dict[str, Any]:
    whom = next(of for name, _title, of in scopes if name == chosen)
    return {"book": whom} if isinstance(whom, ClassGroup) else {"year_group": whom}


def _own_events(seat: Seat) -> QuerySet[SchoolEvent]:
    found: QuerySet[SchoolEvent] = SchoolEvent.objects.all()
    return found if seat.is_head else found.filter(class_book__in=classes.led_classes(seat).values("pk"))


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def event(request: StaffRequest, event_id: int) -> HttpResponse:
    seat, mine = request.seat, _own_events(request.seat)
    found = get_object_or_404(mine.select_related("class_book", "year_group"), pk=event_id)
    form = EventForm(request.POST or None, initial=_as_form(found))
    done = book.act(
        request,
        form,
        lambda: change_event(seat.actor, mine, event_id=found.pk, wanted=form.gathering()),
        _("Промяната е записана. Семействата ще бъдат уведомени."),
        seat.url("events"),
    )
    return done or _event_page(request, found, form=form)


@require_POST
@seated()
def event_cancel(request: StaffRequest, event_id: int) -> HttpResponse:
    seat, mine, form = request.seat, _own_events(request.seat), ReasonForm(request.POST, prefix="end")
    found = get_object_or_404(mine.select_related("class_book", "year_group"), pk=event_id)
    done = book.act(
        request,
        form,
        lambda: cancel_event(seat.actor, mine, event_id=found.pk, why=form.cleaned_data["why"]),
        _("Мероприятието е отменено. Семействата ще бъдат уведомени."),
        seat.url("events"),
    )
    return done or _event_page(request, found, ending=form)


def _as_form(found: SchoolEvent) -> dict[str, Any]:
    return {name: getattr(found, name) for name in (*GATHERING, "ends_on")}


def _event_page(
    request: StaffRequest, found: SchoolEvent, *, form: EventForm | None = None, ending: ReasonForm | None = None
) -> HttpResponse:
    seat = request.seat
    return book.thing(
        request,
        title=found.title,
        facts=[ahead.described(found), _("за %s") % ahead.whom(found)],
        back=Link(seat.url("events"), _("Мероприятия")),
        form=form or EventForm(initial=_as_form(found)),
        submit=_("Запиши промяната"),
        ending=ending or ReasonForm(prefix="end"),
        end_url=seat.url("cancel_event", found.pk),
        end=_("Отмени мероприятието"),
        over=_("Мероприятието е отменено: %s") % found.ended_why if found.ended_at else "",
    )
