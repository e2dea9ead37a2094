"""Logs: one JSON object a line on stderr, of which only the facts named here leave the process.

What may be said is listed; what is not listed is dropped, because a list of forbidden words is always one name short.
For the same reason foreign records are written without their arguments, and errors without their text: PostgreSQL and
Django put values of rows into both.
"""

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType

FACTS = frozenset({
    "answered", "attempt", "bytes", "channel", "code", "command", "count", "dropped", "entry", "exit_code", "kind", "language",
    "late", "malformed", "message_id", "method", "ms", "number", "pid", "port", "queue", "reason", "refused", "route", "school", "seconds", "state", "status", "status_code",
    "template", "ticks", "verb", "worker",
})  # fmt: skip
_log = logging.getLogger("zvanets")


def note(event: str, *, level: int = logging.INFO, error: bool = False, **facts: object) -> None:
    """Write a line: a constant sentence and facts out of FACTS; with `error`, also which error is being handled and where."""
    _log.log(level, event, extra={key: value for key, value in facts.items() if key in FACTS}, exc_info=error)


class Line(logging.Formatter):
    """A record as JSON, without anything that could name a person."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, object] = {"at": at, "level": record.levelname.lower(), "event": str(record.msg)}
        if record.name != "zvanets":
            line["logger"] = record.name
        line |= {key: _plain(value) for key, value in record.__dict__.items() if key in FACTS}
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__qualname__
            line["where"] = _where(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _plain(value: object) -> object:
    return value if isinstance(value, (int, float, bool, str, type(None))) else type(value).__name__


def _where(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-8:]]


class Stderr(logging.Handler):
    """Standard error as it is when the line is written, not when logging was set up."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:  # noqa: BLE001  (as logging's own handlers: a full disk must not fail a request)
            self.handleError(record)


def configure() -> None:
    """Send every logger's records through Line; called when the settings load, and harmless when called again."""
    root = logging.getLogger()
    if not any(isinstance(handler, Stderr) for handler in root.handlers):
        handler = Stderr()
        handler.setFormatter(Line())
        root.addHandler(handler)
    root.setLevel(os.environ.get("ZVANETS_LOG_LEVEL", "INFO").upper())
