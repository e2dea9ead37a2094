"""How much anybody may ask of the telephone: buckets that fill with time, for addresses and for callers' numbers."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

MOST_KNOWN = 20_000

# Programs that look for open exchanges name themselves; they get no answer, so that they learn of no exchange.
SCANNERS = (
    *("friendly-scanner", "sipvicious", "sipcli", "sip-scan", "sipsak", "vaxsip", "pplsip", "sundayddr", "iwar", "sipp-scan"),
    *("cod test", "smap", "siparmyknife", "custom sip phone", "masscan", "nmap", "scanner"),
)  # fmt: skip


def is_scanner(user_agent: str) -> bool:
    name = user_agent.lower()
    return any(word in name for word in SCANNERS)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and one more every so many seconds."""

    at_once: float
    every: float


class Buckets:
    """One bucket for each name; those least lately seen are forgotten, which only makes us kinder."""

    def __init__(self, rate: Rate, most: int = MOST_KNOWN) -> None:
        self.rate, self.most = rate, most
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, name: Hashable, now: float) -> bool:
        """Return whether one more is allowed, and count it if so."""
        left, since = self._buckets.pop(name, (self.rate.at_once, now))
        left = min(self.rate.at_once, left + max(0.0, now - since) / self.rate.every)
        is_allowed = left >= 1
        self._buckets[name] = (left - 1 if is_allowed else left, now)
        if len(self._buckets) > self.most:
            self._buckets.popitem(last=False)
        return is_allowed

    def __len__(self) -> int:
        return len(self._buckets)
