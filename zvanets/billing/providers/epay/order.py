"""What a browser posts to ePay.bg to pay an order, and the code with which a cash desk of EasyPay takes it."""

import logging
import re
from urllib.error import URLError
from urllib.parse import urlencode, urljoin
from urllib.request import urlopen

from django.conf import settings

from zvanets.billing.models import Invoice
from zvanets.billing.providers.epay.packet import Signed, order_text, sign
from zvanets.lib.logs import note

# Who stands behind us at the desk or looks at the bank statement learns nothing of a child, a class or a school.
_DESCRIPTION = "Съобщения за {months} мес."
_SECONDS = 5
_CODE = re.compile(r"^IDN=([0-9]{10})\s*$", re.MULTILINE)


def is_offered() -> bool:
    return bool(settings.EPAY_MIN and settings.EPAY_SECRET)


def signed_order(invoice: Invoice) -> Signed:
    text = order_text(
        merchant=settings.EPAY_MIN,
        invoice=invoice.number,
        cents=invoice.cents,
        pay_until=invoice.pay_until,
        description=_DESCRIPTION.format(months=invoice.plan.months),
    )
    return sign(text, secret=settings.EPAY_SECRET)


def ask_desk_code(signed: Signed) -> str:
    """Return the ten digits to say at an EasyPay desk, "" when ePay.bg gives none. Call it with no transaction open."""
    query = urlencode({"ENCODED": signed.encoded, "CHECKSUM": signed.checksum})
    try:
        with urlopen(f"{urljoin(settings.EPAY_URL, 'ezp/reg_bill.cgi')}?{query}", timeout=_SECONDS) as answer:  # noqa: S310
            return read_desk_code(answer.read(2000))
    except (URLError, TimeoutError, ValueError):
        note("ePay.bg gave no code", level=logging.WARNING, error=True)
        return ""


def read_desk_code(body: bytes) -> str:
    found = _CODE.search(body.decode("cp1251", errors="replace"))
    return found[1] if found else ""
