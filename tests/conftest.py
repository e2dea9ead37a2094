"""What every test stands on: one database a run, two schools in it, and the guard against forgotten walls."""

from collections.abc import Iterator

import pytest
from django.db import connections
from django.db.backends.signals import connection_created
from django.test.utils import setup_databases

from tests import postgres
from zvanets.tenancy.school import Guard

SCHOOLS = {9900901: "ОУ „Изпитно“", 9900902: "СУ „Съседно“"}


@pytest.fixture(scope="session")
def _server() -> Iterator[None]:
    postgres.start()
    yield
    postgres.discard()


@pytest.fixture(scope="session")
def django_db_setup(_server, django_test_environment, django_db_blocker) -> Iterator[None]:
    connection_created.connect(_guard)
    with django_db_blocker.unblock():
        # All aliases, always: with `default` alone the mirror of `owner` would be the live database.
        setup_databases(verbosity=0, interactive=False, keepdb=True, serialized_aliases=set())
        for alias in connections:
            assert connections[alias].settings_dict["NAME"] == postgres.TEST_NAME
        _make_schools()
    yield
    with django_db_blocker.unblock():
        connections.close_all()


def _guard(connection, **_) -> None:
    if connection.alias == "default" and not any(isinstance(one, Guard) for one in connection.execute_wrappers):
        connection.execute_wrappers.append(Guard())


def _make_schools() -> None:
    """As the administrator, for the application may not; committed, so a flush takes them away."""
    with postgres.admin() as admin:
        for number, name in SCHOOLS.items():
            admin.execute(
                "INSERT INTO schools_school (id, name, short_name, kind, town, municipality, region, time_zone, created_at)"
                " VALUES (%s, %s, %s, '', '', '', '', 'Europe/Sofia', now()) ON CONFLICT DO NOTHING",
                [number, name, name],
            )


@pytest.fixture
def two_schools(db) -> list:
    """Two schools without anything in them; work inside at_school(one.pk)."""
    from zvanets.schools.models import School

    schools = School.objects.filter(pk__in=SCHOOLS).order_by("pk")
    if schools.count() < len(SCHOOLS):  # a test that commits came before and its flush took them
        _make_schools()
    return list(schools.all())


@pytest.fixture
def school(two_schools):
    return two_schools[0]
