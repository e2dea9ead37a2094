"""Where a person is signed in, from what kind of device, and signing out there."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext

from zvanets.accounts.models import OpenSession, User
from zvanets.lib import clock
from zvanets.lib.devices import device_of

# Of a session that a new password ended, the row is left until its time is over: the seal says which of them still open.
_OPEN = f"""
SELECT o.session_key, o.at, o.device
FROM accounts_opensession o JOIN django_session s ON s.session_key = o.session_key
WHERE o.user_id = %(user)s AND s.expire_date > %(now)s
    AND s.session_data::json ->> '{HASH_SESSION_KEY}' = %(seal)s
ORDER BY o.at DESC
"""  # noqa: S608  (a name of Django's own)


@dataclass(frozen=True, slots=True)
class Place:
    """One session, by its number on the page: its key opens it and is shown to nobody."""

    key: str
    at: datetime
    device: str
    is_here: bool


def note_session(request: HttpRequest, user: User) -> None:
    """Keep from what this session was opened; called when somebody has just signed in."""
    OpenSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={"user": user, "at": clock.now(), "device": device_of(request.headers.get("User-Agent", ""))},
    )


def open_sessions(request: HttpRequest, user: User) -> list[Place]:
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"user": user.pk, "now": clock.now(), "seal": user.get_session_auth_hash()})
        return [
            Place(key, at, describe(device), is_here=key == request.session.session_key)
            for key, at, device in cursor.fetchall()
        ]


def end_elsewhere(request: HttpRequest, user: User) -> int:
    """Sign the person out everywhere but here; return from how many places."""
    keys = [each.key for each in open_sessions(request, user) if not each.is_here]
    Session.objects.filter(pk__in=keys).delete()
    OpenSession.objects.filter(user=user).exclude(pk=request.session.session_key).delete()
    return len(keys)


def describe(device: str) -> str:
    """Return „компютър (Windows, Firefox)“."""
    kind, _, rest = device.partition(" ")
    names = {"phone": gettext("телефон"), "tablet": gettext("таблет"), "computer": gettext("компютър")}
    if kind not in names:
        return gettext("неизвестно устройство")
    return f"{names[kind]} ({', '.join(rest.split())})"
