"""Take what was attached, let it go, and sweep away contents that no row names any more. Call inside at_school()."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from zvanets.files import disk
from zvanets.files.kinds import kind_of, safe_name
from zvanets.files.models import StoredFile
from zvanets.history.record import Actor
from zvanets.lib import clock
from zvanets.lib.logs import note
from zvanets.lib.refusals import Refusal, gettext_noop, shown
from zvanets.tenancy.school import at_school, school_now

LARGEST = 10_000_000  # bytes: a page photographed by a phone has three to five million
MOST = 5  # files of one homework, one excuse
Table = TypeVar("Table", bound=StoredFile)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that was looked into and may be kept."""

    name: str
    media_type: str
    content: bytes


def look_into(uploads: Sequence["UploadedFile[Any]"], *, kept: int = 0, most: int = MOST) -> list[Attached]:
    """Return the files as they may be kept beside the `kept` ones; Refusal in words for the first that may not."""
    if kept + len(uploads) > most:
        text = gettext_noop("Най-много %(most)s файла. Махнете някой или ги съберете в един PDF.")
        raise Refusal("files_too_many", text, {"most": most})
    return [_look(upload) for upload in uploads]


def _look(upload: "UploadedFile[Any]") -> Attached:
    name = upload.name or ""
    if (upload.size or 0) > LARGEST:
        text = gettext_noop("„%(name)s“ е над 10 MB. Намалете го или дайте връзка към него.")
        raise Refusal("file_too_large", text, {"name": shown(name, 60)})
    if not upload.size:
        raise Refusal("file_empty", gettext_noop("„%(name)s“ е празен."), {"name": shown(name, 60)})
    content = upload.read()
    kind = kind_of(name, content)
    return Attached(safe_name(name, kind), kind.media_type, content)


def keep(table: type[Table], files: Iterable[Attached], *, actor: Actor, **owner: Any) -> list[Table]:
    """Put the files down and make their rows; `owner` is the table's own key. The owner's action records it."""
    rows = [
        table(
            key=disk.write(school_now(), file.content),
            name=file.name,
            media_type=file.media_type,
            size=len(file.content),
            digest=hashlib.sha256(file.content).hexdigest(),
            added_at=clock.now(),
            added_by_id=actor.writer_id,
            **owner,
        )
        for file in files
    ]
    return table._default_manager.bulk_create(rows)  # noqa: SLF001


def let_go(files: Collection[StoredFile]) -> None:
    """Delete the rows now and the contents with the commit. What goes with its owner instead, the sweep finds."""
    school_id = school_now()
    keys = [file.key for file in files]
    for table in {type(file) for file in files}:
        table._default_manager.filter(key__in=keys).delete()  # noqa: SLF001
    transaction.on_commit(lambda: disk.remove(school_id, keys))


def sweep(is_stopping: Callable[[], bool] = lambda: False) -> int:
    """Remove the contents of a day and older that no row names; return how many."""
    gone = 0
    for school_id in disk.schools():
        if is_stopping():
            break
        old = set(disk.older_than_a_day(school_id))
        with at_school(school_id):
            for table in StoredFile.tables():
                old.difference_update(table._default_manager.filter(key__in=old).values_list("key", flat=True))  # noqa: SLF001
        disk.remove(school_id, old)
        gone += len(old)
    if gone:
        note("old rows deleted", kind="files", count=gone)
    return gone
