"""E-mail addresses: normalised to one form, and refused when no mail could come."""

import re

from zvanets.lib.refusals import Refusal, gettext_noop, shown

LENGTH = 254

_LOCAL = re.compile(r"^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$")
_LABEL = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)

_NO_ADDRESS = gettext_noop("„%(typed)s“ не е адрес на електронна поща. Напишете го като ime@example.org.")
_CYRILLIC_LETTER = gettext_noop("В адреса „%(typed)s“ има буква на кирилица (%(letter)s). Напишете го на латиница.")


def normalise(typed: str) -> str:
    """Return the address in small letters, the domain in ASCII („поща.бг“ becomes "xn--80a1ac5b.xn--90ae").

    Taken off are spaces around, "mailto:" and angle brackets. Raises Refusal email, email_cyrillic.
    A Cyrillic letter that looks Latin in an otherwise Latin name is named, since nobody can see it.
    """
    text = typed.strip().lower().removeprefix("<").removesuffix(">").removeprefix("mailto:")
    local, at, domain = text.rpartition("@")
    if not at or len(text) > LENGTH:
        raise Refusal("email", _NO_ADDRESS, {"typed": shown(typed)})
    stray = _CYRILLIC.search(local) or (_CYRILLIC.search(domain) if re.search("[a-z]", domain) else None)
    if stray:
        raise Refusal("email_cyrillic", _CYRILLIC_LETTER, {"typed": shown(typed), "letter": stray[0]})
    address = f"{local}@{_ascii(domain)}"
    if not is_address(address):
        raise Refusal("email", _NO_ADDRESS, {"typed": shown(typed)})
    return address


def _ascii(domain: str) -> str:
    """Return the domain in IDNA, empty when it cannot be one."""
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""


def is_address(address: str) -> bool:
    """Tell whether a normalised address has the shape of one that mail can reach: no quotes, no comments, a dotted domain."""
    local, _, domain = address.rpartition("@")
    labels = domain.split(".")
    return (
        len(address) <= LENGTH
        and 0 < len(local) <= 64
        and bool(_LOCAL.fullmatch(local))
        and len(labels) > 1
        and all(map(_LABEL.fullmatch, labels))
        and not labels[-1].isdigit()
    )


def masked(address: str) -> str:
    """Return "a•••@abv.bg": enough for its owner, little for a stranger."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}•••@{domain}"
