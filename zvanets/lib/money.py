"""Money: euro since 2026-01-01, and leva of before.

Закон за въвеждане на еврото: the whole rate 1.95583 is used, the result rounded by its third decimal, five and more up, no fee.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from zvanets.lib import bg

RATE = Decimal("1.95583")
EURO_SINCE = date(2026, 1, 1)
CENT = Decimal("0.01")

_SIGNS = {"EUR": {"bg": "€", "en": "€"}, "BGN": {"bg": "лв.", "en": "BGN"}}


def to_cents(amount: Decimal) -> Decimal:
    """Return the amount to 0.01, halves up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def eur_of_bgn(leva: Decimal) -> Decimal:
    """Return leva in euro: 1.20 is 0.61, 6.00 is 3.07. Prices are kept per plan in euro, never derived from another plan's."""
    return to_cents(leva / RATE)


def bgn_of_eur(euro: Decimal) -> Decimal:
    return to_cents(euro * RATE)


def shown_money(amount: Decimal, currency: str = "EUR", lang: str = "bg") -> str:
    """Return „0,61 €“, „1,20 лв.“ or "0.61 €"; KeyError for another currency."""
    sign = _SIGNS[currency]["bg" if lang.startswith("bg") else "en"]
    return f"{bg.number(to_cents(amount), lang, places=2)}\u00a0{sign}"
