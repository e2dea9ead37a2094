"""The database's roles: who owns, who serves, who works, who reports, who erases. A step before migrations.

Roles belong to the cluster and not to a database, so no migration makes them.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql

OWNER, APP, WORKER, REPORT, ERASER = "zv_owner", "zv_app", "zv_worker", "zv_report", "zv_eraser"
ROLES = (OWNER, APP, WORKER, REPORT, ERASER)
_BOOTSTRAP_LOCK = 0x7A76616E  # two first starts on one cluster wait for each other


def bootstrap(
    admin: psycopg.Connection, *, database: str, passwords: Mapping[str, str], may_create_databases: bool = False
) -> None:
    """Make the roles and the database, or bring them into shape. The connection is an administrator's, in autocommit.

    A role without a password keeps what it has: a new one cannot log in over a password-protected door.
    """
    admin.execute("SELECT pg_advisory_lock(%s)", [_BOOTSTRAP_LOCK])
    try:
        for role in ROLES:
            _role(admin, role, passwords.get(role), creates=may_create_databases and role == OWNER)
        _database(admin, database)
    finally:
        admin.execute("SELECT pg_advisory_unlock(%s)", [_BOOTSTRAP_LOCK])


def _role(admin: psycopg.Connection, role: str, password: str | None, *, creates: bool) -> None:
    name = sql.Identifier(role)
    if admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
        admin.execute(sql.SQL("CREATE ROLE {}").format(name))
    can = sql.SQL("CREATEDB" if creates else "NOCREATEDB")
    admin.execute(sql.SQL("ALTER ROLE {} LOGIN INHERIT NOCREATEROLE {}").format(name, can))
    if role == WORKER:
        # Its marks on messages need not reach the disk one by one: losing the last ones with the machine's power makes
        # a few mails come twice, never none. Fan-out writes as zv_app and waits for the disk.
        admin.execute(sql.SQL("ALTER ROLE {} SET synchronous_commit = off").format(name))
    if password is not None:
        admin.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(password)))


def _database(admin: psycopg.Connection, database: str) -> None:
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    row = admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    if row is not None and not row[0]:
        # An administrator of a hosted database is no superuser and must hold a role to give things to it.
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
    if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
        create = "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0"
        admin.execute(sql.SQL(create).format(name, owner))
    admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    others = sql.SQL(", ").join(map(sql.Identifier, ROLES[1:]))
    admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, others))
