"""Where the carrier's SMS centre is, and what it agreed to: one address with options, ZVANETS_SMPP_URL."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings

PORT = 2775


@dataclass(frozen=True, slots=True)
class Carrier:
    """One bind. `ids` says how receipts write the ids of answers: "same", "hex" to decimal, "dec" to hex, or "auto"."""

    host: str
    port: int = PORT
    user: str = ""
    password: str = ""
    tls: bool = False
    ca: str = ""  # a file with the authority that signed the carrier's certificate
    system_type: str = ""
    source: str = "1917"  # what families see as the sender
    window: int = 20  # parts under way at once
    per_second: float = 50.0
    ids: str = "auto"
    query: bool = True  # whether query_sm may be asked
    enquire_seconds: float = 30.0
    answer_seconds: float = 30.0
    price: Decimal = Decimal(0)

    def context(self) -> ssl.SSLContext | None:
        return ssl.create_default_context(cafile=self.ca or None) if self.tls else None


class BadAddress(ValueError):
    """The address of a carrier says something we do not understand."""


def carrier_of(url: str, price: str = "0") -> Carrier:
    """Read smpp://user:password@host:2775?source=1917&window=20&per_second=50; smpps:// is TLS. Raises BadAddress."""
    parts = urlsplit(url)
    if parts.scheme not in {"smpp", "smpps"} or not parts.hostname:
        raise BadAddress("ZVANETS_SMPP_URL begins with smpp:// or smpps:// and names a host")
    try:
        return Carrier(
            host=parts.hostname,
            port=parts.port or PORT,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=parts.scheme == "smpps",
            price=Decimal(price),
            **_options(dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))),
        )
    except (ValueError, InvalidOperation) as error:
        raise BadAddress(f"ZVANETS_SMPP_URL: {error}") from None


_TEXTS = {"source", "system_type", "ca"}
_NUMBERS = {"per_second", "enquire_seconds", "answer_seconds"}


def _options(given: Mapping[str, str]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, value in given.items():
        if name in _TEXTS:
            read[name] = value
        elif name in _NUMBERS and float(value) > 0:
            read[name] = float(value)
        elif name == "window" and 0 < int(value) <= 1000:
            read[name] = int(value)
        elif name == "query" and value in {"0", "1"}:
            read[name] = value == "1"
        elif name == "ids" and value in {"auto", "same", "hex", "dec"}:
            read[name] = value
        else:
            raise BadAddress(f"{name}={value} is no option")
    return read


def carrier_of_settings() -> Carrier | None:
    """Return None where no carrier is configured: then no SMS is offered."""
    return carrier_of(settings.SMPP_URL, settings.SMS_PRICE) if settings.SMPP_URL else None
