"""A mail server that does what a test tells it: refuses, falls silent, hangs up, or takes the mail."""

import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

SILENT = "silent"  # never answers, keeps the line open
HANG_UP = "hang up"  # closes without an answer


@dataclass
class Taken:
    sender: str
    recipient: str
    data: bytes


@dataclass
class MailServer:
    """`script` says what to answer to a command word ("CONNECT", "MAIL", "RCPT", "DATA", "."), None for the usual."""

    script: Callable[[str], str | None] = lambda _command: None
    extensions: tuple[str, ...] = ("PIPELINING", "8BITMIME")
    taken: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0
    on_taken: Callable[[], None] = lambda: None
    _lines: list[socket.socket] = field(default_factory=list)

    def start(self) -> int:
        self.door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()
        return self.door.getsockname()[1]

    def stop(self) -> None:
        self.door.shutdown(socket.SHUT_RDWR)  # closing alone would leave it open to who waits in accept()
        self.door.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Close all lines, as a server does with those that are silent for long."""
        while self._lines:
            with suppress(OSError):
                self._lines.pop().shutdown(socket.SHUT_RDWR)  # its thread closes it

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.door.accept()
            except OSError:
                return
            self.connections += 1
            self._lines.append(line)
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        file = line.makefile("rb")
        try:
            if self._answer(line, "CONNECT", "220 test"):
                while (text := file.readline()) and self._command(line, file, text.decode().strip()):
                    pass
        except OSError:
            pass
        finally:
            file.close()
            line.close()

    def _command(self, line: socket.socket, file, text: str) -> bool:
        word = text.partition(" ")[0].upper()
        self.commands.append(word)
        if word == "EHLO":
            features = "".join(f"250-{name}\r\n" for name in self.extensions)
            return self._answer(line, word, f"250-test\r\n{features}250 SIZE 1000000")
        if word == "MAIL":
            self.sender = text.partition("<")[2].rstrip(">")
        if word == "RCPT":
            self.recipient = text.partition("<")[2].rstrip(">")
        if word == "DATA":
            return self._take(line, file)
        return self._answer(line, word, "221 bye" if word == "QUIT" else "250 ok") and word != "QUIT"

    def _take(self, line: socket.socket, file) -> bool:
        if refusal := self.script("DATA"):
            return self._give(line, refusal)
        line.sendall(b"354 go on\r\n")
        data = b""
        while (text := file.readline()) not in {b".\r\n", b""}:
            data += text[1:] if text.startswith(b"..") else text
        answer = self.script(".")
        if data and answer in {None, SILENT, HANG_UP}:
            self.taken.append(Taken(self.sender, self.recipient, data))
            self.on_taken()
        return self._give(line, answer or "250 2.0.0 queued as 4ABC")

    def _answer(self, line: socket.socket, word: str, usual: str) -> bool:
        return self._give(line, self.script(word) or usual)

    def _give(self, line: socket.socket, answer: str) -> bool:
        if answer == SILENT:
            return True
        if answer == HANG_UP:
            self._lines.remove(line)
            line.shutdown(socket.SHUT_RDWR)
            return False
        line.sendall(f"{answer}\r\n".encode())
        return not answer.startswith("421")


@contextmanager
def mail_server(script=lambda _command: None, **kwargs):
    """Run a server; gives (server, port)."""
    server = MailServer(script, **kwargs)
    port = server.start()
    try:
        yield server, port
    finally:
        server.stop()


def once(word: str, answer: str) -> Callable[[str], str | None]:
    """Answer so the first time the word comes, as usual afterwards."""
    left = [answer]
    return lambda command: left.pop() if command == word and left else None


def always(word: str, answer: str) -> Callable[[str], str | None]:
    return lambda command: answer if command == word else None
