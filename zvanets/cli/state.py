"""The state directory of one checkout: its identity, its secrets, and where its server may keep data."""

import hashlib
import os
import secrets
from pathlib import Path

from zvanets.cli.problem import Problem

CHECKOUT = Path(__file__).resolve().parents[2]
SYSTEM_HOME = Path("/var/lib/zvanets")


def directory() -> Path:
    return Path(os.environ.get("ZVANETS_STATE", CHECKOUT / ".zvanets")).absolute()


def private(path: Path) -> Path:
    """Make the directory for this account alone, or refuse one that belongs to another."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = path.stat().st_uid
    if owner != os.geteuid():
        message = f"{path} belongs to user number {owner}; run as that user, or set ZVANETS_STATE to another directory."
        raise Problem(message)
    return path


def secret(state: Path, name: str) -> str:
    """Return the secret of this name, made once and kept readable for this account only."""
    path = private(private(state) / "secrets") / name
    if not path.exists():
        draft = path.with_name(f"{name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            path.hardlink_to(draft)  # two starting at once agree on the first
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


def server_home(state: Path) -> Path:
    """Where the server's files lie: in the state directory, or outside when root must hand them to an account.

    The name is made of path and identity, so neither a copy of a checkout nor a new one in an old place meets foreign data.
    """
    if os.geteuid() != 0:
        return private(state)
    mark = f"{state.resolve()}\n{secret(state, 'identity')}"
    return SYSTEM_HOME / hashlib.sha256(mark.encode()).hexdigest()[:12]


def reachable(home: Path, state: Path) -> None:
    """Make the directories between a server and /var/lib passable, whatever umask root has; all are ours."""
    if SYSTEM_HOME not in home.parents:
        return
    for path in (SYSTEM_HOME, home):
        if not path.exists():
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
    (home / "checkout").write_text(f"{state}\n")  # for whoever wonders later to whom the data belong
