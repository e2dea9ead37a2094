"""Connections are kept between requests, and a server that was restarted costs nobody an error."""

import pytest
from django.db import DataError, connection, connections

from tests import postgres

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept():
    """A connection of its own as a process keeps it between two requests."""
    kept = connections.create_connection("default")
    kept.ensure_connection()
    kept.health_check_enabled = True
    yield kept
    kept.close()


def pid(kept) -> int:
    return kept.connection.info.backend_pid


def end_backend(kept) -> None:
    with postgres.admin() as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid(kept)])


def last_query(kept) -> str:
    with postgres.admin() as admin:
        return admin.execute("SELECT query FROM pg_stat_activity WHERE pid = %s", [pid(kept)]).fetchone()[0]


def test_a_connection_that_stands_is_asked_nothing(kept):
    before = last_query(kept)

    assert kept.is_usable()
    assert last_query(kept) == before


def test_after_the_server_left_the_next_request_gets_a_new_connection(kept):
    before = pid(kept)
    end_backend(kept)

    assert not kept.is_usable()
    kept.close_if_unusable_or_obsolete()
    with kept.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert pid(kept) != before


def test_a_connection_whose_transaction_failed_is_not_usable(kept):
    with kept.cursor() as cursor:
        cursor.execute("BEGIN")
        with pytest.raises(DataError):
            cursor.execute("SELECT 1 / 0")

    assert not kept.is_usable()


def test_the_application_runs_on_this_connection():
    assert connection.settings_dict["ENGINE"] == "zvanets.tenancy.postgres"


def test_plans_are_kept_of_statements_with_parameters_not_of_each_school(kept):
    with kept.cursor() as cursor:
        for school in range(1, 9):
            cursor.execute("BEGIN")
            for _ in range(4):
                cursor.execute(f"SET LOCAL app.school_id = '{school}'")
                cursor.execute("SELECT %s::bigint", [school])
            cursor.execute("COMMIT")
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        assert [row[0] for row in cursor.fetchall()] == ["SELECT $1::bigint"]
