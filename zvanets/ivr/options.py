"""What may differ between places, read from the settings once."""

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit

from zvanets.ivr.limits import Rate
from zvanets.ivr.sip.digest import Account

REQUESTS = Rate(60, 0.1)  # of one address
CALLS_OF_AN_ADDRESS = Rate(6, 10.0)
CALLS_OF_A_CALLER = Rate(8, 30.0)
_ENOUGH_DIGITS = 6


class WrongOption(ValueError):
    """A ZVANETS_SIP_ value that cannot be used."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """A carrier with whom we register."""

    account: Account
    domain: str
    host: str
    port: int = 5060


@dataclass(frozen=True)
class Options:
    """`peers` are the carrier's networks: they are believed about callers' numbers, and no rate holds them back.

    `accounts` are names with passwords: where there are any, who is no peer has to show one.
    """

    host: str = "127.0.0.1"
    port: int = 5060
    public_host: str = ""
    rtp_ports: range = range(16000, 17000)
    peers: Sequence[str] = ()
    numbers: Sequence[str] = ()
    calls: int = 200
    ring_seconds: float = 1.0
    stop_seconds: float = 8.0
    requests: Rate = REQUESTS
    calls_of_an_address: Rate = CALLS_OF_AN_ADDRESS
    calls_of_a_caller: Rate = CALLS_OF_A_CALLER
    accounts: Mapping[str, str] = field(default_factory=dict, repr=False)
    trunk: Trunk | None = None
    recordings: Path | None = None
    speech: Path = Path("speech")

    @cached_property
    def networks(self) -> Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        try:
            return [ipaddress.ip_network(each.strip(), strict=False) for each in self.peers if each.strip()]
        except ValueError as error:
            raise WrongOption(f"ZVANETS_SIP_PEERS: {error}") from None

    def is_peer(self, host: str) -> bool:
        if not self.networks:
            return False
        address = ipaddress.ip_address(host)
        return any(address in network for network in self.networks)

    def is_ours(self, number: str) -> bool:
        """Whether the number that was dialled is one of ours; carriers write the same one with and without its country."""
        ours = [_digits(each) for each in self.numbers if _digits(each)]
        return not ours or any(_is_same(_digits(number), each) for each in ours)

    def address_for(self, host: str) -> str:
        """Return the address under which this caller reaches us."""
        if self.public_host or self.host not in {"0.0.0.0", "::"}:  # noqa: S104
            return self.public_host or self.host
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as probe:  # nothing is sent: it asks for the way only
            probe.connect((host, 9))
            return str(probe.getsockname()[0])


def from_settings() -> Options:
    """Return the options of this installation; raises WrongOption."""
    from django.conf import settings

    options = Options(
        host=settings.SIP_HOST,
        port=settings.SIP_PORT,
        public_host=settings.SIP_PUBLIC_HOST,
        rtp_ports=_ports(settings.SIP_RTP_PORTS),
        peers=settings.SIP_PEERS,
        numbers=settings.SIP_NUMBERS,
        calls=settings.SIP_CALLS,
        ring_seconds=settings.SIP_RING_SECONDS,
        stop_seconds=settings.SIP_STOP_SECONDS,
        accounts=_accounts(settings.SIP_ACCOUNTS),
        trunk=_trunk(settings.SIP_TRUNK),
        recordings=Path(settings.SIP_PROMPTS) if settings.SIP_PROMPTS else None,
        speech=settings.SPEECH,
    )
    if options.networks is None or len(options.rtp_ports) // 2 < options.calls:
        raise WrongOption(f"ZVANETS_SIP_RTP_PORTS holds fewer even ports than ZVANETS_SIP_CALLS ({options.calls}).")
    return options


def _accounts(pairs: Sequence[str]) -> Mapping[str, str]:
    found = dict(pair.split(":", 1) for pair in pairs if ":" in pair)
    if len(found) != len(pairs) or not all(name and password for name, password in found.items()):
        raise WrongOption("ZVANETS_SIP_ACCOUNTS is no list of NAME:PASSWORD, each name once.")
    return found


def _trunk(address: str) -> Trunk | None:
    """Read sip:user:password@domain[:port][;host=10.0.0.1]; reserved signs of the password are written as %40."""
    if not address:
        return None
    parts, _, beside = address.partition(";host=")
    found = urlsplit(parts.replace("sip:", "sip://", 1))
    if found.scheme != "sip" or not (found.username and found.password and found.hostname):
        raise WrongOption("ZVANETS_SIP_TRUNK is no sip:USER:PASSWORD@HOST:PORT.")
    account = Account(unquote(found.username), unquote(found.password))
    return Trunk(account, found.hostname, beside or found.hostname, found.port or 5060)


def _ports(text: str) -> range:
    first, _, last = text.partition("-")
    try:
        found = range(int(first), int(last) + 1)
    except ValueError:
        found = range(0)
    if not found or not 0 < found[0] <= found[-1] < 65_536:
        raise WrongOption(f"ZVANETS_SIP_RTP_PORTS is no range like 16000-16999: {text!r}")
    return found


def _is_same(one: str, other: str) -> bool:
    short, long = sorted((one.lstrip("0"), other.lstrip("0")), key=len)
    return long.endswith(short) if len(short) >= _ENOUGH_DIGITS else short == long


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number))
