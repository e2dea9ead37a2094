"""A message on the wire: collects the answers to its parts and says what became of the whole."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from zvanets.guardians.models import ChannelName
from zvanets.notifications import queue
from zvanets.notifications.channels.sms import pdus
from zvanets.notifications.channels.sms.ledger import Answers, Flight
from zvanets.notifications.channels.sms.pdus import Head
from zvanets.notifications.queue import Outcome
from zvanets.rules.delivery import Status, next_try

THROTTLE = frozenset({pdus.THROTTLED, pdus.QUEUE_FULL})
THROTTLED_WAIT = timedelta(seconds=2)


@dataclass
class Landing:
    """What is known so far of one flight."""

    flight: Flight
    taken: list[tuple[int, str]] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)  # statuses
    lost: int = 0
    unwritten: int = 0

    def answered(self, sequence: int, head: Head | None, answers: Answers) -> bool:
        """Note the answer to a part; return whether it was "too fast"."""
        if head is None:
            self.lost += 1
        elif head.status == pdus.OK and head.command == pdus.SUBMIT_SM | pdus.ANSWER:
            pair = (sequence, pdus.first_string(head.body) or f"{sequence}")
            self.taken.append(pair)
            answers.taken.append(pair)
        else:
            self.refused.append(head.status or pdus.SYSTEM_ERROR)
            answers.gone.append(sequence)
        return head is not None and head.status in THROTTLE

    def not_written(self, sequence: int, answers: Answers) -> None:
        """The line was gone before this part was begun."""
        self.unwritten += 1
        answers.gone.append(sequence)

    @property
    def is_over(self) -> bool:
        return len(self.taken) + len(self.refused) + self.lost + self.unwritten == len(self.flight.parts)

    @property
    def is_bad_address(self) -> bool:
        return pdus.BAD_TARGET in self.refused

    def outcome(self, now: datetime) -> Outcome:
        """Return the message's next state: one lost answer puts it in doubt, one refusal for good ends it."""
        message = self.flight.message
        if self.lost:
            until = queue.in_doubt_until(
                message.lost_answers + 1,
                is_urgent=message.is_urgent,
                entered_at=message.entered_at,
                now=now,
                channel=ChannelName.SMS,
            )
            return Outcome(message, Status.UNKNOWN, until, error="no answer")
        if self.refused:
            return self._refused(now)
        if self.unwritten:
            return Outcome(message, Status.QUEUED, now, error="not written", counts=False)
        return Outcome(message, Status.ACCEPTED, now, self.taken[0][1], accepted_at=now)

    def _refused(self, now: datetime) -> Outcome:
        message = self.flight.message
        if all(status in THROTTLE for status in self.refused):
            wait = THROTTLED_WAIT * random.uniform(0.5, 1.5)  # noqa: S311  (spreads tries, keeps no secret)
            return Outcome(message, Status.QUEUED, now + wait, error=_code(self.refused[0]), counts=False)
        worst = next((status for status in self.refused if pdus.is_permanent(status)), self.refused[0])
        again = next_try(
            ChannelName.SMS,
            message.attempts + 1,
            permanent=pdus.is_permanent(worst),
            entered_at=message.entered_at,
            now=now,
            draw=random.random(),  # noqa: S311
        )
        return Outcome(message, Status.QUEUED if again else Status.FAILED, again or now, error=_code(worst))


def _code(status: int) -> str:
    return f"0x{status:02X}"
