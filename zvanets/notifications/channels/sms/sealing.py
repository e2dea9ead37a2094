"""Unreadable for whoever has the database and not the service's secret: parts of messages that wait for the others."""

import hmac
import secrets
from functools import cache
from hashlib import shake_256

from django.utils.crypto import salted_hmac

_NONCE = 16


def sealed(text: str) -> bytes:
    """Return the text under a pad that is drawn for it alone: SHAKE256 of the key and a random number."""
    nonce, data = secrets.token_bytes(_NONCE), text.encode("utf-8", "replace")
    return nonce + _padded(nonce, data)


def opened(content: bytes) -> str:
    return _padded(content[:_NONCE], content[_NONCE:]).decode("utf-8", "replace")


def digest(text: str) -> bytes:
    """Return what is equal for equal texts and says nothing of them."""
    return hmac.digest(_key("digest"), text.encode("utf-8", "replace"), "sha256")


def _padded(nonce: bytes, data: bytes) -> bytes:
    pad = shake_256(_key("pad") + nonce).digest(len(data))
    return bytes(sign ^ other for sign, other in zip(data, pad, strict=True))


@cache
def _key(what: str) -> bytes:
    return salted_hmac(f"zvanets.notifications.sms.sealing.{what}", "", algorithm="sha256").digest()
