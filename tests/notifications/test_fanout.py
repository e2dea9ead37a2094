"""A saved lesson reaches whoever asked for it, once, and at its time."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections

from tests import small_school
from tests.marks import committed
from tests.notifications.telling import (
    ABSENT,
    AFTER_GRACE,
    LATE,
    SIX,
    first_lines,
    grade,
    messages,
    remark,
    save,
    tell,
    texts,
    waiting,
)
from zvanets.history.models import Pending
from zvanets.history.record import Fact, record
from zvanets.history.verbs import Verb
from zvanets.notifications.fanout import fan_out
from zvanets.notifications.models import Message, Told
from zvanets.rules.delivery import Status
from zvanets.tenancy.school import at_school

pytestmark = committed


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


def test_an_absence_is_told_at_once_and_a_grade_after_its_grace(small):
    save(small, attendance={small.students[0].pk: ABSENT}, grades=[grade(small, 1)])
    tell()
    assert first_lines(small) == {"Анна": ["Отсъства от 3-тия час (математика)"]}
    tell(AFTER_GRACE)
    assert first_lines(small)["Борис"] == [SIX]
    assert waiting(small) == 0


def test_what_else_waits_of_an_absent_child_and_lesson_goes_along_in_one_message(small):
    save(
        small,
        attendance={small.students[0].pk: LATE},
        grades=[grade(small, 0), grade(small, 1)],
        remarks=[remark(small, 0, "Няма учебник")],
    )
    tell()
    (message,) = messages(small, channel="email")
    assert message.subject == "Анна: закъсня за 3-тия час по математика и още 2 новини"
    assert [entry.splitlines()[0] for entry in message.text.split("\n\n")] == [
        "Закъсня за 3-тия час по математика",
        SIX,
        "Забележка по математика: Няма учебник",
    ]
    assert message.text.count("Учител: Мария Иванова") == 1, "the day and the teacher are said once"
    assert message.is_urgent


def test_the_portal_has_its_message_at_once(small):
    save(small, attendance={small.students[0].pk: ABSENT})
    tell()
    (message,) = messages(small, channel="portal")
    assert message.status == Status.DELIVERED
    assert message.delivered_at
    assert message.text.startswith("Отсъства от 3-тия час (математика)")


def test_homework_is_told_to_everybody_in_the_course(small):
    save(small, homework="стр. 48")
    tell(AFTER_GRACE)
    assert len(texts(small)) == len(small.students)
    assert waiting(small) == 0


def test_telling_twice_tells_once(small):
    save(small, attendance={small.students[0].pk: ABSENT}, grades=[grade(small, 0)])
    tell()
    tell(AFTER_GRACE)
    assert len(messages(small)) == 2


def test_an_entry_that_comes_back_into_the_outbox_is_not_told_again(small):
    save(small, attendance={small.students[0].pk: ABSENT})
    with at_school(small.id):
        kept = [list(row) for row in Pending.objects.filter(verb=Verb.ABSENCE_RECORDED).values_list()]
    tell()
    names = [field.attname for field in Pending._meta.concrete_fields]
    with connections["owner"].cursor() as cursor:
        for row in kept:
            places = ", ".join(["%s"] * len(row))
            cursor.execute(f"INSERT INTO history_pending ({', '.join(names)}) VALUES ({places})", row)
    tell(AFTER_GRACE)
    assert len(messages(small)) == 2
    assert waiting(small) == 0


def test_two_workers_tell_once(small):
    save(small, attendance={student.pk: ABSENT for student in small.students}, grades=[grade(small, 0)])
    start = threading.Barrier(2)

    def work():
        start.wait()
        try:
            for _ in range(5):
                tell(AFTER_GRACE)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waiting(small) == 0
    with at_school(small.id):
        assert Message.objects.filter(channel="email").count() == len(small.students)
        assert Told.objects.filter(channel="email").count() == len(small.students) + 1


def test_what_no_family_is_told_of_leaves_the_outbox_in_silence(small):
    save(small, topic="Пропорции")
    tell(AFTER_GRACE)
    assert waiting(small) == 0
    assert not messages(small)


def test_what_is_a_day_old_is_cancelled_and_not_sent(small):
    save(small, attendance={small.students[0].pk: ABSENT})
    tell(timedelta(hours=24, minutes=1))
    assert {(m.status, m.error) for m in messages(small)} == {(Status.CANCELLED, "stale")}
    assert waiting(small) == 0
    with at_school(small.id):
        assert Told.objects.count() == 2


def test_an_entry_that_cannot_be_told_keeps_back_no_other(small):
    with at_school(small.id):
        bad = {"subject": "Математика", "given_on": "the day before yesterday", "grade": "6.00"}
        record([Fact(Verb.GRADE_GIVEN, student_id=small.students[1].pk, body=bad)], actor=small.actor, tell=True)
    save(small, attendance={small.students[0].pk: ABSENT})
    tell(AFTER_GRACE)
    assert set(texts(small)) == {"Анна"}
    assert waiting(small) == 1
    tell(timedelta(hours=25))
    assert waiting(small) == 0


def test_an_erased_body_is_not_told(small):
    save(small, grades=[grade(small, 0)])
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET zvanets.erasing = 'on'; DELETE FROM history_entrybody; RESET zvanets.erasing")
    tell(AFTER_GRACE)
    assert not messages(small)
    assert waiting(small) == 0


def test_one_school_hears_nothing_of_another(two_schools):
    here, there = (small_school.build(school.pk) for school in two_schools)
    save(here, attendance={here.students[0].pk: ABSENT})
    save(there, attendance={there.students[1].pk: ABSENT})
    done = fan_out()
    assert done.messages == {"email": 2, "portal": 2}
    assert set(texts(here)) == {"Анна"}
    assert set(texts(there)) == {"Борис"}


def test_a_lesson_is_told_in_few_statements(small, django_assert_max_num_queries):
    save(
        small,
        attendance={small.students[0].pk: ABSENT, small.students[1].pk: LATE},
        grades=[grade(small, place) for place in (2, 3)],
    )
    tell()
    with django_assert_max_num_queries(12, connection=connection):
        tell(AFTER_GRACE)
    assert set(texts(small)) == {"Анна", "Борис", "Дария", "Елена"}
