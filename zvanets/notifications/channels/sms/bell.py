"""Wakes the process when messages were written: the database rings, a thread listens."""

import asyncio
import threading
import time

from django.db import connections

from zvanets.lib.logs import note
from zvanets.notifications.outbox import MESSAGES

LISTEN_SECONDS = 0.5
POLL_SECONDS = 1.0


class Bell:
    def __init__(self, loop: asyncio.AbstractEventLoop, wake: asyncio.Event) -> None:
        self.loop = loop
        self.wake = wake
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sms-bell", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except Exception:  # noqa: BLE001  (without it the process still looks once a second)
                note("the bell failed", error=True, channel="sms")
                self._stop.wait(POLL_SECONDS)
            finally:
                connections.close_all()

    def _listen(self) -> None:
        with connections["worker"].cursor() as cursor:
            cursor.execute(f"LISTEN {MESSAGES}")
        connection = connections["worker"].connection
        looked = 0.0
        while not self._stop.is_set():
            heard = next(connection.notifies(timeout=LISTEN_SECONDS, stop_after=1), None)
            if heard is not None or time.monotonic() - looked > POLL_SECONDS:
                looked = time.monotonic()
                self.loop.call_soon_threadsafe(self.wake.set)
