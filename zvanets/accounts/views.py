"""The first page after signing in, what unlocks a session left alone, and where one is signed in."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account import views as allauth
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.base import views as mfa
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zvanets.accounts import idle
from zvanets.accounts.actor import SignedInRequest
from zvanets.accounts.open_sessions import describe, end_elsewhere, open_sessions
from zvanets.accounts.seats import places, seats_of
from zvanets.lib import bg, clock
from zvanets.lib.devices import device_of

SHOWN = 10


@require_safe
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    mine = places(request.user, seats_of(request.user))
    if len(mine) == 1:
        return redirect(mine[0].url)
    return render(request, "account/places.html", {"places": mine, "seats": mine})


def _unlocking(view: Callable[..., HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let a session that was locked go on once allauth has kept a new proof of who it is."""

    def unlock(request: HttpRequest) -> HttpResponse:
        before = _proofs(request)
        response = view(request)
        if _proofs(request) != before:
            idle.touch(request)
        return response

    return unlock


def _proofs(request: HttpRequest) -> Any:
    return [*get_authentication_records(request, request.user)] if request.user.is_authenticated else None


unlock = _unlocking(allauth.reauthenticate)
unlock_by_code = _unlocking(mfa.reauthenticate)
unlock_by_key = _unlocking(webauthn.reauthenticate_webauthn)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sessions(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        end_elsewhere(request, request.user)
        messages.success(request, _("Излязохте от всички други места."))
        return HttpResponseRedirect(reverse("sessions"))
    found = open_sessions(request, request.user)
    tried = request.user.sign_ins.order_by("-at")[:SHOWN]
    context = {
        "sessions": [{"device": each.device, "is_here": each.is_here, "since": _moment(each.at)} for each in found],
        "others": sum(not each.is_here for each in found),
        "device": describe(device_of(request.headers.get("User-Agent", ""))),
        "sign_ins": [
            {"when": _moment(each.at), "device": describe(each.device), "succeeded": each.succeeded} for each in tried
        ],
    }
    return render(request, "account/sessions.html", context)


def _moment(at: Any) -> str:
    return bg.moment(at, now=clock.now(), zone=ZoneInfo(settings.TIME_ZONE), lang=get_language() or "bg")
