"""A dialog (RFC 3261 § 12) as the one who was called sees it: who is who, and in which order requests come."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from zvanets.ivr.sip.message import Header, Malformed, Request, address_of
from zvanets.ivr.sip.transaction import COOKIE, Place

Name = tuple[str, str, str]  # Call-ID, our tag, theirs


def new_tag() -> str:
    return secrets.token_hex(8)


@dataclass(eq=False, slots=True)
class Dialog:
    """Requests of ours go where theirs came from: behind a router their Contact leads nowhere."""

    call_id: str
    tag: str
    remote_tag: str
    local: str  # To of their INVITE with our tag
    remote: str  # its From
    target: str
    routes: Sequence[str]
    place: Place
    remote_number: int
    number: int = 0

    @classmethod
    def answering(cls, invite: Request, place: Place) -> "Dialog":
        """Return the dialog that an answer to this INVITE opens; Malformed when its Contact cannot be read."""
        tag = new_tag()
        return cls(
            call_id=invite.call_id,
            tag=tag,
            remote_tag=invite.from_tag,
            local=f"{invite.first('to')};tag={tag}",
            remote=invite.first("from"),
            target=_contact(invite),
            routes=invite.all("record-route"),
            place=place,
            remote_number=invite.cseq[0],
        )

    @property
    def name(self) -> Name:
        return self.call_id, self.tag, self.remote_tag

    def takes(self, request: Request, place: Place) -> bool:
        """Return whether the request is newer than the last one, and remember it; an ACK has its INVITE's number."""
        number = request.cseq[0]
        if request.method == "ACK":
            return number == self.remote_number
        if number <= self.remote_number:
            return False
        self.remote_number, self.place = number, place
        if request.method == "INVITE" and request.first("contact"):
            self.target = _contact(request)
        return True

    def request(self, method: str, our_address: str, *more: Header) -> Request:
        """Return a request of ours within the call."""
        self.number += 1
        headers: list[Header] = [
            ("via", f"SIP/2.0/UDP {our_address};rport;branch={COOKIE}{secrets.token_hex(8)}"),
            ("max-forwards", "70"),
            *(("route", route) for route in self.routes),
            ("from", self.local),
            ("to", self.remote),
            ("call-id", self.call_id),
            ("cseq", f"{self.number} {method}"),
            *more,
        ]
        return Request(headers, b"", method, self.target)


def name_of(request: Request) -> Name:
    """Return the name of the dialog in which a request was sent to us."""
    return request.call_id, request.to_tag, request.from_tag


def _contact(request: Request) -> str:
    contacts = request.all("contact")
    if len(contacts) != 1:
        raise Malformed("no single contact", request)
    try:
        return address_of(contacts[0]).text
    except Malformed as problem:
        raise Malformed(str(problem), request) from None
