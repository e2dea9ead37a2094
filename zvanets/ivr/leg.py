"""One call as the endpoint holds it: its dialog, its sound, its talk."""

import asyncio
import secrets
from dataclasses import dataclass, field
from enum import Enum, auto

from zvanets.ivr.calls import Session
from zvanets.ivr.conversation import Conversation
from zvanets.ivr.sip.dialog import Dialog
from zvanets.ivr.sip.message import Header, Request
from zvanets.ivr.sip.sdp import Media
from zvanets.ivr.sip.transaction import Incoming, Place
from zvanets.ivr.stream import Stream

DEAD_SECONDS = 60.0  # nothing at all came for so long: the caller has gone without a word

_KEY_NUMBERS = {10: "*", 11: "#", 12: "A", 13: "B", 14: "C", 15: "D"}


class Stage(Enum):
    RINGING = auto()
    ANSWERED = auto()  # the 200 is under way
    TALKING = auto()
    ENDED = auto()


@dataclass(eq=False)
class Leg:
    """`media` is None while the peer is still to describe itself."""

    dialog: Dialog
    invite: Incoming
    stream: Stream
    conversation: Conversation
    our_host: str
    media: Media | None
    began_at: float
    stage: Stage = Stage.RINGING
    session: int = field(default_factory=lambda: secrets.randbelow(2**31))
    version: int = 1
    answering: asyncio.TimerHandle | None = None
    pending: Incoming | None = None  # a re-INVITE whose ACK is missing
    keys_by: str = ""  # "rtp" or "info": who sends both is heard once
    seen_at: float = 0.0
    timer: Session | None = None
    timer_at: float = 0.0  # when it was last confirmed
    _received: int = 0

    def heard_event(self, key: str) -> None:
        self._keys(key, "rtp")

    def heard_info(self, key: str) -> None:
        self._keys(key, "info")

    def _keys(self, key: str, way: str) -> None:
        self.keys_by = self.keys_by or way
        if self.keys_by == way and self.stage is Stage.TALKING:
            self.conversation.keys(key)

    def agree(self, media: Media, place: Place) -> None:
        self.media = media
        self.stream.agree(media, {place[0]})

    def beat(self, _due_at: float) -> bool:
        """Send 20 ms of sound; a call on hold hears nothing, and misses nothing either."""
        if self.stage is not Stage.TALKING:
            return False
        if self.media is not None and not self.media.they_hear:
            return self.stream.send(None)
        return self.stream.send(self.conversation.frame())

    def confirm(self, timer: Session | None, now: float) -> None:
        """The caller said anew that the call stands; a re-INVITE without a timer ends the timer."""
        self.timer, self.timer_at = timer, now

    @property
    def timer_headers(self) -> tuple[Header, ...]:
        return (self.timer.header, ("require", "timer")) if self.timer else ()

    def is_dead(self, now: float) -> bool:
        came = self.stream.received + self.stream.reports
        if came != self._received:
            self._received, self.seen_at = came, now
        return self.stage is Stage.TALKING and now - self.seen_at > DEAD_SECONDS


def key_in(request: Request) -> str | None:
    """Return the key that an INFO carries; "" for none that there is, None when it carries something else."""
    if request.content_type not in {"application/dtmf-relay", "application/dtmf"}:
        return None
    text = request.body[:200].decode("ascii", "replace")
    if request.content_type == "application/dtmf":
        return _key(text)
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if name.strip().lower() == "signal":
            return _key(value)
    return ""


def _key(text: str) -> str:
    word = text.strip().upper()
    if word.isascii() and word.isdigit() and len(word) <= 2:
        number = int(word)
        return str(number) if number < 10 else _KEY_NUMBERS.get(number, "")
    return word if len(word) == 1 and word in "*#ABCD" else ""
