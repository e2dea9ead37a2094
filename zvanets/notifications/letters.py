"""Letters about accounts: leased one at a time, handed to the mail server, and gone from the database when they end."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connections

from zvanets.lib import clock
from zvanets.lib.logs import note
from zvanets.notifications.channels.base import NO_SCHOOL, AnswerLost, Channel, ChannelDown, Letter, SendError
from zvanets.rules.delivery import STALE_AFTER, next_try, resend_at

AT_ONCE = 20  # then messages have their turn
LEASE = timedelta(seconds=60)

_CLAIM = """
UPDATE accounts_letter SET due_at = %(lease)s, attempts = attempts + 1
WHERE id = (
    SELECT id FROM accounts_letter WHERE due_at <= %(now)s AND created_at >= %(stale)s
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, address, language, subject, text, created_at, attempts
"""


class Waiting(NamedTuple):
    """A leased letter; `attempts` counts the one that begins."""

    id: int
    address: str
    language: str
    subject: str
    text: str
    created_at: datetime
    attempts: int


@dataclass
class Letters:
    """The letters' part of the e-mail thread's work.

    A crash between handing over and deleting sends a letter twice: a second link to a new password harms nobody.
    """

    channel: Channel
    is_stopping: Callable[[], bool] = lambda: False
    sent: int = 0
    _paused_until: datetime | None = None

    def run_once(self, now: datetime | None = None) -> int:
        """Send what is due, at most AT_ONCE; return how many were handled."""
        now = now or clock.now()
        if self._paused_until and now < self._paused_until:
            return 0
        self._paused_until = None
        handled = 0
        while handled < AT_ONCE and not (self.is_stopping() or self._paused_until):
            letter = _claim(now)
            if letter is None:
                break
            self._handle(letter, now)
            handled += 1
        return handled

    def _handle(self, letter: Waiting, now: datetime) -> None:
        try:
            self.channel.send(
                Letter(NO_SCHOOL, letter.id, letter.address, letter.language, letter.subject, letter.text)
            )
        except SendError as error:
            self._failed(letter, error, now)
        except Exception as error:  # noqa: BLE001  (a fault of ours: this letter waits, the others go on)
            note("a letter could not be made", error=True, channel=self.channel.name)
            self._failed(letter, SendError(type(error).__name__), now)
        else:
            self.sent += 1
            _delete(letter)

    def _failed(self, letter: Waiting, error: SendError, now: datetime) -> None:
        again = _again(letter, error, now)
        if again is None:
            note(
                "an account's letter was given up", channel=self.channel.name, code=error.code, attempt=letter.attempts
            )
            _delete(letter)
            return
        _put_off(letter, again)
        if isinstance(error, ChannelDown):
            note("channel down", channel=self.channel.name, code=error.code, attempt=letter.attempts)
            self._paused_until = again


def _again(letter: Waiting, error: SendError, now: datetime) -> datetime | None:
    if isinstance(error, AnswerLost):
        return resend_at(letter.attempts, urgent=False, entered_at=letter.created_at, now=now)
    return next_try(
        "email",
        letter.attempts,
        permanent=error.permanent,
        entered_at=letter.created_at,
        now=now,
        draw=random.random(),  # noqa: S311  (spreads retries, keeps no secret)
    )


def _claim(now: datetime) -> Waiting | None:
    with connections["worker"].cursor() as cursor:
        cursor.execute(_CLAIM, {"now": now, "lease": now + LEASE, "stale": now - STALE_AFTER})
        row = cursor.fetchone()
    return Waiting(*row) if row else None


def _put_off(letter: Waiting, until: datetime) -> None:
    with connections["worker"].cursor() as cursor:
        cursor.execute("UPDATE accounts_letter SET due_at = %s WHERE id = %s", [until, letter.id])


def _delete(letter: Waiting) -> None:
    with connections["worker"].cursor() as cursor:
        cursor.execute("DELETE FROM accounts_letter WHERE id = %s", [letter.id])
