"""A guardian's PIN: six digits typed on a telephone, kept only as a keyed digest."""

import hashlib
import hmac
from datetime import datetime
from itertools import pairwise

from zvanets.lib.damm import Dice
from zvanets.lib.refusals import Refusal, gettext_noop

LENGTH = 6
WEAK = gettext_noop("Този ПИН код се отгатва лесно. Изберете друг.")
A_DATE = gettext_noop("Този ПИН код прилича на рождена дата, а тя се отгатва лесно. Изберете друг.")

# Patterns of the keypad and of habit that the rules below do not catch.
_COMMON = frozenset(
    {"112233", "332211", "147258", "258369", "159753", "159357", "789456", "456123", "102030", "696969"}
)


def is_weak(pin: str) -> bool:
    """Tell whether six digits are among the first that a stranger would try."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    half = LENGTH // 2
    return (
        len(set(pin)) <= 2
        or len(steps) == 1
        or pin[:half] == pin[half:]
        or pin[:half] == pin[half:][::-1]
        or pin in _COMMON
    )


def is_date(pin: str) -> bool:
    """Tell whether six digits are a day as people write it, 240513 or 130524: the birthday that is tried first."""
    for order in ("%d%m%y", "%y%m%d"):
        try:
            datetime.strptime(pin, order)  # noqa: DTZ007  (only whether there is such a day)
        except ValueError:
            continue
        return True
    return False


def read_pin(typed: str) -> str:
    """Return the six digits that somebody chose; refuse what is no PIN or a weak one."""
    pin = "".join(typed.split())
    if len(pin) != LENGTH or not (pin.isascii() and pin.isdigit()):
        raise Refusal("pin_shape", gettext_noop("ПИН кодът е от шест цифри."))
    if is_weak(pin):
        raise Refusal("pin_weak", WEAK)
    if is_date(pin):
        raise Refusal("pin_weak", A_DATE)
    return pin


def new_pin(rng: Dice) -> str:
    """Return six digits that are not weak. Give it `secrets.SystemRandom()`."""
    while True:
        pin = f"{rng.randrange(0, 10**LENGTH):0{LENGTH}d}"
        if not is_weak(pin) and not is_date(pin):
            return pin


def digest(pin: str, *, key: bytes, owner: str) -> str:
    """Return HMAC-SHA-256 as 64 hex digits; `owner` (whose PIN it is) keeps equal PINs from looking equal.

    A million PINs are tried in a second: the key from the environment, not the digest, is the secret.
    """
    if not key:
        raise ValueError("a PIN needs a key")
    return hmac.new(key, f"{owner}\x00{pin}".encode(), hashlib.sha256).hexdigest()


def matches(pin: str, kept: str, *, key: bytes, owner: str) -> bool:
    """Tell in constant time whether the PIN is the one whose digest was kept."""
    return hmac.compare_digest(digest(pin, key=key, owner=owner).encode(), kept.encode())
