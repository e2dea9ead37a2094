"""ePay.bg for tests and trials: orders, EasyPay codes and notices as its protocol says, on this machine alone."""

import hmac
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from zvanets.lib import clock

_MIN_AMOUNT = re.compile(r"[0-9]+(\.[0-9]{1,2})?")
# As long as an answer is ERR or missing: 5 in a minute, 4 each 15 minutes, 5 each hour, 6 each 3, 4 each 6, then daily.
RETRIES = (
    *[timedelta(seconds=12)] * 5,
    *[timedelta(minutes=15)] * 4,
    *[timedelta(hours=1)] * 5,
    *[timedelta(hours=3)] * 6,
    *[timedelta(hours=6)] * 4,
    *[timedelta(days=1)] * 27,
)


class Refused(ValueError):
    """What ePay.bg says instead of taking an order."""


@dataclass
class Order:
    said: dict[str, str]
    code: str = ""
    notice: str = ""  # the line about it
    answer: str = ""


@dataclass
class Epay:
    """The books of ePay.bg with one merchant; it knows nothing of our code but the protocol."""

    merchant: str
    secret: str
    orders: dict[str, Order] = field(default_factory=dict)

    def order(self, encoded: str, checksum: str) -> Order:
        """Take an order once; the same again is the same. Raises Refused."""
        if not hmac.compare_digest(self._sign(encoded), checksum):
            raise Refused("wrong CHECKSUM")
        said = dict(line.split("=", 1) for line in b64decode(encoded).decode("utf-8").split("\n"))
        self._check(said)
        known = self.orders.setdefault(said["INVOICE"], Order(said))
        if known.said != said:
            raise Refused("INVOICE was used before")
        return known

    def desk_code(self, encoded: str, checksum: str) -> str:
        """Answer reg_bill.cgi."""
        try:
            order = self.order(encoded, checksum)
        except Refused as refused:
            return f"ERR={refused}\n"
        order.code = order.code or f"{int(order.said['INVOICE']) % 10**9 + 10**9}"
        return f"IDN={order.code}\n"

    def pay(self, invoice: str) -> None:
        self.orders[invoice].notice = self.orders[invoice].notice or (
            f"INVOICE={invoice}:STATUS=PAID:PAY_TIME={clock.now().astimezone(clock.SOFIA):%Y%m%d%H%M%S}"
            f":STAN={int(invoice) % 10**6:06}:BCODE=A1B2C3"
        )

    def deny(self, invoice: str, status: str = "DENIED") -> None:
        self.orders[invoice].notice = f"INVOICE={invoice}:STATUS={status}"

    def packet(self) -> dict[str, str]:
        """Return what is posted to the merchant: a line for each order whose notice waits for OK or NO."""
        lines = [each.notice for each in self.orders.values() if each.notice and each.answer not in {"OK", "NO"}]
        encoded = b64encode("".join(f"{line}\n" for line in lines).encode()).decode()
        return {"encoded": encoded, "checksum": self._sign(encoded)}

    def take_answer(self, text: str) -> None:
        """Read the answer of the same session; what is not answered is told again."""
        for invoice, status in re.findall(r"^INVOICE=(\d+):STATUS=(OK|ERR|NO)$", text, re.MULTILINE):
            self.orders[invoice].answer = status

    def _sign(self, encoded: str) -> str:
        return hmac.new(self.secret.encode(), encoded.encode(), sha1).hexdigest()

    def _check(self, said: dict[str, str]) -> None:
        day, _, hour = said["EXP_TIME"].partition(" ")
        expires = datetime.strptime(f"{day} {hour or '23:59'}", "%d.%m.%Y %H:%M").replace(tzinfo=clock.SOFIA)
        wrong = {
            "MIN": said["MIN"] != self.merchant,
            "INVOICE": not said["INVOICE"].isdigit(),
            "AMOUNT": not _MIN_AMOUNT.fullmatch(said["AMOUNT"]) or float(said["AMOUNT"]) <= 0.01,
            "CURRENCY": said.get("CURRENCY", "BGN") not in {"BGN", "USD", "EUR"},
            "EXP_TIME": expires < clock.now(),
            "DESCR": len(said.get("DESCR", "")) > 100,
        }
        if bad := [name for name, is_wrong in wrong.items() if is_wrong]:
            raise Refused(f"wrong {', '.join(bad)}")


def serve(epay: Epay, port: int = 0) -> ThreadingHTTPServer:
    """Return a server of the address that gives codes; the caller starts and stops it."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            body = epay.desk_code(asked.get("ENCODED", ""), asked.get("CHECKSUM", "")).encode("cp1251")
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=windows-1251")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: it is a stand-in."""

    return ThreadingHTTPServer(("127.0.0.1", port), Door)
