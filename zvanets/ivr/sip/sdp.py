"""Session descriptions (RFC 4566, 3264): one audio stream of PCMA or PCMU with telephone-events, all else declined."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PCMU, PCMA = 0, 8
NAMES = {PCMU: "PCMU", PCMA: "PCMA"}
OUR_EVENTS = 101
_MEDIA = re.compile(r"(\S+) (\d{1,5})(?:/\d+)? (\S+) ?(.*)")
_LONGEST = 16_000
_MOST_MEDIA = 20


class NotAcceptable(ValueError):
    """There is no audio in it that a telephone speaks."""


@dataclass(frozen=True, slots=True)
class Media:
    """The stream both sides agree on: where the peer hears, the payload numbers, and who sends.

    `lines` are the m= lines of the offer as kinds and protocols, for an answer must decline each other one; `at` is ours.
    """

    host: str
    port: int
    codec: int
    events: int | None
    they_hear: bool = True
    they_speak: bool = True
    lines: Sequence[tuple[str, str, str]] = ()
    at: int = 0


def read(body: bytes) -> Media:
    """Return the first audio stream we can speak, by the peer's order of codecs; NotAcceptable when there is none."""
    if len(body) > _LONGEST:
        raise NotAcceptable("too long")
    sections: list[list[str]] = [[]]
    for line in body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        if line.startswith("m="):
            sections.append([line])
        elif line[1:2] == "=":
            sections[-1].append(line)
    session, media = sections[0], sections[1 : _MOST_MEDIA + 1]
    if len(sections) > _MOST_MEDIA + 1:
        raise NotAcceptable("too many streams")
    lines = [_line(section[0]) for section in media]
    for at, section in enumerate(media):
        found = _audio(section, session, lines, at)
        if found:
            return found
    raise NotAcceptable("no audio in PCMA or PCMU")


def answer(host: str, port: int, media: Media, *, session: int, version: int) -> bytes:
    """Return the answer to an offer: our one stream in its place, every other line declined."""
    words = []
    for at, (kind, protocol, formats) in enumerate(media.lines):
        if at != media.at:
            words.append(f"m={kind} 0 {protocol} {formats.split(' ')[0] or '0'}")
            continue
        words += _stream(port, [media.codec], media.events)
        words.append(f"a={_direction(media)}")
    return _description(host, words, session, version)


def offer(host: str, port: int, *, session: int, version: int) -> bytes:
    """Return what we offer to who asks without a description."""
    return _description(host, [*_stream(port, [PCMA, PCMU], OUR_EVENTS), "a=sendrecv"], session, version)


def _description(host: str, words: Sequence[str], session: int, version: int) -> bytes:
    family = "IP6" if ":" in host else "IP4"
    head = ["v=0", f"o=zvanets {session} {version} IN {family} {host}", "s=-", f"c=IN {family} {host}", "t=0 0"]
    return "\r\n".join([*head, *words, ""]).encode()


def _stream(port: int, codecs: Sequence[int], events: int | None) -> list[str]:
    numbers = [*codecs, *([events] if events is not None else [])]
    words = [f"m=audio {port} RTP/AVP {' '.join(map(str, numbers))}"]
    words += [f"a=rtpmap:{codec} {NAMES[codec]}/8000" for codec in codecs]
    if events is not None:
        words += [f"a=rtpmap:{events} telephone-event/8000", f"a=fmtp:{events} 0-15"]
    return [*words, "a=ptime:20"]


def _direction(media: Media) -> str:
    return {(True, True): "sendrecv", (True, False): "sendonly", (False, True): "recvonly"}.get(
        (media.they_hear, media.they_speak), "inactive"
    )


def _line(line: str) -> tuple[str, str, str]:
    found = _MEDIA.match(line[2:])
    if not found:
        raise NotAcceptable("no media line")
    return found[1], found[3], found[4].strip()


def _audio(
    section: Sequence[str], session: Sequence[str], lines: Sequence[tuple[str, str, str]], at: int
) -> Media | None:
    found = _MEDIA.match(section[0][2:])
    if not found or found[1].lower() != "audio" or found[3].upper() != "RTP/AVP":
        return None
    host, port = _host(section) or _host(session), int(found[2])
    payloads = [int(word) for word in found[4].split() if word.isascii() and word.isdigit() and len(word) <= 3]
    mapped = _mapped(section)
    codec = next((number for each in payloads if (number := _codec(each, mapped)) is not None), None)
    if codec is None or not 0 < port < 65_536 or not host:
        return None
    events = next((each for each in payloads if mapped.get(each) == "TELEPHONE-EVENT/8000"), None)
    way = _way(section) or _way(session) or "sendrecv"
    is_held = host in {"0.0.0.0", "::"}  # noqa: S104  (the old way of holding, RFC 2543)
    return Media(
        host=host,
        port=port,
        codec=codec,
        events=events,
        they_hear=way in {"sendrecv", "recvonly"} and not is_held,
        they_speak=way in {"sendrecv", "sendonly"},
        lines=lines,
        at=at,
    )


def _mapped(section: Sequence[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for line in section:
        match = re.match(r"a=rtpmap:(\d{1,3}) ([A-Za-z0-9-]+/\d+)", line)
        if match:
            found[int(match[1])] = match[2].upper()
    return found


def _codec(payload: int, mapped: Mapping[int, str]) -> int | None:
    """Only the two static numbers: who maps PCMA to a number of their own can do without."""
    return payload if payload in NAMES and mapped.get(payload, f"{NAMES[payload]}/8000").endswith("/8000") else None


def _host(section: Sequence[str]) -> str:
    for line in section:
        if line.startswith("c="):
            word = line.rpartition(" ")[2].partition("/")[0]
            try:
                return str(ipaddress.ip_address(word))
            except ValueError:
                return ""
    return ""


def _way(section: Sequence[str]) -> str:
    ways = ("sendrecv", "sendonly", "recvonly", "inactive")
    return next((line[2:].strip() for line in section if line[2:].strip() in ways), "")
