"""How a family gets in: what is needed, an application for a child, an invitation taken."""

from typing import Any

from allauth.core.internal.ratelimit import consume
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zvanets.accounts.actions import sign_up
from zvanets.accounts.actor import SignedInRequest, address_of
from zvanets.accounts.models import User
from zvanets.accounts.signing_up import enter
from zvanets.guardians.applications import apply as file_application
from zvanets.guardians.invitations import must_be_open, take
from zvanets.guardians.models import Application
from zvanets.lib.refusals import Refusal
from zvanets.portal.access_forms import ApplicationForm, TakeForm, TakeNewForm

# Codes are not found by trying: of a hundred million a country uses one and a half.
RATES = {"apply": "30/h/ip,20/d/user", "apply_for": "10/d/key", "take": "30/h/ip"}


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What is needed, how long it takes, what it costs, and when it is refused: before anybody is asked for anything."""
    context = {
        "identities": [_(str(each.label)) for each in Application.Identity],
        "proofs": [_(str(each.label)) for each in Application.Proof],
        "grounds": [_(str(each.label)) for each in Application.Ground],
        "hours": int(Application.DECIDED_WITHIN.total_seconds() // 3600),
    }
    return render(request, "portal/access.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def apply(request: SignedInRequest) -> HttpResponse:
    """Take an application and say the same whether there is such a child or not."""
    form = ApplicationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        filed = form.filed()
        if _may(request, "apply") and _may(request, "apply_for", filed.code):
            file_application(request.user, filed, address=address_of(request))
            return redirect("access:applied")
        form.add_error(None, _("Твърде много заявления. Опитайте отново утре."))
    return _page(request, "portal/apply.html", form)


@require_safe
@login_required
def applied(request: SignedInRequest) -> HttpResponse:
    return render(request, "portal/applied.html", {"has_address": bool(request.user.email)})


@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest) -> HttpResponse:
    """Take the code of an invitation; who has no log-in makes one here."""
    user: Any = request.user if request.user.is_authenticated else None
    form = TakeForm(request.POST or None) if user else TakeNewForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (taker := _taken_by(request, user, form)):
        return redirect("portal:home") if user else enter(request, taker, to="/p/")
    return _page(request, "portal/invited.html", form, is_new=user is None)


def _taken_by(request: HttpRequest, user: User | None, form: TakeForm) -> User | None:
    """Return who took the invitation, or write into the form why nobody did."""
    if not _may(request, "take"):
        form.add_error(None, _("Твърде много заявки. Изчакайте малко и опитайте отново."))
        return None
    code, address = form.cleaned_data["code"], address_of(request)
    try:
        with transaction.atomic():  # an account made for an invitation goes again with one that is none
            must_be_open(code)
            taker = user or sign_up("", **form.account())  # type: ignore[attr-defined]
            take(taker, code, address=address)
    except Refusal as refusal:
        field = "username" if refusal.code.startswith("username") else "code"
        form.add_error(field, _(refusal.msgid) % refusal.params)
        return None
    return taker


def _may(request: HttpRequest, action: str, key: str | None = None) -> bool:
    return bool(consume(request, app="zvanets", action=action, key=key, config=RATES))


def _page(request: HttpRequest, template: str, form: Any, **context: Any) -> HttpResponse:
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)
