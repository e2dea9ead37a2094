"""SMPP 3.4 as bytes: the library's codec for the two messages that carry texts, the small ones by hand."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import smpp34

HEADER = struct.Struct(">IIII")
LONGEST = 65_536  # what claims to be longer is no PDU

GENERIC_NACK = 0x80000000
BIND_TRANSCEIVER, SUBMIT_SM, DELIVER_SM, QUERY_SM, UNBIND, ENQUIRE_LINK = 0x09, 0x04, 0x05, 0x03, 0x06, 0x15
ANSWER = 0x80000000
DATA_SM, OUTBIND, ALERT = 0x103, 0x0B, 0x102

# Optional parameters, SMPP 3.4 section 5.3.2.
RECEIPTED_ID, MESSAGE_STATE, MESSAGE_PAYLOAD = 0x001E, 0x0427, 0x0424
SAR_REFERENCE, SAR_TOTAL, SAR_PLACE = 0x020C, 0x020E, 0x020F

OK, BAD_LENGTH, BAD_COMMAND, NOT_BOUND, SYSTEM_ERROR, BAD_TARGET = 0x00, 0x02, 0x03, 0x04, 0x08, 0x0B
QUEUE_FULL, THROTTLED, TRY_AGAIN, BAD_QUERY = 0x14, 0x58, 0x64, 0x67

# Refusals of the message itself: its length, its number, its text, its options, and the two that say "for good".
_PERMANENT = {
    0x01,
    0x06,
    0x07,
    BAD_TARGET,
    0x33,
    0x34,
    0x40,
    0x42,
    0x43,
    0x48,
    0x49,
    0x50,
    0x51,
    0x61,
    0x62,
    0x65,
    0xC2,
}


class Malformed(ValueError):
    """These bytes are no SMPP."""


class Head(NamedTuple):
    """One PDU as it came; `body` is what follows the header."""

    command: int
    status: int
    sequence: int
    raw: bytes

    @property
    def body(self) -> bytes:
        return self.raw[16:]


class Frames:
    """Cuts what comes from a socket into PDUs."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[Head]:
        """Yield each PDU that is whole; Malformed when a length cannot be one: nothing after it can be trusted."""
        rest = self._rest
        rest += data
        at = 0
        try:
            while len(rest) - at >= 16:
                length, command, status, sequence = HEADER.unpack_from(rest, at)
                if not 16 <= length <= LONGEST:
                    raise Malformed(f"a length of {length}")
                if len(rest) - at < length:
                    break
                raw = bytes(rest[at : at + length])
                at += length
                yield Head(command, status, sequence, raw)
        finally:
            del rest[:at]


def pdu(command: int, sequence: int, body: bytes = b"", status: int = OK) -> bytes:
    return HEADER.pack(16 + len(body), command, status, sequence) + body


def bind_transceiver(sequence: int, user: str, password: str, system_type: str = "") -> bytes:
    """Say who we are; the interface version is 3.4. Carriers give longer passwords than its 8 signs."""
    names = b"".join(_c_string(text, 64) for text in (user, password, system_type))
    return pdu(BIND_TRANSCEIVER, sequence, names + b"\x34\0\0\0")


def query_sm(sequence: int, carrier_id: str, source: str) -> bytes:
    ton, npi = source_type(source)
    return pdu(QUERY_SM, sequence, _c_string(carrier_id, 64) + bytes((ton, npi)) + _c_string(source, 20))


def source_type(source: str) -> tuple[int, int]:
    """Return type and plan of our own address: a name, a number with its country, or a short code."""
    if not source.lstrip("+").isdigit():
        return 5, 0
    return (1, 1) if source.startswith("+") else (3, 0)


@dataclass(frozen=True, slots=True)
class Submit:
    """What one submit_sm says; `data` holds its header when `is_part`."""

    number: str
    data: bytes
    coding: int
    is_part: bool = False


def submit_sm(sequence: int, source: str, submit: Submit) -> bytes:
    ton, npi = source_type(source)
    message = smpp34.SubmitSm(
        source.lstrip("+"),
        submit.number.lstrip("+"),
        submit.data,
        source_addr_ton=ton,
        source_addr_npi=npi,
        dest_addr_ton=1,
        dest_addr_npi=1,
        esm_class=0x40 if submit.is_part else 0,
        registered_delivery=1,
        data_coding=submit.coding,
        sequence_number=sequence,
    )
    return message.encode()


def first_string(body: bytes) -> str:
    """Return the text up to the first zero: the id in an answer to submit_sm, empty where there is none."""
    return body.partition(b"\0")[0][:65].decode("ascii", "replace")


def query_state(body: bytes) -> int | None:
    """Return message_state of an answer to query_sm: after the id, a date, both ended by zeros."""
    _, _, rest = body.partition(b"\0")
    _, found, rest = rest.partition(b"\0")
    return rest[0] if found and rest else None


def decode_deliver(head: Head) -> smpp34.DeliverSm:
    """Read a deliver_sm. Raises Malformed."""
    try:
        message = smpp34.decode(head.raw)
    except smpp34.SmppError as error:
        raise Malformed(str(error)) from None
    if not isinstance(message, smpp34.DeliverSm):
        raise Malformed("no deliver_sm")
    return message


def is_permanent(status: int) -> bool:
    """Tell whether a refusal is about the message itself, so that no later try can help."""
    return status in _PERMANENT


def _c_string(text: str, limit: int) -> bytes:
    return text.encode("ascii", "replace")[:limit] + b"\0"
