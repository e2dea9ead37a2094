"""Signed words that stand in a mail: which right of which school a click ends. They say nothing of anybody."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cache
from hashlib import sha256
from hmac import compare_digest, new
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac

_MAC = 16


class Unsubscribing(NamedTuple):
    """A guardian's right to know of a student, whose e-mails are to end."""

    school_id: int
    guardianship_id: int


def unsubscribe_url(school_id: int, guardianship_id: int) -> str:
    return f"{settings.ORIGIN}/u/{unsubscribe_token(school_id, guardianship_id)}"


def unsubscribe_token(school_id: int, guardianship_id: int) -> str:
    said = f"{school_id}.{guardianship_id}".encode()
    return urlsafe_b64encode(said + _mac(said)).decode().rstrip("=")


def read_unsubscribe_token(token: str) -> Unsubscribing | None:
    """Return what the token names, None when it is not ours."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        said, mac = raw[:-_MAC], raw[-_MAC:]
        school_id, guardianship_id = (int(number) for number in said.decode("ascii").split("."))
    except (ValueError, UnicodeError):
        return None
    return Unsubscribing(school_id, guardianship_id) if compare_digest(_mac(said), mac) else None


def _mac(said: bytes) -> bytes:
    return new(_key(), said, sha256).digest()[:_MAC]


@cache
def _key() -> bytes:
    return salted_hmac("zvanets.notifications.unsubscribe", "", algorithm="sha256").digest()
