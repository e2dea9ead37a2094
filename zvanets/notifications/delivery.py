"""From messages to carriers: one at a time is in doubt, nothing is open while a carrier thinks, and every answer is kept."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from zvanets.guardians.actions import disable_contact
from zvanets.guardians.models import ChannelName, Contact
from zvanets.history.record import Actor
from zvanets.lib import clock
from zvanets.lib.logs import note
from zvanets.notifications import queue
from zvanets.notifications.channels.base import AnswerLost, Channel, ChannelDown, SendError
from zvanets.notifications.queue import LEASE, Claimed, Outcome
from zvanets.rules.delivery import Status, next_try
from zvanets.tenancy.school import at_school

BATCH = 100
RECOVER_EVERY = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(seconds=30)
# The last message begun ends within the lease even if its carrier uses up all the time it has.
BEGIN_UNTIL = LEASE / 3
SYSTEM = Actor(None, "system", "")


@dataclass
class Delivery:
    """The work of one channel in one thread."""

    channel: Channel
    is_stopping: Callable[[], bool] = lambda: False
    batch: int = BATCH
    sent: int = 0  # accepted since the start
    _unsaved: Outcome | None = None  # outlives a lost connection to the database
    _recovered_at: datetime | None = None
    _failures: int = 0
    _paused_until: datetime | None = None
    _left: Sequence[Claimed] = ()  # leased and not begun
    _bad: list[Claimed] = field(default_factory=list)

    def run_once(self, now: datetime | None = None) -> int:
        """Send what is due, at most one batch of it; return how many were handled."""
        now = now or clock.now()
        self._save()
        queue.release(self._left, due_at=now)
        self._left = ()
        if self._recovered_at is None or now - self._recovered_at >= RECOVER_EVERY:
            if found := queue.recover(self.channel.name, now=now):
                note("messages in doubt", channel=self.channel.name, count=found)
            self._recovered_at = now
        if self._paused_until and now < self._paused_until:
            return 0
        self._paused_until = None
        claimed = queue.claim(self.channel.name, limit=self.batch, now=now)
        queue.cancel([message for message in claimed if message.refusal])
        started = time.monotonic()
        self._send([message for message in claimed if not message.refusal])
        self._disable_bad_addresses()
        self._adapt(len(claimed), time.monotonic() - started)
        return len(claimed)

    def _adapt(self, handled: int, seconds: float) -> None:
        """Claim about a second's work: what becomes urgent meanwhile must not wait behind a long batch."""
        if seconds > 1:
            self.batch = max(1, min(BATCH, int(handled / seconds)))
        elif handled == self.batch:
            self.batch = min(BATCH, self.batch * 2)

    def _send(self, messages: Sequence[Claimed]) -> None:
        until = time.monotonic() + BEGIN_UNTIL.total_seconds()
        for place, message in enumerate(messages):
            self._left = messages[place:]
            if self.is_stopping() or self._paused_until or time.monotonic() > until:
                break
            begun = queue.begin(message, after=self._unsaved)
            self._unsaved = self._hand_over(message) if begun else None
            self._left = ()
        self._save()
        queue.release(self._left, due_at=self._paused_until or clock.now())
        self._left = ()

    def _save(self) -> None:
        if self._unsaved:
            queue.finish(self._unsaved)
            self._unsaved = None

    def _hand_over(self, message: Claimed) -> Outcome:
        try:
            reference = self.channel.send(message.letter)
        except SendError as error:
            return self._failed(message, error, clock.now())
        except Exception as error:  # noqa: BLE001  (a fault of ours: this letter waits, the others go on)
            note("a letter could not be made", error=True, channel=self.channel.name)
            return self._failed(message, SendError(type(error).__name__), clock.now())
        self._failures = 0
        self.sent += 1
        now = clock.now()
        if self.channel.name == ChannelName.PORTAL:
            return Outcome(message, Status.DELIVERED, now, reference, accepted_at=now, delivered_at=now)
        return Outcome(message, Status.ACCEPTED, now, reference, accepted_at=now)

    def _failed(self, message: Claimed, error: SendError, now: datetime) -> Outcome:
        if isinstance(error, AnswerLost):
            due_at = queue.in_doubt_until(
                message.lost_answers + 1, is_urgent=message.is_urgent, entered_at=message.entered_at, now=now
            )
            return Outcome(message, Status.UNKNOWN, due_at, error=error.code)
        if isinstance(error, ChannelDown):
            self._pause(error, now)
            if not error.offered:
                return Outcome(message, Status.QUEUED, self._paused_until or now, error=error.code, counts=False)
        else:
            self._failures = 0  # it spoke to us
        if error.bad_address:
            self._bad.append(message)
        again = next_try(
            self.channel.name,
            message.attempts + 1,
            permanent=error.permanent,
            entered_at=message.entered_at,
            now=now,
            draw=random.random(),  # noqa: S311  (spreads retries, keeps no secret)
        )
        return Outcome(message, Status.QUEUED if again else Status.FAILED, again or now, error=error.code)

    def _pause(self, error: ChannelDown, now: datetime) -> None:
        """Leave the carrier alone for a while, longer each time: 1, 2, 4 … 30 seconds."""
        wait = min(timedelta(seconds=1 << min(self._failures, 10)), LONGEST_PAUSE)
        self._failures += 1
        self._paused_until = now + wait * random.uniform(0.8, 1.2)  # noqa: S311
        note("channel down", channel=self.channel.name, code=error.code, attempt=self._failures)

    def _disable_bad_addresses(self) -> None:
        """Switch off the addresses at which nothing will ever arrive; the school sees which."""
        while self._bad:
            switch_off(self._bad[-1].letter.school_id, self._bad[-1].contact_id, why="няма такъв адрес")
            self._bad.pop()


def switch_off(school_id: int, contact_id: int | None, *, why: str) -> None:
    """Disable a guardian's address with its entry in the history."""
    if contact_id is None:
        return
    with at_school(school_id):
        for contact in Contact.objects.filter(pk=contact_id):
            disable_contact(actor=SYSTEM, contact=contact, why=why)
