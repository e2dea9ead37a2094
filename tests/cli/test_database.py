"""Which database is meant, and under which roles, whatever the environment tells."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from tests.cli.world import CARELESS
from zvanets.cli import database
from zvanets.cli.embedded import EmbeddedServer
from zvanets.cli.problem import Problem


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path_factory.mktemp("server"), CARELESS)
    server.start()
    yield server
    server.discard()


@pytest.fixture
def unset(monkeypatch) -> Iterator[pytest.MonkeyPatch]:
    before = dict(os.environ)
    for name in [name for name in os.environ if name.startswith("ZVANETS_") or name == "DATABASE_URL"]:
        monkeypatch.delenv(name)
    yield monkeypatch
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def roleless(server) -> Iterator[str]:
    """The address of a database that does not exist yet, on a server without our roles."""
    yield server.admin_url("diary")
    with psycopg.connect(server.admin_url(), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS diary WITH (FORCE)")
        for role in database.ROLES:
            admin.execute(f"DROP ROLE IF EXISTS {role}")


def user_at(url: str) -> str:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT current_user").fetchone()[0]


def test_an_administrators_address_makes_the_roles_and_the_database(unset, roleless, tmp_path):
    unset.setenv("DATABASE_URL", roleless)
    with database.opened(tmp_path) as found:
        assert user_at(found.app) == "zv_app"
        assert user_at(found.worker) == "zv_worker"
        assert user_at(found.owner) == "zv_owner"
        assert os.environ["ZVANETS_APP_URL"] == found.app
        assert found.server is None


def test_roles_of_another_installation_are_not_taken_from_it(unset, roleless, tmp_path):
    unset.setenv("DATABASE_URL", roleless)
    with database.opened(tmp_path / "first"):
        pass
    for name in ("ZVANETS_SECRET_KEY", *database.VARIABLES):
        unset.delenv(name)
    with pytest.raises(Problem, match=r"zv_app.*exist with other passwords"), database.opened(tmp_path / "second"):
        pass


def test_a_second_database_of_the_same_installation_shares_the_roles(unset, roleless, server, tmp_path):
    unset.setenv("DATABASE_URL", roleless)
    with database.opened(tmp_path):
        pass
    for name in database.VARIABLES:
        unset.delenv(name)
    unset.setenv("DATABASE_URL", server.admin_url("another"))
    with database.opened(tmp_path) as found:
        assert user_at(found.app) == "zv_app"
    with psycopg.connect(server.admin_url(), autocommit=True) as admin:
        admin.execute("DROP DATABASE another WITH (FORCE)")


def test_setting_up_gives_the_roles_new_passwords(unset, roleless, tmp_path):
    unset.setenv("DATABASE_URL", roleless)
    with database.opened(tmp_path / "first"):
        pass
    for name in ("ZVANETS_SECRET_KEY", *database.VARIABLES):
        unset.delenv(name)
    with database.opened(tmp_path / "second", set_up=True) as found:
        assert user_at(found.app) == "zv_app"


def test_a_plain_role_is_the_applications_own(unset, roleless, tmp_path):
    unset.setenv("DATABASE_URL", roleless)
    with database.opened(tmp_path) as made:
        pass
    unset.setenv("ZVANETS_SECRET_KEY", "of this installation")
    for name in database.VARIABLES:
        unset.delenv(name)
    unset.setenv("DATABASE_URL", made.app)
    with database.opened(tmp_path) as found:
        assert (found.app, found.worker, found.owner) == (made.app, "", "")
        with pytest.raises(Problem, match="migrations wait and ZVANETS_OWNER_URL is not set"):
            found.make_ready()


def test_addresses_given_one_by_one_win(unset, tmp_path):
    unset.setenv("DATABASE_URL", "postgres://nobody@nowhere/nothing")
    unset.setenv("ZVANETS_APP_URL", "postgres://app@here/diary")
    with database.opened(tmp_path) as found:
        assert (found.app, found.owner) == ("postgres://app@here/diary", "")


def test_a_server_that_is_not_there_is_a_sentence(unset, tmp_path):
    unset.setenv("DATABASE_URL", f"postgres://someone@/diary?host={tmp_path}")
    with pytest.raises(Problem, match="PostgreSQL does not let us in"), database.opened(tmp_path):
        pass


def test_without_an_address_our_own_server_keeps_the_data(unset, tmp_path):
    state = tmp_path / "state"
    with database.opened(state) as found:
        assert user_at(found.app) == "zv_app"
        assert found.server.alive()
    assert not found.server.alive()
    found.server.discard()


def test_the_secret_key_is_made_once(unset, tmp_path):
    unset.setenv("ZVANETS_APP_URL", "postgres://app@here/diary")
    with database.opened(tmp_path):
        first = os.environ["ZVANETS_SECRET_KEY"]
    unset.delenv("ZVANETS_SECRET_KEY")
    with database.opened(tmp_path):
        assert os.environ["ZVANETS_SECRET_KEY"] == first


@pytest.mark.parametrize("url", ["nonsense", "http://diary", "postgres://user:pass word@host/db", "sqlite:///diary.db"])
def test_what_is_no_address_is_refused_without_repeating_it(unset, tmp_path, url):
    unset.setenv("DATABASE_URL", url)
    with pytest.raises(Problem, match="DATABASE_URL is no address") as refused, database.opened(tmp_path):
        pass
    assert url not in str(refused.value)
