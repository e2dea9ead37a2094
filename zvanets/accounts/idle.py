"""When somebody was last active in a session that can reach a school's data; kept in the session itself."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from zvanets.lib import clock

SEEN = "seen"
STAFF = "staff"
SHORTEST = 120  # seconds: no school may choose less, so that a page in use asks nothing about it
FRESH_FOR = 60  # seconds: the session is written once a minute, not with every request


def begin(request: HttpRequest, *, is_staff: bool) -> None:
    """A person has just signed in."""
    touch(request)
    request.session[STAFF] = is_staff


def touch(request: HttpRequest) -> None:
    request.session[SEEN] = int(clock.now().timestamp())


def is_locked(request: HttpRequest, school_id: int | None) -> bool:
    silence = _silence(request)
    return silence > SHORTEST and silence > _longest(school_id)


def _longest(school_id: int | None) -> float:
    """Return how many seconds of silence the school allows; outside of a school the product's own number."""
    row = None
    if school_id:
        with connection.cursor() as cursor:
            cursor.execute("SELECT idle_minutes FROM accounts_signinrules WHERE school_id = %s", [school_id])
            row = cursor.fetchone()
    return 60.0 * row[0] if row else settings.IDLE_LOCK.total_seconds()


def keep(request: HttpRequest) -> None:
    """Note the activity, unless that was done within the minute."""
    if SEEN not in request.session or abs(_silence(request)) >= FRESH_FOR:
        touch(request)


def _silence(request: HttpRequest) -> float:
    now = clock.now().timestamp()
    return now - float(request.session.get(SEEN, now))
