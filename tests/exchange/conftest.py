"""Both schools and both years, imported once a session into a database of their own."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from django.db import connections, transaction

from tests import postgres
from tests.exchange.folders import SCHOOL, Folder
from zvanets.tenancy import roles
from zvanets.tenancy.statistics import count_rows

SCHOOLS = Path(__file__).resolve().parents[3] / "shared" / "data" / "schools"
NAME = f"{postgres.TEST_NAME}_exchange"
IMPORTS = ((9900101, 2024), (9900102, 2024), (9900101, 2025), (9900102, 2025))


@dataclass
class Imported:
    """What the session's imports took, in seconds, and did."""

    seconds: dict[tuple[int, int], float] = field(default_factory=dict)
    lessons: dict[tuple[int, int], int] = field(default_factory=dict)


@contextmanager
def database(name: str) -> Iterator[None]:
    """Point all aliases to another database of the test server."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
    connections.close_all()
    for alias in connections:
        connections[alias].settings_dict["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        for alias, old in before.items():
            connections[alias].settings_dict["NAME"] = old


def _make(name: str) -> None:
    with psycopg.connect(postgres.admin_url, autocommit=True) as server:
        # A template must have no visitors, and a thread of another test may have left one.
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [postgres.TEST_NAME]
        )
        server.execute(f"CREATE DATABASE {name} TEMPLATE {postgres.TEST_NAME}")
        passwords = {role: postgres.password(role) for role in roles.ROLES}
        roles.bootstrap(server, database=name, passwords=passwords)


def _drop(name: str) -> None:
    with psycopg.connect(postgres.admin_url, autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _import(folder: Path, year: int) -> int:
    from zvanets.exchange.neispuo.read import read
    from zvanets.exchange.neispuo.write import write
    from zvanets.history.record import Actor

    return write(read(folder, year).roster, actor=Actor(None, "operator", "")).lessons_made


@pytest.fixture(scope="session")
def place(django_db_setup, django_db_blocker) -> Iterator[str]:
    """A database of this room, with the row of the small school."""
    from zvanets.schools.models import School

    with django_db_blocker.unblock():
        connections.close_all()
        _make(NAME)
        with database(NAME):
            School.objects.using("owner").create(pk=SCHOOL, name="Основно училище „Проба“", short_name="ОУ „Проба“")
        yield NAME
        _drop(NAME)


@pytest.fixture(scope="session")
def imported(place, django_db_blocker) -> Imported:
    if not SCHOOLS.is_dir():
        pytest.skip("the schools' data are not beside the project (../shared/data/schools)")
    done = Imported()
    with django_db_blocker.unblock(), database(place):
        for school, year in IMPORTS:
            start = time.perf_counter()
            done.lessons[school, year] = _import(SCHOOLS / str(school), year)
            done.seconds[school, year] = time.perf_counter() - start
        count_rows()
    return done


@pytest.fixture
def alone(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Work for real in a database that is thrown away afterwards."""
    with django_db_blocker.unblock():
        connections.close_all()
        _make(f"{NAME}_alone")
        with database(f"{NAME}_alone"):
            yield
        _drop(f"{NAME}_alone")


@pytest.fixture
def committing(place, django_db_blocker) -> Iterator[None]:
    """Work in this room's database for real."""
    with django_db_blocker.unblock(), database(place):
        yield


@pytest.fixture
def undone(committing) -> Iterator[None]:
    """Work in this room's database and take it back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def folder(tmp_path) -> Folder:
    return Folder(tmp_path / "schools" / str(SCHOOL))
