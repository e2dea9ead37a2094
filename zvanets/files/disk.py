"""The contents on the disk: a folder a school, a random name a file, readable for our account alone."""

import os
import secrets
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from django.conf import settings

DAY = 24 * 3600


def path_of(school_id: int, key: str) -> Path:
    if not (key.isascii() and key.isalnum()):
        raise ValueError("no key of ours")
    root: Path = settings.FILES
    return root / str(int(school_id)) / key[:2] / key


def write(school_id: int, content: bytes) -> str:
    """Put the content down, safe from a power cut, and return its key."""
    key = secrets.token_hex(16)
    path = path_of(school_id, key)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return key


def remove(school_id: int, keys: Collection[str]) -> None:
    for key in keys:
        path_of(school_id, key).unlink(missing_ok=True)


def schools() -> list[int]:
    """Return the schools that have a folder."""
    root: Path = settings.FILES
    return sorted(int(each.name) for each in root.iterdir() if each.name.isdigit()) if root.exists() else []


def older_than_a_day(school_id: int) -> Iterator[str]:
    """Yield the keys whose content has lain here for a day: whoever wrote it has committed by now, or never will."""
    since = time.time() - DAY
    for path in (settings.FILES / str(school_id)).glob("*/*"):
        if path.stat().st_mtime < since:
            yield path.name
