"""A teacher's day and week, the lesson that runs now, what waits, and what parents were told."""

from datetime import date, timedelta
from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zvanets.lessons.practice import start_anew
from zvanets.lib import bg
from zvanets.schools.models import Lesson
from zvanets.staff import ahead, contents, old_grades
from zvanets.staff import day as days
from zvanets.staff import told as telling
from zvanets.staff.seat import StaffRequest, lang, page, seated


@require_safe
@seated()
def today(request: StaffRequest) -> HttpResponse:
    return _day(request, request.seat.today())


@require_safe
@seated()
def day(request: StaffRequest, day: date) -> HttpResponse:
    return _day(request, day)


def _day(request: StaffRequest, on: date) -> HttpResponse:
    seat = request.seat
    is_today = on == seat.today()
    own = days.own_lessons(seat)
    lines = days.lines(seat, own.filter(date=on).with_names().order_by("starts_at", "hour_no", "pk"))
    running = next((line for line in lines if line.is_now), None)
    messages = telling.messages_of(seat, on, of=seat.user)
    context = {
        "title": bg.day_name(on, lang()).capitalize() if lang().startswith("bg") else bg.day_name(on, lang()),
        "is_today": is_today,
        "lines": lines,
        "running": running,
        "around": days.days_around(on, seat),
        "waiting": days.waiting_by_day(seat, own) if is_today else [],
        "own_classes": contents.own_classes(seat) if is_today else [],
        "coming": ahead.coming(seat) if is_today else [],
        "changed": old_grades.changed(seat) if is_today else [],
        "told": telling.summed(messages),
        "told_url": seat.url("told", on),
    }
    return page(request, "staff/today.html", context)


@require_safe
@seated()
def now(request: StaffRequest) -> HttpResponse:
    """Lead to the lesson of this hour, or to the day when none runs."""
    seat = request.seat
    lesson = days.running(seat, days.own_lessons(seat).filter(date=seat.today()))
    return HttpResponseRedirect(seat.url("lesson", lesson.pk) if lesson else seat.url("today"))


@require_safe
@seated()
def this_week(request: StaffRequest) -> HttpResponse:
    return _week(request, days.monday_of(request.seat.today()))


@require_safe
@seated()
def week(request: StaffRequest, day: date) -> HttpResponse:
    return _week(request, days.monday_of(day))


def _week(request: StaffRequest, monday: date) -> HttpResponse:
    seat = request.seat
    sunday = monday + timedelta(days=6)
    lessons = days.own_lessons(seat).filter(date__range=(monday, sunday)).with_names()
    ordered = list(lessons.order_by("date", "starts_at", "hour_no", "pk"))
    described = dict(zip((lesson.pk for lesson in ordered), days.lines(seat, ordered), strict=True))
    by_day = [
        {
            "url": seat.url("day", on),
            "title": bg.day_name(on, lang()),
            "is_today": on == seat.today(),
            "lines": [described[lesson.pk] for lesson in group],
        }
        for on, group in groupby(ordered, key=_date)
    ]
    context = {
        "title": _("Седмица %(days)s") % {"days": bg.days(monday, sunday, lang())},
        "days": by_day,
        "before": seat.url("week", monday - timedelta(days=7)),
        "after": seat.url("week", monday + timedelta(days=7)),
        "is_this_week": monday == days.monday_of(seat.today()),
    }
    return page(request, "staff/week.html", context)


def _date(lesson: Lesson) -> date:
    return lesson.date


@require_safe
@seated()
def told(request: StaffRequest, day: date) -> HttpResponse:
    """What parents were told on a day: a head sees the school's, others what they wrote themselves."""
    seat = request.seat
    messages = telling.messages_of(seat, day, of=None if seat.is_head else seat.user)
    context = {
        "title": _("Какво научиха родителите"),
        "when": bg.day_name(day, lang()),
        "sum": telling.summed(messages),
        "lines": telling.told_lines(seat, messages),
        "shown": telling.SHOWN,
        "before": seat.url("told", day - timedelta(days=1)),
        "after": seat.url("told", day + timedelta(days=1)) if day < seat.today() else "",
    }
    return page(request, "staff/told.html", context)


@require_POST
@seated()
def practise_anew(request: StaffRequest) -> HttpResponse:
    """Throw away what was practised; there is such a page in a practice school alone."""
    if not request.seat.is_practice:
        raise Http404
    start_anew()
    messages.success(request, _("Класът за упражнение е отново празен."))
    return HttpResponseRedirect(request.seat.url("today"))
