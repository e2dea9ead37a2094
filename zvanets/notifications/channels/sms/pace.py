"""How fast a bind may speak: the rate the carrier agreed to, half of it after each "too fast", and slowly up again."""

from dataclasses import dataclass, field

REST_SECONDS = 1.0  # after the carrier said "too fast"
LOWEST = 1.0
RECOVERY = 0.05  # of the agreed rate, a second
BURST_SECONDS = 0.1


@dataclass
class Pace:
    """Moments are seconds of one clock that never goes back."""

    agreed: float
    now: float = 0.0
    rate: float = field(init=False)
    _tokens: float = field(init=False)
    _rests_until: float = 0.0

    def __post_init__(self) -> None:
        self.rate = self.agreed
        self._tokens = self._most()

    def room(self, now: float) -> int:
        """Return how many parts may go now."""
        passed, self.now = max(0.0, now - self.now), now
        if now < self._rests_until:
            return 0
        self.rate = min(self.agreed, self.rate + RECOVERY * self.agreed * passed)
        self._tokens = min(self._most(), self._tokens + self.rate * passed)
        return max(0, int(self._tokens))

    def spend(self, parts: int) -> None:
        self._tokens -= parts

    def wait(self) -> float:
        """Return the seconds until there is room again."""
        rest = max(0.0, self._rests_until - self.now)
        return max(rest, (1 - self._tokens) / self.rate, 0.001)

    def throttled(self, now: float) -> None:
        """The carrier said "too fast": many of one window count as one."""
        if now >= self._rests_until:
            self.rate = max(LOWEST, self.rate / 2)
            self._rests_until = now + REST_SECONDS

    def _most(self) -> float:
        return max(1.0, self.rate * BURST_SECONDS)
