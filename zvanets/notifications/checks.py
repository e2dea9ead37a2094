"""Settings that would fail the first parent's message stop the start instead."""

from email.utils import parseaddr
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004  (Django's name)

from zvanets.lib.emails import is_address
from zvanets.notifications.channels.sms.carrier import BadAddress, carrier_of_settings

TAG = "zvanets"


@register(TAG)
def mail_settings(**_: Any) -> list[CheckMessage]:
    wrong = {
        "zvanets.E001": (
            not is_address(parseaddr(settings.MAIL_FROM)[1]),
            "ZVANETS_MAIL_FROM is no address that mail can come from.",
        ),
        "zvanets.E002": (
            not is_address(f"bounce@{settings.BOUNCE_DOMAIN}"),
            "ZVANETS_BOUNCE_DOMAIN is no domain that bounces can come back to.",
        ),
        "zvanets.E003": (not settings.EMAIL_HOST, "ZVANETS_SMTP_URL names no mail server."),
        "zvanets.E004": (
            _tells_a_password_to_everybody(),
            "ZVANETS_SMTP_URL logs in over an open line: use smtp+tls:// or smtp+ssl://.",
        ),
    }
    return [Error(words, id=number) for number, (is_wrong, words) in wrong.items() if is_wrong]


@register(TAG)
def sms_settings(**_: Any) -> list[CheckMessage]:
    try:
        carrier = carrier_of_settings()
    except BadAddress as error:
        return [Error(str(error), id="zvanets.E005")]
    if carrier and carrier.password and not carrier.tls and not _is_here(carrier.host):
        # Many carriers offer nothing else, behind a private line.
        words = "ZVANETS_SMPP_URL logs in over an open line: use smpps:// unless a tunnel covers it."
        return [Warning(words, id="zvanets.W001")]
    return []


def _tells_a_password_to_everybody() -> bool:
    covered = getattr(settings, "EMAIL_USE_TLS", False) or getattr(settings, "EMAIL_USE_SSL", False)
    return bool(settings.EMAIL_HOST_USER) and not covered and not _is_here(settings.EMAIL_HOST or "")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
