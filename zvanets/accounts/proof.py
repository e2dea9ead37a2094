"""Asked again who it is, before what a student at an open computer must not do; the form that was sent is carried along."""

import json
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as passkeys
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from zvanets.accounts.models import User
from zvanets.accounts.second_factor import OWN
from zvanets.lib import clock

CODE, CREDENTIAL, PASSWORD = "proof_code", "proof_credential", "proof_password"
OURS = (CODE, CREDENTIAL, PASSWORD, "csrfmiddlewaretoken")
PROVEN = "proven"  # in the session: when
HOLDS_FOR = 300  # seconds: a teacher who mends a row of old grades is asked once


def is_proven(request: HttpRequest) -> bool:
    """Whether the person showed, in this request or minutes ago, that it is they. Signing in does not count."""
    now = clock.now().timestamp()
    if 0 <= now - float(request.session.get(PROVEN, 0)) < HOLDS_FOR:
        return True
    if any(request.POST.get(name) for name in (CODE, CREDENTIAL, PASSWORD)) and not _error(request):
        request.session[PROVEN] = now
        return True
    return False


def ask_for_proof(request: HttpRequest, why: str) -> HttpResponse:
    """Return the page that asks, with the sent form in it, for the same address (docs/adr/0016)."""
    user: Any = request.user
    types = _types(user)
    context = {
        "why": why,
        "kept": [(key, value) for key, values in request.POST.lists() if key not in OURS for value in values],
        "error": getattr(request, "proof_error", ""),
        "types": types,
        "js_data": {"request_options": passkeys.begin_authentication(user)} if "webauthn" in types else None,
    }
    return render(request, "account/prove.html", context, status=401)


def _types(user: User) -> set[str]:
    types = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    return types if types.intersection(OWN) else set()


def _error(request: HttpRequest) -> str:
    """Return "" when what was sent is right; who has a second factor is not believed a password alone."""
    user: Any = request.user
    if not _types(user):
        error = _password_error(request, user)
    elif request.POST.get(CREDENTIAL):
        error = _form_error(ReauthenticateWebAuthnForm(user=user, data={"credential": _credential(request)}))
    else:
        error = _form_error(ReauthenticateForm(user=user, data={"code": request.POST.get(CODE, "")}))
    request.proof_error = error  # type: ignore[attr-defined]
    return error


def _credential(request: HttpRequest) -> str:
    """Return it as JSON of an object, whatever was sent."""
    try:
        sent = json.loads(request.POST[CREDENTIAL])
    except ValueError:
        sent = None
    return json.dumps(sent if isinstance(sent, dict) else {})


def _form_error(form: Any) -> str:
    if form.is_valid():
        form.save()
        return ""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _password_error(request: HttpRequest, user: User) -> str:
    try:
        if get_adapter().reauthenticate(user, request.POST.get(PASSWORD, "")):
            return ""
    except ValidationError as refused:
        return str(refused.messages[0])
    return _("Паролата не е вярна.")
