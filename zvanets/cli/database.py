"""Which database, and under which of its four roles: from the environment, from DATABASE_URL, or from our own server."""

import hashlib
import hmac
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from zvanets.cli import migrations
from zvanets.cli import state as states
from zvanets.cli.embedded import EmbeddedServer
from zvanets.cli.problem import Problem
from zvanets.tenancy.roles import APP, OWNER, ROLES, WORKER, bootstrap

NAME = "zvanets"
VARIABLES = ("ZVANETS_APP_URL", "ZVANETS_WORKER_URL", "ZVANETS_OWNER_URL")
_TAKEN = (
    "The roles {roles} exist with other passwords. Set ZVANETS_SECRET_KEY to that of the installation that made them, "
    "or run `zvanets setup-database` to give them new ones."
)


Connection = psycopg.Connection[tuple[Any, ...]]


class Standing(Enum):
    """What a database has come to."""

    CLOSED = auto()  # the owner may not enter, or may not build here
    BEHIND = auto()
    READY = auto()


@dataclass(frozen=True)
class Database:
    """The database as each role reaches it, empty where this installation was not told; and the server if it is ours."""

    app: str
    worker: str
    owner: str
    server: EmbeddedServer | None = None

    def environment(self) -> dict[str, str]:
        return {name: url for name, url in zip(VARIABLES, (self.app, self.worker, self.owner), strict=True) if url}

    @property
    def lease(self) -> list[int]:
        return self.server.lease if self.server else []

    def own_processes(self) -> set[int]:
        return self.server.own_processes if self.server else set()

    def keep_up(self) -> None:
        """Start our own server again when somebody killed it."""
        if self.server and not self.server.alive():
            self.server.start()

    def make_ready(self) -> None:
        """Migrate when the database is behind the code; without the owner's address only say so."""
        if self.owner:
            if _standing(self.owner) is not Standing.READY:
                migrations.run_apart()
        elif behind := migrations.waiting_at(self.app):
            raise Problem(
                f"{len(behind)} migrations wait and ZVANETS_OWNER_URL is not set: run `zvanets migrate` with it."
            )


@contextmanager
def opened(state: Path, *, set_up: bool = False) -> Iterator[Database]:
    """Give a running database whose roles exist, and put its addresses into this process' environment.

    `set_up` gives the roles their rights and passwords anew.
    """
    os.environ.setdefault("ZVANETS_SECRET_KEY", states.secret(state, "secret-key"))
    given = _given(os.environ)
    if given.app:
        os.environ.update(given.environment())
        yield given
    elif url := os.environ.get("DATABASE_URL"):
        _refuse_no_address(url)
        yield _entered(_with_roles(url, set_up=set_up))
    else:
        server = EmbeddedServer(state)
        server.start()
        try:
            yield replace(_entered(_with_roles(server.admin_url(NAME), set_up=set_up, ours=True)), server=server)
        finally:
            server.stop()


def role_password(role: str) -> str:
    """Derive it, so that no file holds it and every process of an installation knows it."""
    return hmac.new(os.environ["ZVANETS_SECRET_KEY"].encode(), f"role {role}".encode(), hashlib.sha256).hexdigest()


def _given(environment: Mapping[str, str]) -> Database:
    app, worker, owner = (environment.get(name, "") for name in VARIABLES)
    return Database(app=app, worker=worker, owner=owner)


def _refuse_no_address(url: str) -> None:
    try:
        is_one = url.startswith(("postgres://", "postgresql://")) and bool(conninfo_to_dict(url))
    except psycopg.ProgrammingError:
        is_one = False
    if not is_one:
        raise Problem("DATABASE_URL is no address of a database: postgres://user:password@host:5432/name")


def _entered(database: Database) -> Database:
    os.environ.update(database.environment())
    return database


def _with_roles(url: str, *, set_up: bool, ours: bool = False) -> Database:
    """Take the URL of a role that may make roles for the administrator's, any other for the application's own."""
    derived = Database(app=as_role(url, APP), worker=as_role(url, WORKER), owner=as_role(url, OWNER))
    if not set_up and _standing(derived.owner) is not Standing.CLOSED:
        return derived
    with _administrator(url) as admin:
        mine = admin.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
        if not (mine and mine[0]):
            given = _given(os.environ)
            return Database(app=url, worker=given.worker, owner=given.owner)
        if not (set_up or ours):
            _refuse_roles_of_another(admin, derived.owner)
        bootstrap(admin, database=_database_name(url), passwords={role: role_password(role) for role in ROLES})
    return derived


def _refuse_roles_of_another(admin: Connection, owner: str) -> None:
    """Roles belong to the server: those of an installation with another key keep their passwords."""
    found = admin.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(ROLES)]).fetchall()
    if found and not _enters(urlsplit(owner)._replace(path=f"/{admin.info.dbname}").geturl()):
        raise Problem(_TAKEN.format(roles=", ".join(sorted(name for (name,) in found))))


def _enters(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _administrator(url: str) -> Connection:
    """Connect to the database, or, while it does not exist, to the one that every server has."""
    try:
        return psycopg.connect(url, connect_timeout=5, autocommit=True)
    except psycopg.OperationalError as error:
        try:
            return psycopg.connect(
                urlsplit(url)._replace(path="/postgres").geturl(), connect_timeout=5, autocommit=True
            )
        except psycopg.OperationalError:
            raise Problem(f"PostgreSQL does not let us in: {str(error).strip()}") from None


def _database_name(url: str) -> str:
    return unquote(urlsplit(url).path.lstrip("/")) or NAME


def _standing(url: str) -> Standing:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            if not _may_build(connection):
                return Standing.CLOSED
            return Standing.BEHIND if migrations.waiting(connection) else Standing.READY
    except psycopg.OperationalError:
        return Standing.CLOSED


def _may_build(connection: Connection) -> bool:
    rights = "SELECT has_schema_privilege('public', 'CREATE') AND has_database_privilege(current_database(), 'CREATE')"
    row = connection.execute(rights).fetchone()
    return bool(row and row[0])


def as_role(url: str, role: str) -> str:
    parts = urlsplit(url)
    where = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}:{quote(role_password(role), safe='')}@{where}").geturl()
