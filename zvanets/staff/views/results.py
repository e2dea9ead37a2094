"""A class at the end of a term and of the year: what is ready, the results, the resits, year I's overall grade."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zvanets.gradebook.models import ResitExam, YearResult
from zvanets.gradebook.results import RESULTS_FROM, enter_resit, give_overall, pass_all, set_result
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.rules.finals import SESSIONS, Outcome, outcome_name, propose_outcome, session_name
from zvanets.rules.grades import Mark, Scale, parse_grade
from zvanets.schools.models import ClassGroup, Course
from zvanets.staff import class_finals as pages
from zvanets.staff.classes import led_classes, visible_classes, year_now
from zvanets.staff.marks import mark_text
from zvanets.staff.seat import Seat, StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said


@require_safe
@seated()
def class_finals(request: StaffRequest, class_group_id: int) -> HttpResponse:
    seat = request.seat
    group = get_object_or_404(visible_classes(seat, year_now(seat)), pk=class_group_id)
    lines = pages.course_lines(seat, group)
    is_led = led_classes(seat).filter(pk=group.pk).exists()
    context = {"group": group, "lines": lines, "tabs": pages.tabs(), "is_led": is_led}
    return page(request, "staff/finals/class_group.html", context)


@require_safe
@seated()
def results(request: StaffRequest, class_group_id: int) -> HttpResponse:
    return _results_page(request, _led(request.seat, class_group_id))


@require_POST
@seated()
def set_results(request: StaffRequest, class_group_id: int) -> HttpResponse:
    """Write „завършва“ for everybody without a poor annual grade, or the overall grades that were typed in year I."""
    seat = request.seat
    group = _led(seat, class_group_id)
    lines = [line for line in pages.result_lines(seat, group) if line.is_open]
    marks, typed = _overall_grades(request, lines)
    if any(each.error for each in typed.values()):
        return _results_page(request, group, typed, status=422)
    try:
        if "accept" in request.POST:
            n = len(pass_all(seat.actor, group, [line.pupil.id for line in lines if line.is_simple]))
        else:
            n = len(give_overall(seat.actor, group, marks))
    except Refusal as refusal:
        return _results_page(request, group, typed, said(refusal), status=422)
    messages.success(request, _("Вписани: %s.") % bg.counted(n, "record", lang()))
    return HttpResponseRedirect(seat.url("results", group.pk))


def _overall_grades(
    request: StaffRequest, lines: Iterable[pages.ResultLine]
) -> tuple[dict[int, Mark], dict[int, pages.Typed]]:
    """Return the grades that were typed in year I, and each text with what is wrong with it."""
    marks: dict[int, Mark] = {}
    typed: dict[int, pages.Typed] = {}
    for pupil in (line.pupil for line in lines if line.has_words):
        text = request.POST.get(f"grade-{pupil.id}", "").strip()
        try:
            if text:
                marks[pupil.id] = parse_grade(text, Scale.QUALITATIVE)
            typed[pupil.id] = pages.Typed(text)
        except Refusal as refusal:
            typed[pupil.id] = pages.Typed(text, said(refusal))
    return marks, typed


@require_safe
@seated()
def result(request: StaffRequest, class_group_id: int, student_id: int) -> HttpResponse:
    return _result_page(request, _led(request.seat, class_group_id), student_id)


@require_POST
@seated()
def set_one(request: StaffRequest, class_group_id: int, student_id: int) -> HttpResponse:
    seat = request.seat
    group = _led(seat, class_group_id)
    if student_id not in pages.pupils_of(seat, group):
        raise Http404
    outcome = request.POST.get("outcome", "")
    exams = [int(each) for each in request.POST.getlist("exams") if each.isascii() and each.isdigit()]
    if outcome not in {"1", "2", "3"}:
        return _result_page(request, group, student_id, error=_("Изберете резултата от годината."), status=422)
    try:
        set_result(seat.actor, group, student_id=student_id, outcome=Outcome(int(outcome)), exams=exams)
    except Refusal as refusal:
        return _result_page(request, group, student_id, error=said(refusal), status=422)
    messages.success(request, _("Резултатът е вписан. Родителите ще бъдат уведомени."))
    return HttpResponseRedirect(seat.url("result", group.pk, student_id))


@require_POST
@seated()
def resit(request: StaffRequest, exam_id: int) -> HttpResponse:
    seat = request.seat
    mine = ResitExam.objects.filter(result__class_group__in=led_classes(seat))
    exam = get_object_or_404(mine.select_related("result__class_group"), pk=exam_id)
    group, student = exam.result.class_group, exam.result.student_id
    typed, session = request.POST.get("grade", ""), request.POST.get("session", "")
    try:
        value = None if "no_show" in request.POST else Decimal(parse_grade(typed).value)
        number = int(session) if session in {str(each) for each in SESSIONS} else 0
        enter_resit(seat.actor, mine, exam_id=exam_id, session=number, value=value)
    except Refusal as refusal:
        return _result_page(request, group, student, error=said(refusal), status=422)
    messages.success(request, _("Сесията е вписана. Родителите ще бъдат уведомени."))
    return HttpResponseRedirect(seat.url("result", group.pk, student))


def _led(seat: Seat, class_group_id: int) -> ClassGroup:
    found: ClassGroup = get_object_or_404(
        led_classes(seat).filter(parent__isnull=True).select_related("year_group", "school_year"), pk=class_group_id
    )
    return found


def _results_page(
    request: StaffRequest,
    group: ClassGroup,
    typed: Mapping[int, pages.Typed] | None = None,
    error: str = "",
    *,
    status: int = 200,
) -> HttpResponse:
    lines = pages.result_lines(request.seat, group, typed or {})
    asked = [line for line in lines if line.has_words or line.pupil.level >= RESULTS_FROM]
    simple = sum(line.is_simple for line in lines)
    wrong = [line for line in lines if line.typed.error]
    context = {
        "group": group,
        "lines": lines,
        "errors": [
            *([{"target": "results", "text": error}] if error else []),
            *({"target": f"grade-{each.pupil.id}", "text": f"{each.pupil.name}: {each.typed.error}"} for each in wrong),
        ],
        "is_asked": bool(asked),
        "has_words": any(line.has_words for line in lines),
        "waiting": [sum(line.is_open for line in asked), len(asked)],
        "simple": bg.counted(simple, "student", lang()) if simple else "",
    }
    return page(request, "staff/finals/results.html", context, status=status)


def _result_page(
    request: StaffRequest, group: ClassGroup, student_id: int, *, error: str = "", status: int = 200
) -> HttpResponse:
    pupil = pages.pupils_of(request.seat, group).get(student_id)
    if pupil is None or pupil.level < RESULTS_FROM:
        raise Http404
    standing = YearResult.objects.filter(class_group=group, student=student_id).prefetch_related("exams__sessions")
    written = standing.first()
    annual = pages.annual_grades(group)[student_id]
    proposed, failed = propose_outcome(annual)
    chosen = {exam.course_id for exam in written.exams.all()} if written else set(failed)
    outcome = Outcome(written.outcome) if written else proposed
    courses = Course.objects.valid().filter(class_group=group, members__student=student_id, is_class_hour=False)
    context = {
        "group": group,
        "pupil": pupil,
        "student": str(student_id),
        "error": error,
        "errors": [{"target": "result", "text": error}] if error else [],
        "outcomes": [(str(int(each)), outcome_name(each, lang()), each is outcome) for each in Outcome],
        "courses": [
            (
                str(each.pk),
                each.subject.name,
                mark_text(annual[each.pk]) if each.pk in annual else "",
                each.pk in chosen,
            )
            for each in courses.select_related("subject").distinct().order_by("subject__name", "pk")
        ],
        "final": outcome_name(Outcome(written.final), lang()) if written and written.final else "",
        "exams": [_exam(exam) for exam in written.exams.select_related("course__subject")] if written else [],
        "is_written": written is not None,
    }
    return page(request, "staff/finals/result.html", context, status=status)


def _exam(exam: ResitExam) -> dict[str, object]:
    tried = sorted(exam.sessions.all(), key=lambda each: each.session)
    is_over = len(tried) == len(SESSIONS) or any(each.value and each.value >= 3 for each in tried)
    following = len(tried) + 1
    return {
        "id": str(exam.pk),
        "subject": exam.course.subject.name,
        "sessions": [(session_name(each.session, lang()), each.value or _("без явяване")) for each in tried],
        "next": "" if is_over else str(following),
        "next_name": "" if is_over else session_name(following, lang()),
    }
