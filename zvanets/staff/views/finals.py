"""Term and annual grades of a course: set them, close the term, ask for it to be opened, open it."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zvanets.gradebook.closings import answer_reopening, ask_reopening, close_period
from zvanets.gradebook.finals import FinalGiven, set_finals
from zvanets.gradebook.models import Closing, Reopening
from zvanets.gradebook.periods import days_of
from zvanets.gradebook.sheet import sheet_of
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.rules.finals import Period, period_name
from zvanets.rules.grades import Mark, parse_grade
from zvanets.schools.models import Course
from zvanets.staff import finals as pages
from zvanets.staff.classes import led_classes
from zvanets.staff.seat import Seat, StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said


@require_safe
@seated()
def finals(request: StaffRequest, course_id: int) -> HttpResponse:
    course = get_object_or_404(pages.gradable_courses(request.seat), pk=course_id)
    return _page(request, course, _period(request, course))


@require_POST
@seated()
def set_grades(request: StaffRequest, course_id: int) -> HttpResponse:
    seat = request.seat
    course = get_object_or_404(pages.gradable_courses(seat), pk=course_id)
    period = _period(request, course)
    marks, typed = _read(request, course, period)
    if typed.errors:
        return _page(request, course, period, typed, status=422)
    try:
        grades = set_finals(seat.actor, course, period, marks)
    except Refusal as refusal:
        status = 409 if isinstance(refusal, FinalGiven) else 422
        return _page(request, course, period, pages.Typed(typed.grades, {}, said(refusal)), status=status)
    n = bg.counted(len(grades), "grade", lang())
    messages.success(request, _("Поставени: %s. Родителите ще бъдат уведомени.") % n)
    return _back(seat, course, period)


@require_POST
@seated()
def close(request: StaffRequest, course_id: int) -> HttpResponse:
    seat = request.seat
    course = get_object_or_404(pages.gradable_courses(seat), pk=course_id)
    period = _period(request, course)
    try:
        close_period(seat.actor, course, period, in_spite=request.POST.get("in_spite", "")[:300])
    except Refusal as refusal:
        return _page(request, course, period, pages.Typed(refusal=said(refusal)), status=422)
    messages.success(request, _("Приключено: %s.") % period_name(period, lang()))
    return _back(seat, course, period)


@require_POST
@seated()
def ask(request: StaffRequest, closing_id: int) -> HttpResponse:
    """Ask that a closed period of a course be opened."""
    seat = request.seat
    closings = Closing.objects.filter(course__in=pages.gradable_courses(seat))
    closing = get_object_or_404(closings, pk=closing_id)
    course = pages.gradable_courses(seat).get(pk=closing.course_id)
    try:
        reason = request.POST.get("reason", "")[:300]
        ask_reopening(seat.actor, closings, closing_id=closing_id, reason=reason)
    except Refusal as refusal:
        return _page(request, course, Period(closing.period), pages.Typed(refusal=said(refusal)), status=422)
    messages.success(request, _("Поискано е. Разрешава класният ръководител или директорът."))
    return _back(seat, course, Period(closing.period))


@require_POST
@seated()
def answer(request: StaffRequest, reopening_id: int) -> HttpResponse:
    """Open the period, or leave it closed: who leads the class, but not who asked."""
    seat = request.seat
    mine = Reopening.objects.in_classes(led_classes(seat))
    closing = get_object_or_404(mine.select_related("closing"), pk=reopening_id).closing
    course = pages.gradable_courses(seat).filter(pk=closing.course_id).first()
    if course is None:
        raise Http404
    is_granted = request.POST.get("answer") == "grant"
    try:
        answer_reopening(seat.actor, mine, reopening_id=reopening_id, is_granted=is_granted)
    except Refusal as refusal:
        return _page(request, course, Period(closing.period), pages.Typed(refusal=said(refusal)), status=422)
    messages.success(request, _("Отворено е.") if is_granted else _("Остава приключено."))
    return _back(seat, course, Period(closing.period))


def _period(request: StaffRequest, course: Course) -> Period:
    sent = request.POST if request.method == "POST" else request.GET
    return pages.chosen_period(request.seat, sent.dict(), days_of(course.class_group))


def _read(request: StaffRequest, course: Course, period: Period) -> tuple[dict[int, Mark], pages.Typed]:
    """Return the grades that were typed, and with „accept“ the proposals for all who have none."""
    sent, marks = request.POST, {}
    typed: dict[int, str] = {}
    errors: dict[int, str] = {}
    for line in sheet_of(course, period, today=request.seat.today()).lines:
        student = line.line.student_id
        text = sent.get(f"grade-{student}", "").strip()
        if text and line.scale:
            typed[student] = text
            try:
                marks[student] = parse_grade(text, line.scale, period.kind, profiling=course.is_profiling)
            except Refusal as refusal:
                errors[student] = said(refusal)
        elif "accept" in sent and line.proposal and line.proposal.mark:
            marks[student] = line.proposal.mark
    return marks, pages.Typed(typed, errors)


def _page(
    request: StaffRequest, course: Course, period: Period, typed: pages.Typed | None = None, *, status: int = 200
) -> HttpResponse:
    return page(request, "staff/finals/course.html", pages.context(request.seat, course, period, typed), status=status)


def _back(seat: Seat, course: Course, period: Period) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{seat.url('finals', course.pk)}?period={period:d}")
