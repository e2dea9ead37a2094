"""SMS as the contract of channels asks for them: one letter, one answer, over the same session and the same judgement."""

import asyncio
from contextlib import contextmanager

from tests.notifications.sms.smsc import smsc
from zvanets.guardians.models import ChannelName
from zvanets.lib import clock
from zvanets.notifications.channels.base import AnswerLost, SendError
from zvanets.notifications.channels.sms import pdus
from zvanets.notifications.channels.sms.carrier import Carrier
from zvanets.notifications.channels.sms.flights import Landing
from zvanets.notifications.channels.sms.ledger import Answers, Flight, Part
from zvanets.notifications.channels.sms.session import open_session
from zvanets.notifications.channels.sms.texts import submits
from zvanets.notifications.queue import Claimed
from zvanets.rules.delivery import Status


class OneByOne:
    name = ChannelName.SMS

    def __init__(self, port: int) -> None:
        self.carrier = Carrier("127.0.0.1", port, "diary", "secret")

    def send(self, letter) -> str:
        return asyncio.run(self._send(letter))

    def close(self) -> None:
        """Each letter has a line of its own."""

    async def _send(self, letter) -> str:
        session = await open_session(self.carrier, lambda _head: None, lambda *_: None)
        try:
            return await self._ask(session, letter)
        finally:
            await session.unbind()

    async def _ask(self, session, letter) -> str:
        sent = submits("+359990000001", letter.text, letter.message_id)
        parts = tuple(Part(place, session.next_sequence(), each) for place, each in enumerate(sent, start=1))
        message = Claimed(letter, None, is_urgent=False, entered_at=clock.now(), attempts=0, lost_answers=0, refusal="")
        landing, answers = Landing(Flight(message, parts, len(parts))), Answers()
        for part in parts:
            data = pdus.submit_sm(part.sequence, self.carrier.source, part.submit)
            landing.answered(part.sequence, await session.answer_to(part.sequence, data), answers)
        outcome = landing.outcome(clock.now())
        if outcome.status is Status.ACCEPTED:
            return outcome.reference
        if outcome.status is Status.UNKNOWN:
            raise AnswerLost(outcome.error)
        raise SendError(outcome.error, permanent=outcome.status is Status.FAILED, bad_address=landing.is_bad_address)


@contextmanager
def sms():
    with smsc() as centre:
        yield OneByOne(centre.port)


@contextmanager
def sms_that_refuses():
    with smsc(mode="refuse", status=0x0B) as centre:
        yield OneByOne(centre.port)


@contextmanager
def sms_without_a_bind():
    with smsc(bind=0x0E) as centre:
        yield OneByOne(centre.port)


@contextmanager
def sms_without_a_server():
    with smsc() as centre:
        port = centre.port
    yield OneByOne(port)


WORKING = [sms]
FAILING = [sms_that_refuses, sms_without_a_bind, sms_without_a_server]
