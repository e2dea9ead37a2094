"""What people write to the short code: read, and freed of what names a person."""

import hmac
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import smpp34
from django.utils.crypto import salted_hmac
from stdnum.bg import egn, pnf

from zvanets.notifications.channels.sms import pdus
from zvanets.notifications.channels.sms.texts import decode
from zvanets.rules.sms import Asked, Command

HAS_HEADER = 0x40
MOST_PARTS = 20
KEPT_LENGTH = 160

# Ten digits or more, perhaps in groups: people write a ЕГН as they say it.
_ROW = re.compile(r"(?:\d[\s.\-/]?){9,}\d")


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as a person wrote it."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a long message; `series` is the same in the others."""

    number: str
    text: str
    series: int
    count: int
    place: int


def kept_text(text: str, asked: Asked) -> str:
    """Return what of a message may be stored: of a command its name, and a hash by which the same one is known again."""
    if asked.command is Command.UNKNOWN:
        return scrub(text)[:KEPT_LENGTH]
    return f"{asked.command} {_hashed(text)}"


def scrub(text: str) -> str:
    """Put a keyed hash in the place of ten digits that form a ЕГН or ЛНЧ, and of a longer row that hides one."""
    plain = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
    return _ROW.sub(_scrub_row, plain)


def _scrub_row(found: re.Match[str]) -> str:
    row = re.sub(r"\D", "", found[0])
    hides = any(egn.is_valid(row[at : at + 10]) or pnf.is_valid(row[at : at + 10]) for at in range(len(row) - 9))
    return _hashed(row) if hides else found[0]


def _hashed(words: str) -> str:
    return f"[#{hmac.digest(_key(), words.encode(), 'sha256').hex()[:16]}]"


@cache
def _key() -> bytes:
    return salted_hmac("zvanets.notifications.sms.identifier", "", algorithm="sha256").digest()


def read(message: smpp34.DeliverSm) -> Incoming | Piece:
    """Return what somebody wrote, or the part of it that this message brings."""
    body = _body(message)
    header, data = cut_header(body) if message.esm_class & HAS_HEADER else (b"", body)
    place = place_in_header(header) or _place_in_tlvs(message)
    # A database keeps no sign 0, and nobody writes it.
    text = decode(data, message.data_coding).replace("\0", "")
    return Incoming(message.source_addr, text) if place is None else Piece(message.source_addr, text, *place)


def _body(message: smpp34.DeliverSm) -> bytes:
    if message.short_message:
        return message.short_message
    payload: Any = next((tlv for tlv in message.tlvs if tlv.tag == pdus.MESSAGE_PAYLOAD), None)
    return bytes(payload.value) if payload else b""


def cut_header(body: bytes) -> tuple[bytes, bytes]:
    """Return the header's elements and the text; a header longer than the message is none."""
    length = body[0] + 1 if body else 0
    return (body[1:length], body[length:]) if length <= len(body) else (b"", body)


def place_in_header(header: bytes) -> tuple[int, int, int] | None:
    """Return reference, count and place from the element 00 (8 bits) or 08 (16 bits)."""
    at = 0
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        if kind in {0, 8} and length == len(value) == (3 if kind == 0 else 4):
            return _checked(int.from_bytes(value[:-2], "big"), value[-2], value[-1])
        at += 2 + length
    return None


def _place_in_tlvs(message: smpp34.DeliverSm) -> tuple[int, int, int] | None:
    wanted = (pdus.SAR_REFERENCE, pdus.SAR_TOTAL, pdus.SAR_PLACE)
    by_tag = {tlv.tag: tlv.as_int() for tlv in message.tlvs}
    found = [by_tag.get(tag) for tag in wanted]
    return _checked(*found) if None not in found else None


def _checked(reference: int | None, count: int | None, place: int | None) -> tuple[int, int, int] | None:
    if reference is None or count is None or place is None:
        return None
    is_place = reference <= 0xFFFF and 1 < count <= MOST_PARTS and 1 <= place <= count
    return (reference, count, place) if is_place else None
