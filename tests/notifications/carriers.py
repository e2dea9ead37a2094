"""Carriers for tests of delivery: one that keeps what it is given and fails when it is told to."""

from collections.abc import Sequence

from zvanets.notifications.channels.base import Letter, SendError


class FakeChannel:
    """Takes letters; raises the errors of `script` in turn, None for none of them."""

    def __init__(self, name: str = "email", script: Sequence[SendError | None] = ()) -> None:
        self.name = name
        self.script = list(script)
        self.sent: list[Letter] = []

    def send(self, letter: Letter) -> str:
        error = self.script.pop(0) if self.script else None
        if error is not None:
            raise error
        self.sent.append(letter)
        return f"taken {len(self.sent)}"

    def close(self) -> None:
        """Nothing is open."""
