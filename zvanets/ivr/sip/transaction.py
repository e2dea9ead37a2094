"""Transactions (RFC 3261 § 17): a repeated request gets its first answer again, an answer is repeated until its ACK.

Without clock and socket: moments come in as seconds, datagrams go out as values.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from zvanets.ivr.sip.message import Request, Response, parameters

T1, T2 = 0.5, 4.0
LIFE = 64 * T1
_LOOK_SECONDS = 2.0
MOST = 16_000  # two for each call of the last 32 s: 250 calls a second
COOKIE = "z9hG4bK"  # a branch that begins so is unique, as RFC 3261 wants it

Place = tuple[str, int]
Key = tuple[str, str, str]


@dataclass(eq=False, slots=True)
class Incoming:
    """A request that was taken, and the answer it got."""

    request: Request
    place: Place  # where the answer goes
    ends_at: float
    status: int = 0
    datagram: bytes = b""
    again_at: float | None = None
    wait: float = T1
    is_acknowledged: bool = False


@dataclass(eq=False, slots=True)
class Outgoing:
    """A request of ours that is repeated until somebody answers."""

    request: Request
    datagram: bytes
    place: Place
    ends_at: float
    again_at: float
    wait: float = T1


@dataclass
class Due:
    """What is to be sent now, and the INVITEs whose 200 nobody acknowledged."""

    datagrams: list[tuple[bytes, Place]] = field(default_factory=list)
    unheard: list[Incoming] = field(default_factory=list)


class Transactions:
    """All that are under way; at most `limit`, further requests are not heard."""

    def __init__(self, limit: int = MOST) -> None:
        self.limit = limit
        self.incoming: dict[Key, Incoming] = {}
        self.outgoing: dict[str, Outgoing] = {}
        self._repeating: set[Incoming] = set()
        self._look_at = 0.0

    def take(self, request: Request, place: Place, now: float) -> Incoming | bytes | None:
        """Return a new transaction; for a repeated request its answer, b"" while there is none; None when there are too many."""
        found = self.incoming.get(key_of(request))
        if found:
            return found.datagram
        if len(self.incoming) >= self.limit:
            return None
        new = Incoming(request, place, now + LIFE)
        self.incoming[key_of(request)] = new
        return new

    def invite_of(self, request: Request) -> Incoming | None:
        """Return the INVITE that a CANCEL, or the ACK of a refusal, belongs to: their branch is its branch."""
        return self.incoming.get(key_of(request, "INVITE"))

    def answer(self, transaction: Incoming, response: Response, now: float) -> bytes:
        """Keep the answer and return it as a datagram. The final one of an INVITE is repeated until its ACK comes."""
        transaction.status, transaction.datagram = response.status, response.encoded()
        transaction.ends_at = now + LIFE
        if transaction.request.method == "INVITE" and response.status >= 200:
            transaction.wait, transaction.again_at = T1, now + T1
            self._repeating.add(transaction)
        return transaction.datagram

    def acknowledge(self, transaction: Incoming) -> None:
        transaction.is_acknowledged, transaction.again_at = True, None
        self._repeating.discard(transaction)

    def send(self, request: Request, place: Place, now: float) -> bytes:
        """Keep a request of ours and return it as a datagram."""
        datagram = request.encoded()
        self.outgoing[request.branch] = Outgoing(request, datagram, place, now + LIFE, now + T1)
        return datagram

    def receive(self, response: Response) -> Outgoing | None:
        """Return the request of ours that it answers; a final answer ends it."""
        branch = parameters(response.first("via")).get("branch", "")
        found = self.outgoing.get(branch)
        if found and response.status >= 200:
            del self.outgoing[branch]
        return found

    def due(self, now: float) -> Due:
        """Return what is to be repeated, and forget what is over. Ask ten times a second."""
        due = Due(list(self._repeated(now)))
        if now >= self._look_at:
            self._look_at = now + _LOOK_SECONDS
            due.unheard = list(self._forget(now))
        return due

    def _forget(self, now: float) -> Iterator[Incoming]:
        for key in [key for key, each in self.incoming.items() if each.ends_at <= now]:
            transaction = self.incoming.pop(key)
            if transaction in self._repeating and transaction.status < 300:
                yield transaction
            self._repeating.discard(transaction)
        for branch in [branch for branch, each in self.outgoing.items() if each.ends_at <= now]:
            del self.outgoing[branch]

    def _repeated(self, now: float) -> Iterator[tuple[bytes, Place]]:
        waiting: list[Incoming | Outgoing] = [*self._repeating, *self.outgoing.values()]
        for each in waiting:
            if each.again_at is not None and each.again_at <= now:
                each.wait = min(2 * each.wait, T2)
                each.again_at = now + each.wait
                yield each.datagram, each.place


def key_of(request: Request, method: str = "") -> Key:
    """Return what a request and its repetitions share (§ 17.2.3)."""
    method = method or request.method
    via = request.first("via")
    sent_by = via.partition(";")[0].rpartition(" ")[2].lower()
    if request.branch.startswith(COOKIE):
        return request.branch, sent_by, method
    return f"{request.call_id} {request.cseq[0]} {request.from_tag}", sent_by, method
