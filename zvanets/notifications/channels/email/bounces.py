"""What mail servers send back: a permanent bounce fails its message and switches the address off."""

import logging
import re
from collections.abc import Iterable
from email import message_from_bytes, policy
from email.message import Message as Mail
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError

from zvanets.guardians.actions import disable_contact
from zvanets.guardians.models import Contact
from zvanets.history.record import Actor
from zvanets.lib.logs import note
from zvanets.notifications.channels.base import NO_SCHOOL
from zvanets.notifications.channels.email.addresses import Which, read_return_path
from zvanets.notifications.models import Message
from zvanets.rules.delivery import Status, sources_of
from zvanets.tenancy.school import at_school

logging.getLogger("flufl.bounce").setLevel(logging.WARNING)  # it tells of every detector it runs
SIZE_LIMIT = 1_000_000
SYSTEM = Actor(None, "system", "")
WHY = "писмата се връщат"

_RECIPIENT_HEADERS = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To")
_STATUS = re.compile(r"^Status:\s*(\d\.\d{1,3}\.\d{1,3})", re.ASCII | re.IGNORECASE | re.MULTILINE)
# Permanent by their digit, yet not the address's fault: a full mailbox, their server, the route, the text, our reputation.
_NOT_THE_ADDRESS = ("5.2.2", "5.2.3", "5.3.", "5.4.", "5.5.", "5.6.", "5.7.")


class Verdict(StrEnum):
    """What a returned mail meant."""

    NOT_OURS = "not ours"  # no return path of ours, or not a bounce
    TEMPORARY = "temporary"
    REFUSED = "refused"  # for good, but the address is not to blame
    BAD_ADDRESS = "bad address"


def receive(raw: bytes, recipient: str = "") -> Verdict:
    """Take one returned mail; `recipient` is its envelope's, which a server's pipe knows better than the headers."""
    mail = message_from_bytes(raw[:SIZE_LIMIT], policy=policy.compat32)
    which = _which([recipient, *_recipients(mail)])
    if which is None:
        return Verdict.NOT_OURS
    verdict = _judge(mail)
    note("mail came back", school=which.school_id, message_id=which.message_id, reason=verdict.value)
    if which.school_id != NO_SCHOOL and verdict in {Verdict.REFUSED, Verdict.BAD_ADDRESS}:
        _fail(which, verdict)
    return verdict


def poll(folder: str | None = None) -> int:
    """Take what lies in the Maildir ZVANETS_BOUNCE_MAILDIR, where a server may put it instead of calling us."""
    place = settings.BOUNCE_MAILDIR if folder is None else folder
    if not place:
        return 0
    (Path(place) / "cur").mkdir(parents=True, exist_ok=True)
    files = sorted((Path(place) / "new").glob("*"))
    for file in files:
        try:
            receive(file.read_bytes())
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # noqa: BLE001  (one broken mail must not keep back the others; it stays in the folder)
            note("a returned mail could not be read", level=logging.ERROR, error=True)
        file.rename(Path(place) / "cur" / f"{file.name}:2,S")
    return len(files)


def _recipients(mail: Mail) -> Iterable[str]:
    for name in _RECIPIENT_HEADERS:
        for value in mail.get_all(name, []):
            yield str(value)


def _which(addresses: Iterable[str]) -> Which | None:
    found = (read_return_path(part) for address in addresses for part in re.split(r"[,\s<>]+", address))
    return next((which for which in found if which), None)


def _judge(mail: Mail) -> Verdict:
    from flufl.bounce import all_failures

    temporary, permanent = all_failures(mail)
    if not permanent:
        return Verdict.TEMPORARY if temporary else Verdict.NOT_OURS
    codes = _STATUS.findall("\n".join(_delivery_statuses(mail)))
    to_blame = [code for code in codes if code.startswith("5.") and not code.startswith(_NOT_THE_ADDRESS)]
    return Verdict.BAD_ADDRESS if to_blame or not codes else Verdict.REFUSED


def _delivery_statuses(mail: Mail) -> Iterable[str]:
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            yield "\n".join(map(str, payload)) if isinstance(payload, list) else str(payload)


def _fail(which: Which, verdict: Verdict) -> None:
    with at_school(which.school_id):
        message = Message.objects.filter(pk=which.message_id).first()
        if message is None:
            return
        sources = Message.objects.filter(pk=message.pk, status__in=sources_of(Status.FAILED))
        sources.update(status=Status.FAILED, error=f"returned: {verdict}")
        if verdict is Verdict.BAD_ADDRESS and message.contact_id is not None:
            for contact in Contact.objects.filter(pk=message.contact_id):
                disable_contact(actor=SYSTEM, contact=contact, why=WHY)
