"""The head's drafts of the weekly programme: ask, watch, stop, look, put in force."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zvanets.accounts.models import HEADS
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.schools.models import SchoolYear
from zvanets.staff import programme
from zvanets.staff.forms import DraftForm, InForceForm
from zvanets.staff.seat import StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said
from zvanets.timetable.actions import ask_for_draft, cancel_draft, put_in_force
from zvanets.timetable.models import Draft

RUNNING = (Draft.State.WAITING, Draft.State.SOLVING)


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*HEADS)
def drafts(request: StaffRequest) -> HttpResponse:
    if request.method != "POST":
        return _drafts_page(request, DraftForm())
    form = DraftForm(request.POST)
    year = _year(request)
    if not form.is_valid() or year is None:
        return _drafts_page(request, form, status=422)
    wanted = form.cleaned_data
    if hindering := programme.obstacles(year, wanted["term"]):
        return _drafts_page(request, form, obstacles=hindering, status=422)
    try:
        draft = ask_for_draft(request.seat.actor, year, term=wanted["term"], seconds=wanted["seconds"])
    except Refusal as refusal:
        form.add_error(None, said(refusal))
        return _drafts_page(request, form, status=409)
    return HttpResponseRedirect(request.seat.url("draft", draft.pk))


def _year(request: StaffRequest) -> SchoolYear | None:
    """The school year that runs today, else the one that begins next."""
    year: SchoolYear | None = SchoolYear.objects.filter(ends_on__gte=request.seat.today()).order_by("starts_on").first()
    return year


def _drafts_page(
    request: StaffRequest, form: DraftForm, *, obstacles: list[str] | None = None, status: int = 200
) -> HttpResponse:
    context = {"form": form, "lines": programme.lines(), "year": _year(request), "obstacles": obstacles or []}
    return page(request, "staff/timetable/drafts.html", context, status=status)


@require_safe
@seated(*HEADS)
def draft(request: StaffRequest, draft_id: int) -> HttpResponse:
    found = _draft(draft_id)
    if request.headers.get("HX-Request"):
        if found.state not in RUNNING:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return render(request, "staff/timetable/_progress.html", {"seat": request.seat, **_progress(found)})
    return _draft_page(request, found, InForceForm())


def _draft(draft_id: int) -> Draft:
    return get_object_or_404(Draft.objects.select_related("school_year"), pk=draft_id)


def _progress(found: Draft) -> dict[str, Any]:
    return {"draft": found, "state": programme.state_of(found), "is_running": found.state in RUNNING}


def _draft_page(request: StaffRequest, found: Draft, form: InForceForm, *, status: int = 200) -> HttpResponse:
    classes, teachers = programme.choices(found)
    whose = request.GET.get("whose") or (classes[0].value if classes else "")
    context = {
        **_progress(found),
        "title": programme.title_of(found),
        "size": programme.size(found) if classes else "",
        "shortages": programme.shortages(found),
        "left_out": programme.left_out(found.school_year, found.term),
        "classes": classes,
        "teachers": teachers,
        "whose": whose,
        "weekdays": programme.weekdays(),
        "rows": programme.week_of(found, whose),
        "form": form,
        "may_begin": found.state in (Draft.State.READY, Draft.State.IN_FORCE),
    }
    return page(request, "staff/timetable/draft.html", context, status=status)


@require_POST
@seated(*HEADS)
def cancel(request: StaffRequest, draft_id: int) -> HttpResponse:
    if cancel_draft(_draft(draft_id)):
        messages.success(request, _("Съставянето е спряно. Програмата, която е в сила, не е променена."))
    return HttpResponseRedirect(request.seat.url("draft", draft_id))


@require_POST
@seated(*HEADS)
def begin(request: StaffRequest, draft_id: int) -> HttpResponse:
    """Put the draft in force from a Monday on."""
    found, form = _draft(draft_id), InForceForm(request.POST)
    if not form.is_valid():
        return _draft_page(request, found, form, status=422)
    try:
        come, gone = put_in_force(request.seat.actor, found, since=form.cleaned_data["since"])
    except Refusal as refusal:
        form.add_error("since", said(refusal))
        return _draft_page(request, found, form, status=422)
    text = _("Програмата е в сила от %(day)s: %(come)s нови часа, %(gone)s отпаднали.")
    day = bg.written_date(form.cleaned_data["since"], lang())
    messages.success(request, text % {"day": day, "come": come, "gone": gone})
    return HttpResponseRedirect(request.seat.url("draft", draft_id))
