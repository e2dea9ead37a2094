"""What every channel is: one method, one letter, and errors that carry the bits a caller needs."""

from dataclasses import dataclass
from typing import Protocol

NO_SCHOOL = 0  # of letters about accounts, see accounts.Letter


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as a channel needs it; (school_id, message_id) is the same for each try."""

    school_id: int
    message_id: int
    address: str
    language: str
    subject: str
    text: str
    child: str = ""
    school: str = ""
    guardianship_id: int | None = None


class SendError(Exception):
    """The carrier did not take the letter: `code` in its own words without any address; `permanent` ends all tries.

    `bad_address`: nothing will ever arrive there.
    """

    def __init__(self, code: str, *, permanent: bool = False, bad_address: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.permanent = permanent
        self.bad_address = bad_address


class ChannelDown(SendError):
    """The carrier takes nothing from us now. `offered`: it fell silent while it had this letter, so the try counts."""

    def __init__(self, code: str, *, offered: bool = False) -> None:
        super().__init__(code)
        self.offered = offered


class AnswerLost(SendError):
    """The letter was handed over and the answer did not come: it may have arrived."""


class Channel(Protocol):
    """A way to a guardian. One object speaks from one thread."""

    name: str

    def send(self, letter: Letter) -> str:
        """Hand the letter to the carrier and return its reference.

        Raise SendError, ChannelDown or AnswerLost; never anything else for what the carrier does. A letter that was
        sent before carries the same key, so that a carrier that knows it does not tell twice.
        """

    def close(self) -> None:
        """Let go of connections; the next send makes new ones."""
