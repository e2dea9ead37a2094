"""Half an account with ePay.bg stops the start, not the first parent's payment."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

TAG = "zvanets"


@register(TAG)
def epay_settings(**_: Any) -> list[CheckMessage]:
    wrong = {
        "zvanets.E020": (
            bool(settings.EPAY_MIN) != bool(settings.EPAY_SECRET),
            "ZVANETS_EPAY_MIN and ZVANETS_EPAY_SECRET belong together.",
        ),
        "zvanets.E021": (
            bool(settings.EPAY_BILLING_MERCHANT) != bool(settings.EPAY_BILLING_SECRET),
            "ZVANETS_EPAY_BILLING_MERCHANT and ZVANETS_EPAY_BILLING_SECRET belong together.",
        ),
        "zvanets.E022": (
            not settings.EPAY_URL.startswith(("https://", "http://127.0.0.1")) or not settings.EPAY_URL.endswith("/"),
            "ZVANETS_EPAY_URL is no address like https://www.epay.bg/.",
        ),
    }
    return [Error(words, id=number) for number, (is_wrong, words) in wrong.items() if is_wrong]
