"""The year's topics: a teacher's plans, one plan written by hand or taken from a sheet, and copied to parallel classes."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zvanets.exchange import topics as exchange
from zvanets.exchange.sheets import read_sheet
from zvanets.lessons.topics import copy_plan, plan_of, set_plan, standing_by_course, standing_of
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.schools.models import Course
from zvanets.staff import topics
from zvanets.staff.seat import Seat, StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200


@require_safe
@seated()
def plans(request: StaffRequest) -> HttpResponse:
    """The courses that the user teaches, each with how far it is."""
    seat = request.seat
    courses = list(topics.courses_of(seat).order_by("class_group__name", "subject__name", "pk")[:SHOWN])
    standing = standing_by_course(courses)
    lines = [
        {
            "url": seat.url("plan", each.pk),
            "class_group": each.class_group.name,
            "subject": each.subject.name,
            "far": _far(standing[each.pk]) if each.pk in standing else "",
        }
        for each in courses
    ]
    return page(request, "staff/topics/plans.html", {"lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def plan(request: StaffRequest, course_id: int) -> HttpResponse:
    course = _course(request.seat, course_id)
    if request.method != "POST":
        return _page(request, course)
    typed = topics.read_typed(plan_of(course), request.POST.dict())
    if typed.errors:
        return _page(request, course, typed, errors=typed.errors)
    try:
        changed = set_plan(request.seat.actor, course, typed.items)
    except Refusal as refusal:
        return _page(request, course, typed, errors=[{"target": "plan", "text": said(refusal)}])
    return _done(request, course, _("Разпределението е записано.") if changed else _("Нищо не беше променено."))


@require_POST
@seated()
def sheet(request: StaffRequest, course_id: int) -> HttpResponse:
    """Take the plan from a sheet: all of it or nothing."""
    course, sent = _course(request.seat, course_id), request.FILES.get("sheet")
    if sent is None:
        return _page(request, course, errors=[{"target": "sheet", "text": _("Изберете файл.")}])
    try:
        found = exchange.read_plan(read_sheet(sent.read()))
        if not found.faults:
            set_plan(request.seat.actor, course, found.items)
    except Refusal as refusal:
        return _page(request, course, errors=[{"target": "sheet", "text": said(refusal)}])
    if found.faults:
        return _page(request, course, errors=[_fault(each) for each in found.faults])
    return _done(request, course, _("Взети са %s от файла.") % bg.counted(len(found.items), "planned", lang()))


@require_POST
@seated()
def copy(request: StaffRequest, course_id: int) -> HttpResponse:
    course = _course(request.seat, course_id)
    chosen = [each for each in topics.parallel_to(request.seat, course) if str(each.pk) in request.POST.getlist("to")]
    if not chosen:
        return _page(request, course, errors=[{"target": "copy", "text": _("Изберете поне една паралелка.")}])
    try:
        copy_plan(request.seat.actor, course, chosen)
    except Refusal as refusal:
        return _page(request, course, errors=[{"target": "copy", "text": said(refusal)}])
    names = ", ".join(each.class_group.name for each in chosen)
    return _done(request, course, _("Разпределението е копирано: %s.") % names)


@require_safe
@seated()
def template(request: StaffRequest) -> HttpResponse:  # noqa: ARG001
    answer = HttpResponse(exchange.template(), content_type=SHEET)
    answer["Content-Disposition"] = 'attachment; filename="temi.xlsx"'
    return answer


def _course(seat: Seat, course_id: int) -> Course:
    return get_object_or_404(topics.courses_of(seat), pk=course_id)


def _page(
    request: StaffRequest,
    course: Course,
    typed: topics.Typed | None = None,
    *,
    errors: list[dict[str, str]] | None = None,
) -> HttpResponse:
    standing = plan_of(course)
    context: dict[str, Any] = {
        "course": course,
        "lines": typed.lines if typed else topics.lines_of(standing),
        "new": typed.new if typed else "",
        "far": _far(standing_of(standing)) if standing else "",
        "errors": errors or [],
        "parallel": [(str(each.pk), each.class_group.name) for each in topics.parallel_to(request.seat, course)],
    }
    return page(request, "staff/topics/plan.html", context, status=422 if errors else 200)


def _far(standing: Any) -> str:
    values = {"taken": standing.taken, "left": standing.left}
    return _("взети часове: %(taken)s · остават: %(left)s") % values


def _fault(fault: exchange.Fault) -> dict[str, str]:
    values = {"row": fault.row, "column": fault.column, "text": said(fault.refusal)}
    return {"target": "sheet", "text": _("Ред %(row)s, колона %(column)s: %(text)s") % values}


def _done(request: StaffRequest, course: Course, text: str) -> HttpResponse:
    messages.success(request, text)
    return HttpResponseRedirect(request.seat.url("plan", course.pk))
