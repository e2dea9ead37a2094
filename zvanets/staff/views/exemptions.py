"""Beside a course's grades: plans and exemptions, grades from elsewhere, one student's average with a comment."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zvanets.accounts.proof import ask_for_proof, is_proven
from zvanets.gradebook.actions import ProofNeeded
from zvanets.gradebook.comments import comment_average
from zvanets.gradebook.finals import TRANSFERRED, TransferredGrade, change_by_exam, take_over_grade
from zvanets.gradebook.models import Comment, Exemption, Grade, SpecialNeeds
from zvanets.gradebook.periods import days_of
from zvanets.gradebook.plans import set_plans
from zvanets.gradebook.sheet import register_of, sheet_of
from zvanets.history.record import note_access
from zvanets.history.verbs import Read
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.rules.finals import Period, exam_change_on, period_name
from zvanets.rules.grades import GradeKind, kind_name, mark_of, parse_grade, scale_of
from zvanets.schools.models import Course, Student
from zvanets.staff.classes import led_classes
from zvanets.staff.explain import average_answer, final_answer
from zvanets.staff.final_forms import CommentForm, ExamForm, TransferForm
from zvanets.staff.finals import chosen_period, gradable_courses
from zvanets.staff.marks import is_poor, mark_text
from zvanets.staff.seat import Seat, StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said

GET_POST = ["GET", "HEAD", "POST"]


def _led_course(seat: Seat, course_id: int) -> Course:
    """Return a course of a class that the user leads; heads lead every class."""
    mine = Course.objects.valid().filter(class_group__in=led_classes(seat))
    found: Course = get_object_or_404(mine.select_related("subject", "class_group"), pk=course_id)
    return found


@require_http_methods(GET_POST)
@seated()
def exemptions(request: StaffRequest, course_id: int) -> HttpResponse:
    seat = request.seat
    course = _led_course(seat, course_id)
    error = ""
    if request.method == "POST":
        try:
            special, exempt = _read_plans(request)
            changed = set_plans(seat.actor, course, special_needs=special, exempt=exempt)
        except Refusal as refusal:
            error = said(refusal)
        else:
            n = bg.counted(changed, "record", lang())
            messages.success(request, _("Променени: %s.") % n if changed else _("Няма промяна."))
            return HttpResponseRedirect(seat.url("exemptions", course.pk))
    note_access(Read.PLANS_OPENED, actor=seat.actor, what=f"staff:exemptions {course.pk}")
    special_now = set(SpecialNeeds.objects.filter(course=course).values_list("student_id", flat=True))
    exempt_now = {each.student_id: each.periods for each in Exemption.objects.filter(course=course)}
    lines = [
        {
            "id": str(line.student_id),
            "number": line.number,
            "name": line.name,
            "special": line.student_id in special_now,
            "periods": [(f"{period:d}", period in exempt_now.get(line.student_id, ())) for period in Period],
        }
        for line in register_of(course, seat.today(), special_now)
    ]
    context = {
        "course": course,
        "lines": lines,
        "columns": [
            (f"{period:d}", _("годишна") if period is Period.YEAR else period_name(period, lang())) for period in Period
        ],
        "errors": [{"target": "plans", "text": error}] if error else [],
    }
    return page(request, "staff/finals/exemptions.html", context, status=422 if error else 200)


def _read_plans(request: StaffRequest) -> tuple[set[int], dict[int, set[Period]]]:
    sent = request.POST
    special = {int(each) for each in sent.getlist("special") if each.isascii() and each.isdigit()}
    exempt: dict[int, set[Period]] = {}
    for each in sent.getlist("exempt"):
        student, _dash, period = each.partition("-")
        if student.isascii() and student.isdigit() and period in {"1", "2", "3"}:
            exempt.setdefault(int(student), set()).add(Period(int(period)))
    return special, exempt


@require_http_methods(GET_POST)
@seated()
def transfer(request: StaffRequest, course_id: int) -> HttpResponse:
    seat = request.seat
    course = _led_course(seat, course_id)
    special = set(SpecialNeeds.objects.filter(course=course).values_list("student_id", flat=True))
    lines = {line.student_id: line for line in register_of(course, seat.today(), special)}
    kinds = [(int(kind), kind_name(kind, lang()).capitalize()) for kind in TRANSFERRED]
    students = [(line.student_id, line.name) for line in lines.values()]
    form = TransferForm(request.POST or None, students=students, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        line = lines[chosen["student"]]
        try:
            scale = scale_of(line.level, special_needs=line.special_needs)
            mark = parse_grade(chosen["grade"], scale, chosen["kind"]) if scale else parse_grade("")
            brought = TransferredGrade(line.student_id, chosen["kind"], mark, chosen["given_on"], chosen["term"])
            take_over_grade(seat.actor, course, brought)
        except Refusal as refusal:
            form.add_error("grade", said(refusal))
        else:
            messages.success(request, _("Оценката е вписана: %s.") % line.name)
            return HttpResponseRedirect(seat.url("transfer", course.pk))
    status = 422 if form.errors else 200
    return page(request, "staff/finals/transfer.html", {"course": course, "form": form}, status=status)


@require_http_methods(GET_POST)
@seated()
def average(request: StaffRequest, course_id: int, student_id: int) -> HttpResponse:
    """One student in one course and period: each grade, how the average came about, what is said to the family."""
    seat = request.seat
    course = get_object_or_404(gradable_courses(seat), pk=course_id)
    sent = request.POST if request.method == "POST" else request.GET
    period = chosen_period(seat, sent.dict(), days_of(course.class_group))
    form = CommentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            text = form.cleaned_data["text"]
            comment_average(seat.actor, course, period, student_id=student_id, text=text)
        except Student.DoesNotExist:
            raise Http404 from None
        messages.success(request, _("Коментарът е записан.") if text.strip() else _("Коментарът е оттеглен."))
        return HttpResponseRedirect(f"{seat.url('average', course.pk, student_id)}?period={period:d}")
    return _average_page(request, course, period, student_id, form)


def _average_page(
    request: StaffRequest, course: Course, period: Period, student_id: int, form: forms.Form
) -> HttpResponse:
    seat = request.seat
    sheet = sheet_of(course, period, today=seat.today())
    line = next((each for each in sheet.lines if each.line.student_id == student_id), None)
    if line is None:
        raise Http404
    standing = Comment.objects.standing().filter(student=student_id, course=course, period=period)
    if not form.is_bound:
        form = CommentForm(initial={"text": standing.values_list("text", flat=True).first() or ""})
    grades = [
        {
            "text": mark_text(each.mark),
            "is_poor": is_poor(each.mark),
            "kind": kind_name(each.kind, lang()),
            "day": bg.written_date(each.given_on, lang()),
            "url": seat.url("grade", each.id),
        }
        for each in line.current
    ]
    context = {
        "course": course,
        "line": line,
        "student": str(student_id),
        "period": f"{period:d}",
        "period_name": period_name(period, lang()),
        "mean": average_answer(line.mean),
        "proposed": final_answer(line.final) if line.is_lacking else None,
        "given": mark_text(line.given.mark) if line.given else "",
        "grades": grades,
        "form": form,
        "back": f"{seat.url('finals', course.pk)}?period={period:d}",
    }
    return page(request, "staff/finals/average.html", context, status=422 if form.errors else 200)


@require_http_methods(GET_POST)
@seated()
def exam(request: StaffRequest, grade_id: int) -> HttpResponse:
    """Change an annual grade by an exam: head or homeroom teacher."""
    seat = request.seat
    mine = Grade.objects.filter(course__class_group__in=led_classes(seat))
    grade = get_object_or_404(mine.select_related("student", "course__subject", "course__class_group"), pk=grade_id)
    form = ExamForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            mark = parse_grade(chosen["grade"], kind=GradeKind.ANNUAL, profiling=grade.course.is_profiling)
            protocol, proven = chosen["protocol"], is_proven(request)
            change_by_exam(seat.actor, mine, grade_id=grade_id, mark=mark, protocol=protocol, is_proven=proven)
        except ProofNeeded as needed:
            return ask_for_proof(request, said(needed))
        except Refusal as refusal:
            form.add_error("grade", said(refusal))
        else:
            messages.success(request, _("Годишната оценка е променена с изпит на %s.") % mark_text(mark))
            return HttpResponseRedirect(f"{seat.url('finals', grade.course_id)}?period={Period.YEAR:d}")
    now = mark_text(mark_of(grade.value, grade.quality, grade.special))
    context = {"grade": grade, "now": now, "form": form, "rule": exam_change_on(seat.today())}
    return page(request, "staff/finals/exam.html", context, status=422 if form.errors else 200)
