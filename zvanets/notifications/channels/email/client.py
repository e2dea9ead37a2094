"""One connection to a mail server, kept while it lasts: four commands in two round trips when the server allows it."""

import smtplib
import socket
import ssl
import time
from dataclasses import dataclass

from zvanets.notifications.channels.base import AnswerLost, ChannelDown, SendError

CLOSING = 421  # the server says good-bye, whatever was asked
_ENDS_OF_ADDRESSES = ("5.1.", "5.2.1")  # no such person, no such domain, closed; RFC 3463
_BROKEN = (OSError, smtplib.SMTPException)

Reply = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Server:
    """Where the mail server is, and how it is spoken to."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False
    name: str = "localhost"  # ours, for EHLO
    timeout: float = 10.0  # seconds for everything before the letter is handed over
    answer_timeout: float = 20.0  # and for its answer: the server may look for viruses first


class Connection:
    """Reconnects when the server closed it meanwhile; an error says whether the letter may have been taken."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._smtp: smtplib.SMTP | None = None

    def send(self, sender: str, recipient: str, data: bytes) -> str:
        """Hand over one mail, CRLF lines, and return the server's words."""
        if self._smtp is not None:
            try:
                return self._transaction(self._smtp, sender, recipient, data)
            except _Gone as error:
                self.close()
                if error.timed_out:
                    raise ChannelDown(str(error), offered=True) from error
                # The server closed it while we had nothing to send; nothing was handed over.
        smtp = self._connect()
        try:
            return self._transaction(smtp, sender, recipient, data)
        except _Gone as error:
            self.close()
            raise ChannelDown(str(error), offered=True) from error

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def quit(self) -> None:
        """Take leave, without waiting long for an answer."""
        if self._smtp is not None:
            try:
                if self._smtp.sock:
                    self._smtp.sock.settimeout(1.0)
                self._smtp.quit()
            except _BROKEN:
                pass
        self.close()

    def _connect(self) -> smtplib.SMTP:
        try:
            self._smtp = smtp = self._open()
            self._introduce(smtp)
        except smtplib.SMTPResponseException as error:
            self.close()
            raise ChannelDown(_code((error.smtp_code, _bytes(error.smtp_error)))) from error
        except _BROKEN as error:
            self.close()
            raise ChannelDown(f"connect {type(error).__name__}") from error
        return smtp

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        if self.server.starttls:
            smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo_or_helo_if_needed()
        if self.server.user:
            smtp.login(self.server.user, self.server.password)
        if smtp.sock:
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _open(self) -> smtplib.SMTP:
        server = self.server
        if server.tls:
            return smtplib.SMTP_SSL(
                server.host,
                server.port,
                local_hostname=server.name,
                timeout=server.timeout,
                context=ssl.create_default_context(),
            )
        return smtplib.SMTP(server.host, server.port, local_hostname=server.name, timeout=server.timeout)

    def _transaction(self, smtp: smtplib.SMTP, sender: str, recipient: str, data: bytes) -> str:
        line = _Line(smtp, self.server.timeout)
        commands = (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>", "DATA")
        replies = line.ask_at_once(commands) if smtp.has_extn("pipelining") else line.ask_in_turn(commands)
        if not _is_open_for_text([reply[0] for reply in replies]):
            self._refused(line, replies)
        line.hand_over(data)
        answer = line.answer(self.server.answer_timeout)
        if answer[0] == CLOSING:
            self.close()
        if answer[0] != 250:
            raise SendError(_code(answer), permanent=answer[0] >= 500)
        return answer[1].decode("ascii", "replace")[:200]

    def _refused(self, line: "_Line", replies: list[Reply]) -> None:
        """Raise what the refusal means, and leave the connection fit for the next letter."""
        mail, rcpt, begun = (*replies, (0, b""), (0, b""))[:3]
        first = next(reply for reply in (mail, rcpt, begun, (0, b"")) if reply[0] not in {250, 251, 354})
        if first[0] == CLOSING:
            self.close()
            raise ChannelDown(_code(first))
        # It may ask for the text although it refused: an empty one ends the transaction.
        self._tidy(line, (".", "RSET") if begun[0] == 354 else ("RSET",))
        if first is mail and mail[0] >= 500:
            raise ChannelDown(_code(first))  # it will not have us as a sender: no letter is to blame
        permanent = first[0] >= 500
        raise SendError(_code(first), permanent=permanent, bad_address=first is rcpt and _is_bad_address(rcpt))

    def _tidy(self, line: "_Line", commands: tuple[str, ...]) -> None:
        try:
            for command in commands:
                line.ask_in_turn((command,))
        except _Gone:
            self.close()


class _Gone(Exception):
    """The connection ended, or nothing more came."""

    def __init__(self, *, timed_out: bool) -> None:
        super().__init__("silence" if timed_out else "connection closed")
        self.timed_out = timed_out


class _Line:
    """Commands and replies with one deadline over all of them."""

    def __init__(self, smtp: smtplib.SMTP, timeout: float) -> None:
        self.smtp = smtp
        self.deadline = time.monotonic() + timeout

    def ask_at_once(self, commands: tuple[str, ...]) -> list[Reply]:
        self._write("".join(f"{command}\r\n" for command in commands).encode("ascii"))
        replies: list[Reply] = []
        while len(replies) < len(commands) and (not replies or replies[-1][0] != CLOSING):
            replies.append(self._read())
        return replies

    def ask_in_turn(self, commands: tuple[str, ...]) -> list[Reply]:
        """Stop at the first refusal."""
        replies: list[Reply] = []
        for command in commands:
            self._write(f"{command}\r\n".encode("ascii"))
            replies.append(self._read())
            if replies[-1][0] >= 400:
                break
        return replies

    def hand_over(self, data: bytes) -> None:
        """Write the text and the dot that ends it; if that fails the server has not seen the dot."""
        stuffed = data.replace(b"\r\n.", b"\r\n..")
        self._write((b"." if stuffed.startswith(b".") else b"") + stuffed + b".\r\n")

    def answer(self, timeout: float) -> Reply:
        self.deadline = time.monotonic() + timeout
        try:
            return self._read()
        except _Gone as error:
            self.smtp.close()
            raise AnswerLost("no answer") from error

    def _write(self, data: bytes) -> None:
        try:
            self._socket().sendall(data)
        except _BROKEN as error:
            raise _Gone(timed_out=self._is_over(error)) from error

    def _read(self) -> Reply:
        try:
            self._socket()
            return self.smtp.getreply()
        except _BROKEN as error:
            raise _Gone(timed_out=self._is_over(error)) from error

    def _is_over(self, error: Exception) -> bool:
        """Whether time ran out; smtplib turns a time-out into its own "disconnected"."""
        return isinstance(error, TimeoutError) or time.monotonic() >= self.deadline - 0.01

    def _socket(self) -> socket.socket:
        left = self.deadline - time.monotonic()
        if self.smtp.sock is None:
            raise smtplib.SMTPServerDisconnected
        if left <= 0:
            raise TimeoutError
        self.smtp.sock.settimeout(left)
        return self.smtp.sock


def _is_open_for_text(codes: list[int]) -> bool:
    return len(codes) == 3 and codes[0] == 250 and codes[1] in {250, 251} and codes[2] == 354


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _code(reply: Reply) -> str:
    """Return „550 5.1.1“: the server's words may name the recipient and stay out."""
    words = reply[1].split()
    enhanced = words[0].decode("ascii", "replace") if words and words[0][:2] in {b"2.", b"4.", b"5."} else ""
    return f"{reply[0]} {enhanced}".strip()[:20]


def _is_bad_address(reply: Reply) -> bool:
    code = _code(reply)
    _, _, enhanced = code.partition(" ")
    return enhanced.startswith(_ENDS_OF_ADDRESSES) if enhanced else reply[0] in {550, 551, 553}
