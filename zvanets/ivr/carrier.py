"""The carrier with whom we register: where it is, what it asks of our requests, and our place there."""

import asyncio
from collections.abc import Callable

from zvanets.ivr.options import Trunk
from zvanets.ivr.registration import Registration
from zvanets.ivr.sip import digest
from zvanets.ivr.sip.message import Request, Response
from zvanets.ivr.sip.transaction import Outgoing, Place

_GOODBYE_SECONDS = 0.5  # in which it may ask who we are


class Carrier:
    """`send` takes a request of ours and where it goes; `contact` is our address as „host:port“."""

    def __init__(self, trunk: Trunk, place: Place, contact: str, send: Callable[[Request, Place], None]) -> None:
        self.place = place
        self.registration = Registration(trunk.account, trunk.domain, contact)
        self._account, self._send = trunk.account, send

    def is_at(self, place: Place) -> bool:
        return place[0] == self.place[0]

    def answered(self, sent: Outgoing, response: Response, now: float) -> None:
        """Answer a challenge of the carrier, once; what it says of our place there is kept."""
        if sent.place != self.place:
            return
        again = digest.answer_to(response, sent.request, self._account)
        if again:
            self._send(again, self.place)
        else:
            self.registration.takes(response, now)

    def care(self, now: float) -> None:
        if request := self.registration.due(now):
            self._send(request, self.place)

    async def leave(self) -> None:
        self._send(self.registration.goodbye(), self.place)
        await asyncio.sleep(_GOODBYE_SECONDS)
