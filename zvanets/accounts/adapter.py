"""How allauth signs people in here: no sign-up of its own, throttled per person, each attempt kept."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from zvanets.accounts import guessing, idle
from zvanets.accounts.actor import address_of
from zvanets.accounts.backends import typed_name
from zvanets.accounts.letters import post
from zvanets.accounts.models import SignIn, User
from zvanets.accounts.open_sessions import describe, note_session
from zvanets.accounts.seats import PLACES, has_staff_seat, places, seats_of
from zvanets.accounts.second_factor import has_second_factor
from zvanets.lib import bg, clock
from zvanets.lib.devices import device_of

_NOT_THE_ONE = _("Името или паролата не са верни. Проверете дали не е включен Caps Lock и дали пишете на латиница.")

_CHANGES = {
    "mfa/email/totp_activated": _("добавено е приложение с кодове за вход"),
    "mfa/email/totp_deactivated": _("премахнато е приложението с кодове за вход"),
    "mfa/email/webauthn_added": _("добавен е ключ за достъп"),
    "mfa/email/webauthn_removed": _("премахнат е ключ за достъп"),
    "mfa/email/recovery_codes_generated": _("направени са нови резервни кодове"),
    "account/email/password_changed": _("сменена е паролата"),
    "account/email/password_reset": _("зададена е нова парола"),
    "account/email/password_set": _("зададена е парола"),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _NOT_THE_ONE,
        "email_password_mismatch": _NOT_THE_ONE,
        "phone_password_mismatch": _NOT_THE_ONE,
        "incorrect_password": _("Паролата не е вярна."),
        "enter_current_password": _("Напишете сегашната си парола."),
        "too_many_login_attempts": _("Твърде много грешни кодове. Изчакайте пет минути и опитайте отново."),
        "rate_limited": _("Твърде много заявки. Изчакайте малко и опитайте отново."),
        "invalid_password_reset": _("Връзката за нова парола вече не е валидна. Поискайте нова."),
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Allauth's own sign-up stays closed: strangers sign up by a code (signing_up), which opens nothing."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request) or "unknown"

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        return (user.phone, True) if user.phone else None

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at; a right one gives it back."""
        name = typed_name(credentials).strip().lower()
        user = User.objects.signing_in_as(name)
        # Per person: a number has endless spellings, and each would be a new start.
        person = f"user:{user.pk}" if user else f"name:{name}"
        counted = guessing.sources(request, person, has_second_factor=has_second_factor(user))
        usage = ratelimit.consume(request, app="allauth.account", action="login_failed_here")
        taken = guessing.count(request, counted) if usage else 1
        if isinstance(taken, int):
            raise ValidationError(_too_many(taken), code="too_many_login_attempts")
        self._login_failed_rl_usage = ratelimit.RateLimitUsage([each for one in (usage, *taken) for each in one.usage])

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        user = User.objects.signing_in_as(typed_name(credentials))
        if user:
            guessing.forget(request, guessing.sources(request, f"user:{user.pk}", has_second_factor=False))

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        _keep_attempt(request, User.objects.signing_in_as(typed_name(credentials)), succeeded=False)

    def login(self, request: HttpRequest, user: User) -> None:
        super().login(request, user)
        seats = seats_of(user)
        idle.begin(request, is_staff=has_staff_seat(user, seats))
        request.session[PLACES] = len(places(user, seats))
        _keep_attempt(request, user, succeeded=True)
        note_session(request, user)

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
        guessing.remember_device(request, response, f"user:{user.pk}")
        return response

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,  # noqa: ARG002  (allauth's own signature)
        email: str | None = None,  # noqa: ARG002
    ) -> None:
        """Tell the owner of a change to how they sign in: whoever sits in their session cannot stop it."""
        what = _CHANGES.get(template_prefix)
        if what and user.email:
            device = describe(device_of(self.request.headers.get("User-Agent", "")))
            self.send_mail("account/email/changed", user.email, {"user": user, "what": what, "device": device})

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leave it to the worker: neither a slow mail server nor an address unknown to us keeps the page waiting."""
        mail = self.render_mail(template_prefix, email, {"request": self.request, "email": email} | context)
        post(mail.to[0], subject=mail.subject, text=mail.body, language=get_language() or "bg")


def _too_many(minutes: int) -> str:
    text = gettext(
        "Твърде много грешни пароли. Опитайте отново след %s. Дотогава може да влезете с ключ за достъп"
        " или от устройство, от което вече сте влизали; нова парола дава администраторът на училището."
    )
    return text % bg.counted(minutes, "minute", get_language() or "bg")


def _keep_attempt(request: HttpRequest, user: User | None, *, succeeded: bool) -> None:
    SignIn.objects.create(
        user=user,
        at=clock.now(),
        succeeded=succeeded,
        address=address_of(request) or None,
        device=device_of(request.headers.get("User-Agent", "")),
    )
