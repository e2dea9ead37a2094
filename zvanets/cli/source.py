"""The source of the running version, as the licence promises its users (AGPL-3.0 § 13): one archive beside the static files."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

from zvanets.cli import state as states

NAME = "zvanets-source.tar.gz"
_PARTS = (
    "zvanets", "config", "docs", "tests", "bench", "tools", ".ci", "manage.py", "pyproject.toml", "Makefile",
    "requirements.lock", "requirements-test.lock", "LICENSE", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md",
    "GLOSSARY.md", "SECURITY.md", "CHANGELOG.md", "THIRD_PARTY.md",
)  # fmt: skip


def ensure(directory: Path) -> Path:
    """Pack the archive unless it is newer than every file in it."""
    archive = directory / NAME
    files = list(_files())
    if archive.exists() and all(path.stat().st_mtime <= archive.stat().st_mtime for path in files):
        return archive
    directory.mkdir(parents=True, exist_ok=True)
    draft = archive.with_suffix(".draft")
    with tarfile.open(draft, "w:gz", compresslevel=6) as packed:
        for path in files:
            packed.add(path, arcname=Path("zvanets") / path.relative_to(states.CHECKOUT), filter=_nobodys)
    return draft.rename(archive)


def _files() -> Iterator[Path]:
    for part in map(states.CHECKOUT.joinpath, _PARTS):
        found = sorted(part.rglob("*")) if part.is_dir() else [part]
        yield from (path for path in found if path.is_file() and "__pycache__" not in path.parts)


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """Who packed it is nobody's business."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
