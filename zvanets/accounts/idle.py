"""When somebody was last active in a session that can reach a school's data; kept in the session itself."""

from django.conf import settings
from django.http import HttpRequest

from zvanets.lib import clock

SEEN = "seen"
STAFF = "staff"
FRESH_FOR = 60  # seconds: the session is written once a minute, not with every request


def begin(request: HttpRequest, *, is_staff: bool) -> None:
    """A person has just signed in."""
    touch(request)
    request.session[STAFF] = is_staff


def touch(request: HttpRequest) -> None:
    request.session[SEEN] = int(clock.now().timestamp())


def is_locked(request: HttpRequest) -> bool:
    return _silence(request) > settings.IDLE_LOCK.total_seconds()


def keep(request: HttpRequest) -> None:
    """Note the activity, unless that was done within the minute."""
    if SEEN not in request.session or abs(_silence(request)) >= FRESH_FOR:
        touch(request)


def _silence(request: HttpRequest) -> float:
    now = clock.now().timestamp()
    return now - float(request.session.get(SEEN, now))
