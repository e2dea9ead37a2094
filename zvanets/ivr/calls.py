"""What an INVITE says: who calls whom, with what sound, and whether we can take it. Without sockets."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from zvanets.ivr.options import Options
from zvanets.ivr.sip import sdp
from zvanets.ivr.sip.message import Header, Malformed, Request, address_of, parameters, with_parameters
from zvanets.ivr.sip.transaction import Place
from zvanets.lib import phones
from zvanets.lib.refusals import Refusal

ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO"
_ANONYMOUS = frozenset({"", "anonymous", "unknown", "restricted", "unavailable"})


class Refused(Exception):
    """Answered with this status instead."""

    def __init__(self, status: int, *headers: Header) -> None:
        super().__init__(status)
        self.status = status
        self.headers = (*headers, *((("allow", ALLOW),) if status == 405 else ()))


def about_us() -> Sequence[Header]:
    return ("allow", ALLOW), ("accept", "application/sdp, application/dtmf-relay"), ("supported", "")


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
    required = [word for each in request.all("require") for word in each.split()]
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
