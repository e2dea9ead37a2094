"""The work of `zvanets sms`: binds with the carrier, hands over what waits, keeps what comes back, and starts again."""

import asyncio
import random
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import connections

from zvanets.guardians.models import ChannelName
from zvanets.lib import clock
from zvanets.lib.logs import note
from zvanets.notifications import queue
from zvanets.notifications.channels.base import ChannelDown
from zvanets.notifications.channels.sms import joining, ledger, reports, series
from zvanets.notifications.channels.sms.bell import Bell
from zvanets.notifications.channels.sms.bind import Bind
from zvanets.notifications.channels.sms.carrier import Carrier
from zvanets.notifications.channels.sms.mark import Mark, left_behind
from zvanets.notifications.channels.sms.session import open_session

LONGEST_BACK_OFF = 30.0
THREADS = 3  # of the database
SWITCH_SECONDS = 0.0005  # a thread that waited for the database must not wait 5 ms more for the interpreter
ROUND_SECONDS = 2.0
HEARTBEAT_SECONDS = 60.0
FORGET_EVERY = timedelta(hours=6)

Result = TypeVar("Result")


class SmsChannel:
    """One carrier. `run` works until `stop` is called."""

    name: str = ChannelName.SMS

    def __init__(self, carrier: Carrier, directory: Path | None = None) -> None:
        self.carrier = carrier
        self.directory = directory or settings.STATE / "sms"
        self.sent = 0  # messages that were accepted since the start
        self.received = 0
        self.stopping = asyncio.Event()
        self.wake = asyncio.Event()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sms-database")
        self._failures = 0

    def stop(self) -> None:
        self.stopping.set()
        self.wake.set()

    async def run(self) -> None:
        """Bind again and again, later each time that it fails, until the stop."""
        sys.setswitchinterval(SWITCH_SECONDS)
        note("sms started", channel=self.name)
        bell = Bell(asyncio.get_running_loop(), self.wake)
        bell.start()
        rounds = asyncio.create_task(self._rounds())
        try:
            while not self.stopping.is_set():
                await self._bind_once()
        finally:
            rounds.cancel()
            await asyncio.gather(rounds, return_exceptions=True)
            await asyncio.to_thread(bell.stop)
            await asyncio.to_thread(self._close_database)
        note("sms stopped", channel=self.name)

    def _close_database(self) -> None:
        """Each thread has a connection of its own, which only that thread can close."""
        together = threading.Barrier(THREADS)

        def close() -> None:
            together.wait()
            connections.close_all()

        for _ in range(THREADS):
            self._threads.submit(close)
        self._threads.shutdown()

    async def database(self, work: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
        """Do this in a thread of the database, until it succeeds: what a carrier said must not be lost."""
        loop, tries = asyncio.get_running_loop(), 0
        while True:
            try:
                return await loop.run_in_executor(self._threads, lambda: _fresh(work, *args, **kwargs))
            except Exception:  # whatever it was, the carrier keeps what is not acknowledged
                tries += 1
                note("the database failed", error=True, channel=self.name, attempt=tries)
                if self.stopping.is_set() and tries > 3:
                    raise
                await asyncio.sleep(min(0.1 * 2**tries, LONGEST_BACK_OFF))

    async def _bind_once(self) -> None:
        await self.database(self._settle_left_behind)
        number = secrets.randbits(62)
        work = Bind(self, number, Mark(self.directory, number))
        try:
            work.session = await open_session(self.carrier, work.on_deliver, work.on_late)
        except ChannelDown as down:
            work.mark.close()
            await self._back_off(down.code)
            return
        self._failures = 0
        note("bound", channel=self.name)
        await work.serve()
        if not self.stopping.is_set():
            await self._back_off(work.session.ended.result())

    def _settle_left_behind(self) -> None:
        for left in left_behind(self.directory):
            waiting, doubtful = ledger.abandon(left.bind, left.written, now=clock.now())
            note("a bind was left behind", channel=self.name, queue=waiting, count=doubtful)

    async def _back_off(self, why: str) -> None:
        """Wait 1, 2, 4 … 30 seconds, by a draw up to a half shorter."""
        wait = min(2.0**self._failures, LONGEST_BACK_OFF) * random.uniform(0.5, 1.0)  # noqa: S311
        self._failures = min(self._failures + 1, 10)
        note("channel down", channel=self.name, code=why, attempt=self._failures)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), wait)

    async def _rounds(self) -> None:
        """Every two seconds look after messages in doubt, early receipts and lone parts; now and then forget what is old."""
        beat, forgotten = 0.0, None
        while True:
            now = clock.now()
            await self.database(queue.recover, self.name, now=now)
            await self.database(reports.look_again, now=now)
            await self.database(joining.take_overdue, now)
            if forgotten is None or now - forgotten > FORGET_EVERY:
                for forget in (reports.forget, joining.forget, series.forget):
                    await self.database(forget, now=now)
                forgotten = now
            if (moment := asyncio.get_running_loop().time()) - beat > HEARTBEAT_SECONDS:
                beat = moment
                note("worker alive", channel=self.name, count=self.sent)
            await asyncio.sleep(ROUND_SECONDS)


def _fresh(work: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
    """Do the work; after an error leave this thread no broken connection."""
    try:
        return work(*args, **kwargs)
    except Exception:
        connections.close_all()
        raise
