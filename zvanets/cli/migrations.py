"""Whether the database is behind the code, asked without loading Django: it is asked at every start."""

import ast
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

from zvanets.cli.problem import Problem

_ONE_AT_A_TIME = 0x7A76_6D67


def waiting(connection: psycopg.Connection[tuple[Any, ...]]) -> set[tuple[str, str]]:
    """Return the migrations on disk that the database does not know, as (app, name)."""
    found = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    if not (found and found[0]):
        return on_disk()
    return on_disk() - set(connection.execute("SELECT app, name FROM django_migrations").fetchall())


def on_disk() -> set[tuple[str, str]]:
    """Return every migration of the installed apps, by the names of the files."""
    return {
        (app.rpartition(".")[2], file.stem)
        for app in _installed_apps()
        for file in _folder(app).glob("migrations/[0-9]*.py")
    }


def _installed_apps() -> list[str]:
    """Read them from the settings' text: importing the settings would fix the addresses before they are known."""
    spec = find_spec("config.settings")
    for line in ast.parse(Path(spec.origin if spec and spec.origin else "").read_bytes()).body:
        if (
            isinstance(line, ast.Assign)
            and isinstance(line.targets[0], ast.Name)
            and line.targets[0].id == "INSTALLED_APPS"
        ):
            return list(ast.literal_eval(line.value))
    raise Problem("config/settings.py names no INSTALLED_APPS.")


def _folder(app: str) -> Path:
    top, *inner = app.split(".")
    spec = find_spec(top)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places or ["/nonexistent"])), *inner)


def waiting_at(url: str) -> set[tuple[str, str]]:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            return waiting(connection)
    except psycopg.OperationalError as error:
        raise Problem(f"PostgreSQL does not let us in: {str(error).strip()}") from None


def run() -> None:
    """Migrate in this process; a second one that wants to waits, and then finds nothing to do."""
    import django
    from django.core.management import call_command

    owner = os.environ.get("ZVANETS_OWNER_URL")
    if not owner:
        raise Problem("ZVANETS_OWNER_URL is not set: migrations need the role that owns the tables.")
    django.setup()
    with psycopg.connect(owner, autocommit=True) as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        call_command("migrate", interactive=False, verbosity=0)


def run_apart() -> None:
    """Migrate in a process of its own, so that a long-lived one does not carry Django's schema code with it."""
    if subprocess.run([sys.executable, "-m", "zvanets.cli.main", "migrate"], check=False).returncode:
        raise Problem("The database could not be migrated.")
