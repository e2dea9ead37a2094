"""The parents' phones: what reaches families in this very moment."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zvanets.demo import inbox, people, seed, telephones
from zvanets.demo.inbox import Arrival
from zvanets.demo.school import SCHOOL_ID
from zvanets.demo.telephones import Sms
from zvanets.lib import bg, clock, damm
from zvanets.rules.delivery import Status
from zvanets.tenancy.school import at_school


@require_safe
def phones(request: HttpRequest) -> HttpResponse:
    with at_school(SCHOOL_ID):
        lesson, code = seed.current_lesson(), seed.code_of_a_child()
    sign_in, now = reverse("account_login"), reverse("staff:now", args=[SCHOOL_ID])
    context = {
        "lesson": lesson,
        "lesson_url": now,
        "as_teacher": f"{sign_in}?{urlencode({'next': now})}",
        "as_guardian": f"{sign_in}?{urlencode({'next': reverse('portal:home')})}",
        "teacher": people.TEACHER,
        "guardian": people.GUARDIAN,
        "password": seed.PASSWORD,
        "grace": seed.GRACE_SECONDS,
        "code": damm.in_threes(code),
        "pin": seed.PIN,
        "keys": "123456789*0#" if settings.TELEPHONE_PORT else "",
    }
    context["has_sms"] = bool(settings.SMPP_URL)
    context |= _sms(telephones.arrivals(settings.SMS_BOX)) if settings.SMPP_URL else {}
    return render(request, "demo/phones.html", context | _mail(settings.MAILBOX))


@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """The phone's newest letters; 204 while nothing came, which htmx takes as „leave it as it is“."""
    if request.GET.get("seen") == inbox.newest_name(settings.MAILBOX):
        return HttpResponse(status=204)
    answer = render(request, "demo/_news.html", _mail(settings.MAILBOX))
    answer["HX-Trigger"] = "bell"
    return answer


@require_safe
def sms(request: HttpRequest) -> HttpResponse:
    """The telephones' newest SMS; 204 while nothing changed."""
    arrivals = telephones.arrivals(settings.SMS_BOX)
    if request.GET.get("seen") == telephones.seen(arrivals):
        return HttpResponse(status=204)
    answer = render(request, "demo/_sms_news.html", _sms(arrivals))
    answer["HX-Trigger"] = "bell"
    return answer


def _sms(arrivals: list[Sms]) -> dict[str, Any]:
    language = get_language() or "bg"
    known = [each.seconds for each in arrivals if each.seconds is not None]
    return {
        "sms_seen": telephones.seen(arrivals),
        "seconds": _tenths(known[0], language) if known else "",
        "texts": [_text(each, language) for each in arrivals],
    }


def _text(each: Sms, language: str) -> dict[str, Any]:
    count = each.sms.parts
    states = {Status.ACCEPTED: _("приет"), Status.DELIVERED: _("доставен")}
    return {
        "text": each.sms.text,
        "to": f"+{each.sms.to.lstrip('+')}",
        "at": each.arrived_at.astimezone(clock.SOFIA).strftime("%H:%M:%S"),
        "parts": ngettext("%(count)s част", "%(count)s части", count) % {"count": count},
        "state": states.get(Status(each.state), "") if each.state else "",
        "seconds": "" if each.seconds is None else _tenths(each.seconds, language),
    }


def _mail(path: Path) -> dict[str, Any]:
    seen = inbox.newest_name(path)
    arrivals = inbox.arrivals(path)
    language = get_language() or "bg"
    known = [arrival.seconds for arrival in arrivals if arrival.seconds is not None]
    return {
        "seen": seen,
        "seconds": _tenths(known[0], language) if known else "",
        "letters": [_letter(arrival, language) for arrival in arrivals],
    }


def _letter(arrival: Arrival, language: str) -> dict[str, Any]:
    letter = arrival.mail
    return {
        "to": letter.to,
        "subject": letter.subject,
        "entries": _beyond(letter.subject, letter.entries),
        "at": letter.arrived_at.astimezone(clock.SOFIA).strftime("%H:%M:%S"),
        "seconds": "" if arrival.seconds is None else _tenths(arrival.seconds, language),
    }


def _beyond(subject: str, entries: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return what the subject does not say already."""
    said = subject.casefold()
    left = [[line for line in entry if line.casefold() not in said] for entry in entries]
    return [entry for entry in left if entry]


def _tenths(seconds: float, language: str) -> str:
    return bg.number(Decimal(seconds), language, places=1)
