"""The homeroom teacher's page, and what is decided there of families' notices."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zvanets.attendance.models import AbsenceNotice, NoticeFile
from zvanets.attendance.notices import accept_notice, give_notice, refuse_notice
from zvanets.files.answer import inert
from zvanets.history.record import note_access
from zvanets.history.verbs import Read
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.schools.models import ClassGroup, Enrolment, Student
from zvanets.staff import classes, homeroom, notices
from zvanets.staff.forms import ReasonForm, StaffNoticeForm
from zvanets.staff.seat import Seat, StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said


@require_safe
@seated()
def glance(request: StaffRequest, class_group_id: int) -> HttpResponse:
    return _glance(request, led(request.seat, class_group_id))


def _glance(
    request: StaffRequest, group: ClassGroup, form: ReasonForm | None = None, *, wanted: int = 0, status: int = 200
) -> HttpResponse:
    seat = request.seat
    found = homeroom.glance(seat, group)
    if found.notices:
        note_access(Read.REASONS_OPENED, actor=seat.actor, what="staff:homeroom")
    context = {
        "group": group,
        "glance": found,
        "waiting": notices.lines(seat, found.notices),
        "waiting_text": bg.counted(len(found.notices), "notice", lang()),
        "form": form,
        "wanted": wanted,
    }
    return page(request, "staff/homeroom/homeroom.html", context, status=status)


@require_POST
@seated()
def accept(request: StaffRequest, notice_id: int) -> HttpResponse:
    notice = _notice(request.seat, notice_id)
    try:
        n = accept_notice(request.seat.actor, notice)
    except Refusal as refused:
        messages.warning(request, f"{notice.student.short_name}: {said(refused)}")
    else:
        excused = bg.counted(n, "absence", lang())
        messages.success(
            request,
            _("%(student)s: молбата е приета, извинени са %(n)s.")
            % {"student": notice.student.short_name, "n": excused},
        )
    return HttpResponseRedirect(_home(request.seat, notice.student))


@require_POST
@seated()
def refuse(request: StaffRequest, notice_id: int) -> HttpResponse:
    """Refuse with a reason; it goes to the family's portal and nowhere else."""
    notice, form = _notice(request.seat, notice_id), ReasonForm(request.POST)
    if not form.is_valid():
        group = led(request.seat, _book(request.seat, notice.student))
        return _glance(request, group, form, wanted=notice.pk, status=422)
    try:
        refuse_notice(request.seat.actor, notice, why=form.cleaned_data["why"])
    except Refusal as refused:
        messages.warning(request, said(refused))
    else:
        messages.success(request, _("%s: молбата е отказана, семейството научава.") % notice.student.short_name)
    return HttpResponseRedirect(_home(request.seat, notice.student))


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def new_notice(request: StaffRequest, class_group_id: int) -> HttpResponse:
    """A family called or wrote: the homeroom teacher enters it on its behalf."""
    seat, group = request.seat, led(request.seat, class_group_id)
    students = students_of(seat, group)
    form = StaffNoticeForm(request.POST or None, request.FILES or None, today=seat.today(), students=students)
    if request.method == "POST" and form.is_valid():
        try:
            student = students.get(pk=form.cleaned_data["student"])
            notice = give_notice(seat.actor, student, form.said(), way=AbsenceNotice.Way.STAFF)
            if form.cleaned_data["is_accepted"]:
                accept_notice(seat.actor, notice)
        except Refusal as refused:
            form.add_error(None, said(refused))
        else:
            messages.success(request, _("%s: записано, учителите виждат „предизвестено“.") % student.short_name)
            return HttpResponseRedirect(seat.url("homeroom", group.pk))
    context = {"form": form, "group": group}
    return page(request, "staff/homeroom/notice.html", context, status=422 if form.errors else 200)


@require_safe
@seated()
def file(request: StaffRequest, notice_file_id: int) -> HttpResponse:
    mine = NoticeFile.objects.filter(notice__student__in=led_students(request.seat)).select_related("notice")
    found = get_object_or_404(mine, pk=notice_file_id)
    student_id = found.notice.student_id
    note_access(Read.REASONS_OPENED, actor=request.seat.actor, student_id=student_id, what="staff:notice_file")
    return inert(found)


def led(seat: Seat, class_group_id: int) -> ClassGroup:
    return get_object_or_404(classes.led_classes(seat), pk=class_group_id)


def led_students(seat: Seat) -> Any:
    led = classes.led_classes(seat)
    return Enrolment.objects.standing(on=seat.today()).filter(class_book__in=led.values("pk")).values("student")


def _notice(seat: Seat, notice_id: int) -> AbsenceNotice:
    mine = AbsenceNotice.objects.filter(student__in=led_students(seat)).select_related("student")
    return get_object_or_404(mine, pk=notice_id)


def _book(seat: Seat, student: Student) -> int:
    """Return the led class book in which the student stands."""
    standing = Enrolment.objects.standing(on=seat.today()).filter(student=student)
    led = classes.led_classes(seat).values("pk")
    book: int = standing.filter(class_book__in=led).order_by("-starts_on").values_list("class_book_id", flat=True)[0]
    return book


def _home(seat: Seat, student: Student) -> str:
    return seat.url("homeroom", _book(seat, student))


def students_of(seat: Seat, group: ClassGroup) -> QuerySet[Student]:
    standing = Enrolment.objects.standing(on=seat.today()).filter(class_book=group)
    return Student.objects.filter(pk__in=standing.values("student")).order_by("sort_name")
