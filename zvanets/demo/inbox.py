"""What lies in the mailbox for the demo school's guardians, and how long it took."""

import email.parser
import email.policy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path

from zvanets.demo.mailbox import Kept, newest
from zvanets.demo.school import SCHOOL_ID
from zvanets.notifications.channels.email.addresses import read_return_path
from zvanets.notifications.models import Message
from zvanets.tenancy.school import at_school

SHOWN = 12
_LOOKED_THROUGH = 40  # other schools' letters and those about passwords may lie between
_FOOTER = "\n-- \n"


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter as its reader sees it; `entries` are the lines of each thing that it tells."""

    message_id: int
    to: str
    subject: str
    entries: tuple[tuple[str, ...], ...]
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """A letter and the seconds between the teacher's save and its arrival; None when that is no longer known."""

    mail: Mail
    seconds: float | None


def newest_name(path: Path) -> str:
    """Return the name of the newest letter, to see whether anything came."""
    kept = newest(path, 1)
    return kept[0].name if kept else ""


def arrivals(path: Path) -> list[Arrival]:
    """Return the demo school's newest letters, the newest first."""
    mails = [mail for mail in map(_read, newest(path, _LOOKED_THROUGH)) if mail][:SHOWN]
    entered = _entered(mails)
    return [Arrival(mail, _seconds(mail, entered.get(mail.message_id))) for mail in mails]


def _entered(mails: Sequence[Mail]) -> dict[int, datetime]:
    with at_school(SCHOOL_ID):
        found = Message.objects.filter(pk__in=[mail.message_id for mail in mails])
        return dict(found.values_list("pk", "entered_at"))


def _seconds(mail: Mail, entered_at: datetime | None) -> float | None:
    return None if entered_at is None else max(0.0, (mail.arrived_at - entered_at).total_seconds())


@lru_cache(maxsize=2 * _LOOKED_THROUGH)
def _read(kept: Kept) -> Mail | None:
    """Return the letter if the demo school sent it to a guardian: its return path says so and cannot be forged."""
    try:
        content = kept.path.read_bytes()
    except FileNotFoundError:  # the oldest go while we look
        return None
    mail = email.parser.BytesParser(EmailMessage, policy=email.policy.default).parsebytes(content)
    which = read_return_path(str(mail["Return-Path"] or ""))
    if which is None or which.school_id != SCHOOL_ID:
        return None
    body = mail.get_body(("plain",))
    text = str(body.get_content()).replace("\r\n", "\n").partition(_FOOTER)[0] if body else ""
    _child, *entries = text.strip().split("\n\n")
    told = tuple(tuple(entry.strip().splitlines()) for entry in entries)
    return Mail(which.message_id, str(mail["Delivered-To"] or ""), str(mail["Subject"] or ""), told, kept.arrived_at)
