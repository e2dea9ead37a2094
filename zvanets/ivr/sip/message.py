"""SIP messages: read from a datagram and written to one. What cannot be read raises Malformed and nothing else."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

LONGEST = 16_384
MOST_HEADERS = 100
VERSION = "SIP/2.0"

_COMPACT = {
    "v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length", "c": "content-type",
    "k": "supported", "s": "subject", "e": "content-encoding", "o": "event", "x": "session-expires",
}  # fmt: skip
_SHOWN = {
    "call-id": "Call-ID",
    "cseq": "CSeq",
    "rack": "RAck",
    "mime-version": "MIME-Version",
    "www-authenticate": "WWW-Authenticate",
    "min-se": "Min-SE",
}
_COMMA_SEPARATED = frozenset({"via", "route", "record-route", "contact", "require", "supported", "allow", "accept"})
_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_URI = re.compile(r"(?P<scheme>sips?):(?:(?P<user>[^@\s<>]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s;:?<>@\[\]]+)(?::(?P<port>\d{1,5}))?(?P<rest>[;?][^\s<>]*)?$", re.IGNORECASE)  # fmt: skip
_TAG = re.compile(r"[^;\s,]*")
REASONS = {
    100: "Trying", 180: "Ringing", 200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 415: "Unsupported Media Type", 420: "Bad Extension", 422: "Session Interval Too Small", 480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist", 482: "Loop Detected", 483: "Too Many Hops", 486: "Busy Here", 487: "Request Terminated",
    488: "Not Acceptable Here", 491: "Request Pending", 500: "Server Internal Error", 501: "Not Implemented",
    503: "Service Unavailable", 505: "Version Not Supported",
}  # fmt: skip

Header = tuple[str, str]


class Malformed(ValueError):
    """The datagram is no SIP message. `request` is as much of one as an answer 400 needs, when there is so much."""

    def __init__(self, why: str, request: "Request | None" = None) -> None:
        super().__init__(why)
        self.request = request


@dataclass(frozen=True, slots=True)
class Message:
    """Headers in their order, names in lower case and in full, lists split at their commas."""

    headers: Sequence[Header] = ()
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        return [value for each, value in self.headers if each == name]

    def first(self, name: str) -> str:
        return next((value for each, value in self.headers if each == name), "")

    @property
    def call_id(self) -> str:
        return self.first("call-id")

    @property
    def cseq(self) -> tuple[int, str]:
        number, _, method = self.first("cseq").partition(" ")
        return int(number), method.strip()

    @property
    def content_type(self) -> str:
        return self.first("content-type").partition(";")[0].strip().lower()

    @property
    def from_tag(self) -> str:
        return parameters(self.first("from")).get("tag", "")

    @property
    def to_tag(self) -> str:
        return parameters(self.first("to")).get("tag", "")


@dataclass(frozen=True, slots=True)
class Request(Message):
    method: str = ""
    uri: str = ""

    def encoded(self) -> bytes:
        return _encoded(f"{self.method} {self.uri} {VERSION}", self)

    @property
    def branch(self) -> str:
        return parameters(self.first("via")).get("branch", "")


@dataclass(frozen=True, slots=True)
class Response(Message):
    status: int = 0
    reason: str = ""

    def encoded(self) -> bytes:
        return _encoded(f"{VERSION} {self.status} {self.reason}", self)


@dataclass(frozen=True, slots=True)
class Address:
    """A URI taken apart."""

    scheme: str
    user: str
    host: str
    port: int | None
    text: str = field(compare=False)


def parse(datagram: bytes) -> Request | Response:
    """Return the message in a datagram; Malformed when there is none."""
    if len(datagram) > LONGEST:
        raise Malformed("too long")
    head, separator, body = datagram.partition(b"\r\n\r\n")
    if not separator:
        head, separator, body = datagram.partition(b"\n\n")
    if not separator:
        raise Malformed("no end of headers")
    try:
        first, *lines = head.decode("utf-8").replace("\r\n", "\n").lstrip("\n").split("\n")
    except UnicodeDecodeError:
        raise Malformed("no text") from None
    message = _first_line(first)
    headers, problem = _headers(lines)
    message = replace(message, headers=headers, body=body)
    return _checked(message, problem)


def respond(
    request: Request, status: int, *more: Header, tag: str = "", body: bytes = b"", reason: str = ""
) -> Response:
    """Return an answer with what each answer copies from its request (RFC 3261 § 8.2.6)."""
    copied = [(name, value) for name, value in request.headers if name in {"via", "from", "call-id", "cseq"}]
    to = request.first("to")
    if tag and not request.to_tag:
        to = f"{to};tag={tag}"
    headers = [*copied, ("to", to), *more]
    return Response(headers, body, status, reason or REASONS[status])


def address_of(text: str) -> Address:
    """Return the URI of a header like `"Ana" <sip:ana@host:5060;lr>;tag=1`; Malformed when there is none."""
    inner = re.search(r"<([^<>]*)>", text)
    uri = (inner[1] if inner else text.partition(";")[0]).strip()
    if uri.lower().startswith("tel:"):
        return Address("tel", uri[4:].partition(";")[0], "", None, uri)
    found = _URI.match(uri)
    if not found:
        raise Malformed("no address")
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 0 < port < 65_536:
        raise Malformed("no port")
    user = (found["user"] or "").partition(":")[0].partition(";")[0]
    return Address(found["scheme"].lower(), user, found["host"], port, uri)


def parameters(value: str) -> dict[str, str]:
    """Return the header's own parameters, names in lower case: those after the closing bracket of a URI."""
    rest = value.rpartition(">")[2] if ">" in value else value.partition(";")[1] + value.partition(";")[2]
    pairs = (each.partition("=") for each in rest.split(";")[1:])
    return {name.strip().lower(): text.strip().strip('"') for name, _, text in pairs if name.strip()}


