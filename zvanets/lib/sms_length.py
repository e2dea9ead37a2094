"""How many parts a short message has (3GPP TS 23.038 and 23.040), which is what it costs.

GSM 03.38: 160 septets in one part, 153 in each of several; UCS-2: 70 and 67 units. Bulgarian is never GSM 03.38, and one
sign outside of it („ “ – №) turns the whole text to UCS-2 and about doubles its price.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape and a sign: two septets

Coding = Literal["gsm", "ucs2"]
SINGLE: Mapping[Coding, int] = {"gsm": 160, "ucs2": 70}
PART: Mapping[Coding, int] = {"gsm": 153, "ucs2": 67}
# With a reference of 16 bits the header is an octet longer: 8 septets, 7 octets of 140.
PART_16: Mapping[Coding, int] = {"gsm": 152, "ucs2": 66}


@dataclass(frozen=True, slots=True)
class SmsLength:
    """`units` are septets or UTF-16 units, `left` those still free in the last part."""

    coding: Coding
    units: int
    parts: int
    left: int


def coding_of(text: str) -> Coding:
    return "gsm" if all(sign in GSM_BASIC or sign in GSM_EXTENDED for sign in text) else "ucs2"


def _weight(sign: str, coding: Coding) -> int:
    """Return the units of one sign, which no part may split: an escaped sign and one beyond the BMP take two."""
    if coding == "gsm":
        return 2 if sign in GSM_EXTENDED else 1
    return 2 if ord(sign) > 0xFFFF else 1


def split(text: str, room: Mapping[Coding, int] = PART) -> list[str]:
    """Return the parts as they are sent; an empty text is one empty part."""
    coding = coding_of(text)
    if sum(_weight(sign, coding) for sign in text) <= SINGLE[coding]:
        return [text]
    parts, used = [""], 0
    for sign in text:
        weight = _weight(sign, coding)
        if used + weight > room[coding]:
            parts.append("")
            used = 0
        parts[-1] += sign
        used += weight
    return parts


def sms_length(text: str, room: Mapping[Coding, int] = PART) -> SmsLength:
    """Return coding, units, parts and what is left of the last part."""
    coding, parts = coding_of(text), split(text, room)
    last = sum(_weight(sign, coding) for sign in parts[-1])
    left = (SINGLE if len(parts) == 1 else room)[coding] - last
    return SmsLength(coding, sum(_weight(sign, coding) for sign in text), len(parts), left)
