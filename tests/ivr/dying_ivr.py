"""The telephone, killing itself at a step: `python -m tests.ivr.dying_ivr STEP TIMES`, "never" to live on.

Its voice says each text in 0.1 s, as a sound that only this text has, so that a caller can tell what came whole.
"""

import asyncio
import hashlib
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

FRAMES = 5
# What is called when the step is reached, and whether it dies before or after.
AT_CALL = {
    "it rings": ("endpoint.Endpoint._invite", "after"),
    "picked up": ("endpoint.Endpoint._pick_up", "after"),
    "the talk begins": ("endpoint.Endpoint._talk", "after"),
    "code and PIN are whole": ("desk.look_up", "before"),
    "the diary is read": ("desk.look_up", "after"),
    "an item was said": ("desk.keep", "before"),
    "what was heard is written": ("desk.keep", "after"),
    "the call was let go": ("endpoint.Endpoint._let_go", "after"),
}
AT_SQL = {
    "the try is not committed": 'INSERT INTO "guardians_pintry"',
    "the call is not committed": 'INSERT INTO "ivr_calllog"',
    "what was heard is not committed": 'UPDATE "ivr_calllog"',
}
STEPS = (*AT_CALL, *AT_SQL)


def sound_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest() * (5 * FRAMES)


def main(step: str, times: int) -> None:
    import django

    django.setup()
    from zvanets.ivr import commands, conversation, options, voice

    left = [times]

    def die() -> None:
        left[0] -= 1
        if left[0] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    voice.Voice.ready = lambda _self, speech: sound_of(speech.text)
    conversation.PAUSE = b""
    if step in AT_CALL:
        _watch_call(*AT_CALL[step], die)
    elif step in AT_SQL:
        _watch_sql(AT_SQL[step], die)
    asyncio.run(commands.serve(options.from_settings()))


def _watch_call(place: str, when: str, die: Callable[[], None]) -> None:
    import importlib

    module, *path, name = place.split(".")
    owner: Any = importlib.import_module(f"zvanets.ivr.{module}")
    for each in path:
        owner = getattr(owner, each)
    call = getattr(owner, name)

    def dying(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            die()
        result = call(*args, **kwargs)
        if when == "after":
            die()
        return result

    setattr(owner, name, dying)


def _watch_sql(words: str, die: Callable[[], None]) -> None:
    from django.db.backends.signals import connection_created

    def wrapper(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if words in str(sql):
            die()
        return result

    # Kept by name: a signal holds its receivers weakly.
    _watch_sql.receiver = lambda connection, **_: connection.execute_wrappers.append(wrapper)
    connection_created.connect(_watch_sql.receiver)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
