"""The one way in: a name of any kind and a password."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from zvanets.accounts.models import User


class SignInBackend(AuthenticationBackend):  # type: ignore[misc]
    def _authenticate(self, _request: HttpRequest | None, **credentials: Any) -> User | None:
        """One look-up and one hash: a second hash for a known address would tell a stranger that it is known."""
        user = User.objects.signing_in_as(typed_name(credentials))
        found: User | None = self._check_password(user, credentials["password"])
        return found


def typed_name(credentials: dict[str, Any]) -> str:
    """What was typed as a name; allauth files it under the kind it takes it for."""
    return str(credentials.get("username") or credentials.get("email") or credentials.get("phone") or "")
