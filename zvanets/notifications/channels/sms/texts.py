"""A text as a carrier takes it: GSM 03.38 or UCS-2, in parts with a reference of 16 bits when it is long."""

from zvanets.lib.sms_length import GSM_BASIC, PART_16, SINGLE, coding_of, split
from zvanets.notifications.channels.sms.pdus import Submit

GSM, ASCII, LATIN_1, UCS2 = 0, 1, 3, 8
ESCAPE = 0x1B
# GSM 03.38 in the order of its table: 0x1B is the escape.
_TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_SEPTET = {sign: place for place, sign in enumerate(_TABLE) if sign in GSM_BASIC}
_ESCAPED = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
_UNESCAPED = {code: sign for sign, code in _ESCAPED.items()}
MOST_PARTS = 10  # what is longer is read in the portal


def is_long(text: str) -> bool:
    """Tell whether it takes more than one part."""
    return len(text) > SINGLE["ucs2"] and len(split(text, PART_16)) > 1


def submits(number: str, text: str, series: int) -> list[Submit]:
    """Return what is to be sent. `series` is the same at each try, so that a telephone can join parts of two."""
    parts = split(text, PART_16)
    if len(parts) > MOST_PARTS:
        parts = [*parts[: MOST_PARTS - 1], f"{parts[MOST_PARTS - 1][:-6]}..."]  # signs of two units fit as well
    coding = coding_of("".join(parts))
    code, coded = (GSM, _to_gsm) if coding == "gsm" else (UCS2, _to_ucs2)
    if len(parts) == 1:
        return [Submit(number, coded(parts[0]), code)]
    return [
        Submit(number, header(series, len(parts), place) + coded(part), code, is_part=True)
        for place, part in enumerate(parts, start=1)
    ]


def header(series: int, count: int, place: int) -> bytes:
    """User data header 08: concatenation with a reference of 16 bits (3GPP TS 23.040, 9.2.3.24.8)."""
    return bytes((6, 8, 4)) + (series & 0xFFFF).to_bytes(2, "big") + bytes((count, place))


def _to_gsm(text: str) -> bytes:
    """One septet an octet: the carrier packs them."""
    out = bytearray()
    for sign in text:
        if sign in _ESCAPED:
            out += bytes((ESCAPE, _ESCAPED[sign]))
        else:
            out.append(_SEPTET[sign])
    return bytes(out)


def _to_ucs2(text: str) -> bytes:
    return text.encode("utf-16-be", "replace")


def decode(data: bytes, coding: int) -> str:
    """Return what somebody wrote; what is no text is empty."""
    if coding == UCS2:
        return data[: len(data) & ~1].decode("utf-16-be", "replace")
    if coding == LATIN_1:
        return data.decode("latin-1")
    if coding == ASCII:
        return data.decode("ascii", "replace")
    return _from_gsm(data) if coding & 0x0C != 0x04 else ""


def _from_gsm(data: bytes) -> str:
    signs, escaped = [], False
    for octet in data:
        code = octet & 0x7F
        if escaped:
            signs.append(_UNESCAPED.get(code, _TABLE[code]))
            escaped = False
        elif code == ESCAPE:
            escaped = True
        else:
            signs.append(_TABLE[code])
    return "".join(signs)
