"""The words of ePay Billing: statuses, the checksum, and what a question must hold; no database."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha1

from zvanets.lib import clock

_TID = re.compile(r"[0-9A-Za-z]{1,26}")
_TOTAL = re.compile(r"[1-9][0-9]{0,8}")


class Status(StrEnum):
    OK = "00"
    WRONG_AMOUNT = "13"
    UNKNOWN = "14"
    NOTHING_OWED = "62"
    UNAVAILABLE = "80"
    WRONG_CHECKSUM = "93"
    DUPLICATE = "94"
    ERROR = "96"


class Answer(Exception):  # it is the answer, raised from wherever the question turned out to have no better one
    def __init__(self, status: Status) -> None:
        self.status = status
        super().__init__(status.name)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """That a desk took so many cents for a code."""

    code: str
    tid: str
    cents: int
    paid_at: datetime


def checksum(said: Mapping[str, str], *, secret: str) -> str:
    text = "".join(f"{name}{said[name]}\n" for name in sorted(said) if name != "CHECKSUM")
    return hmac.new(secret.encode(), text.encode(), sha1).hexdigest()


def checked(said: Mapping[str, str], *, merchant: str, secret: str) -> None:
    """Raise Answer unless ePay.bg itself asks, and us."""
    if not secret:
        raise Answer(Status.UNAVAILABLE)
    if not hmac.compare_digest(checksum(said, secret=secret).encode(), said.get("CHECKSUM", "").lower().encode()):
        raise Answer(Status.WRONG_CHECKSUM)
    if said.get("MERCHANTID") != merchant:
        raise Answer(Status.ERROR)


def type_of(said: Mapping[str, str], *, known: tuple[str, ...]) -> str:
    """Return the TYPE. What we do not offer, as paying a part or ahead, is unavailable whatever the code is."""
    wanted = said.get("TYPE", "")
    if wanted in {"DEPOSIT", "PARTIAL"}:
        raise Answer(Status.UNAVAILABLE)
    if wanted not in known:
        raise Answer(Status.ERROR)
    return wanted


def confirmed(said: Mapping[str, str]) -> Confirmed:
    tid, total = said.get("TID", ""), said.get("TOTAL", "")
    if not _TID.fullmatch(tid) or not _TOTAL.fullmatch(total):
        raise Answer(Status.ERROR)
    return Confirmed(said.get("IDN", ""), tid, int(total), _moment(said.get("DATE", "")))


def _moment(digits: str) -> datetime:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=clock.SOFIA)
    except ValueError:
        return clock.now()
