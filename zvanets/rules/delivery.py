"""Telling: states of a message, waiting times, quiet hours, and what of several facts is still to be told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"  # by the carrier
    DELIVERED = "delivered"  # by the carrier's own word
    FAILED = "failed"
    UNKNOWN = "unknown"  # handed over, answer lost
    CANCELLED = "cancelled"  # withdrawn, stale, or the right to hear ended


# Carriers repeat and reorder their receipts, and one may come before the answer to the sending; what is not listed is ignored.
MOVES = frozenset(
    {
        (Status.QUEUED, Status.SENDING),
        (Status.QUEUED, Status.FAILED),
        (Status.QUEUED, Status.CANCELLED),
        (Status.SENDING, Status.QUEUED),
        (Status.SENDING, Status.ACCEPTED),
        (Status.SENDING, Status.DELIVERED),
        (Status.SENDING, Status.FAILED),
        (Status.SENDING, Status.UNKNOWN),
        (Status.SENDING, Status.CANCELLED),
        (Status.ACCEPTED, Status.DELIVERED),
        (Status.ACCEPTED, Status.FAILED),
        (Status.UNKNOWN, Status.QUEUED),
        (Status.UNKNOWN, Status.ACCEPTED),
        (Status.UNKNOWN, Status.DELIVERED),
        (Status.UNKNOWN, Status.FAILED),
        (Status.UNKNOWN, Status.CANCELLED),
    }
)

ENDS = frozenset(Status) - {old for old, _ in MOVES}


def may_move(old: Status | str, new: Status | str) -> bool:
    return (Status(old), Status(new)) in MOVES


def sources_of(new: Status | str) -> frozenset[Status]:
    """Return the states from which a message may come to `new`: the `filter` of a compare-and-set."""
    return frozenset(old for old, then in MOVES if then is Status(new))


STALE_AFTER = timedelta(hours=24)


def is_stale(entered_at: datetime, now: datetime) -> bool:
    """Tell whether what was entered then is no news any more and is cancelled rather than told."""
    return now - entered_at > STALE_AFTER


# Waiting times: 10 s, 20 s, 40 s … at most an hour, each by a draw up to a fifth shorter or longer.
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
JITTER = 0.2

# E-mail: greylisting and a night's repair take hours. SMS and voice cost money. Whatever is left over ends as stale.
MAX_ATTEMPTS: Mapping[str, int] = {"email": 18, "sms": 8, "push": 6, "voice": 3, "portal": 8}
MAX_ATTEMPTS_ELSE = 8


def wait_after(attempt: int, draw: float) -> timedelta:
    """Return the wait after the `attempt`-th failed try (from 1); `draw` is a random number in [0, 1)."""
    if attempt < 1 or not 0 <= draw < 1:
        raise ValueError("attempts are counted from 1, a draw lies in [0, 1)")
    doubled = FIRST_WAIT * (1 << min(attempt - 1, 20))
    return min(doubled, LONGEST_WAIT) * (1 - JITTER + 2 * JITTER * draw)


def next_try(
    channel: str, attempt: int, *, permanent: bool, entered_at: datetime, now: datetime, draw: float
) -> datetime | None:
    """Return when to try again after the `attempt`-th failure, None to give up.

    Given up are permanent errors at once, the last attempt of a channel, and what would be stale by then.
    """
    if permanent or attempt >= MAX_ATTEMPTS.get(channel, MAX_ATTEMPTS_ELSE):
        return None
    again = now + wait_after(attempt, draw)
    return None if is_stale(entered_at, again) else again


ANSWER_LOST_WAIT = timedelta(minutes=5)  # a receipt may still come


RECEIPT_WAIT = timedelta(seconds=20)  # of what costs money: most receipts come sooner
COSTLY = frozenset({"sms", "voice"})


def resend_at(
    lost_answers: int, *, urgent: bool, entered_at: datetime, now: datetime, channel: str = ""
) -> datetime | None:
    """Return when to hand over again what was handed over without an answer, None to give it up.

    Nobody can tell "never sent" from "sent, answer lost". An absence is worth a duplicate; anything else is tried once
    more after a while, unless the family's telephone rings and the school pays each time.
    """
    if channel in COSTLY:
        again = now + (RECEIPT_WAIT if lost_answers <= 1 else wait_after(lost_answers, 0.5))
        return None if not urgent or is_stale(entered_at, again) else again
    if urgent:
        again = now if lost_answers <= 1 else now + wait_after(lost_answers - 1, 0.5)
    elif lost_answers <= 1:
        again = now + ANSWER_LOST_WAIT
    else:
        return None
    return None if is_stale(entered_at, again) else again


LONGEST_QUIET = timedelta(hours=14)  # what is told the day after is no news


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A guardian's hours without messages, by the local clock; they may cross midnight, and equal times mean none."""

    starts: time
    ends: time

    @property
    def length(self) -> timedelta:
        day = date(2000, 1, 1)
        return timedelta(seconds=(datetime.combine(day, self.ends) - datetime.combine(day, self.starts)).seconds)

    def hold(self, local: time) -> bool:
        if self.starts <= self.ends:
            return self.starts <= local < self.ends
        return local >= self.starts or local < self.ends


