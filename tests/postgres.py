"""The database of one test run: a throw-away server of its own, or a database of its own on DATABASE_URL's server.

Loaded by `-p tests.postgres`, before Django reads its settings. The server starts with the first test that needs it.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from zvanets.cli.embedded import EmbeddedServer
from zvanets.tenancy import roles

NAME = f"zvanets_{os.getpid()}"
TEST_NAME = f"test_{NAME}"
# A throw-away server may lose its data with the machine's power.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60"}

_state = Path(tempfile.mkdtemp(prefix="zvanets-test-"))
_server = None if os.environ.get("DATABASE_URL") else EmbeddedServer(_state, CARELESS, throw_away=True)
admin_url = os.environ.get("DATABASE_URL") or EmbeddedServer(_state).admin_url()


def password(role: str) -> str:
    """The same for concurrent runs on one server, whose roles they share."""
    return hashlib.sha256(f"{admin_url} {role}".encode()).hexdigest()


def role_url(role: str, database: str = NAME) -> str:
    parts = urlsplit(admin_url)
    place = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{role}:{password(role)}@{place}", path=f"/{database}").geturl()


def admin(database: str = "") -> psycopg.Connection:
    """An administrator's connection, to the test database unless told otherwise."""
    return psycopg.connect(urlsplit(admin_url)._replace(path=f"/{database or TEST_NAME}").geturl())


def start() -> None:
    """Start the server and make the roles and an empty database."""
    if _server is not None:
        _server.start()
    with psycopg.connect(admin_url, autocommit=True) as server:
        roles.bootstrap(server, database=TEST_NAME, passwords={role: password(role) for role in roles.ROLES})


def discard() -> None:
    if _server is not None:
        _server.discard()
        return
    with psycopg.connect(admin_url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {TEST_NAME} WITH (FORCE)")


def pytest_unconfigure() -> None:
    shutil.rmtree(_state, ignore_errors=True)


os.environ["ZVANETS_STATE"] = str(_state)
os.environ["ZVANETS_OWNER_URL"] = role_url(roles.OWNER)
os.environ["ZVANETS_APP_URL"] = role_url(roles.APP)
os.environ["ZVANETS_WORKER_URL"] = role_url(roles.WORKER)
