"""The worker: one thread fans out as soon as the database rings, one for each channel hands over what is due."""

import logging
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connections

from zvanets.guardians.models import ChannelName
from zvanets.lib import clock
from zvanets.lib.logs import note
from zvanets.notifications import outbox
from zvanets.notifications.channels.base import Channel
from zvanets.notifications.channels.email import bounces
from zvanets.notifications.channels.email.channel import EmailChannel
from zvanets.notifications.channels.portal.channel import PortalChannel
from zvanets.notifications.delivery import Delivery
from zvanets.notifications.digest import Digests
from zvanets.notifications.fanout import fan_out, told_elsewhere
from zvanets.notifications.letters import Letters
from zvanets.notifications.reminding import remind_due
from zvanets.notifications.unfilled import Unfilled
from zvanets.notifications.upkeep import Upkeep

RINGS = "zvanets_pending"  # the database notifies on this channel when history has something to tell
LISTEN_SECONDS = 0.5  # how long a stop may take to be seen
POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 60.0
LONGEST_BACK_OFF = 30.0
SWITCH_SECONDS = 0.0005  # a thread that waited for a socket must not wait 5 ms more for the interpreter

CHANNELS: Mapping[str, Callable[[], Channel]] = {
    ChannelName.PORTAL: PortalChannel,
    ChannelName.EMAIL: EmailChannel,
}


@dataclass
class Bell:
    """Wakes the threads of the channels; rung for all of them to stop."""

    stop: threading.Event
    rings: dict[str, threading.Event] = field(default_factory=dict)

    def ring(self, channel: str) -> None:
        if channel in self.rings:
            self.rings[channel].set()

    def wait(self, channel: str, seconds: float) -> None:
        ring = self.rings[channel]
        ring.wait(seconds)
        ring.clear()


def run(
    stop: threading.Event,
    channels: Mapping[str, Callable[[], Channel]] = CHANNELS,
    chores: Sequence[Callable[[], object]] = (),
) -> None:
    """Work until `stop` is set; a thread that stumbles gets up again, later each time.

    `chores` are other rooms' work of each minute.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    bell = Bell(stop, {name: threading.Event() for name in channels})
    threads = [
        threading.Thread(target=_deliver, args=(bell, make), name=f"deliver-{name}", daemon=True)
        for name, make in channels.items()
    ]
    threads.append(threading.Thread(target=_housekeeping, args=(bell, chores), name="housekeeping", daemon=True))
    for thread in threads:
        thread.start()
    note("worker started", worker="all", count=len(channels))
    try:
        _keep_on(stop, "fan-out", FanOut(bell, (*channels, *told_elsewhere())))
    finally:
        stop.set()
        for name in channels:
            bell.ring(name)
        for thread in threads:
            thread.join()
    note("worker stopped", worker="all")


def _keep_on(stop: threading.Event, name: str, step: Callable[[], object]) -> None:
    """Repeat a step until the stop; after an error close the connections and wait: 0.1, 0.2, 0.4 … 30 seconds."""
    errors = 0
    while not stop.is_set():
        try:
            step()
            errors = 0
        except Exception:  # noqa: BLE001  (whatever it was, messages wait and the database keeps them)
            errors += 1
            note("a worker's step failed", level=logging.ERROR, error=True, worker=name, attempt=errors)
            connections.close_all()
            stop.wait(min(0.05 * 2**errors, LONGEST_BACK_OFF))
    connections.close_all()


@dataclass
class FanOut:
    """One round: tell what is due, ring the channels, then listen until the database rings or the next entry is due."""

    bell: Bell
    channels: Sequence[str]
    _listening: Any = None

    def __call__(self) -> None:
        self._listen()
        done = fan_out(self.channels)
        for channel in done.messages:
            self.bell.ring(channel)
        if not done.entries:
            self._sleep()

    def _listen(self) -> None:
        connection = connections["worker"]
        connection.ensure_connection()
        if self._listening is not connection.connection:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {RINGS}")
            self._listening = connection.connection

    def _sleep(self) -> None:
        due_at = outbox.next_due()
        left = POLL_SECONDS if due_at is None else (due_at - clock.now()).total_seconds()
        wait = min(max(left, 0.02), POLL_SECONDS)  # a school whose turn another process has stays due a moment longer
        ends = time.monotonic() + wait
        while not self.bell.stop.is_set() and (left := ends - time.monotonic()) > 0:
            if rung := next(self._listening.notifies(timeout=min(left, LISTEN_SECONDS), stop_after=1), None):
                self.bell.ring(rung.payload)  # names a channel that has something to send already
                return


def _deliver(bell: Bell, make: Callable[[], Channel]) -> None:
    delivery = Delivery(make(), is_stopping=bell.stop.is_set)
    is_mail = delivery.channel.name == ChannelName.EMAIL
    letters = Letters(delivery.channel, is_stopping=bell.stop.is_set) if is_mail else None
    beat = Heartbeat(delivery)

    def step() -> None:
        handled = letters.run_once() if letters else 0
        if handled + delivery.run_once() == 0:
            bell.wait(delivery.channel.name, POLL_SECONDS)
        beat()

    try:
        _keep_on(bell.stop, delivery.channel.name, step)
    finally:
        delivery.channel.close()


@dataclass
class Heartbeat:
    """A line a minute for each channel: sent since the start, waiting now, and for how long the oldest is due."""

    delivery: Delivery
    _next: float = field(default_factory=time.monotonic)

    def __call__(self) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + HEARTBEAT_SECONDS
            channel = self.delivery.channel.name
            waiting, late = _waiting(channel)
            note("worker alive", channel=channel, count=self.delivery.sent, queue=waiting, seconds=late)


def _waiting(channel: str) -> tuple[int, float]:
    """Return how many messages of the channel wait and for how many seconds the oldest of them has been due."""
    with connections["worker"].cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(due_at) FROM notifications_message"
            " WHERE channel = %s AND status IN ('queued', 'sending', 'unknown')",
            [channel],
        )
        waiting, oldest = cursor.fetchone()
    return waiting, max(0.0, (clock.now() - oldest).total_seconds()) if oldest else 0.0


def _housekeeping(bell: Bell, chores: Sequence[Callable[[], object]]) -> None:
    """Each minute fetch the bounces, remind of what is tomorrow, write the digests, and throw away what is old."""
    upkeep, digests = Upkeep(is_stopping=bell.stop.is_set), Digests()
    unfilled = Unfilled()

    def step() -> None:
        bounces.poll()
        remind_due(clock.now())
        digests.run(clock.now())
        unfilled.run(clock.now())
        upkeep.run(clock.now())
        for chore in chores:
            chore()
        bell.stop.wait(timedelta(minutes=1).total_seconds())

    _keep_on(bell.stop, "housekeeping", step)
