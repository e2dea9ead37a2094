"""How allauth signs people in here: no sign-up, throttled per person, each attempt kept."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from zvanets.accounts import idle
from zvanets.accounts.actor import address_of
from zvanets.accounts.backends import typed_name
from zvanets.accounts.letters import post
from zvanets.accounts.models import SignIn, User
from zvanets.accounts.seats import PLACES, has_staff_seat, places, seats_of
from zvanets.lib import clock

_NOT_THE_ONE = _("Името или паролата не са верни. Проверете дали не е включен Caps Lock и дали пишете на латиница.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _NOT_THE_ONE,
        "email_password_mismatch": _NOT_THE_ONE,
        "phone_password_mismatch": _NOT_THE_ONE,
        "incorrect_password": _("Паролата не е вярна."),
        "enter_current_password": _("Напишете сегашната си парола."),
        "too_many_login_attempts": _("Твърде много неуспешни опити за вход. Изчакайте пет минути и опитайте отново."),
        "rate_limited": _("Твърде много заявки. Изчакайте малко и опитайте отново."),
        "invalid_password_reset": _("Връзката за нова парола вече не е валидна. Поискайте нова."),
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Accounts come from the school: a stranger cannot make one."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or "unknown"

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, True) if user.phone else None

    def _get_login_attempts_cache_key(self, _request: HttpRequest, **credentials: Any) -> str:
        """Count failures per person: a number has endless spellings, and each would be a new start."""
        name = typed_name(credentials).strip().lower()
        user = User.objects.signing_in_as(name)
        return f"user:{user.pk}" if user else f"name:{name}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        _keep_attempt(request, User.objects.signing_in_as(typed_name(credentials)), succeeded=False)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        seats = seats_of(user)
        idle.begin(request, is_staff=has_staff_seat(user, seats))
        request.session[PLACES] = len(places(user, seats))
        _keep_attempt(request, user, succeeded=True)

    def reauthenticate(self, user: User, password: str) -> bool:
        known: bool = super().reauthenticate(user, password)
        if known:
            idle.touch(self.request)
        return known

    def post_login(self, request: HttpRequest, user: User, **login: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **login)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=settings.SESSION_COOKIE_AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
        return response

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leave it to the worker: neither a slow mail server nor an address unknown to us keeps the page waiting."""
        mail = self.render_mail(template_prefix, email, {"request": self.request, "email": email} | context)
        post(mail.to[0], subject=mail.subject, text=mail.body, language=get_language() or "bg")


def _keep_attempt(request: HttpRequest, user: User | None, *, succeeded: bool) -> None:
    SignIn.objects.create(user=user, at=clock.now(), succeeded=succeeded, address=address_of(request) or None)
