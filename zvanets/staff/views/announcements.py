"""What the school writes home: choose to whom, write, look at who gets it and what it costs, send; who got it, and withdraw."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zvanets.guardians.models import ChannelName
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.messaging.actions import Words, send_announcement, withdraw_announcement
from zvanets.messaging.models import Announcement
from zvanets.notifications.preview import Preview, preview
from zvanets.staff.announcements import Target, choices, lines, moment, names_of, own, receipts, target, visible
from zvanets.staff.forms import AnnouncementForm, ReasonForm
from zvanets.staff.seat import StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said

SHOWN = 50


@require_safe
@seated()
def sent(request: StaffRequest) -> HttpResponse:
    found = list(visible(request.seat)[:SHOWN])
    return page(request, "staff/announcements/list.html", {"lines": lines(request.seat, found)})


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def write(request: StaffRequest) -> HttpResponse:
    typed = request.POST if request.method == "POST" else request.GET
    if not typed.get("to"):
        return page(request, "staff/announcements/choose.html", {"links": choices(request.seat)})
    to = target(request.seat, typed["to"], typed.getlist("students"))
    may_be_urgent = to.address.may_be_urgent
    if request.method != "POST":
        return _form_page(request, to, AnnouncementForm(may_be_urgent=may_be_urgent))
    form = AnnouncementForm(request.POST, may_be_urgent=may_be_urgent)
    if not form.is_valid():
        return _form_page(request, to, form, status=422)
    step = request.POST.get("step")
    if step == "edit":
        return _form_page(request, to, form)
    return _send(request, to, form) if step == "send" else _check_page(request, to, form)


def _send(request: StaffRequest, to: Target, form: AnnouncementForm) -> HttpResponse:
    try:
        key = UUID(request.POST.get("key", ""))
        made = send_announcement(request.seat.actor, to.address, Words(**form.cleaned_data), save_key=key)
    except Refusal as refusal:
        form.add_error(None, said(refusal))
        return _form_page(request, to, form, status=422)
    except ValueError:
        return _check_page(request, to, form)
    text = _("Спешното съобщение тръгна.") if made.is_urgent else _("Изпратено. Докато тръгне, може да го отмените.")
    messages.success(request, text)
    return HttpResponseRedirect(request.seat.url("announcement", made.pk))


def _form_page(request: StaffRequest, to: Target, form: AnnouncementForm, *, status: int = 200) -> HttpResponse:
    typed = request.POST if request.method == "POST" else request.GET
    context = {"to": to, "to_value": typed["to"], "form": form}
    return page(request, "staff/announcements/write.html", context, status=status)


def _check_page(request: StaffRequest, to: Target, form: AnnouncementForm) -> HttpResponse:
    words = Words(**form.cleaned_data)
    seen = preview(words.verb, words.body(request.user.name), to.address.everyone(), on=request.seat.today())
    context = {
        "to": to,
        "to_value": request.POST["to"],
        "students": request.POST.getlist("students"),
        "form": form,
        "words": words,
        "seen": seen,
        "key": uuid4(),
        **_in_words(seen),
    }
    return page(request, "staff/announcements/check.html", context)


def _in_words(seen: Preview) -> dict[str, Any]:
    names = [(ChannelName.PORTAL, _("в портала")), (ChannelName.EMAIL, _("по имейл")), (ChannelName.SMS, _("по SMS"))]
    return {
        "guardians_text": bg.counted(seen.guardians, "person", lang()),
        "students_text": bg.counted(seen.students, "student", lang()),
        "channels": [(name, seen.by_channel[channel]) for channel, name in names if seen.by_channel.get(channel)],
        "cost_text": bg.number(seen.cost, lang()),
    }


@require_safe
@seated()
def announcement(request: StaffRequest, announcement_id: int) -> HttpResponse:
    return _page(request, get_object_or_404(visible(request.seat), pk=announcement_id))


@require_POST
@seated()
def withdraw(request: StaffRequest, announcement_id: int) -> HttpResponse:
    seat, form = request.seat, ReasonForm(request.POST)
    found = get_object_or_404(own(seat), pk=announcement_id)
    if form.is_valid():
        try:
            withdraw_announcement(seat.actor, own(seat), announcement_id=found.pk, why=form.cleaned_data["why"])
        except Announcement.DoesNotExist:
            raise Http404 from None
        except Refusal as refusal:
            form.add_error(None, said(refusal))
        else:
            messages.success(request, _("Съобщението е отменено. Който вече го е получил, ще узнае за това."))
            return HttpResponseRedirect(seat.url("announcement", found.pk))
    return _page(request, found, form, status=422)


def _page(
    request: StaffRequest, found: Announcement, form: ReasonForm | None = None, *, status: int = 200
) -> HttpResponse:
    seat = request.seat
    context = {
        "announcement": found,
        "to": names_of([found])[found.pk],
        "when": moment(seat, found.sent_at),
        "withdrawn": moment(seat, found.withdrawn_at) if found.withdrawn_at else "",
        "receipts": receipts(seat, found),
        "may_withdraw": found.withdrawn_at is None and (seat.is_head or found.author_id == seat.user.pk),
        "form": form or ReasonForm(),
    }
    return page(request, "staff/announcements/announcement.html", context, status=status)
