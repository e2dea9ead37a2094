"""One bind at work: a sender, a saver of answers and a keeper of what comes in, each in bulk, none waiting for another."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from zvanets.lib import clock
from zvanets.lib.logs import note
from zvanets.notifications.channels.base import ChannelDown
from zvanets.notifications.channels.sms import incoming, joining, ledger, pdus, receipts, replies, reports
from zvanets.notifications.channels.sms.flights import Landing
from zvanets.notifications.channels.sms.incoming import Incoming, Piece
from zvanets.notifications.channels.sms.ledger import Answers, Flight, Part
from zvanets.notifications.channels.sms.mark import Mark
from zvanets.notifications.channels.sms.pace import Pace
from zvanets.notifications.channels.sms.pdus import Head, Malformed
from zvanets.notifications.channels.sms.receipts import Receipt
from zvanets.notifications.channels.sms.session import Session
from zvanets.notifications.channels.sms.steps import step
from zvanets.notifications.channels.sms.texts import submits
from zvanets.notifications.delivery import switch_off
from zvanets.rules.delivery import Status

if TYPE_CHECKING:
    from zvanets.notifications.channels.sms.channel import SmsChannel

AT_ONCE = 500
AHEAD_SECONDS = 0.25  # what becomes urgent meanwhile waits no longer behind what is prepared
LEAVE_SECONDS = 5.0
ASK_SECONDS = 60.0
ASKED_AT_ONCE = 20
REPLIES_AT_ONCE, REPLY_SECONDS = 10, 10.0


class Bind:
    """From the answer to bind_transceiver to the end of the line."""

    session: Session

    def __init__(self, channel: "SmsChannel", number: int, mark: Mark) -> None:
        self.channel = channel
        self.carrier = channel.carrier
        self.number = number
        self.mark = mark
        self.pace = Pace(self.carrier.per_second)
        self.answers = Answers()
        self.storing = asyncio.Event()
        self.has_early = False  # receipts that overtook their answers
        self.prepared: deque[Flight] = deque()  # written down as being sent, not yet begun
        self.emptied = asyncio.Event()
        self.room = asyncio.Event()
        self.delivered: list[Head] = []
        self.under_way = 0  # parts
        self.is_ending = False  # nothing more is begun
        self.has_left = False  # nothing more can be answered
        self._replying = asyncio.Event()
        self._may_query = self.carrier.query
        self._spawned: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Work until the line ends or the process shall; then settle what is open."""
        # These end by themselves: what they have begun in the database must be over before the rest is settled.
        preparer, sender, keeper = [
            asyncio.create_task(each) for each in (self._prepare(), self._send(), self._store())
        ]
        askers = [asyncio.create_task(each) for each in (self._reply(), self._ask())]
        stop = asyncio.create_task(self.channel.stopping.wait())
        await asyncio.wait([stop, self.session.ended, preparer, sender, keeper], return_when=asyncio.FIRST_COMPLETED)
        for task in (stop, *askers):
            task.cancel()
        self._ring_for_the_end()
        await _ended(preparer, sender)
        await self._take_leave()
        self.has_left = True
        self._ring_for_the_end()
        await _ended(keeper, *askers, stop, *self._spawned)
        await self._settle()

    def _ring_for_the_end(self) -> None:
        self.is_ending = True
        for event in (self.channel.wake, self.room, self.emptied, self.storing, self.session.writable):
            event.set()

    async def _take_leave(self) -> None:
        """Wait a little for answers, say good-bye."""
        ends = self.session.loop.time() + LEAVE_SECONDS
        while self.under_way and not self.session.ended.done() and (left := ends - self.session.loop.time()) > 0:
            self.room.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.room.wait(), min(left, 0.1))
        await self.session.unbind()

    async def _settle(self) -> None:
        while self.answers:
            await self._save_once()
        waiting, doubtful = await self.channel.database(ledger.abandon, self.number, self.mark.written, now=clock.now())
        if waiting or doubtful:
            note("a bind left messages", channel="sms", queue=waiting, count=doubtful)
        self.mark.close()

    # Sending

    async def _prepare(self) -> None:
        """Write down ahead what is sent next: what the socket never saw simply waits again after a kill."""
        while not self.is_ending:
            most = int(min(AT_ONCE, max(1.0, AHEAD_SECONDS * self.pace.rate)))
            if len(self.prepared) * 2 > most:
                await self._wait_for(self.emptied)
                continue
            ahead = most - len(self.prepared)
            self.channel.wake.clear()
            flights = await self.channel.database(
                ledger.take, self.number, limit=ahead, next_sequence=self.session.next_sequence, now=clock.now()
            )
            step("begun")
            self.prepared.extend(flights)
            self.room.set()
            if not flights and not self.is_ending:
                await self.channel.wake.wait()

    async def _send(self) -> None:
        while not self.is_ending:
            free = self.carrier.window - self.under_way
            paced = self.pace.room(self.session.loop.time())
            if self.prepared and free > 0 and paced > 0:
                await self._hand_over(self.prepared.popleft())
                self.emptied.set()
            else:
                await self._wait_for(self.room, self.pace.wait() if self.prepared and free > 0 else 1.0)

    async def _wait_for(self, event: asyncio.Event, seconds: float = 1.0) -> None:
        event.clear()
        if not self.is_ending:
            with suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), seconds)

    async def _hand_over(self, flight: Flight) -> None:
        landing = Landing(flight)
        for place, part in enumerate(flight.parts):
            await self.session.writable.wait()
            try:
                self._write(landing, part)
            except ChannelDown:
                for left in flight.parts[place:]:
                    landing.not_written(left.sequence, self.answers)
                self._land(landing)
                return
        step("written")

    def _write(self, landing: Landing, part: Part) -> None:
        data = pdus.submit_sm(part.sequence, self.carrier.source, part.submit)
        self.mark.about(part.sequence)
        self.session.ask(part.sequence, data, lambda head: self._answered(landing, part, head))
        self.under_way += 1
        self.pace.spend(1)

    def _answered(self, landing: Landing, part: Part, head: Head | None) -> None:
        self.under_way -= 1
        self.room.set()
        if landing.answered(part.sequence, head, self.answers):
            self.pace.throttled(self.session.loop.time())
            self._give_back()
        self._land(landing)

    def _give_back(self) -> None:
        """Let what was prepared for a faster line wait in the queue, where others may take it."""
        while self.prepared:
            landing = Landing(self.prepared.popleft())
            for part in landing.flight.parts:
                landing.not_written(part.sequence, self.answers)
            self._land(landing)

    def _land(self, landing: Landing) -> None:
        if landing.is_over:
            outcome = landing.outcome(clock.now())
            self.answers.outcomes.append((outcome, len(landing.taken)))
            self.channel.sent += outcome.status is Status.ACCEPTED
            if landing.is_bad_address:
                letter = landing.flight.message.letter
                self._spawn(self.channel.database(_switch_off, letter.school_id, landing.flight.message.contact_id))
        self.storing.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._spawned.add(task)
        task.add_done_callback(self._spawned.discard)

    # Keeping what comes

    async def _store(self) -> None:
        """Answers first: the receipts that came after them name their ids."""
        while not self.has_left:
            await self.storing.wait()
            self.storing.clear()
            heads, self.delivered = self.delivered, []
            if self.answers:
                await self._save_once()
            for start in range(0, len(heads), AT_ONCE):
                if not self.has_left:
                    await self._keep_batch(heads[start : start + AT_ONCE])

    async def _save_once(self) -> None:
        step("answered")
        answers, self.answers = self.answers, Answers()
        await self.channel.database(ledger.keep, self.number, answers, price=self.carrier.price)
        if self.has_early:
            self.has_early = False
            await self.channel.database(reports.look_again, now=clock.now())
        step("saved")

    def on_deliver(self, head: Head) -> None:
        self.delivered.append(head)
        self.storing.set()

    def on_late(self, sequence: int, head: Head) -> None:
        """An answer after its time: the message is not in doubt any more."""
        if head.status == pdus.OK:
            carrier_id = pdus.first_string(head.body)
            self._spawn(self.channel.database(reports.answer_late, self.number, sequence, carrier_id, now=clock.now()))

    async def _keep_batch(self, heads: list[Head]) -> None:
        """Store receipts and messages; acknowledge each when it is stored."""
        step("told")
        said: list[Receipt] = []
        written: list[Incoming | Piece] = []
        for head in heads:
            self._sort(head, said, written)
        now = clock.now()
        if said:
            early = await self.channel.database(reports.report, said, now=now)
            if early:
                self.has_early = True
                note("receipts of unknown ids", channel="sms", count=early)
        for message in written:
            await self._take(message, now)
        step("stored")
        for head in heads:
            self.session.acknowledge(head)
        self.channel.received += len(heads)

    def _sort(self, head: Head, said: list[Receipt], written: list[Incoming | Piece]) -> None:
        try:
            message = pdus.decode_deliver(head)
            if receipts.is_receipt(message):
                said.append(receipts.read_receipt(message, self.carrier.ids))
            else:
                written.append(incoming.read(message))
        except (Malformed, ValueError, IndexError) as error:
            note("malformed deliver_sm", channel="sms", reason=type(error).__name__)

    async def _take(self, message: Incoming | Piece, now: datetime) -> None:
        await self.channel.database(joining.take, message, now)
        self._replying.set()

    # Answering people, asking about silence

    async def _reply(self) -> None:
        while True:
            for reply in await self.channel.database(replies.waiting_replies, REPLIES_AT_ONCE, now=clock.now()):
                for submit in submits(reply.number, reply.text, reply.series):
                    sequence = self.session.next_sequence()
                    with suppress(ChannelDown):
                        data = pdus.submit_sm(sequence, self.carrier.source, submit)
                        self.session.ask(sequence, data, lambda _head: None)
                        self.pace.spend(1)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._replying.wait(), REPLY_SECONDS)
            self._replying.clear()

    async def _ask(self) -> None:
        """Ask about parts of which no receipt came; a carrier that does not know the question is not asked again."""
        while self._may_query:
            await asyncio.sleep(ASK_SECONDS)
            for each in await self.channel.database(reports.unasked, now=clock.now(), limit=ASKED_AT_ONCE):
                await self._ask_about(each)

    async def _ask_about(self, asked: reports.Unasked) -> None:
        sequence = self.session.next_sequence()
        try:
            question = pdus.query_sm(sequence, asked.carrier_id, self.carrier.source)
            answer = await self.session.answer_to(sequence, question)
        except ChannelDown:
            return
        if answer is None or answer.status in {pdus.BAD_COMMAND, pdus.SYSTEM_ERROR}:
            self._may_query = False
        elif answer.status == pdus.OK and (state := receipts.state_of(pdus.query_state(answer.body))):
            said = Receipt((receipts.reference_of(asked.carrier_id),), asked.number, state, "query")
            await self.channel.database(reports.report, [said], now=clock.now())


async def _ended(*tasks: "asyncio.Task[Any]") -> None:
    for error in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(error, Exception):
            note("a bind's work failed", level=logging.ERROR, channel="sms", reason=type(error).__name__)


def _switch_off(school_id: int, contact_id: int | None) -> None:
    switch_off(school_id, contact_id, why="няма такъв номер")
