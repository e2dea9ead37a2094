"""History is written by one function: numbered, chained, timed after the lock, told or not."""

import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from tests import postgres
from tests.marks import committed
from zvanets.history.models import ChainHead, Entry, EntryBody, Grace, Pending
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.history.verify import verify
from zvanets.tenancy import roles
from zvanets.tenancy.school import NoSchool, at_school

TEACHER = Actor(5, "teacher", "10.0.0.7")
MORNING = datetime(2025, 10, 7, 7, 20, 0, 123456, tzinfo=UTC)
SIX = Fact(
    Verb.GRADE_GIVEN,
    sub_verb="test",
    student_id=11,
    course_id=12,
    class_group_id=13,
    object_id=14,
    lesson_id=15,
    body={
        "student": "Ани „Кака“ O'Нил",
        "grade": "отличен 6",
        "path": "C:\\tmp",
        "empty": None,
        "line": "a\nb",
        "n": 6,
    },
)
ABSENT = Fact(Verb.ABSENCE_RECORDED, student_id=11, lesson_id=15, body={"hour": 3})


@pytest.fixture
def inside(school):
    with at_school(school.pk):
        yield school


def write(*facts, tell=False, at=MORNING):
    return record(facts or [SIX], actor=TEACHER, tell=tell, at=at)


def test_an_act_is_one_statement_whatever_its_length(inside):
    for length in (1, 31):
        with CaptureQueriesContext(connection) as queries:
            write(*[SIX] * length, tell=True)
        assert len(queries) == 1


def test_every_field_is_kept(inside):
    write()

    entry = Entry.objects.select_related("body").get()
    assert (entry.verb, entry.sub_verb, entry.at) == ("grade.given", "test", MORNING)
    assert (entry.actor_id, entry.actor_role, entry.address) == (5, "teacher", "10.0.0.7")
    assert (entry.student_id, entry.course_id, entry.class_group_id) == (11, 12, 13)
    assert (entry.object_id, entry.lesson_id) == (14, 15)
    assert json.loads(entry.body.text) == SIX.body


def test_the_body_is_kept_as_the_text_that_was_hashed(inside):
    write()

    body = EntryBody.objects.get()
    assert body.text == json.dumps(SIX.body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert bytes(body.entry.digest) == hashlib.sha256(bytes(body.salt) + body.text.encode()).digest()


def test_the_same_words_have_different_digests(inside):
    write(SIX, SIX)
    first, second = (bytes(digest) for digest in Entry.objects.values_list("digest", flat=True))
    assert first != second


def test_numbers_run_on_without_a_gap_and_acts_hold_together(inside):
    assert [write(), write(SIX, ABSENT), write()] == [1, 2, 4]
    assert list(Entry.objects.order_by("number").values_list("number", "act")) == [(1, 1), (2, 2), (3, 2), (4, 4)]


def test_each_school_counts_for_itself(two_schools):
    for school in two_schools:
        with at_school(school.pk):
            assert write() == 1
            assert verify(school.pk) is None


def test_an_act_rolled_back_leaves_no_gap(inside):
    write()
    with transaction.atomic():
        write()
        transaction.set_rollback(True)
    assert write() == 2
    assert verify(inside.pk) is None


def test_a_clock_that_stood_ahead_holds_nothing_back(inside):
    write(ABSENT, at=MORNING + timedelta(days=400))
    write(ABSENT, tell=True)

    (waiting,) = Pending.objects.all()
    assert (waiting.at, waiting.due_at) == (MORNING, MORNING)
    assert Entry.objects.latest("number").at > MORNING, "the chain's own time never runs back"


def test_time_never_runs_back(inside):
    write(at=MORNING)
    write(at=MORNING - timedelta(hours=1))
    write(at=MORNING + timedelta(seconds=1))

    assert list(Entry.objects.order_by("number").values_list("at", flat=True)) == [
        MORNING,
        MORNING,
        MORNING + timedelta(seconds=1),
    ]
    assert ChainHead.objects.get().at == MORNING + timedelta(seconds=1)


def test_what_is_to_be_told_waits_its_grace(inside):
    write(SIX, ABSENT, tell=True)

    assert dict(Pending.objects.values_list("verb", "due_at")) == {
        "grade.given": MORNING + timedelta(seconds=60),
        "absence.recorded": MORNING,
    }
    pending = Pending.objects.get(verb="grade.given")
    assert (pending.student_id, pending.lesson_id, pending.object_id, pending.at) == (11, 15, 14, MORNING)
    assert pending.entry.verb == "grade.given"


def test_the_school_sets_its_own_grace(inside):
    Grace.objects.create(verb=Verb.GRADE_GIVEN, seconds=5)
    write(SIX, tell=True)
    assert Pending.objects.get().due_at == MORNING + timedelta(seconds=5)


def test_grace_is_an_hour_at_most(inside):
    with pytest.raises(IntegrityError, match="grace_is_an_hour_at_most"), transaction.atomic():
        Grace.objects.create(verb=Verb.GRADE_GIVEN, seconds=3601)


def test_what_nobody_is_told_of_does_not_wait(inside):
    write(SIX, tell=False)
    assert not Pending.objects.exists()


def test_a_verb_that_families_are_never_told_of_does_not_wait_with_the_others(inside):
    Grace.objects.create(verb=Verb.LESSON_SAVED, seconds=5)
    write(SIX, Fact(Verb.LESSON_SAVED), tell=True)
    assert [pending.verb for pending in Pending.objects.all()] == ["grade.given"]


def test_nothing_is_recorded_outside_a_school(db):
    with pytest.raises(NoSchool):
        write()


def test_an_act_has_facts(inside):
    with pytest.raises(ValueError, match="without facts"):
        record([], actor=TEACHER, tell=False)


def test_fields_are_one_line(inside):
    with pytest.raises(IntegrityError, match="fields_are_one_line"), transaction.atomic():
        record([SIX], actor=Actor(5, "teacher\ndirector", ""), tell=False)


def test_the_system_acts_without_a_user(inside):
    record([Fact(Verb.SCHOOL_IMPORTED)], actor=Actor(None, "system", ""), tell=False)
    assert Entry.objects.get().actor_id is None
    assert verify(inside.pk) is None


@committed
def test_writers_of_one_school_queue_and_the_chain_holds(school):
    errors = []

    def writer():
        try:
            for _ in range(10):
                with at_school(school.pk):
                    record([SIX, ABSENT], actor=TEACHER, tell=True)
        except DatabaseError as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=writer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert verify(school.pk) is None
    with at_school(school.pk):
        assert ChainHead.objects.get().number == 80
        times = list(Entry.objects.order_by("number").values_list("at", flat=True))
        assert times == sorted(times)


@committed
def test_the_worker_is_woken_on_commit(school):
    with psycopg.connect(postgres.role_url(roles.WORKER, postgres.TEST_NAME), autocommit=True) as worker:
        worker.execute("LISTEN zvanets_pending")
        with at_school(school.pk):
            record([SIX], actor=TEACHER, tell=False)
            record([Fact(Verb.LESSON_SAVED)], actor=TEACHER, tell=True)
        assert list(worker.notifies(timeout=0.2, stop_after=1)) == []
        with at_school(school.pk):
            record([SIX], actor=TEACHER, tell=True)
        assert [note.channel for note in worker.notifies(timeout=5, stop_after=1)] == ["zvanets_pending"]
