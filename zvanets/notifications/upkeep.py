"""What the worker throws away: all that was kept for a time and whose time is over, a bounded piece at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connections

from zvanets.attendance.warnings import raise_warnings
from zvanets.files.actions import sweep
from zvanets.history import access
from zvanets.lib.logs import note
from zvanets.rules.delivery import STALE_AFTER

AT_ONCE = 5_000  # rows in one statement: nobody waits long for a lock
MOST_A_RUN = 200  # statements; what is left has its turn at the next run
CELL_KEYS_KEPT = timedelta(days=30)
SIGN_INS_KEPT = CALLS_KEPT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A table of which rows become old, in every school; `moment` is the condition's parameter."""

    name: str
    table: str
    is_old: str
    kept: timedelta = timedelta(0)

    def clear(self, now: datetime, is_stopping: Callable[[], bool]) -> int:
        """Delete what is old and return how much that was."""
        gone = 0
        for _ in range(MOST_A_RUN):
            with connections["worker"].cursor() as cursor:
                cursor.execute(
                    f"DELETE FROM {self.table} WHERE ctid = ANY (ARRAY("  # noqa: S608  (names of our own)
                    f"SELECT ctid FROM {self.table} WHERE {self.is_old} LIMIT {AT_ONCE} FOR UPDATE SKIP LOCKED))",
                    {"moment": now - self.kept},
                )
                found = cursor.rowcount
            gone += found
            if found < AT_ONCE or is_stopping():
                break
        if gone:
            note("old rows deleted", kind=self.name, count=gone)
        return gone


# Letters hold a secret, and each count of a throttle reads how many rows there are: these two are cleared each minute.
LETTERS = Shelf("letters", "accounts_letter", "created_at < %(moment)s", STALE_AFTER)
CACHE = Shelf("cache", "zvanets_cache", "expires < CURRENT_TIMESTAMP")  # Django's cache goes by the machine's clock
OFTEN = (LETTERS, CACHE)
DAILY = (
    Shelf("sign-ins", "accounts_signin", "at < %(moment)s", SIGN_INS_KEPT),
    Shelf("sessions", "django_session", "expire_date < %(moment)s"),
    Shelf(
        "ended sessions",
        "accounts_opensession",
        "at < %(moment)s AND NOT EXISTS (SELECT FROM django_session s WHERE s.session_key = accounts_opensession.session_key)",
    ),
    Shelf("keys of saved cells", "lessons_cellkey", "saved_at < %(moment)s", CELL_KEYS_KEPT),
    Shelf("calls", "ivr_calllog", "started_at < %(moment)s", CALLS_KEPT),
)
WARN_EACH = timedelta(minutes=15)


@dataclass
class Upkeep:
    """Remembers the day that was seen to."""

    is_stopping: Callable[[], bool] = lambda: False
    _done_on: date | None = None
    _warned_at: datetime | None = None

    def run(self, now: datetime) -> None:
        """Clear what is cleared often; on the first call of a day the rest as well, and the months of reads."""
        for shelf in OFTEN:
            shelf.clear(now, self.is_stopping)
        if self._warned_at is None or now - self._warned_at >= WARN_EACH:
            self._warned_at = now
            if warned := raise_warnings(now):
                note("families warned of limits", count=warned)
        today = now.date()
        if self._done_on == today:
            return
        for shelf in DAILY:
            shelf.clear(now, self.is_stopping)
        sweep(self.is_stopping)
        if dropped := access.keep(today):
            note("old rows deleted", kind="months of reads", count=dropped)
        self._done_on = today
