"""What an INVITE says: who calls whom, with what sound, and whether we can take it. Without sockets."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from zvanets.ivr.options import Options
from zvanets.ivr.sip import sdp
from zvanets.ivr.sip.message import Header, Malformed, Request, address_of, parameters, with_parameters
from zvanets.ivr.sip.transaction import Place
from zvanets.lib import phones
from zvanets.lib.refusals import Refusal

ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE"
SHORTEST_SESSION = 90  # seconds, RFC 4028
_ANONYMOUS = frozenset({"", "anonymous", "unknown", "restricted", "unavailable"})


class Refused(Exception):
    """Answered with this status instead."""

    def __init__(self, status: int, *headers: Header) -> None:
        super().__init__(status)
        self.status = status
        self.headers = (*headers, *((("allow", ALLOW),) if status == 405 else ()))


def about_us() -> Sequence[Header]:
    return ("allow", ALLOW), ("accept", "application/sdp, application/dtmf-relay"), ("supported", "timer")


def seen_from(request: Request, place: Place) -> tuple[Request, Place]:
    """Note in the first Via where the request really came from, and return where its answer goes (RFC 3581)."""
    via = request.first("via")
    said = parameters(via)
    port = place[1] if "rport" in said else _via_port(via)
    noted = with_parameters(via, received=place[0], **({"rport": place[1]} if "rport" in said else {}))
    at = next(number for number, (name, _) in enumerate(request.headers) if name == "via")
    headers = [*request.headers[:at], ("via", noted), *request.headers[at + 1 :]]
    return replace(request, headers=headers), (place[0], port)


def _via_port(via: str) -> int:
    sent_by = via.partition(";")[0].rpartition(" ")[2]
    port = sent_by.rpartition("]")[2].rpartition(":")[2] if ":" in sent_by.rpartition("]")[2] else ""
    return int(port) if port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536 else 5060


def check_invite(request: Request, options: Options) -> None:
    """Raise Refused for a call that is not for us, or that asks for more than we can."""
    required = [word for each in request.all("require") for word in each.split() if word.lower() != "timer"]
    if required:
        raise Refused(420, ("unsupported", ", ".join(required)))
    if request.first("max-forwards") == "0":
        raise Refused(483)
    if request.body and request.content_type != "application/sdp":
        raise Refused(415, ("accept", "application/sdp"))
    if not request.from_tag:
        raise Refused(400)
    try:
        dialled = address_of(f"<{request.uri}>").user
    except Malformed:
        raise Refused(400) from None
    if not options.is_ours(dialled):
        raise Refused(404)


@dataclass(frozen=True, slots=True)
class Session:
    """For how long a call stands without being confirmed anew, and whether we are to confirm it (RFC 4028)."""

    seconds: int
    is_ours: bool

    @property
    def header(self) -> Header:
        return "session-expires", f"{self.seconds};refresher={'uas' if self.is_ours else 'uac'}"

    @property
    def patience(self) -> float:
        """Seconds after which we act: half of them to confirm, a little before the end to hang up."""
        return self.seconds / 2 if self.is_ours else self.seconds - min(32.0, self.seconds / 3)


def session_of(request: Request) -> Session | None:
    """Return the timer that the caller asks for; Refused when it is too short. Who cannot take UPDATE confirms it alone."""
    asked = request.first("session-expires")
    if not asked or "timer" not in " ".join([*request.all("supported"), *request.all("require")]).lower():
        return None
    seconds = asked.partition(";")[0].strip()
    if not (seconds.isascii() and seconds.isdigit()) or len(seconds) > 6:
        raise Refused(400)
    if int(seconds) < SHORTEST_SESSION:
        raise Refused(422, ("min-se", str(SHORTEST_SESSION)))
    wants_us = parameters(asked).get("refresher", "uac").lower() == "uas"
    if wants_us and "UPDATE" not in request.all("allow"):
        return None
    return Session(int(seconds), wants_us)


def described(request: Request) -> sdp.Media | None:
    """Return the sound that is offered, None when nothing is said of it; raises NotAcceptable."""
    if not request.body:
        return None
    return sdp.read(request.body)


def caller_of(request: Request) -> str:
    """Return the caller's name for counting, "" for who withholds it. The carrier's word comes first (RFC 3325)."""
    for name in ("p-asserted-identity", "from"):
        with suppress(Malformed):
            user = address_of(request.first(name)).user
            if user.lower() not in _ANONYMOUS:
                return user[:64]
    return ""


def number_of(request: Request) -> str:
    """Return the caller's number in E.164, "" when it is none or withheld."""
    if "id" in request.first("privacy").lower():
        return ""
    with suppress(Refusal):
        return phones.parse(caller_of(request))
    return ""
