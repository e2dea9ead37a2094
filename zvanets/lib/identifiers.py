"""ЕГН and ЛНЧ: checked, never kept here. Whoever keeps one encrypts it; it is never in a message, a log or an address."""

from datetime import date
from enum import IntEnum

from stdnum.bg import egn, pnf
from stdnum.exceptions import ValidationError

from zvanets.lib.refusals import Refusal, gettext_noop

LENGTH = 10


class IdentifierKind(IntEnum):
    """NEISPUO's types."""

    NONE = -1
    EGN = 0
    LNCH = 1
    IDN = 2


def padded(typed: str) -> str:
    """Return ten digits: spreadsheets drop leading zeros, and everybody born in 2000-2009 begins with one."""
    digits = "".join(typed.split())
    return digits.zfill(LENGTH) if digits.isascii() and digits.isdigit() else digits


def check_egn(typed: str, *, today: date) -> str:
    """Return the ten digits of a valid ЕГН; refuse a wrong checksum, an impossible date and a birth in the future."""
    try:
        number: str = egn.validate(typed.strip())
        born: date = egn.get_birth_date(number)
    except ValidationError:
        raise Refusal("egn", gettext_noop("Това не е валидно ЕГН.")) from None
    if born > today:  # stdnum takes it
        raise Refusal("egn_future", gettext_noop("Това ЕГН е на човек, който още не е роден."))
    return number


def check_lnch(typed: str) -> str:
    """Return the ten digits of a valid ЛНЧ."""
    try:
        number: str = pnf.validate(typed.strip())
    except ValidationError:
        number = ""
    if not number.strip("0"):
        raise Refusal("lnch", gettext_noop("Това не е валиден ЛНЧ."))
    return number


def birth_date(number: str) -> date:
    """Return the birth date in a valid ЕГН; months 21-32 are of the 1800s, 41-52 of the 2000s."""
    born: date = egn.get_birth_date(number)
    return born


def recognise(typed: str, *, today: date) -> tuple[IdentifierKind, str]:
    """Return which identifier it is and its ten digits; a number valid as both is a ЕГН. Raises Refusal identifier."""
    try:
        return IdentifierKind.EGN, check_egn(typed, today=today)
    except Refusal:
        pass
    try:
        return IdentifierKind.LNCH, check_lnch(typed)
    except Refusal:
        raise Refusal("identifier", gettext_noop("Това не е валидно ЕГН или ЛНЧ.")) from None
