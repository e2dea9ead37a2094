"""Style sheets and scripts under names that change with their content, collected when they have changed."""

import os
import subprocess
import sys
from pathlib import Path

from zvanets.cli import source
from zvanets.cli import state as states

_SOURCES = (
    states.CHECKOUT / "zvanets",
    states.CHECKOUT / "requirements.lock",
    states.CHECKOUT / "config" / "static.py",
)
# Comments of htmx's extensions look like imports of files that are not there; none of them is on our pages.
_UNUSED = ["django_htmx/ext/*", "django_htmx/htm*-4*"]


def ensure(state: Path) -> None:
    """Collect them unless what was collected is newer than every source."""
    if not _is_fresh(state / "static" / "staticfiles.json"):
        subprocess.run([sys.executable, "-m", "zvanets.cli.main", "collect-static"], check=True)
    os.environ["ZVANETS_HASHED_STATIC"] = "1"
    source.ensure(state / "static")


def collect() -> None:
    os.environ["ZVANETS_HASHED_STATIC"] = "1"
    import django
    from django.core.management import call_command

    states.private(states.directory())
    django.setup()
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=_UNUSED)


def _is_fresh(manifest: Path) -> bool:
    if not manifest.exists():
        return False
    collected = manifest.stat().st_mtime
    return all(path.stat().st_mtime <= collected for path in _sources())


def _sources() -> list[Path]:
    package, *others = _SOURCES
    return [*others, *package.glob("static/**/*"), *package.glob("*/static/**/*")]
