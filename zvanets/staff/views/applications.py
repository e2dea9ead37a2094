"""Applications for access: who waits and how long, papers seen in person, granted or refused in words."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zvanets.accounts.models import HEADS
from zvanets.guardians.applications import grant_application, refuse_application, see_papers
from zvanets.guardians.models import Application
from zvanets.lib.refusals import Refusal
from zvanets.staff import applications
from zvanets.staff.access_forms import PapersForm, RefusalForm
from zvanets.staff.seat import StaffRequest, page, seated
from zvanets.staff.typed_lesson import said


@require_safe
@seated(*HEADS)
def every(request: StaffRequest) -> HttpResponse:
    context = {"waiting": applications.waiting(request.seat), "decided": applications.decided(request.seat)}
    return page(request, "staff/office/applications.html", context)


@require_safe
@seated(*HEADS)
def one(request: StaffRequest, application_id: int) -> HttpResponse:
    return _page(request, _found(application_id))


@require_POST
@seated(*HEADS)
def see(request: StaffRequest, application_id: int) -> HttpResponse:
    application, form = _found(application_id), PapersForm(request.POST)
    if not form.is_valid():
        return _page(request, application, papers=form)
    kinds = {"identity": form.cleaned_data["identity"], "proof": form.cleaned_data["proof"]}
    try:
        see_papers(actor=request.seat.actor, application=application, **kinds)
    except Refusal as refusal:
        messages.error(request, said(refusal))
    return HttpResponseRedirect(request.seat.url("application", application.pk))


@require_POST
@seated(*HEADS)
def grant(request: StaffRequest, application_id: int) -> HttpResponse:
    application = _found(application_id)
    try:
        grant_application(actor=request.seat.actor, application=application)
    except Refusal as refusal:
        messages.error(request, said(refusal))
        return HttpResponseRedirect(request.seat.url("application", application.pk))
    messages.success(request, _("%s вече има достъп.") % application.full_name)
    return HttpResponseRedirect(request.seat.url("family", application.student_id))


@require_POST
@seated(*HEADS)
def refuse(request: StaffRequest, application_id: int) -> HttpResponse:
    application, form = _found(application_id), RefusalForm(request.POST)
    if form.is_valid():
        try:
            refuse_application(actor=request.seat.actor, application=application, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error("note" if refusal.code == "number" else None, said(refusal))
        else:
            messages.success(request, _("Отказано; писахме на заявителя защо."))
            return HttpResponseRedirect(request.seat.url("applications"))
    return _page(request, application, refusal=form)


def _found(application_id: int) -> Application:
    return get_object_or_404(Application.objects.select_related("student", "user", "seen_by"), pk=application_id)


def _page(
    request: StaffRequest,
    application: Application,
    *,
    papers: PapersForm | None = None,
    refusal: RefusalForm | None = None,
) -> HttpResponse:
    wrong = papers or refusal
    context: dict[str, Any] = {
        "application": application,
        "line": applications.line(request.seat, application),
        "facts": applications.facts(request.seat, application),
        "papers": papers or PapersForm(),
        "refusal": refusal or RefusalForm(),
        "wrong": wrong,
    }
    return page(request, "staff/office/application.html", context, status=422 if wrong else 200)
