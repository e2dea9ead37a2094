"""The return path of each message, so that a bounce names it, and that nobody can forge one."""

import hmac
import re
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import salted_hmac

_MAC_LENGTH = 16
_RETURN_PATH = re.compile(r"^bounce\+(\d{1,19})-(\d{1,19})-([0-9a-f]{16})@", re.ASCII | re.IGNORECASE)


class Which(NamedTuple):
    """The message that a return path belongs to."""

    school_id: int
    message_id: int


def return_path(school_id: int, message_id: int) -> str:
    """Return bounce+<school>-<message>-<mac>@<domain>, in small letters: some servers fold what stands before the @."""
    return f"bounce+{school_id}-{message_id}-{mac(school_id, message_id)}@{settings.BOUNCE_DOMAIN}"


def read_return_path(address: str) -> Which | None:
    """Return which message this is the return path of, None for an address that we did not make."""
    match = _RETURN_PATH.match(address.strip().strip("<>"))
    if not match:
        return None
    which = Which(int(match[1]), int(match[2]))
    return which if hmac.compare_digest(mac(*which), match[3].lower()) else None


def mac(school_id: int, message_id: int) -> str:
    said = f"{school_id}-{message_id}".encode()
    return hmac.new(_key(), said, sha256).hexdigest()[:_MAC_LENGTH]


@cache
def _key() -> bytes:
    return salted_hmac("zvanets.notifications.return_path", "", algorithm="sha256").digest()