def deliver_at(due: datetime, quiet: QuietHours | None, zone: tzinfo, *, urgent: bool = False) -> datetime:
    """Return when a message due then may go: now, or at the end of the quiet hours. Entering and reading are never held."""
    local = due.astimezone(zone)
    if urgent or quiet is None or not quiet.hold(local.time()):
        return due
    day = local.date() if local.time() < quiet.ends else local.date() + timedelta(days=1)
    ends = quiet.ends.replace(fold=local.fold)  # the hour that comes twice in October
    return max(due, datetime.combine(day, ends, zone).astimezone(due.tzinfo))


def goes_at(
    now: datetime, quiet: QuietHours | None, zone: tzinfo, *, wait: timedelta = timedelta(0), urgent: bool = False
) -> datetime:
    """Return when a message made now may go; one that is next in order waits from the moment the first may go."""
    return deliver_at(deliver_at(now, quiet, zone, urgent=urgent) + wait, quiet, zone, urgent=urgent)


def next_digest(now: datetime, at: time, zone: tzinfo) -> datetime:
    """Return the next moment after now at which the clock of the zone shows that time."""
    local = now.astimezone(zone)
    day = local.date() if local.time() < at else local.date() + timedelta(days=1)
    return datetime.combine(day, at, zone).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the history that waits to be told to one guardian.

    `number` orders the entries. `sub_verb` is the kind by name ("LATE", "CONTROL_WORK"). `replaces` is the object that
    a correction ended when it made this one. `told`: an earlier version of the object was already told. `covers`: what
    `collapse` returns stands for the entries with these numbers.
    """

    number: int
    verb: str
    sub_verb: str = ""
    object_id: int | None = None
    replaces: int | None = None
    lesson_id: int | None = None
    student_id: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    told: bool = False
    covers: tuple[int, ...] = ()

    @property
    def noun(self) -> str:
        return self.verb.partition(".")[0]

    @property
    def participle(self) -> str:
        return self.verb.partition(".")[2]


_MADE = frozenset({"given", "recorded", "written", "noted", "imposed", "planned", "called", "announced", "sent"})
_CORRECTED = frozenset({"corrected", "changed"})
_WITHDRAWN = frozenset({"withdrawn"})
_FAMILY = {"lateness": "absence", "praise": "remark"}
_ONE_A_LESSON = frozenset({"absence", "homework"})

Key = tuple[str, int | None, str, int]


def collapse(facts: Iterable[Fact]) -> list[Fact]:
    """Return what is still to be told of facts that waited together, in the order of their last entries.

    Versions of one object become one fact with the last entry's number and body. Before anything of it was told, a
    correction silently takes the place of what was made and a withdrawal leaves nothing; afterwards both are told as
    what they are. An absence and a lateness of one child in one lesson are one object, as is a lesson's homework.
    """
    groups: dict[Key, list[Fact]] = {}
    known: dict[Key, Key] = {}
    for fact in sorted(facts, key=lambda each: each.number):
        key = key_of(fact, fact.object_id)
        key = known.setdefault(key, known.get(key_of(fact, fact.replaces), key) if fact.replaces else key)
        groups.setdefault(key, []).append(fact)
    kept = [truth for versions in groups.values() if (truth := _truth(versions)) is not None]
    return sorted(kept, key=lambda each: each.number)


def key_of(fact: Fact, object_id: int | None) -> Key:
    """Return what two entries about the same thing share; an entry about no object shares it with none."""
    family = _FAMILY.get(fact.noun, fact.noun)
    if family in _ONE_A_LESSON and fact.lesson_id is not None:
        return family, fact.student_id, "lesson", fact.lesson_id
    if object_id is None:
        return family, fact.student_id, "entry", fact.number
    return family, fact.student_id, "object", object_id


def _truth(versions: Sequence[Fact]) -> Fact | None:
    last = replace(versions[-1], covers=tuple(each.number for each in versions))
    if any(each.told for each in versions):
        return replace(last, told=True)
    if last.participle in _WITHDRAWN:
        return None
    made = next((each for each in versions if each.participle in _MADE), None)
    return replace(last, verb=_made_now(made, last)) if made and last.participle in _CORRECTED else last


def _made_now(made: Fact, last: Fact) -> str:
    """Return the verb that tells the corrected object as if it had been entered so at first."""
    if _FAMILY.get(made.noun, made.noun) == "absence":
        return "lateness.recorded" if last.sub_verb == "LATE" else "absence.recorded"
    return made.verb
