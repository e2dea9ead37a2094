"""What the demo school's guardians read on their telephones, and how long it took."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from zvanets.demo.school import SCHOOL_ID
from zvanets.demo.smsc import Arrived, newest
from zvanets.notifications.models import Message
from zvanets.tenancy.school import at_school


@dataclass(frozen=True, slots=True)
class Sms:
    """One SMS; `state` is the message's, empty for an answer of the short code; `seconds` None when not known."""

    sms: Arrived
    arrived_at: datetime
    state: str
    seconds: float | None


def arrivals(path: Path) -> list[Sms]:
    """Return the newest SMS, the newest first."""
    found = newest(path / "messages.jsonl")
    with at_school(SCHOOL_ID):
        rows = Message.objects.filter(channel="sms", reference__in=[each.id for each in found]).values_list(
            "reference", "status", "entered_at"
        )
        known = {reference: (status, entered_at) for reference, status, entered_at in rows}
    return [_sms(each, *known.get(each.id, ("", None))) for each in found]


def _sms(arrived: Arrived, state: str, entered_at: datetime | None) -> Sms:
    at = datetime.fromtimestamp(arrived.at, UTC)
    return Sms(arrived, at, state, max(0.0, (at - entered_at).total_seconds()) if entered_at else None)


def seen(arrivals_: list[Sms]) -> str:
    """Return a word that changes when anything of what is shown changed."""
    return sha256("".join(f"{each.sms.id}{each.state}" for each in arrivals_).encode()).hexdigest()[:16]
