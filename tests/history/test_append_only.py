"""What the application's role, and the owner by a slip, cannot do to history."""

import pytest
from django.db import DatabaseError, ProgrammingError, connections, transaction

from tests.marks import committed
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.history.verify import verify
from zvanets.tenancy.school import at_school

TABLES = ("history_entry", "history_entrybody", "history_chainhead")


@pytest.fixture
def inside(school):
    with at_school(school.pk):
        record([Fact(Verb.GRADE_GIVEN, student_id=1)], actor=Actor(1, "teacher", ""), tell=True)
        yield school


def attack(statement, using="default"):
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        *(f"UPDATE {table} SET school_id = school_id" for table in TABLES),
        *(f"DELETE FROM {table}" for table in TABLES),
        *(f"TRUNCATE {table}" for table in TABLES),
        "INSERT INTO history_entrybody SELECT school_id, entry_id + 1, salt, text FROM history_entrybody",
        "INSERT INTO history_chainhead VALUES (1, 1, now(), '')",
        "INSERT INTO history_pending SELECT * FROM history_pending",
        "ALTER TABLE history_entry DISABLE TRIGGER ALL",
        "ALTER TABLE history_entry DISABLE ROW LEVEL SECURITY",
        "DROP TABLE history_entry",
        "DROP FUNCTION history_record",
        "CREATE OR REPLACE FUNCTION history_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
        "SET ROLE zv_owner",
        "SET LOCAL zvanets.erasing = 'on'; DELETE FROM history_entrybody",
        "SELECT history_erase(1, now(), 1, '', '')",
        "SELECT history_link('', '', '')",
        "SELECT nextval('history_entry_id_seq')",
        "CREATE TABLE public.history_mine (id bigint)",
        "CREATE TEMP TABLE history_chainhead (id bigint)",
        "SELECT count(*) FROM history_access_other",
        "DELETE FROM history_access",
        "SELECT history_access_keep('2030-01-01', 1)",
    ],
)
def test_the_application_cannot(inside, statement):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        attack(statement)
    assert verify(inside.pk) is None


@pytest.mark.django_db(databases=["owner"])
@pytest.mark.parametrize("table", TABLES)
def test_the_owner_does_not_empty_history_by_a_slip(table):
    with pytest.raises(DatabaseError, match="append-only: TRUNCATE"):
        attack(f"TRUNCATE {table} CASCADE", "owner")


@committed
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history_entry SET verb = 'x'",
        "DELETE FROM history_entry",
        "UPDATE history_entrybody SET text = 'x'",
        "DELETE FROM history_entrybody",
        "DELETE FROM history_chainhead",
    ],
)
def test_the_owner_does_not_change_history_by_a_slip(school, statement):
    with at_school(school.pk):
        record([Fact(Verb.GRADE_GIVEN)], actor=Actor(1, "teacher", ""), tell=False)

    with pytest.raises(DatabaseError, match="append-only"):
        attack(statement, "owner")
