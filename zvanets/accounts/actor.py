"""Who acts in a request, and from where."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

from zvanets.accounts.models import User
from zvanets.history.record import Actor


class SignedInRequest(HttpRequest):
    """A request behind @login_required, for the type checker."""

    user: User


def actor_of(request: HttpRequest, role: str) -> Actor:
    return Actor(user_id=request.user.pk, role=role, address=address_of(request))


def address_of(request: HttpRequest) -> str:
    """Return the client's IP address, "" when it is unknown.

    X-Forwarded-For is believed only as far back as our own proxies wrote it: anybody may send the rest.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    trusted = settings.TRUSTED_PROXIES
    seen = forwarded[-trusted] if 0 < trusted <= len(forwarded) else request.META.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(seen.strip()))
    except ValueError:
        return ""
