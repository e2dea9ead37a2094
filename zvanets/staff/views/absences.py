"""Absences beyond a lesson's register: a class or a day at once, closings, one child's notices and notes, one absence."""

from typing import Any

from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zvanets.accounts.models import HEADS
from zvanets.attendance.changes import make_late, withdraw_absence
from zvanets.attendance.closing import carry_absences, close_absences, reopen_absences
from zvanets.attendance.medical import receive_medical_notice
from zvanets.attendance.models import Absence, AbsenceClosing, CarriedAbsence
from zvanets.history.record import note_access
from zvanets.history.verbs import Read
from zvanets.lessons.bulk import record_away
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.schools.models import ClassGroup, Student
from zvanets.staff import absences as reading
from zvanets.staff import classes
from zvanets.staff.absence_forms import BulkForm, CarriedForm, ClosingForm, MedicalForm, choices_of
from zvanets.staff.forms import ReasonForm
from zvanets.staff.seat import Seat, StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said
from zvanets.staff.views.homeroom import led, led_students, students_of

FORMS_AND_READING = ["GET", "HEAD", "POST"]


@require_http_methods(FORMS_AND_READING)
@seated()
def bulk(request: StaffRequest, class_group_id: int) -> HttpResponse:
    """The whole class away, an event, one student all day."""
    seat, group = request.seat, led(request.seat, class_group_id)
    students = students_of(seat, group)
    form = BulkForm(request.POST or None, students=choices_of(students), today=seat.today())
    if request.method == "POST" and form.is_valid():
        try:
            n = record_away(seat.actor, form.away())
        except Refusal as refused:
            form.add_error(None, said(refused))
        else:
            messages.success(request, _("Вписани: %s.") % bg.counted(n, "absence", lang()))
            return HttpResponseRedirect(seat.url("homeroom", group.pk))
    context = {"form": form, "group": group}
    return page(request, "staff/homeroom/bulk.html", context, status=422 if form.errors else 200)


@require_http_methods(FORMS_AND_READING)
@seated()
def closings(request: StaffRequest, class_group_id: int) -> HttpResponse:
    seat, group = request.seat, led(request.seat, class_group_id)
    form = ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            close_absences(seat.actor, group, form.cleaned_data["closed_on"], today=seat.today())
        except Refusal as refused:
            form.add_error(None, said(refused))
        else:
            messages.success(request, _("Отсъствията са приключени."))
            return HttpResponseRedirect(seat.url("closings", group.pk))
    return _closings(request, group, form)


def _closings(request: StaffRequest, group: ClassGroup, form: ClosingForm, *, wanted: int = 0) -> HttpResponse:
    context = {"form": form, "group": group, "closings": reading.closings(request.seat, group), "wanted": wanted}
    return page(request, "staff/homeroom/closings.html", context, status=422 if form.errors else 200)


@require_POST
@seated(*HEADS)
def reopen(request: StaffRequest, closing_id: int) -> HttpResponse:
    closing = get_object_or_404(AbsenceClosing.objects.select_related("class_book"), pk=closing_id)
    form = ReasonForm(request.POST)
    if form.is_valid():
        reopen_absences(request.seat.actor, closing, why=form.cleaned_data["why"])
        messages.success(request, _("Отсъствията са отворени отново."))
    else:
        messages.warning(request, _("Не са отворени: напишете защо."))
    return HttpResponseRedirect(request.seat.url("closings", closing.class_book_id))


@require_safe
@seated()
def student(request: StaffRequest, student_id: int) -> HttpResponse:
    """One child's absences with their reasons, notices and medical notes: for its homeroom teacher and the heads."""
    return _student(request, _led_student(request.seat, student_id))


def _student(
    request: StaffRequest,
    student: Student,
    *,
    medical: MedicalForm | None = None,
    carried: CarriedForm | None = None,
    status: int = 200,
) -> HttpResponse:
    seat = request.seat
    note_access(Read.REASONS_OPENED, actor=seat.actor, student_id=student.pk, what="staff:absences")
    year = classes.year_now(seat)
    brought = CarriedAbsence.objects.filter(student=student, school_year=year).first() if year else None
    context = reading.of_student(seat, student, year) | {
        "student": student,
        "medical": medical or MedicalForm(),
        "carried": carried or CarriedForm(initial=model_to_dict(brought) if brought else None),
        "form": medical or carried,
    }
    return page(request, "staff/students/absences.html", context, status=status)


@require_POST
@seated()
def medical(request: StaffRequest, student_id: int) -> HttpResponse:
    student, form = _led_student(request.seat, student_id), MedicalForm(request.POST)
    if form.is_valid():
        try:
            n = receive_medical_notice(request.seat.actor, student, form.note())
        except Refusal as refused:
            form.add_error(None, said(refused))
        else:
            messages.success(request, _("Бележката е приета, извинени са %s.") % bg.counted(n, "absence", lang()))
            return HttpResponseRedirect(request.seat.url("absences", student.pk))
    return _student(request, student, medical=form, status=422)


@require_POST
@seated()
def carry(request: StaffRequest, student_id: int) -> HttpResponse:
    seat = request.seat
    student, form, year = _led_student(seat, student_id), CarriedForm(request.POST), classes.year_now(seat)
    if form.is_valid() and year:
        carry_absences(seat.actor, student, year, form.cleaned_data)
        messages.success(request, _("Прехвърлените отсъствия са записани."))
        return HttpResponseRedirect(seat.url("absences", student.pk))
    return _student(request, student, carried=form, status=422)


@require_http_methods(FORMS_AND_READING)
@seated()
def absence(request: StaffRequest, absence_id: int) -> HttpResponse:
    """Change one absence later: withdraw it with a reason, or make it a lateness."""
    seat, own = request.seat, _own_absences(request.seat)
    found = get_object_or_404(own.select_related("student", "lesson__course__subject"), pk=absence_id)
    form = ReasonForm(request.POST if request.method == "POST" and "late" not in request.POST else None)
    if request.method == "POST":
        try:
            if "late" in request.POST:
                make_late(seat.actor, own, found.pk)
                return HttpResponseRedirect(seat.url("absences", found.student_id))
            if form.is_valid():
                withdraw_absence(seat.actor, own, found.pk, why=form.cleaned_data["why"])
                return HttpResponseRedirect(seat.url("absences", found.student_id))
        except Refusal as refused:
            messages.warning(request, said(refused))
            return HttpResponseRedirect(seat.url("absence", found.pk))
    context = {"form": form, "absence": reading.line(seat, found), "student": found.student}
    return page(request, "staff/students/absence.html", context, status=422 if form.errors else 200)


def _led_student(seat: Seat, student_id: int) -> Student:
    return get_object_or_404(Student.objects.filter(pk__in=led_students(seat)), pk=student_id)


def _own_absences(seat: Seat) -> Any:
    return Absence.objects.filter(student__in=led_students(seat))
