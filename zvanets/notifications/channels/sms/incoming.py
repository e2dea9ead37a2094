"""What people write to the short code: joined, freed of what names a person, understood as one of few commands."""

import hmac
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import Any

import smpp34
from django.utils.crypto import salted_hmac
from stdnum.bg import egn, pnf

from zvanets.lib import damm
from zvanets.lib.transliterate import to_latin
from zvanets.notifications.channels.sms import pdus
from zvanets.notifications.channels.sms.texts import decode

HAS_HEADER = 0x40
JOINED_FOR = 600.0  # seconds
JOINED_AT_ONCE = 1000
MOST_PARTS = 20
KEPT_LENGTH = 160

# Ten digits or more, perhaps in groups: people write a ЕГН as they say it.
_ROW = re.compile(r"(?:\d[\s.\-/]?){9,}\d")


class Command(StrEnum):
    STOP = "stop"
    INFO = "info"
    CONFIRM = "confirm"  # six digits, the answer to a code we sent
    CODE = "code"  # a child's code: alone it opens nothing
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message as a person wrote it."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Understood:
    """`argument` is the code that was typed; `text` is what may be kept."""

    command: Command
    argument: str
    text: str
    is_latin: bool


_WORDS = {"STOP": Command.STOP, "INFO": Command.INFO, "CTOP": Command.STOP, "СТОP": Command.STOP}


def understand(text: str) -> Understood:
    """Read the first word as a command; what stands behind one is dropped."""
    words = text.split()
    first = to_latin(words[0]).upper().strip(".,!?\"'") if words else ""
    is_latin = not re.search(r"[а-яА-Я]", text)
    command = _WORDS.get(first)
    if command:
        return Understood(command, "", command.value, is_latin)
    digits = re.sub(r"[\s\-]", "", text)
    if re.fullmatch(r"\d{6}", digits, re.ASCII):
        return Understood(Command.CONFIRM, digits, Command.CONFIRM.value, is_latin)
    if re.fullmatch(r"\d{9}", digits, re.ASCII) and damm.is_code(digits):
        return Understood(Command.CODE, "", Command.CODE.value, is_latin)
    return Understood(Command.UNKNOWN, "", scrub(text)[:KEPT_LENGTH], is_latin)


def scrub(text: str) -> str:
    """Put a keyed hash in the place of ten digits that form a ЕГН or ЛНЧ, and of a longer row that hides one."""
    plain = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text)
    return _ROW.sub(_scrub_row, plain)


def _scrub_row(found: re.Match[str]) -> str:
    row = re.sub(r"\D", "", found[0])
    hides = any(egn.is_valid(row[at : at + 10]) or pnf.is_valid(row[at : at + 10]) for at in range(len(row) - 9))
    return _hashed(row) if hides else found[0]


def _hashed(digits: str) -> str:
    return f"[#{hmac.digest(_key(), digits.encode(), 'sha256').hex()[:16]}]"


@cache
def _key() -> bytes:
    return salted_hmac("zvanets.notifications.sms.identifier", "", algorithm="sha256").digest()


@dataclass(slots=True)
class _Waiting:
    since: float
    count: int
    parts: dict[int, str] = field(default_factory=dict)


@dataclass
class Joiner:
    """Joins the parts of long messages, in memory: what a person wrote is not stored before it is freed of identifiers.

    A message whose parts do not all come within ten minutes is taken as far as it came.
    """

    _waiting: OrderedDict[tuple[str, int, int], _Waiting] = field(default_factory=OrderedDict)

    def take(self, message: smpp34.DeliverSm, now: float) -> list[Incoming]:
        """Return what is whole with this part, and what waited too long."""
        number, body, coding = message.source_addr, _body(message), message.data_coding
        done = self._overdue(now)
        header, data = cut_header(body) if message.esm_class & HAS_HEADER else (b"", body)
        place = place_in_header(header) or _place_in_tlvs(message)
        text = decode(data, coding)
        if place is None:
            return [*done, Incoming(number, text)]
        reference, count, part = place
        key = (number, reference, count)
        waiting = self._waiting.setdefault(key, _Waiting(now, count))
        waiting.parts[part] = text
        if len(waiting.parts) == count:
            done.append(self._joined(key))
        elif len(self._waiting) > JOINED_AT_ONCE:
            done.append(self._joined(next(iter(self._waiting))))
        return done

    def _overdue(self, now: float) -> list[Incoming]:
        old = [key for key, waiting in self._waiting.items() if now - waiting.since > JOINED_FOR]
        return [self._joined(key) for key in old]

    def _joined(self, key: tuple[str, int, int]) -> Incoming:
        parts = self._waiting.pop(key).parts
        return Incoming(key[0], "".join(parts[place] for place in sorted(parts)))


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
    return (reference, count, place) if 1 < count <= MOST_PARTS and 1 <= place <= count else None
