"""A grade or a remark that stands: who wrote it, and changing it with a reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zvanets.accounts.proof import ask_for_proof, is_proven
from zvanets.gradebook.actions import GradeEnded, ProofNeeded, correct_grade, withdraw_grade
from zvanets.gradebook.comments import comment_grade
from zvanets.gradebook.models import Grade
from zvanets.lib import bg, clock
from zvanets.lib.refusals import Refusal
from zvanets.remarks.actions import withdraw_remark
from zvanets.remarks.models import Remark
from zvanets.rules.finals import Period, ended_by
from zvanets.rules.grades import GradeKind, kind_name, mark_of, parse_grade
from zvanets.staff.book import led_students
from zvanets.staff.classes import led_classes
from zvanets.staff.final_forms import CommentForm
from zvanets.staff.finals import gradable_courses
from zvanets.staff.forms import CorrectForm, ReasonForm
from zvanets.staff.marks import is_poor, mark_text
from zvanets.staff.seat import Seat, StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said


@require_safe
@seated()
def grade(request: StaffRequest, grade_id: int) -> HttpResponse:
    found = get_object_or_404(_grades(request.seat).select_related(*NAMES), pk=grade_id)
    return _grade_page(request, found)


@require_POST
@seated()
def correct(request: StaffRequest, grade_id: int) -> HttpResponse:
    seat, form = request.seat, CorrectForm(request.POST, prefix="correct")
    found = get_object_or_404(_grades(seat).select_related(*NAMES), pk=grade_id)
    if form.is_valid():
        try:
            old = mark_of(found.value, found.quality, found.special)
            typed, profiling = form.cleaned_data["grade"], found.course.is_profiling
            mark = parse_grade(typed, old.scale, GradeKind(found.kind), profiling=profiling)
        except Refusal as refusal:
            form.add_error("grade", said(refusal))
            return _grade_page(request, found, correct=form, status=422)
        try:
            why, proven = form.cleaned_data["why"], is_proven(request)
            correct_grade(seat.actor, _grades(seat), grade_id=grade_id, mark=mark, why=why, is_proven=proven)
        except ProofNeeded as needed:
            return ask_for_proof(request, said(needed))
        except GradeEnded as ended:
            return _grade_page(request, _fresh(found), ended=said(ended), status=409)
        except Refusal as refusal:
            form.add_error(None, said(refusal))
        else:
            messages.success(request, _("Оценката е поправена на %s.") % mark_text(mark))
            return HttpResponseRedirect(_back(seat, found))
    return _grade_page(request, found, correct=form, status=422)


@require_POST
@seated()
def withdraw(request: StaffRequest, grade_id: int) -> HttpResponse:
    seat, form = request.seat, ReasonForm(request.POST, prefix="withdraw")
    found = get_object_or_404(_grades(seat).select_related(*NAMES), pk=grade_id)
    if form.is_valid():
        try:
            why, proven = form.cleaned_data["why"], is_proven(request)
            withdraw_grade(seat.actor, _grades(seat), grade_id=grade_id, why=why, is_proven=proven)
        except ProofNeeded as needed:
            return ask_for_proof(request, said(needed))
        except GradeEnded as ended:
            return _grade_page(request, _fresh(found), ended=said(ended), status=409)
        except Refusal as refusal:
            form.add_error(None, said(refusal))
        else:
            messages.success(request, _("Оценката е оттеглена."))
            return HttpResponseRedirect(_back(seat, found))
    return _grade_page(request, found, withdraw=form, status=422)


@require_POST
@seated()
def comment(request: StaffRequest, grade_id: int) -> HttpResponse:
    """Say something to the family about a grade that stands."""
    seat, form = request.seat, CommentForm(request.POST)
    mine = Grade.objects.filter(course__in=gradable_courses(seat))
    found = get_object_or_404(mine.select_related(*NAMES), pk=grade_id)
    if form.is_valid():
        try:
            comment_grade(seat.actor, mine, grade_id=grade_id, text=form.cleaned_data["text"])
        except GradeEnded as ended:
            return _grade_page(request, _fresh(found), ended=said(ended), comment=form, status=409)
        messages.success(request, _("Коментарът е записан."))
        return HttpResponseRedirect(seat.url("grade", grade_id))
    return _grade_page(request, found, comment=form, status=422)


@require_safe
@seated()
def remark(request: StaffRequest, remark_id: int) -> HttpResponse:
    return _remark_page(request, get_object_or_404(_remarks(request.seat), pk=remark_id))


@require_POST
@seated()
def remark_withdraw(request: StaffRequest, remark_id: int) -> HttpResponse:
    seat, form = request.seat, ReasonForm(request.POST)
    found = get_object_or_404(_remarks(seat), pk=remark_id)
    if form.is_valid():
        try:
            withdraw_remark(seat.actor, _remarks(seat), remark_id=remark_id, why=form.cleaned_data["why"])
        except Remark.DoesNotExist:
            raise Http404 from None
        except Refusal as refusal:
            form.add_error(None, said(refusal))
        else:
            messages.success(request, _("Записът е оттеглен."))
            return HttpResponseRedirect(_back(seat, found))
    return _remark_page(request, found, form, status=422)


NAMES = ("student", "course__subject", "course__class_group", "given_by")


def _grades(seat: Seat) -> Any:
    if seat.writes_every_lesson:
        return Grade.objects.all()
    return Grade.objects.changeable_by(seat.user, on=seat.today())


def _remarks(seat: Seat) -> Any:
    found = Remark.objects.select_related("student", "written_by")
    if seat.writes_every_lesson:
        return found
    return found.filter(Q(written_by=seat.user) | Q(student__in=led_students(seat)))


def _fresh(grade: Grade) -> Grade:
    newest: Grade = Grade.objects.select_related(*NAMES).get(pk=grade.pk)
    return newest


def _back(seat: Seat, found: Grade | Remark) -> str:
    if found.lesson_id:
        return seat.url("lesson", found.lesson_id)
    if isinstance(found, Grade) and GradeKind(found.kind).is_final:
        return f"{seat.url('finals', found.course_id)}?period={found.term or Period.YEAR:d}"
    return seat.url("student", found.student_id)


def _grade_page(
    request: StaffRequest,
    grade: Grade,
    *,
    correct: forms.Form | None = None,
    withdraw: forms.Form | None = None,
    comment: forms.Form | None = None,
    ended: str = "",
    status: int = 200,
) -> HttpResponse:
    seat = request.seat
    mark = mark_of(grade.value, grade.quality, grade.special)
    context = {
        "grade": grade,
        "text": mark_text(mark),
        "is_poor": is_poor(mark),
        "kind": _kind(grade),
        "comment": comment or CommentForm(initial={"text": _comment(grade)}),
        "may_change_by_exam": grade.kind == GradeKind.ANNUAL and not grade.is_by_exam and _leads(seat, grade),
        "when": bg.moment(grade.given_at, now=clock.now(), zone=seat.zone, lang=lang()),
        "ended": ended or (_ended(seat, grade) if grade.ended_at else ""),
        "newer": Grade.objects.filter(replaces=grade).first(),
        "correct": correct or CorrectForm(prefix="correct"),
        "withdraw": withdraw or ReasonForm(prefix="withdraw"),
        "form": correct or withdraw or comment,
        "heading": _("Коментарът не е записан") if comment else _("Оценката не е променена"),
        "back": _back(seat, grade),
    }
    return page(request, "staff/lessons/grade.html", context, status=status)


def _kind(grade: Grade) -> str:
    kind = GradeKind(grade.kind)
    return ended_by(kind, grade.term, lang()) if kind in {GradeKind.TERM, GradeKind.ANNUAL} else kind_name(kind, lang())


def _comment(grade: Grade) -> str:
    said_last: str | None = grade.comments.standing().values_list("text", flat=True).first()
    return said_last or ""


def _leads(seat: Seat, grade: Grade) -> bool:
    return bool(led_classes(seat).filter(pk=grade.course.class_group_id).exists())


def _ended(seat: Seat, grade: Grade) -> str:
    assert grade.ended_at  # noqa: S101 — the caller asked
    when = bg.moment(grade.ended_at, now=clock.now(), zone=seat.zone, lang=lang())
    return _("Не важи от %(when)s: %(why)s") % {"when": when, "why": grade.ended_why}


def _remark_page(
    request: StaffRequest, remark: Remark, form: ReasonForm | None = None, *, status: int = 200
) -> HttpResponse:
    seat = request.seat
    context = {
        "remark": remark,
        "kind": _("Похвала") if remark.kind == Remark.Kind.PRAISE else _("Забележка"),
        "when": bg.moment(remark.written_at, now=clock.now(), zone=seat.zone, lang=lang()),
        "form": form or ReasonForm(),
        "back": _back(seat, remark),
    }
    return page(request, "staff/lessons/remark.html", context, status=status)
