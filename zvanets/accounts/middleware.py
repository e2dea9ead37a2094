"""Who asks: the session's user; a session left alone is locked, and what it was saving is carried over the password page."""

from collections.abc import Callable
from functools import partial
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import consume, respond_429
from allauth.mfa.base.forms import AuthenticateForm
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware, get_user
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from zvanets.accounts import idle
from zvanets.accounts.models import User
from zvanets.accounts.second_factor import has_second_factor

STAFF_FRONTS = ("/s/", "/o/")
FRONTS = (*STAFF_FRONTS, "/p/")
NAME, PASSWORD, CODE = "unlock_name", "unlock_password", "unlock_code"
OURS = (NAME, PASSWORD, CODE, "csrfmiddlewaretoken")
SECRETS = ("password", "pin", "again")  # never written into a page: they are typed once more


class SignedIn(AuthenticationMiddleware):
    """`request.user` as the session's own statement found them; whatever does not fit at once goes Django's way."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(partial(_user_of, request))  # type: ignore[assignment]


def _user_of(request: Any) -> User | AnonymousUser:
    session = request.session
    sealed, backend = session.get(HASH_SESSION_KEY, ""), session.get(BACKEND_SESSION_KEY)
    user: User | None = session.user
    is_known = user and user.is_active and backend in settings.AUTHENTICATION_BACKENDS
    if user and is_known and constant_time_compare(sealed, user.get_session_auth_hash()):
        return user
    return get_user(request)


class IdleLock:
    """Ask for the password again after the minutes its school chose (settings.IDLE_LOCK: ten) without activity; families keep their long sessions.

    A page that is asked for leads to the password and back. A form that is sent comes back as a page with the password
    and all its fields, so that nothing typed is lost, with a script or without. A script's request is led to the
    password like a page: what it was saving stays in the browser's draft.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, kwargs: Any) -> HttpResponseBase | None:
        # Here and not in __call__: the CSRF token has been checked by now.
        if not request.path_info.startswith(FRONTS):
            return None
        if not request.user.is_authenticated:
            return _let_in(request) if _is_sent_form(request) else None
        if not (request.path_info.startswith(STAFF_FRONTS) or request.session.get(idle.STAFF)):
            return None
        if not idle.is_locked(request, kwargs.get("school_id") if request.path_info.startswith("/s/") else None):
            idle.keep(request)
            return None
        if _is_sent_form(request):
            return _let_in(request)
        return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.get_full_path()})}")


def _is_sent_form(request: HttpRequest) -> bool:
    return request.method == "POST" and "HX-Request" not in request.headers


def _let_in(request: HttpRequest) -> HttpResponseBase | None:
    """Return None when the right password came with the form, else the page that asks for it."""
    password = request.POST.get(PASSWORD)
    if not password:
        return _ask(request)
    if not consume(request, app="allauth.account", action="login"):
        limited: HttpResponse = respond_429(request)
        return limited
    try:
        is_known = _check(request, password)
    except ValidationError as refused:
        return _ask(request, refused.messages[0])
    if not is_known:
        return _ask(request, str(get_adapter().error_messages["username_password_mismatch"]))
    request.POST = _without_ours(request.POST)  # type: ignore[assignment]
    return None


def _check(request: HttpRequest, password: str) -> bool:
    adapter = get_adapter()
    if request.user.is_authenticated:
        return bool(adapter.reauthenticate(request.user, password))
    user = adapter.authenticate(request, username=request.POST.get(NAME, ""), password=password)
    if user is None or not user.is_active:
        return False
    if has_second_factor(user):
        _must_know_code(request, user)
    adapter.login(request, user)
    return True


def _must_know_code(request: HttpRequest, user: User) -> None:
    """Whoever signs in through the form that waited needs what signing in needs; ValidationError otherwise."""
    if not request.POST.get(CODE):
        raise ValidationError(_("Въведете и кода от приложението или резервен код. С ключ: влезте в нов раздел."))
    form = AuthenticateForm(user=user, data={"code": request.POST[CODE]})
    if not form.is_valid():
        raise ValidationError(form.errors["code"])
    form.save()


def _ask(request: HttpRequest, error: str = "") -> HttpResponse:
    kept = [(key, value) for key, values in request.POST.lists() if key not in (*OURS, *SECRETS) for value in values]
    context = {"kept": kept, "error": error, "name": request.POST.get(NAME, ""), "files": bool(request.FILES)}
    return render(request, "account/locked.html", context, status=401)


def _without_ours(sent: QueryDict) -> QueryDict:
    rest = sent.copy()
    for key in (NAME, PASSWORD, CODE):
        rest.pop(key, None)
    return rest
