"""A cash desk of EasyPay for tests and trials: it asks and tells over ePay Billing as the protocol says."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha1

from zvanets.lib import clock

Get = Callable[[str, dict[str, str]], dict[str, str | int]]  # a path and its parameters; the JSON that comes back
TAKEN = {"00", "94"}


@dataclass
class Desk:
    merchant: str
    secret: str
    get: Get
    stan: int = 0

    def check(self, code: str) -> dict[str, str | int]:
        """Ask what a code owes, as a screen in the shop does."""
        return self.ask("/pay/init", IDN=code, TYPE="CHECK")

    def pay(self, code: str, *, tries: int = 3) -> str:
        """Take what is owed and tell it until it is understood; return the last status."""
        tid = self.new_tid()
        found = self.ask("/pay/init", IDN=code, TYPE="BILLING", TID=tid)
        if found["STATUS"] != "00":
            return str(found["STATUS"])
        status = ""
        for _ in range(tries):
            status = self.confirm(code, tid, int(found["AMOUNT"]))
            if status in TAKEN:
                break
        return status

    def confirm(self, code: str, tid: str, total: int) -> str:
        said = self.ask("/pay/confirm", IDN=code, TID=tid, DATE=tid[:14], TOTAL=str(total), TYPE="BILLING")
        return str(said["STATUS"])

    def new_tid(self) -> str:
        """DATE(14) + STAN(6) + AID(6)."""
        self.stan += 1
        return f"{clock.now().astimezone(clock.SOFIA):%Y%m%d%H%M%S}{self.stan:06}A00001"

    def ask(self, path: str, **said: str) -> dict[str, str | int]:
        said["MERCHANTID"] = self.merchant
        text = "".join(f"{name}{said[name]}\n" for name in sorted(said))
        said["CHECKSUM"] = hmac.new(self.secret.encode(), text.encode(), sha1).hexdigest()
        return self.get(path, said)
