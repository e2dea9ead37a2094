"""Our place with a carrier (RFC 3261 § 10): told where we are, again before it forgets, and goodbye at the end. Without sockets."""

import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, field

from zvanets.ivr.sip.digest import Account
from zvanets.ivr.sip.message import Request, Response
from zvanets.ivr.sip.transaction import COOKIE, LIFE

EXPIRES = 300
_FIRST_WAIT, _LONGEST_WAIT = 30.0, 600.0


@dataclass
class Registration:
    """`domain` is the carrier's, `contact` our address as „host:port“."""

    account: Account
    domain: str
    contact: str
    expires: int = EXPIRES
    is_registered: bool = False
    call_id: str = field(default_factory=lambda: secrets.token_hex(12))
    tag: str = field(default_factory=lambda: secrets.token_hex(8))
    _number: int = -1
    _next_at: float = 0.0
    _wait: float = _FIRST_WAIT

    def due(self, now: float) -> Request | None:
        """Return what is to be sent now, if anything; when no answer comes it is sent again later."""
        if now < self._next_at:
            return None
        self._next_at = now + LIFE + self._wait
        return self._request(self.expires)

    def goodbye(self) -> Request:
        self._next_at = float("inf")
        return self._request(0)

    def takes(self, response: Response, now: float) -> bool:
        """Take the answer to ours; False for any other. A challenge is answered elsewhere."""
        if response.call_id != self.call_id:
            return False
        if response.status < 200 or self._next_at == float("inf"):
            return True
        self.is_registered = response.status < 300
        if self.is_registered:
            granted = _granted(response, self.contact, self.expires)
            self._wait, self._next_at = _FIRST_WAIT, now + max(granted / 2, 5.0)
            return True
        if response.status == 423:
            with suppress(ValueError):
                self.expires = min(int(response.first("min-expires")[:6]), 86_400)
            self._next_at = now
            return True
        self._next_at = now + self._wait
        self._wait = min(2 * self._wait, _LONGEST_WAIT)
        return True

    def _request(self, expires: int) -> Request:
        self._number += 2  # one between is for the answer to a challenge
        us = f"<sip:{self.account.user}@{self.domain}>"
        headers = [
            ("via", f"SIP/2.0/UDP {self.contact};rport;branch={COOKIE}{secrets.token_hex(8)}"),
            ("max-forwards", "70"),
            ("from", f"{us};tag={self.tag}"),
            ("to", us),
            ("call-id", self.call_id),
            ("cseq", f"{self._number} REGISTER"),
            ("contact", f"<sip:{self.account.user}@{self.contact}>"),
            ("expires", str(expires)),
        ]
        return Request(headers, b"", "REGISTER", f"sip:{self.domain}")


def _granted(response: Response, contact: str, asked: int) -> float:
    """Return for how many seconds the carrier remembers us."""
    own = next((each for each in response.all("contact") if contact in each), "")
    found = re.search(r"expires=(\d{1,6})", own) or re.fullmatch(r"\s*(\d{1,6})\s*", response.first("expires"))
    return float(found[1]) if found else float(asked)
