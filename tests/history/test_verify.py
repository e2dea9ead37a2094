"""The verifier names the first bad row. An enemy here owns the database, knows the triggers and switches them off."""

import psycopg
import pytest
from click.testing import CliRunner
from django.db import IntegrityError, connections

from tests import postgres
from tests.marks import committed
from zvanets.history.commands import read_anchors, verify_history
from zvanets.history.models import Entry, EntryBody
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.history.verify import Anchor, Finding, Kind, anchor_now, verify
from zvanets.tenancy import roles
from zvanets.tenancy.school import at_school

pytestmark = committed
TEACHER = Actor(1, "teacher", "10.0.0.7")


def write(school, *students):
    with at_school(school.pk):
        record([Fact(Verb.GRADE_GIVEN, student_id=s, body={"grade": s}) for s in students], actor=TEACHER, tell=False)


@pytest.fixture
def ten(school):
    """A school with ten entries: two acts of five children."""
    write(school, 1, 2, 3, 4, 5)
    write(school, 1, 2, 3, 4, 5)
    assert verify(school.pk) is None
    return school


def tamper(*statements):
    with connections["owner"].cursor() as cursor:
        for table in ("history_entry", "history_entrybody", "history_chainhead"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        for table in ("history_entry", "history_entrybody", "history_chainhead"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


ATTACKS = {
    "a field altered": ("UPDATE history_entry SET student_id = 9 WHERE number = 7", 7, Kind.ALTERED),
    "a verb altered": ("UPDATE history_entry SET verb = 'grade.withdrawn' WHERE number = 7", 7, Kind.ALTERED),
    "a time altered": ("UPDATE history_entry SET at = at - interval '1 microsecond' WHERE number = 7", 7, Kind.ALTERED),
    "an actor altered": ("UPDATE history_entry SET actor_id = NULL WHERE number = 7", 7, Kind.ALTERED),
    "a digest altered": ("UPDATE history_entry SET digest = sha256('') WHERE number = 7", 7, Kind.ALTERED),
    "a row deleted": ("DELETE FROM history_entry WHERE number = 7", 7, Kind.MISSING),
    "the first row deleted": ("DELETE FROM history_entry WHERE number = 1", 1, Kind.MISSING),
    "a row moved": ("UPDATE history_entry SET number = 11 WHERE number = 7", 7, Kind.MISSING),
    "the tail cut off": ("DELETE FROM history_entry WHERE number > 8", 9, Kind.CUT_TAIL),
    "everything cut off": ("DELETE FROM history_entry", 1, Kind.CUT_TAIL),
    "the head set back": ("UPDATE history_chainhead SET number = 8", 9, Kind.BEYOND_HEAD),
    "the head gone": ("DELETE FROM history_chainhead", 1, Kind.BEYOND_HEAD),
    "the head's link altered": ("UPDATE history_chainhead SET chain = sha256('')", 10, Kind.REWRITTEN),
    "a body altered": (
        (
            "UPDATE history_entrybody SET text = '{\"grade\":6}' WHERE entry_id ="
            " (SELECT id FROM history_entry WHERE number = 7)"
        ),
        7,
        Kind.BODY_ALTERED,
    ),
    "a body deleted": (
        "DELETE FROM history_entrybody WHERE entry_id = (SELECT id FROM history_entry WHERE number = 7)",
        7,
        Kind.BODY_MISSING,
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_verifier_finds(ten, attack):
    statement, number, kind = ATTACKS[attack]
    tamper(statement)
    assert verify(ten.pk) == Finding(ten.pk, number, kind)


def test_the_first_of_several_is_named(ten):
    tamper("UPDATE history_entry SET student_id = 9 WHERE number IN (4, 7)")
    assert verify(ten.pk) == Finding(ten.pk, 4, Kind.ALTERED)


def test_a_school_without_history_is_whole(school):
    assert verify(school.pk) is None


def erase(school, student):
    with at_school(school.pk, "owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT history_erase(%s, now(), 1, 'operator', '')", [student])
        return cursor.fetchone()[0]


def test_an_erased_child_is_gone_and_the_chain_holds(ten):
    assert erase(ten, 3) == 11

    assert verify(ten.pk) is None
    with at_school(ten.pk):
        assert not EntryBody.objects.filter(entry__student_id=3).exclude(entry__verb=Verb.BODY_ERASED).exists()
        assert EntryBody.objects.filter(entry__student_id=2).count() == 2
        assert Entry.objects.get(number=11).body.text == '{"numbers":[3,8]}'


def test_a_child_erased_twice_is_still_erased(ten):
    erase(ten, 3)
    write(ten, 3)
    assert erase(ten, 3) == 13
    assert verify(ten.pk) is None


def test_an_erasure_covers_only_what_it_names(ten):
    erase(ten, 3)
    tamper("DELETE FROM history_entrybody WHERE entry_id = (SELECT id FROM history_entry WHERE number = 7)")
    assert verify(ten.pk) == Finding(ten.pk, 7, Kind.BODY_MISSING)


def test_the_role_that_erases_can_do_nothing_else(ten):
    with psycopg.connect(postgres.role_url(roles.ERASER, postgres.TEST_NAME), autocommit=True) as eraser:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            eraser.execute("DELETE FROM history_entrybody")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="needs a school"):
            eraser.execute("SELECT history_erase(3, now(), 1, 'operator', '')")
        with eraser.transaction():
            eraser.execute(f"SET LOCAL app.school_id = '{ten.pk}'")
            eraser.execute("SELECT history_erase(3, now(), 1, 'operator', '')")
    assert verify(ten.pk) is None


def test_a_head_set_back_stops_saves_until_it_is_put_right(ten):
    tamper("UPDATE history_chainhead SET number = 8, chain = (SELECT chain FROM history_entry WHERE number = 8)")
    with pytest.raises(IntegrityError, match="numbered_within_a_school"):
        write(ten, 1)

    # As docs/operations/history.md has it.
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "UPDATE history_chainhead h SET number = e.number, at = e.at, chain = e.chain"
            " FROM (SELECT * FROM history_entry WHERE school_id = %s ORDER BY number DESC LIMIT 1) e"
            " WHERE h.school_id = e.school_id",
            [ten.pk],
        )

    write(ten, 1)
    assert verify(ten.pk) is None


def test_only_an_anchor_finds_a_history_rewritten_from_end_to_end(ten):
    anchor = anchor_now(ten.pk)
    tamper("DELETE FROM history_entrybody", "DELETE FROM history_entry", "DELETE FROM history_chainhead")
    write(ten, *range(1, 11))

    assert verify(ten.pk) is None
    assert verify(ten.pk, anchor=anchor) == Finding(ten.pk, 10, Kind.REWRITTEN)


def test_an_anchor_finds_a_tail_cut_off_together_with_the_head(ten):
    anchor = anchor_now(ten.pk)
    tamper(
        "DELETE FROM history_entry WHERE number > 8",
        "UPDATE history_chainhead SET number = 8, chain = (SELECT chain FROM history_entry WHERE number = 8)",
    )

    assert verify(ten.pk) is None
    assert verify(ten.pk, anchor=anchor) == Finding(ten.pk, 9, Kind.CUT_TAIL)


def test_an_older_anchor_holds_while_history_grows(ten):
    anchor = anchor_now(ten.pk)
    write(ten, 6)
    assert verify(ten.pk, anchor=anchor) is None


def test_a_bad_row_does_not_hide_in_a_later_batch(ten, monkeypatch):
    monkeypatch.setattr("zvanets.history.verify.BATCH", 3)
    assert verify(ten.pk) is None
    tamper("UPDATE history_entry SET student_id = 9 WHERE number = 7")
    assert verify(ten.pk) == Finding(ten.pk, 7, Kind.ALTERED)


def test_the_command_prints_the_anchor_of_the_day(ten, tmp_path):
    done = CliRunner().invoke(verify_history)

    assert done.exit_code == 0
    assert read_anchors(done.output) == {ten.pk: anchor_now(ten.pk)}


def test_the_command_fails_on_a_bad_row(ten):
    tamper("UPDATE history_entry SET student_id = 9 WHERE number = 7")
    done = CliRunner().invoke(verify_history, [str(ten.pk)])
    assert done.exit_code == 1
    assert f"school {ten.pk}, entry 7: altered" in done.output


def test_the_command_compares_with_an_earlier_day(ten, tmp_path):
    kept = tmp_path / "anchors.txt"
    kept.write_text(CliRunner().invoke(verify_history).output)
    tamper("DELETE FROM history_entrybody", "DELETE FROM history_entry", "DELETE FROM history_chainhead")

    done = CliRunner().invoke(verify_history, ["--against", str(kept)])

    assert done.exit_code == 1
    assert "entry 1: cut tail" in done.output


def test_an_anchor_is_a_number_and_a_hash(school):
    assert anchor_now(school.pk) == Anchor(0, b"")


def test_a_school_that_has_no_history_here_is_not_called_whole():
    done = CliRunner().invoke(verify_history, ["123"])
    assert done.exit_code == 2
    assert "No history of school 123 is here." in done.output
