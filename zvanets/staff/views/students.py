"""A student's page; that somebody opened it is kept."""

from django.http import Http404, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST, require_safe

from zvanets.history.record import note_access
from zvanets.history.verbs import Read
from zvanets.staff import book
from zvanets.staff import student as diary
from zvanets.staff.classes import visible_students
from zvanets.staff.seat import StaffRequest, page, seated
from zvanets.staff.views.remarks import sanction_rows


@require_safe
@seated()
def student(request: StaffRequest, student_id: int) -> HttpResponse:
    whole, taught = visible_students(request.seat)
    found = whole.filter(pk=student_id).first()
    is_whole = found is not None
    found = found or taught.filter(pk=student_id).first()
    if found is None:
        raise Http404
    context = diary.context(request.seat, found, is_whole=is_whole)
    context["may_see_family"] = request.seat.is_head or (is_whole and not request.seat.writes_every_lesson)
    context["may_see_health"] = book.is_private(request.seat)
    context["sanctions"] = sanction_rows(request.seat, [found.pk]) if is_whole else []
    note_access(Read.STUDENT_OPENED, actor=request.seat.actor, student_id=found.pk, what="staff:student")
    return page(request, "staff/students/student.html", context)


@require_POST
@seated()
def printed(request: StaffRequest) -> HttpResponse:
    """Keep that somebody printed a page of this school, and of which student."""
    try:
        found = resolve(request.POST.get("path", ""))
    except Resolver404:
        raise Http404 from None
    if found.namespace != "staff" or found.kwargs.get("school_id") != request.seat.school_id:
        raise Http404
    student_id = found.kwargs.get("student_id")
    note_access(Read.PAGE_PRINTED, actor=request.seat.actor, student_id=student_id, what=found.view_name)
    return HttpResponse(status=204)
