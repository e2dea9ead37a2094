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
    """As the owner, for the application may not; committed, so a flush takes them away."""
    from zvanets.schools.models import School

    for number, name in SCHOOLS.items():
        School.objects.using("owner").get_or_create(id=number, defaults={"name": name, "short_name": name})


def _commits(request: pytest.FixtureRequest) -> bool:
    mark = request.node.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction"))


@pytest.fixture
def two_schools(request, db) -> list:
    """Two schools without anything in them; work inside at_school(one.pk)."""
    from zvanets.schools.models import School

    if _commits(request):
        _make_schools()
    return list(School.objects.filter(pk__in=SCHOOLS).order_by("pk"))


@pytest.fixture
def school(two_schools):
    return two_schools[0]
