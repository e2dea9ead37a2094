"""The child's absences: what was missed, the days left, and asking the school to excuse."""

from allauth.core.internal.ratelimit import consume
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zvanets.attendance.forms import NoticeForm
from zvanets.attendance.models import AbsenceNotice
from zvanets.attendance.notices import give_notice, withdraw_notice, year_of
from zvanets.files.answer import inert
from zvanets.guardians.models import Guardian
from zvanets.history.record import note_access
from zvanets.history.verbs import Read
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.portal import absences as own
from zvanets.portal import diary
from zvanets.portal.family import FamilyRequest, family, page
from zvanets.schools.models import Student

NOTICES_AN_HOUR = {"absence_notice": "20/h/user"}


@require_safe
@family("absences")
def absences(request: FamilyRequest) -> HttpResponse:
    child = request.child
    year = year_of(child.today())
    missed, totals = diary.absences_of(child, since=year.starts_on)
    carried, notices = own.carried(child, year), own.notices_of(child, year)
    context = {
        "missed": missed,
        "totals": diary.in_sentences(totals, child.row.this_month, carried.totals if carried else None),
        "left": own.days_left(child, year, notices) if child.row.may_excuse else None,
        "notices": own.asked(child, notices),
    }
    return page(request, "portal/absences.html", child, context)


@require_http_methods(["GET", "HEAD", "POST"])
@family()
def notice(request: FamilyRequest) -> HttpResponse:
    """Say that the child will not come, or ask to excuse that it did not."""
    child = request.child
    if not child.row.may_excuse or child.has_left:
        raise Http404
    form = NoticeForm(request.POST or None, request.FILES or None, today=child.today())
    if request.method == "POST" and form.is_valid():
        try:
            _give(request, form)
        except Refusal as refused:
            form.add_error(None, _(refused.msgid) % refused.params)
        else:
            messages.success(
                request, _("Изпратено. Класният ръководител ще отговори тук; учителите вече виждат „предизвестено“.")
            )
            return HttpResponseRedirect(child.url("absences"))
    year = year_of(child.today())
    context = {"form": form, "left": own.days_left(child, year, own.notices_of(child, year))}
    return page(request, "portal/notice.html", child, context, status=422 if form.errors else 200)


def _give(request: FamilyRequest, form: NoticeForm) -> None:
    if not consume(request, app="zvanets", action="absence_notice", config=NOTICES_AN_HOUR):
        raise Refusal("too_many_notices", gettext_noop("Изпратихте много молби. Опитайте отново след час."))
    child = request.child
    student, guardian = Student.objects.get(pk=child.row.student_id), Guardian.objects.get(pk=child.row.guardian_id)
    give_notice(child.actor, student, form.said(), way=AbsenceNotice.Way.PORTAL, guardian=guardian)


@require_POST
@family()
def withdraw(request: FamilyRequest, notice_id: int) -> HttpResponse:
    child = request.child
    mine = AbsenceNotice.objects.filter(student=child.row.student_id, guardian=child.row.guardian_id)
    try:
        withdraw_notice(child.actor, get_object_or_404(mine, pk=notice_id))
    except Refusal as refused:
        messages.warning(request, _(refused.msgid) % refused.params)
    else:
        messages.success(request, _("Молбата е оттеглена."))
    return HttpResponseRedirect(child.url("absences"))


@require_safe
@family()
def file(request: FamilyRequest, notice_file_id: int) -> HttpResponse:
    child = request.child
    found = get_object_or_404(own.files_of(child), pk=notice_file_id)
    note_access(Read.REASONS_OPENED, actor=child.actor, student_id=child.row.student_id, what="portal:notice_file")
    return inert(found)
