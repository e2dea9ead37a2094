"""Digest authentication (RFC 3261 § 22, RFC 7616): a challenge given and taken, as values. MD5 is what carriers speak."""

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from zvanets.ivr.sip.message import Header, Request, Response
from zvanets.ivr.sip.transaction import COOKIE

NONCE_SECONDS = 300
_MOST_NONCES = 5000
_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_ALGORITHMS = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
_ASKS = {401: ("www-authenticate", "authorization"), 407: ("proxy-authenticate", "proxy-authorization")}


@dataclass(frozen=True, slots=True)
class Account:
    user: str
    password: str = field(repr=False)


def taken_apart(header: str) -> Mapping[str, str]:
    """Return the parameters of a challenge or of its answer, {} when the scheme is another."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "digest":
        return {}
    return {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(rest)}


def answer_to(response: Response, request: Request, account: Account) -> Request | None:
    """Return the request once more with the answer to its challenge; None when there is none that we can answer, or it was refused."""
    asks, says = _ASKS.get(response.status, ("", ""))
    if not asks or request.first(says):
        return None
    for challenge in map(taken_apart, response.all(asks)):
        algorithm = challenge.get("algorithm", "MD5").upper()
        qop = "auth" if "auth" in re.split(r"[\s,]+", challenge.get("qop", "")) else ""
        if "nonce" in challenge and algorithm in _ALGORITHMS and (qop or not challenge.get("qop")):
            said = _said(request, challenge, account, {"algorithm": algorithm} | ({"qop": qop} if qop else {}))
            return _once_more(request, (says, said))
    return None


def _said(request: Request, challenge: Mapping[str, str], account: Account, plain: Mapping[str, str]) -> str:
    """Return the header that answers the challenge."""
    said = {
        "username": account.user,
        "realm": challenge.get("realm", ""),
        "nonce": challenge["nonce"],
        "uri": request.uri,
    }
    if plain.get("qop"):
        said["cnonce"] = secrets.token_hex(8)
        plain = {**plain, "nc": "00000001"}
    said["response"] = response_of({**said, **plain}, request.method, account.password)
    if "opaque" in challenge:
        said["opaque"] = challenge["opaque"]
    words = [f'{name}="{value}"' for name, value in said.items()] + [f"{name}={value}" for name, value in plain.items()]
    return "Digest " + ", ".join(words)


def _once_more(request: Request, more: Header) -> Request:
    """Return the request as a new transaction of the same call."""
    number, method = request.cseq
    branch = f"branch={COOKIE}{secrets.token_hex(8)}"
    headers = [
        (name, re.sub(r"branch=[^;]+", branch, value) if name == "via" else value)
        for name, value in request.headers
        if name != "cseq"
    ]
    return replace(request, headers=[*headers, ("cseq", f"{number + 1} {method}"), more])


def response_of(said: Mapping[str, str], method: str, password: str) -> str:
    """Return the proof that somebody knows the password."""

    def hashed(*words: str) -> str:
        return _ALGORITHMS[said.get("algorithm", "MD5").upper()](":".join(words).encode()).hexdigest()

    who = hashed(said["username"], said["realm"], password)
    what = hashed(method, said["uri"])
    between = [said["nc"], said["cnonce"], said["qop"]] if said.get("qop") else []
    return hashed(who, said["nonce"], *between, what)


class Doorkeeper:
    """Asks strangers who they are. A nonce proves by itself when we made it; its counter may only rise."""

    def __init__(self, accounts: Mapping[str, str], realm: str = "zvanets") -> None:
        self._accounts, self._realm = accounts, realm
        self._key = secrets.token_bytes(32)
        self._counters: OrderedDict[str, int] = OrderedDict()

    def challenge(self, now: float) -> Header:
        made = f"{int(now):x}.{secrets.token_hex(4)}"
        nonce = f"{made}.{self._seal(made)}"
        return "www-authenticate", f'Digest realm="{self._realm}", nonce="{nonce}", algorithm=MD5, qop="auth"'

    def knows(self, request: Request, now: float) -> bool:
        said = taken_apart(request.first("authorization"))
        needed = {"username", "realm", "nonce", "uri", "response", "nc", "cnonce"}
        if not needed <= said.keys() or said.get("qop") != "auth" or said.get("algorithm", "MD5").upper() != "MD5":
            return False
        if said["realm"] != self._realm or not self._is_fresh(said["nonce"], now):
            return False
        password = self._accounts.get(said["username"])
        wanted = response_of(said, request.method, password or secrets.token_hex(8))
        is_right = hmac.compare_digest(wanted.encode(), said["response"].lower().encode())
        return is_right and password is not None and self._counts(said["nonce"], said["nc"])

    def _seal(self, made: str) -> str:
        return hmac.new(self._key, made.encode(), hashlib.sha256).hexdigest()[:32]

    def _is_fresh(self, nonce: str, now: float) -> bool:
        made, _, seal = nonce.rpartition(".")
        if not hmac.compare_digest(self._seal(made).encode(), seal.encode()):
            return False
        return now - int(made.partition(".")[0], 16) < NONCE_SECONDS

    def _counts(self, nonce: str, counter: str) -> bool:
        """Return whether this answer was not given before."""
        if not re.fullmatch(r"[0-9A-Fa-f]{8}", counter) or int(counter, 16) <= self._counters.get(nonce, 0):
            return False
        self._counters[nonce] = int(counter, 16)
        if len(self._counters) > _MOST_NONCES:
            self._counters.popitem(last=False)
        return True
