"""Moments between which a process may die. Tests set `on_step` and end it there; a service passes by."""

from collections.abc import Callable

on_step: Callable[[str], None] | None = None

STEPS = (
    "taken",  # locked, nothing written
    "begun",  # committed as being sent, nothing on the socket
    "written",  # on the socket, no answer
    "answered",  # answered, not saved
    "saved",
    "told",  # a receipt or a message came and is not stored
    "stored",  # stored, not acknowledged
)


def step(name: str) -> None:
    if on_step is not None:
        on_step(name)
