"""The signed packets of ePay.bg's protocol for web payments; no network, no database.

ENCODED is base64 of lines, CHECKSUM the hex HMAC-SHA1 of ENCODED with the merchant's secret.
"""

import hmac
import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1

from zvanets.lib import clock

DESCRIPTION_MOST = 100
LONGEST = 100_000
_LINE = re.compile(r"INVOICE=([0-9]{1,18}):STATUS=(PAID|DENIED|EXPIRED)((?::[A-Z_]{1,20}=[0-9A-Za-z.,]{0,40}){0,10})")
_AMOUNT = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?")


class Forged(ValueError):
    """The checksum is not what our secret makes of the packet."""


class Unreadable(ValueError):
    """Signed, but not what the protocol says; the text goes into our answer."""


@dataclass(frozen=True, slots=True)
class Signed:
    encoded: str
    checksum: str


@dataclass(frozen=True, slots=True)
class Line:
    """What ePay.bg says of one invoice; `cents` where it names a sum of its own."""

    text: str
    invoice: int
    status: str
    paid_at: datetime | None
    cents: int | None

    @property
    def is_paid(self) -> bool:
        return self.status == "PAID"


def sign(text: str, *, secret: str) -> Signed:
    encoded = b64encode(text.encode()).decode()
    return Signed(encoded, _checksum(encoded, secret))


def order_text(*, merchant: str, invoice: int, cents: int, pay_until: datetime, description: str) -> str:
    """Return the lines of an order: always in euro, which is not what ePay.bg takes when nothing is said."""
    lines = {
        "MIN": merchant,
        "INVOICE": invoice,
        "AMOUNT": f"{cents // 100}.{cents % 100:02}",
        "CURRENCY": "EUR",
        "EXP_TIME": f"{pay_until.astimezone(clock.SOFIA):%d.%m.%Y %H:%M}",
        "DESCR": " ".join(description.split())[:DESCRIPTION_MOST],
        "ENCODING": "utf-8",
    }
    return "\n".join(f"{name}={value}" for name, value in lines.items())


def opened(encoded: str, checksum: str, *, secret: str) -> str:
    """Return the text of a packet. Raises Forged, Unreadable."""
    if not secret or not hmac.compare_digest(_checksum(encoded, secret).encode(), checksum.lower().encode()):
        raise Forged
    try:
        return b64decode("".join(encoded.split()), validate=True).decode("ascii")
    except (NotBase64, ValueError) as wrong:
        raise Unreadable("ENCODED is no base64 of ASCII") from wrong


def read_notice(text: str) -> list[Line]:
    """Return a line for each invoice. Raises Unreadable when there is none, or one that the protocol does not have."""
    texts = [line.strip() for line in text.splitlines() if line.strip()]
    if not texts:
        raise Unreadable("no invoice")
    return [_line(each) for each in texts]


def _line(text: str) -> Line:
    found = _LINE.fullmatch(text)
    if found is None:
        raise Unreadable("a line is no INVOICE=…:STATUS=…")
    said = dict(pair.split("=", 1) for pair in found[3].split(":") if pair)
    return Line(text, int(found[1]), found[2], _moment(said.get("PAY_TIME", "")), _cents(said.get("AMOUNT", "")))


def _moment(digits: str) -> datetime | None:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=clock.SOFIA)
    except ValueError:
        return None


def _cents(typed: str) -> int | None:
    found = _AMOUNT.fullmatch(typed)
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else None


def _checksum(encoded: str, secret: str) -> str:
    # The protocol's own choice; HMAC-SHA1 is not touched by the collisions of SHA-1.
    return hmac.new(secret.encode(), encoded.encode(), sha1).hexdigest()
