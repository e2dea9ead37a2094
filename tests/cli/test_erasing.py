"""A child's words leave the history for good; who answers for it, and that it was done, stay in it."""

import pytest
from click.testing import CliRunner

from tests import postgres, small_school
from tests.accounts.people import person
from tests.marks import committed
from tests.notifications.telling import ABSENT, grade, save
from zvanets.cli import database
from zvanets.cli.erasing import erase_student
from zvanets.cli.problem import Problem
from zvanets.history.commands import read_anchors, verify_history
from zvanets.history.models import Entry, EntryBody
from zvanets.history.verify import verify
from zvanets.tenancy import roles
from zvanets.tenancy.school import at_school

pytestmark = committed


@pytest.fixture
def small(school, monkeypatch):
    monkeypatch.setenv("ZVANETS_ERASER_URL", postgres.role_url(roles.ERASER, postgres.TEST_NAME))
    small = small_school.build(school.pk)
    small.operator = person("boss", is_operator=True)
    save(small, attendance={small.students[0].pk: ABSENT}, grades=[grade(small, 0), grade(small, 1)])
    return small


def run(small, student, *options, typed=""):
    return CliRunner().invoke(erase_student, [str(small.id), str(student), "--by", "boss", *options], input=typed)


def words_of(small, student) -> int:
    with at_school(small.id):
        return EntryBody.objects.filter(entry__student_id=student.pk).exclude(entry__verb="body.erased").count()


def test_what_was_said_of_the_child_goes_and_the_chain_stays_whole(small):
    child, other = small.students[:2]
    done = run(small, child.pk, typed=f"{child.pk}\n")

    assert done.exit_code == 0
    assert "Анна Желева: 2 entries" in done.output
    assert (words_of(small, child), words_of(small, other)) == (0, 1)
    assert verify(small.id) is None
    with at_school(small.id):
        entry = Entry.objects.get(verb="body.erased")
        assert (entry.actor_id, entry.actor_role, entry.student_id) == (small.operator.pk, "operator", child.pk)
    assert f"erased by entry {entry.number}" in done.output


def test_the_verifier_says_what_was_erased_and_its_output_is_still_an_anchor(small):
    run(small, small.students[0].pk, "--yes")

    said = CliRunner().invoke(verify_history).output
    assert f"school {small.id}: the words of 2 entries erased by entry 5\n" in said
    assert list(read_anchors(said)) == [small.id]


@pytest.mark.parametrize("typed", ["\n", "no\n", "12\n"])
def test_nothing_goes_before_its_number_was_typed(small, typed):
    child = small.students[0]
    done = run(small, child.pk, typed=typed)

    assert done.exit_code != 0
    assert words_of(small, child) == 2


def test_only_an_operator_answers_for_it(small):
    done = CliRunner().invoke(erase_student, [str(small.id), "1", "--by", small.teacher.username, "--yes"])
    assert isinstance(done.exception, Problem)
    assert "is no operator" in str(done.exception)


def test_a_second_time_there_is_nothing_to_erase(small):
    run(small, small.students[0].pk, "--yes")
    assert "says nothing of" in str(run(small, small.students[0].pk, "--yes").exception)


def test_another_schools_child_is_not_there(small, two_schools):
    done = CliRunner().invoke(
        erase_student, [str(two_schools[1].pk), str(small.students[0].pk), "--by", "boss", "--yes"]
    )
    assert "says nothing of" in str(done.exception)
    assert words_of(small, small.students[0]) == 2
    assert "There is no school" in str(
        CliRunner().invoke(erase_student, ["77", "1", "--by", "boss", "--yes"]).exception
    )


def test_a_door_that_stays_shut_is_said_so(small, monkeypatch):
    monkeypatch.setenv("ZVANETS_ERASER_URL", "postgres://zv_eraser:wrong@127.0.0.1:1/zvanets")
    assert "ZVANETS_ERASER_URL" in str(run(small, small.students[0].pk, "--yes").exception)


def test_without_an_address_of_its_own_it_takes_the_webs(monkeypatch):
    monkeypatch.setenv("ZVANETS_SECRET_KEY", "k" * 50)
    url = database.as_role("postgres://zv_app:x@/zvanets?host=/run/pg", roles.ERASER)
    assert url == f"postgres://zv_eraser:{database.role_password(roles.ERASER)}@/zvanets?host=/run/pg"