def with_parameters(value: str, **new: str | int) -> str:
    """Return the header's value with these parameters set; one that stands there without a value gets it."""
    head, *rest = value.split(";")
    kept = [each for each in rest if each.partition("=")[0].strip().lower() not in new]
    return ";".join([head, *kept, *(f"{name}={text}" for name, text in new.items())])


def _first_line(line: str) -> Request | Response:
    words = line.split(" ")
    if words[0].upper() == VERSION and len(words) >= 2:
        if not (len(words[1]) == 3 and words[1].isascii() and words[1].isdigit()):
            raise Malformed("no status")
        return Response(status=int(words[1]), reason=" ".join(words[2:]))
    if len(words) != 3 or not _TOKEN.fullmatch(words[0]) or not words[1] or not words[2].upper().startswith("SIP/"):
        raise Malformed("no first line")
    request = Request(method=words[0], uri=words[1])
    if words[2].upper() != VERSION:
        raise Malformed("another version", request)
    return request


def _headers(lines: Sequence[str]) -> tuple[list[Header], str]:
    """Return what can be read, and what is wrong with the rest."""
    headers: list[Header] = []
    for line in _unfolded(lines):
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if not colon or not _TOKEN.fullmatch(name) or "\x00" in value or "\r" in value:
            return headers, "no header"
        name = _COMPACT.get(name, name)
        values = _split(value) if name in _COMMA_SEPARATED else [value]
        headers += [(name, each.strip()) for each in values]
        if len(headers) > MOST_HEADERS:
            return headers[:MOST_HEADERS], "too many headers"
    return headers, ""


def _unfolded(lines: Iterable[str]) -> Iterator[str]:
    """A line that begins with a space continues the one before."""
    line = ""
    for each in lines:
        if each[:1] in {" ", "\t"} and line:
            line += " " + each.strip()
            continue
        if line:
            yield line
        line = each
    if line:
        yield line


def _split(value: str) -> list[str]:
    """Split at commas outside of quotes and brackets."""
    parts, depth, quoted, start = [], 0, False, 0
    for at, sign in enumerate(value):
        if sign == '"' and value[at - 1 : at] != "\\":
            quoted = not quoted
        elif not quoted and sign in "<>":
            depth += 1 if sign == "<" else -1
        elif sign == "," and not quoted and depth <= 0:
            parts.append(value[start:at])
            start = at + 1
    return [*parts, value[start:]]


def _checked(message: Request | Response, problem: str) -> Request | Response:
    """Return the message with its body cut to its length, if it has what every message must."""
    problem = problem or _what_lacks(message)
    if not problem:
        length = message.first("content-length")
        if length and not (length.isascii() and length.isdigit() and int(length[:6]) <= len(message.body)):
            problem = "no such length"
        else:
            return replace(message, body=message.body[: int(length)] if length else message.body)
    can_answer = isinstance(message, Request) and all(
        message.first(name) for name in ("via", "from", "to", "call-id", "cseq")
    )
    raise Malformed(problem, message if can_answer and isinstance(message, Request) else None)


def _what_lacks(message: Request | Response) -> str:
    for name in ("via", "from", "to", "call-id", "cseq"):
        if not message.first(name) or (name != "via" and len(message.all(name)) > 1):
            return f"no single {name}"
    number, _, method = message.first("cseq").partition(" ")
    if not (number.isascii() and number.isdigit() and len(number) <= 10 and int(number) < 2**31):
        return "no number in cseq"
    if isinstance(message, Request) and method.strip() != message.method:
        return "another method in cseq"
    if len(message.call_id) > 256 or not re.match(
        r"SIP\s*/\s*2\.0\s*/\s*\w+\s+\S", message.first("via"), re.IGNORECASE
    ):
        return "no via"
    return ""


def _encoded(first: str, message: Message) -> bytes:
    lines = [first]
    lines += [f"{_shown(name)}: {value}" for name, value in message.headers if name != "content-length"]
    lines.append(f"Content-Length: {len(message.body)}")
    return "\r\n".join([*lines, "", ""]).encode() + message.body


def _shown(name: str) -> str:
    return _SHOWN.get(name) or "-".join(part.capitalize() for part in name.split("-"))
