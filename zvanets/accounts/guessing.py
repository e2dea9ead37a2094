"""How often a password may be guessed: slow for whoever guesses, without a way to lock a teacher out by their name.

Wrong passwords are counted apart for each device that its owner signed in from before (a signed cookie says so), and
together for all devices that are strange to this person: what strangers do locks strangers (docs/adr/0029).
"""

import math
import time

from allauth.core.internal import ratelimit
from django.conf import settings
from django.core.cache import cache
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string, salted_hmac

from zvanets.accounts.actor import address_of

COOKIE = "known"
KNOWN_FOR = 180 * 24 * 3600  # seconds
MOST_PEOPLE = 30  # of one computer in a staff room

# Several windows at once make the wait grow: minutes after the fifth, an hour after the tenth, a day after the thirtieth.
STRANGE_DEVICE = "5/5m/key,10/h/key,30/d/key"  # one person from one address
ALL_STRANGE = "20/10m/key,60/h/key,200/d/key"  # one person from all addresses: a password is not guessed by many hands
KNOWN_DEVICE = "5/5m/key,20/h/key"  # never longer than an hour: it is the owner's own way in

Source = tuple[str, str]  # what is counted together, and its rates


def sources(request: HttpRequest, person: str, *, has_second_factor: bool) -> list[Source]:
    """Return what a try at this person's password counts against; `person` is „user:7“ or „name:whatever“."""
    if device := _device_known_to(request, person):
        return [(f"{person}@{device}", KNOWN_DEVICE)]
    from_here = (f"{person}@{address_of(request)}", STRANGE_DEVICE)
    # Who has a second factor is not opened by a password: many hands guess in vain, and lock nobody out.
    return [from_here] if has_second_factor else [from_here, (person, ALL_STRANGE)]


def count(request: HttpRequest, counted: list[Source]) -> list[ratelimit.RateLimitUsage] | int:
    """Count one try; the minutes to wait instead when there were too many."""
    taken: list[ratelimit.RateLimitUsage] = []
    for key, rates in counted:
        usage = ratelimit.consume(request, app=_APP, action=_ACTION, key=key, config={_ACTION: rates})
        if usage is None:
            for each in taken:
                each.rollback()
            return _minutes_left(request, key, rates)
        taken.append(usage)
    return taken


def forget(request: HttpRequest, counted: list[Source]) -> None:
    """The owner has a new password: what was counted before says nothing any more."""
    for key, rates in counted:
        ratelimit.clear(request, app=_APP, action=_ACTION, key=key, config={_ACTION: rates})


_APP, _ACTION = "zvanets.accounts", "password"


def _minutes_left(request: HttpRequest, key: str, rates: str) -> int:
    waits = [0.0]
    for rate in ratelimit.parse_rates(rates):
        tries = cache.get(ratelimit.get_cache_key(request, app=_APP, action=_ACTION, rate=rate, key=key), [])
        if len(tries) >= rate.amount:
            waits.append(tries[rate.amount - 1] + rate.duration - time.time())
    return max(1, math.ceil(max(waits) / 60))


def remember_device(request: HttpRequest, response: HttpResponse, person: str) -> None:
    """Note in the browser that this person signed in here; the cookie holds no name and opens nothing."""
    device, people = _read(request)
    people = [_mark(device, person), *(each for each in people if each != _mark(device, person))][:MOST_PEOPLE]
    response.set_cookie(
        COOKIE,
        _signer().sign(":".join([device, *people])),
        max_age=KNOWN_FOR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def _device_known_to(request: HttpRequest, person: str) -> str:
    device, people = _read(request)
    return device if _mark(device, person) in people else ""


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        device, *people = _signer().unsign(request.COOKIES.get(COOKIE, ""), max_age=KNOWN_FOR).split(":")
    except BadSignature:
        return get_random_string(12), []
    return device, people


def _mark(device: str, person: str) -> str:
    return salted_hmac("zvanets.accounts.device", f"{device} {person}", algorithm="sha256").hexdigest()[:16]


def _signer() -> TimestampSigner:
    return TimestampSigner(sep=".", salt="zvanets.accounts.device")
