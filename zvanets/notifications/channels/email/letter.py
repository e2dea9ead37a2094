"""A mail as bytes: what all who hear the same share is made once, the rest is a few lines of header in front of it."""

import re
from base64 import encodebytes
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, parseaddr
from functools import cache, lru_cache

from django.conf import settings
from django.template import Context, Engine

from zvanets.lib.emails import is_address
from zvanets.notifications.channels.base import NO_SCHOOL, Letter, SendError
from zvanets.notifications.channels.email.addresses import mac
from zvanets.notifications.tokens import unsubscribe_url
from zvanets.notifications.wording import TEMPLATES, language_of

_BOUNDARY = "=_zvanets_7d3f"  # base64 has neither "=_" nor "-" at the start of a line
_BY_A_MACHINE = "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: OOF, AutoReply\r\nMIME-Version: 1.0\r\n"
_SHARED = f'{_BY_A_MACHINE}Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'
_ONE_CLICK = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


@dataclass(frozen=True, slots=True)
class Shared:
    """What a mail says, whoever reads it."""

    language: str
    school: str
    child: str
    subject: str
    text: str


def compose(letter: Letter, at: datetime) -> bytes:
    """Return the whole mail; SendError for an address that could smuggle in a header or that SMTP cannot carry."""
    if not is_address(letter.address):
        raise SendError("address", permanent=True, bad_address=True)
    own = (
        f"Date: {format_datetime(at)}\r\n"
        f"From: {_sender(letter.school)}\r\n"
        f"To: <{letter.address}>\r\n"
        f"Message-ID: {message_id(letter)}\r\n"
        f"{_list_headers(letter)}"
    )
    if letter.school_id == NO_SCHOOL:
        return own.encode("ascii") + plain(letter)
    shared = Shared(language_of(letter.language), letter.school, letter.child, letter.subject, letter.text)
    return own.encode("ascii") + body(shared)


def plain(letter: Letter) -> bytes:
    """Return the rest of a letter about an account: text alone, in which mail programs find its link; kept nowhere."""
    head = f"{_subject(letter.subject)}Content-Language: {language_of(letter.language)}\r\n{_BY_A_MACHINE}"
    return head.encode("ascii") + _part("plain", f"{letter.text}\n")


def message_id(letter: Letter) -> str:
    """The same for each try of one message, so that a mailbox that gets it twice can drop one."""
    return f"<{letter.school_id}.{letter.message_id}.{mac(letter.school_id, letter.message_id)}@{domain()}>"


@cache
def domain() -> str:
    return parseaddr(settings.MAIL_FROM)[1].rpartition("@")[2] or "localhost"


def _list_headers(letter: Letter) -> str:
    """RFC 8058: one click in the mail program ends it. Letters about no child (codes) cannot be unsubscribed from."""
    if letter.guardianship_id is None:
        return ""
    return f"List-Unsubscribe: <{unsubscribe_url(letter.school_id, letter.guardianship_id)}>\r\n{_ONE_CLICK}"


@lru_cache(maxsize=4096)
def _sender(school: str) -> str:
    """Return the school's name before the address that sends for all schools."""
    name, address = parseaddr(settings.MAIL_FROM)
    shown = " ".join((school or name).split()).replace('"', "").replace("\\", "")
    return f"{_encoded(shown)} <{address}>" if shown else f"<{address}>"


def _encoded(text: str) -> str:
    """Return a header's words, RFC 2047, in lines of its own."""
    return Header(text, "utf-8", maxlinelen=70).encode(linesep="\r\n") if not text.isascii() else f'"{text}"'


@lru_cache(maxsize=1024)
def body(shared: Shared) -> bytes:
    """Return the shared headers and both parts; kept for the other guardians of the same child."""
    between = f"--{_BOUNDARY}\r\n".encode()
    return (
        f"{_subject(shared.subject)}{_SHARED}".encode("ascii")
        + (between + _part("plain", as_text(shared)))
        + (between + _part("html", as_html(shared)))
        + f"--{_BOUNDARY}--\r\n".encode()
    )


def _subject(text: str) -> str:
    subject = " ".join(text.split())
    encoded = subject if subject.isascii() else Header(subject, "utf-8", maxlinelen=70).encode(linesep="\r\n")
    return f"Subject: {encoded}\r\n"


def _part(kind: str, text: str) -> bytes:
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return head.encode() + encodebytes(text.replace("\n", "\r\n").encode()).replace(b"\n", b"\r\n")


def as_text(shared: Shared) -> str:
    child = f"{shared.child}\n\n" if shared.child else ""
    return f"{child}{shared.text}\n\n-- \n{_footer(shared)}\n"


def as_html(shared: Shared) -> str:
    entries = [entry.splitlines() for entry in re.split(r"\n{2,}", shared.text) if entry.strip()]
    context = {
        "language": shared.language,
        "subject": shared.subject,
        "child": shared.child,
        "entries": [(lines[0], lines[1:]) for lines in entries],
        "footer": _footer(shared).splitlines(),
        "portal": portal_url(),
    }
    return _html().get_template("email.html").render(Context(context))


def _footer(shared: Shared) -> str:
    template = _plain().get_template(f"{shared.language}/footer.email.txt")
    rendered: str = template.render(Context({"school": shared.school, "portal": portal_url()}, autoescape=False))
    return "\n".join(line.strip() for line in rendered.splitlines() if line.strip())


def portal_url() -> str:
    """The same for everybody: a mail holds no personal link to follow and no picture to count."""
    return f"{settings.ORIGIN}/p/"


@cache
def _html() -> Engine:
    return Engine(dirs=[str(TEMPLATES)], autoescape=True)


@cache
def _plain() -> Engine:
    return Engine(dirs=[str(TEMPLATES)], autoescape=False)
