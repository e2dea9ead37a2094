"""Telephone numbers: read as people write them, kept in E.164, shown as people read them."""

import re
import unicodedata

from zvanets.lib.refusals import Refusal, gettext_noop, shown

_LABEL = re.compile(r"^\s*(?:тел|моб|мобилен|телефон|gsm|джиесем|tel|phone|mobile)\b\.?\s*:?\s*", re.IGNORECASE)
_SHAPE = re.compile(r"^\+?[\d\s().\-/–\u00a0]+$", re.ASCII)


def parse(typed: str, region: str = "BG") -> str:
    """Return the number in E.164 („0882 818 905“ is "+359882818905"); refuse what cannot be dialled from abroad.

    Taken are 0…, 00359…, +359…, 359…, spaces, dots, hyphens, slashes and brackets, and any country's number with its code.
    Letters are refused: the library would read them as the keys of a telephone and dial a stranger.
    """
    import phonenumbers

    # A number copied from a phone's list of contacts carries invisible marks of direction.
    text = _LABEL.sub("", "".join(sign for sign in typed if unicodedata.category(sign) != "Cf").strip())
    text = "+" + text[2:] if text.startswith("00") else text
    if not _SHAPE.match(text):
        raise _no_phone(typed)
    try:
        number = phonenumbers.parse(text.replace("/", " "), region)
    except phonenumbers.NumberParseException:
        raise _no_phone(typed) from None
    if not phonenumbers.is_valid_number(number) or number.extension:
        raise _no_phone(typed)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _no_phone(typed: str) -> Refusal:
    text = gettext_noop(
        "„%(typed)s“ не е телефонен номер. Напишете го като 0882 123 456 или с код на държавата: +44 20 7946 0000."
    )
    return Refusal("phone", text, {"typed": shown(typed)})


def takes_sms(e164: str) -> bool:
    """Tell whether a short message can reach the number: mobile ones, and where a country does not tell them apart."""
    import phonenumbers
    from phonenumbers import PhoneNumberType

    kind = phonenumbers.number_type(phonenumbers.parse(e164))
    return kind in {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def for_people(e164: str, region: str = "BG") -> str:
    """Return „088 281 8905“ at home, "+44 20 7946 0000" abroad."""
    import phonenumbers

    number = phonenumbers.parse(e164)
    home = phonenumbers.region_code_for_number(number) == region
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def masked(e164: str) -> str:
    """Return "•••• 905": enough for its owner, nothing for a stranger."""
    return f"•••• {e164[-3:]}"
