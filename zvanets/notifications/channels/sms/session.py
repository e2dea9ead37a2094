"""One bind with a carrier: binds, asks, answers, keeps the line alive, and says of each question what became of it."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from zvanets.lib.logs import note
from zvanets.notifications.channels.base import ChannelDown
from zvanets.notifications.channels.sms import pdus
from zvanets.notifications.channels.sms.carrier import Carrier
from zvanets.notifications.channels.sms.pdus import Frames, Head, Malformed

BIND_SECONDS = 10.0
LAST_SEQUENCE = 0x7FF00000  # a new bind begins again with 1
LATE_KEPT = 5000  # questions given up whose answer may still come
_NOT_ASKED = (pdus.OUTBIND, pdus.ALERT)

OnAnswer = Callable[[Head | None], None]  # None: no answer came in time, or the line broke


@dataclass(slots=True)
class _Asked:
    on_answer: OnAnswer
    until: float


class Session(asyncio.Protocol):
    """Made by `open_session`. `on_deliver` gets each deliver_sm and answers it by `acknowledge`.

    Questions end by `on_answer`, each once; an answer that comes after its time goes to `on_late`.
    """

    def __init__(
        self, carrier: Carrier, on_deliver: Callable[[Head], None], on_late: Callable[[int, Head], None]
    ) -> None:
        self.carrier = carrier
        self.on_deliver = on_deliver
        self.on_late = on_late
        self.loop = asyncio.get_running_loop()
        self.ended = self.loop.create_future()
        self._gone = asyncio.Event()  # the socket is closed
        self.writable = asyncio.Event()
        self.writable.set()
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._asked: dict[int, _Asked] = {}
        self._late: OrderedDict[int, None] = OrderedDict()
        self._sequences = count(1)
        self._highest = 0
        self._watch: asyncio.TimerHandle | None = None
        self._heard_at = self._enquired_at = 0.0

    # What we do

    def next_sequence(self) -> int:
        """Return the number of a question to come, from any thread; each is higher than those before."""
        self._highest = next(self._sequences)
        return self._highest

    def ask(self, sequence: int, data: bytes, on_answer: OnAnswer) -> None:
        """Write a question; raises ChannelDown when the line is gone and nothing was written."""
        if self._transport is None or self.ended.done():
            raise ChannelDown("connection closed")
        self._asked[sequence] = _Asked(on_answer, self.loop.time() + self.carrier.answer_seconds)
        self._transport.write(data)

    async def answer_to(self, sequence: int, data: bytes) -> Head | None:
        """Ask and wait for the answer, None when it was lost."""
        answer: asyncio.Future[Head | None] = self.loop.create_future()
        self.ask(sequence, data, lambda head: None if answer.done() else answer.set_result(head))
        return await answer

    def acknowledge(self, head: Head, status: int = pdus.OK) -> None:
        """Tell the carrier that a deliver_sm is ours now, or that it shall bring it again."""
        self._say(pdus.pdu(pdus.DELIVER_SM | pdus.ANSWER, head.sequence, b"\0", status))

    async def unbind(self) -> None:
        """Take leave; the carrier has two seconds to say good-bye."""
        if not self.ended.done():
            with suppress(ChannelDown, TimeoutError):
                sequence = self.next_sequence()
                await asyncio.wait_for(self.answer_to(sequence, pdus.pdu(pdus.UNBIND, sequence)), 2)
        await self.close("unbound")

    async def close(self, why: str) -> None:
        """End the bind and wait until the socket is closed."""
        is_open = self._transport is not None
        self.end(why)
        if is_open:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._gone.wait(), 2)

    @property
    def under_way(self) -> int:
        return len(self._asked)

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._heard_at = self._enquired_at = self.loop.time()
        self._watch = self.loop.call_later(1.0, self._look)

    def data_received(self, data: bytes) -> None:
        self._heard_at = self.loop.time()
        try:
            for head in self._frames.feed(data):
                self._take(head)
        except Malformed as error:
            note("malformed SMPP", channel="sms", reason=str(error))
            self._say(pdus.pdu(pdus.GENERIC_NACK, 0, status=pdus.BAD_LENGTH))
            self.end("malformed")

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._gone.set()
        self.end(type(exc).__name__ if exc else "closed")

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    # What comes

    def _take(self, head: Head) -> None:
        if head.command & pdus.ANSWER:
            self._take_answer(head)
        elif head.command == pdus.DELIVER_SM:
            self.on_deliver(head)
        elif head.command == pdus.ENQUIRE_LINK:
            self._say(pdus.pdu(pdus.ENQUIRE_LINK | pdus.ANSWER, head.sequence))
        elif head.command == pdus.UNBIND:
            self._say(pdus.pdu(pdus.UNBIND | pdus.ANSWER, head.sequence))
            self.end("unbound by the carrier")
        elif head.command == pdus.DATA_SM:
            self._say(pdus.pdu(pdus.DATA_SM | pdus.ANSWER, head.sequence, b"\0", pdus.BAD_COMMAND))
        elif head.command not in _NOT_ASKED:
            self._say(pdus.pdu(pdus.GENERIC_NACK, head.sequence, status=pdus.BAD_COMMAND))

    def _take_answer(self, head: Head) -> None:
        asked = self._asked.pop(head.sequence, None)
        if asked is not None:
            asked.on_answer(head)
        elif head.sequence in self._late:
            del self._late[head.sequence]
            self.on_late(head.sequence, head)

    def _say(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    # Silence

    def _look(self) -> None:
        """Once a second: give up questions without an answer, and ask whether anybody is there."""
        now = self.loop.time()
        for sequence in [number for number, asked in self._asked.items() if asked.until <= now]:
            asked = self._asked.pop(sequence)
            self._late[sequence] = None
            if len(self._late) > LATE_KEPT:
                self._late.popitem(last=False)
            asked.on_answer(None)
        if self._highest > LAST_SEQUENCE:
            self.end("out of numbers")
            return
        if now - self._heard_at > self.carrier.enquire_seconds + self.carrier.answer_seconds:
            self.end("silence")
            return
        if now - max(self._heard_at, self._enquired_at) >= self.carrier.enquire_seconds:
            self._enquired_at = now
            sequence = self.next_sequence()
            self._say(pdus.pdu(pdus.ENQUIRE_LINK, sequence))
        self._watch = self.loop.call_later(1.0, self._look)

    def end(self, why: str) -> None:
        """End the bind; whoever waits for an answer is told that there will be none."""
        if self._watch:
            self._watch.cancel()
        if self._transport is not None:
            self._transport.close()
        if not self.ended.done():
            self.ended.set_result(why)
        waiting, self._asked = self._asked, {}
        for asked in waiting.values():
            asked.on_answer(None)
        self.writable.set()


async def open_session(
    carrier: Carrier, on_deliver: Callable[[Head], None], on_late: Callable[[int, Head], None]
) -> Session:
    """Connect and bind. Raises ChannelDown with the carrier's reason."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(BIND_SECONDS):
            _, session = await loop.create_connection(
                lambda: Session(carrier, on_deliver, on_late), carrier.host, carrier.port, ssl=carrier.context()
            )
            try:
                sequence = session.next_sequence()
                bind = pdus.bind_transceiver(sequence, carrier.user, carrier.password, carrier.system_type)
                answer = await session.answer_to(sequence, bind)
            except BaseException:
                session.end("not bound")
                raise
    except TimeoutError:
        raise ChannelDown("bind silence") from None
    except OSError as error:
        raise ChannelDown(f"connect {type(error).__name__}") from error
    if answer is None or answer.status != pdus.OK:
        await session.close("not bound")
        raise ChannelDown("bind lost" if answer is None else f"bind 0x{answer.status:02X}")
    return session
