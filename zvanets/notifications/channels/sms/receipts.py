"""What a receipt says, whichever way a carrier writes it, and the forms in which its id may be known to us."""

import hmac
import re
from dataclasses import dataclass
from functools import cache

import smpp34
from django.utils.crypto import salted_hmac

from zvanets.lib.phones import parse
from zvanets.lib.refusals import Refusal
from zvanets.notifications.channels.sms import pdus
from zvanets.notifications.channels.sms.texts import decode

DELIVERED, FAILED, UNDER_WAY = "delivered", "failed", ""
_BY_WORD = {"DELIVRD": DELIVERED, "EXPIRED": FAILED, "DELETED": FAILED, "UNDELIV": FAILED, "REJECTD": FAILED}
_BY_STATE = {2: DELIVERED, 3: FAILED, 4: FAILED, 5: FAILED, 8: FAILED}  # message_state, SMPP 3.4 5.2.28
_FIELD = re.compile(r"\b(id|stat|err):\s*([^\s:]*)", re.IGNORECASE)
_WORD = re.compile(r"[^0-9A-Za-z_-]")
_RECEIPT, _INTERMEDIATE = 0x04, 0x20


@dataclass(frozen=True, slots=True)
class Receipt:
    """`references` are the forms of the id, the most likely first; none when it named no id."""

    references: tuple[str, ...]
    number: int
    state: str
    error: str = ""


def is_receipt(message: smpp34.DeliverSm) -> bool:
    return bool(message.esm_class & 0x3C & (_RECEIPT | _INTERMEDIATE))


def read_receipt(message: smpp34.DeliverSm, ids: str = "auto") -> Receipt:
    """Read the parameters of the protocol where they are, else the words that SMPP's appendix B suggests."""
    by_tag = {tlv.tag: tlv for tlv in message.tlvs}
    text = decode(message.short_message, message.data_coding)
    said = {name.lower(): value for name, value in _FIELD.findall(text)}
    id_tlv = by_tag.get(pdus.RECEIPTED_ID)
    state_tlv = by_tag.get(pdus.MESSAGE_STATE)
    carrier_id = (id_tlv.as_string() if id_tlv else None) or said.get("id", "")
    code = state_tlv.as_int() if state_tlv else None
    word = said.get("stat", "").upper()
    state = _BY_STATE.get(code, UNDER_WAY) if code is not None else _BY_WORD.get(word, UNDER_WAY)
    if message.esm_class & _INTERMEDIATE:
        state = UNDER_WAY
    why = _WORD.sub("", f"{word or code}-{said.get('err', '')}")[:20]
    return Receipt(references_of(carrier_id, ids), number_of(message.source_addr), state, f"receipt {why}")


def state_of(code: int | None) -> str:
    """Return what an answer to query_sm means."""
    return _BY_STATE.get(code, UNDER_WAY) if code is not None else UNDER_WAY


def reference_of(carrier_id: str) -> str:
    """Return the form in which an id is kept: 00A7f and a7F are one."""
    return carrier_id.strip().upper().lstrip("0")[:65] or carrier_id.strip()[:65]


def references_of(carrier_id: str, ids: str = "auto") -> tuple[str, ...]:
    """Return the forms a receipt's id may have had in the answer: some carriers answer in hex and report in decimal."""
    plain = reference_of(carrier_id)
    if not plain:
        return ()
    from_decimal = reference_of(f"{int(plain):X}") if plain.isascii() and plain.isdigit() and len(plain) < 20 else ""
    is_hex = re.fullmatch(r"[0-9A-F]{1,16}", plain)
    from_hex = str(int(plain, 16)) if is_hex else ""
    wanted = {
        "same": (plain,),
        "hex": (from_decimal or plain,),
        "dec": (from_hex or plain,),
        "auto": (plain, from_decimal, from_hex),
    }[ids]
    return tuple(dict.fromkeys(filter(None, wanted)))


def number_of(address: str) -> int:
    """Return a keyed digest of a number: equal for equal numbers however they are written, telling nobody which."""
    digest = hmac.digest(_key(), e164(address).encode(), "sha256")
    return int.from_bytes(digest[:8], "big", signed=True)


def e164(address: str) -> str:
    """Return the number as contacts keep it; carriers write it without the plus, or as at home."""
    digits = address.strip().lstrip("+")
    if digits.startswith("00") and digits.isdigit():
        digits = digits[2:]
    if digits.isdigit() and digits[0] != "0" and len(digits) > 9:
        return f"+{digits}"[:20]
    try:
        return parse(address)
    except Refusal:
        return address[:20]


@cache
def _key() -> bytes:
    return salted_hmac("zvanets.notifications.sms.number", "", algorithm="sha256").digest()
