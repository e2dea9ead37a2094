"""The embedded server: private, durable, and never left running."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.cli.world import CARELESS, environment, nothing_left_of
from zvanets.cli.embedded import EmbeddedServer
from zvanets.cli.processes import is_running, wait_until

USER = """
import sys, time
from pathlib import Path
from zvanets.cli.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), throw_away=len(sys.argv) > 2)
server.start()
print("started", flush=True)
time.sleep(60)
"""


@pytest.fixture
def server(tmp_path) -> Iterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path / "state", CARELESS)
    yield server
    server.discard()


def ask(server: EmbeddedServer, question: str) -> object:
    with psycopg.connect(server.admin_url()) as connection:
        return connection.execute(question).fetchone()[0]


def write_a_row(server: EmbeddedServer) -> None:
    with psycopg.connect(server.admin_url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (1)")


def another_user_of(state: Path, *manner: str) -> subprocess.Popen:
    user = subprocess.Popen(
        [sys.executable, "-c", USER, state, *manner], stdout=subprocess.PIPE, env=environment(state)
    )
    assert user.stdout.readline() == b"started\n"
    return user


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def test_it_opens_no_port_and_compares_cyrillic(server):
    server.start()
    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SELECT lower('ЙЪЯ')") == "йъя"
    assert ask(server, "SELECT count(*) FROM pg_available_extensions WHERE name IN ('pg_trgm', 'unaccent')") == 2
    assert stat.S_IMODE(server.socket_directory().stat().st_mode) == 0o700


def test_nobody_enters_without_the_password(server):
    server.start()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url("postgres", "guess", "postgres"))
    rules = [line.split() for line in (server.data / "pg_hba.conf").read_text().splitlines() if line[:1].isalpha()]
    assert {rule[-1] for rule in rules} == {"scram-sha-256"}


def test_secrets_are_for_this_account_alone(server):
    server.start()
    for secret in (server.state / "secrets").iterdir():
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert server.password() not in server.log.read_text()


def test_data_survive_a_stop(server):
    server.start()
    write_a_row(server)
    server.stop()
    assert not server.alive()
    server.start()
    assert ask(server, "SELECT count(*) FROM kept") == 1


def test_the_last_to_leave_stops_it(server):
    second = EmbeddedServer(server.state)
    server.start()
    second.start()
    server.stop()
    assert second.alive()
    second.stop()
    assert not second.alive()
    assert nothing_left_of(server.state)


def test_a_killed_user_leaves_no_server_behind(server):
    user = another_user_of(server.state)
    assert server.alive()
    user.kill()
    user.communicate()
    assert nothing_left_of(server.state)


def test_a_throw_away_servers_data_go_even_with_a_killed_user(server):
    user = another_user_of(server.state, "throw away")
    assert server.data.exists()
    user.kill()
    user.communicate()
    assert wait_until(lambda: not server.data.exists(), 10)


def test_a_killed_keeper_takes_the_server_along_and_the_next_start_has_the_data(server):
    server.start()
    write_a_row(server)
    kill(server._keeper)
    assert wait_until(lambda: not server.alive(), 5)
    server.start()
    assert ask(server, "SELECT count(*) FROM kept") == 1


def test_a_killed_postmaster_is_started_again_with_the_data(server):
    server.start()
    write_a_row(server)
    kill(server.postmaster())
    assert wait_until(lambda: not server.alive(), 5)
    server.start()
    assert ask(server, "SELECT count(*) FROM kept") == 1


def test_a_pid_file_whose_number_is_now_another_programs_keeps_nobody_out(server):
    server.start()
    server.stop()
    (server.data / "postmaster.pid").write_text(
        f"{os.getpid()}\n{server.data}\n{int(time.time())}\n5432\n\n\n\nready\n"
    )
    server.start()
    assert ask(server, "SELECT 1") == 1
    assert is_running(os.getpid())


def test_an_initdb_cut_off_halfway_is_begun_anew(server):
    server.start()
    server.stop()
    server.data.rename(server.home / "pg.draft")
    (server.home / "pg.draft" / "PG_VERSION").unlink()
    server.start()
    assert ask(server, "SELECT 1") == 1


def test_two_starting_at_once_agree_on_one_server(server):
    first, second = another_user_of(server.state), another_user_of(server.state)
    server.start()
    assert ask(server, "SELECT 1") == 1
    for user in (first, second):
        user.kill()
        user.communicate()
    assert server.alive()


def test_a_path_too_long_for_a_socket_moves_the_socket_alone(tmp_path):
    server = EmbeddedServer(tmp_path / ("long" * 25) / "state", CARELESS)
    server.home = server.state
    assert server.socket_directory().name.startswith("zvanets-")
    assert len(f"{server.socket_directory()}/.s.PGSQL.5432") < 107


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands data to another account")
def test_for_root_the_data_lie_where_the_account_can_reach_them(server):
    server.start()
    assert server.home.parent == Path("/var/lib/zvanets")
    assert server.data.owner() == "zvanets"
    assert Path(f"/proc/{server.postmaster()}").owner() == "zvanets"


@pytest.mark.skipif(os.geteuid() == 0, reason="root's data lie elsewhere")
def test_for_a_user_all_data_lie_in_the_state_directory(server):
    server.start()
    assert server.data == server.state / "pg"
