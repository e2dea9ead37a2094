"""The second factor of those who work here: codes of an application, passkeys, recovery codes; allauth keeps them."""

from base64 import urlsafe_b64encode
from hashlib import sha256

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zvanets.accounts.models import User

OWN = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone are none
HAS_ONE = "second"  # in the session, where a school asks for it


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("Кодът не е верен. Вижте новия код в приложението и проверете часовника на телефона."),
        "cannot_generate_recovery_codes": _("Първо добавете приложение с кодове или ключ за достъп."),
    }

    def get_totp_issuer(self) -> str:
        return "Zvanets"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Звънец"}

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002
        number: int = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Ключ %s") % number

    def encrypt(self, text: str) -> str:
        """A copy of the database alone must not give out codes."""
        return _safe().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _safe().decrypt(encrypted_text.encode()).decode()


def _safe() -> Fernet:
    return Fernet(urlsafe_b64encode(sha256(b"zvanets.accounts.second_factor" + settings.SECOND_FACTOR_KEY).digest()))


def has_second_factor(user: User | None) -> bool:
    """Ask the same of nobody as of somebody, so that the time it takes tells nothing."""
    found: bool = Authenticator.objects.filter(user_id=user.pk if user else 0, type__in=OWN).exists()
    return found


def with_second_factor(users: list[int]) -> set[int]:
    """Return which of them have one."""
    found = Authenticator.objects.filter(user__in=users, type__in=OWN)
    return set(found.values_list("user", flat=True))


def must_set_up(request: HttpRequest, user: User) -> bool:
    """Whether the person has none; who has one is not asked about again in this session."""
    if request.session.get(HAS_ONE):
        return False
    if has_second_factor(user):
        request.session[HAS_ONE] = True
        return False
    return True
