"""A saved lesson reaches whoever asked for it, once, and says only what still stands."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, connections

from tests import small_school
from tests.marks import committed
from tests.notifications.telling import (
    ABSENT,
    AFTER_GRACE,
    LATE,
    grade,
    mark,
    messages,
    remark,
    save,
    tell,
    texts,
    waiting,
)
from zvanets.gradebook.actions import correct_grade, withdraw_grade
from zvanets.gradebook.models import Grade
from zvanets.guardians.models import (
    ChannelName,
    Contact,
    EventKind,
    Guardian,
    Guardianship,
    Relation,
    Subscription,
)
from zvanets.history.models import Entry, Pending
from zvanets.history.record import Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.notifications.fanout import fan_out
from zvanets.notifications.models import Message, Told
from zvanets.remarks.models import Remark
from zvanets.rules.delivery import Status
from zvanets.schools.models import Enrolment
from zvanets.tenancy.school import at_school

pytestmark = committed

SIX = "Отличен 5,50 по математика, контролна работа"


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


def first_lines(small, channel="email"):
    return {child: [text.splitlines()[0] for text in said] for child, said in texts(small, channel).items()}


def correct(small, value, why="сбъркана"):
    with at_school(small.id):
        standing = Grade.objects.standing().get()
        return correct_grade(small.actor, Grade.objects.all(), grade_id=standing.pk, mark=mark(value), why=why)


def withdraw(small):
    with at_school(small.id):
        standing = Grade.objects.standing().get()
        withdraw_grade(small.actor, Grade.objects.all(), grade_id=standing.pk, why="друг ученик")


def sent(small):
    """Say that what was queued has gone out."""
    with at_school(small.id):
        Message.objects.filter(status=Status.QUEUED).update(status=Status.ACCEPTED, accepted_at=clock.now())


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


# Corrections


def test_a_grade_corrected_within_its_grace_is_told_as_if_it_had_been_so(small):
    save(small, grades=[grade(small, 0, "2")])
    correct(small, "5.50")
    tell(AFTER_GRACE)
    assert first_lines(small) == {"Анна": [SIX]}


def test_the_first_due_moment_takes_the_correction_along_whose_own_grace_still_runs(small):
    save(small, grades=[grade(small, 0, "2")])
    with at_school(small.id):
        Pending.objects.filter(verb=Verb.GRADE_GIVEN).update(due_at=clock.now())
    correct(small, "5.50")
    tell()
    assert first_lines(small) == {"Анна": [SIX]}
    tell(AFTER_GRACE)
    assert first_lines(small) == {"Анна": [SIX]}


def test_a_grade_withdrawn_within_its_grace_frightens_nobody(small):
    save(small, grades=[grade(small, 0, "2")])
    withdraw(small)
    tell(AFTER_GRACE)
    assert not messages(small)
    assert waiting(small) == 0


def test_a_grade_corrected_after_telling_is_told_as_corrected(small):
    save(small, grades=[grade(small, 0, "2")])
    tell(AFTER_GRACE)
    sent(small)
    correct(small, "5.50")
    tell(AFTER_GRACE)
    assert first_lines(small)["Анна"][1] == (
        "Поправена оценка по математика: отличен 5,50, беше слаб 2 (контролна работа)"
    )


def test_the_portal_says_that_a_grade_it_showed_was_corrected_while_the_unsent_mail_says_only_the_last(small):
    save(small, grades=[grade(small, 0, "2")])
    tell(AFTER_GRACE)
    correct(small, "5.50")
    tell(AFTER_GRACE)
    assert first_lines(small, "email") == {"Анна": [SIX]}
    assert len(texts(small, "portal")["Анна"]) == 2
    assert [(m.status, m.error) for m in messages(small, channel="email")] == [
        (Status.CANCELLED, "replaced"),
        (Status.QUEUED, ""),
    ]


def test_a_message_in_place_of_another_tells_what_else_stood_in_it(small):
    save(small, grades=[grade(small, 0, "2")], remarks=[remark(small, 0, "Няма учебник")])
    tell(AFTER_GRACE)
    withdraw(small)
    tell(AFTER_GRACE)
    assert first_lines(small, "email") == {"Анна": ["Забележка по математика: Няма учебник"]}
    old, new = messages(small, channel="email")
    assert (old.status, new.status) == (Status.CANCELLED, Status.QUEUED)
    with at_school(small.id):
        verbs = Entry.objects.filter(pk__in=Told.objects.filter(message=new.pk).values("entry"))
        assert list(verbs.values_list("verb", flat=True)) == [Verb.REMARK_WRITTEN]


def test_two_corrections_before_sending_leave_one_mail(small):
    save(small, grades=[grade(small, 0, "2")])
    tell(AFTER_GRACE)
    correct(small, "4")
    tell(AFTER_GRACE)
    correct(small, "5.50")
    tell(AFTER_GRACE)
    assert first_lines(small, "email") == {"Анна": [SIX]}
    withdraw(small)
    tell(AFTER_GRACE)
    assert texts(small, "email") == {}


def test_a_mail_that_somebody_is_just_sending_is_left_alone(small):
    save(small, grades=[grade(small, 0, "2")])
    tell(AFTER_GRACE)
    with at_school(small.id):
        Message.objects.filter(channel="email").update(status=Status.SENDING)
    correct(small, "5.50")
    tell(AFTER_GRACE)
    assert [text.split(":")[0] for text in texts(small, "email")["Анна"]][1] == "Поправена оценка по математика"


def test_an_absence_that_was_none_is_taken_back(small):
    anna = small.students[0].pk
    save(small, attendance={anna: ABSENT})
    tell()
    sent(small)
    save(small, attendance={})
    tell()
    assert first_lines(small)["Анна"] == [
        "Отсъства от 3-тия час (математика)",
        "Поправено: отсъствието от 3-тия час (математика) е заличено",
    ]


def test_an_absence_that_becomes_a_lateness_before_anybody_heard_is_a_lateness(small):
    anna = small.students[0].pk
    save(small, attendance={anna: ABSENT})
    save(small, attendance={anna: LATE})
    tell()
    assert first_lines(small) == {"Анна": ["Закъсня за 3-тия час по математика"]}


def test_a_praise_withdrawn_before_telling_is_not_told(small):
    from zvanets.remarks.actions import withdraw_remark

    save(small, remarks=[remark(small, 0, "Браво", Remark.Kind.PRAISE)])
    with at_school(small.id):
        withdraw_remark(small.actor, Remark.objects.all(), remark_id=Remark.objects.get().pk, why="друг")
    tell(AFTER_GRACE)
    assert not messages(small)


# Who hears


def hear(small, *, place=0):
    save(small, attendance={small.students[place].pk: ABSENT})
    tell()
    return {message.channel for message in messages(small)}


def test_an_unconfirmed_address_hears_nothing(small):
    with at_school(small.id):
        Contact.objects.update(confirmed_at=None)
    assert hear(small) == {"portal"}


def test_a_disabled_address_hears_nothing(small):
    with at_school(small.id):
        Contact.objects.update(disabled_at=clock.now())
    assert hear(small) == {"portal"}


def test_who_did_not_ask_for_the_kind_hears_nothing(small):
    with at_school(small.id):
        Subscription.objects.update(kinds=[EventKind.GRADE])
    assert hear(small) == set()


def test_a_right_that_was_withdrawn_hears_nothing(small):
    with at_school(small.id):
        Guardianship.objects.update(withdrawn_at=clock.now())
    assert hear(small) == set()


def test_a_right_of_yesterday_hears_nothing(small):
    with at_school(small.id):
        Guardianship.objects.update(ends_on=clock.today() - timedelta(days=1))
    assert hear(small) == set()


def test_nobody_hears_of_a_student_who_left(small):
    with at_school(small.id):
        Enrolment.objects.filter(student=small.students[0]).update(status=Enrolment.Status.LEFT)
        fact = Fact(Verb.ABSENCE_RECORDED, student_id=small.students[0].pk, lesson_id=1, body={"subject": "x"})
        record([fact], actor=small.actor, tell=True)
    tell()
    assert not messages(small)
    assert waiting(small) == 0


def test_imports_tell_nobody(small):
    with at_school(small.id):
        fact = Fact(Verb.GRADE_GIVEN, student_id=small.students[0].pk, body={"subject": "x", "grade": "6.00"})
        record([fact], actor=small.actor, tell=False)
    tell(AFTER_GRACE)
    assert not messages(small)


def test_a_channel_that_is_not_there_is_not_written_for(small):
    with at_school(small.id):
        Subscription.objects.filter(channel="email").update(channel=ChannelName.SMS)
    assert hear(small) == {"portal"}


def test_each_guardian_reads_in_their_own_language(small):
    with at_school(small.id):
        Guardian.objects.filter(pk=small.guardians[0].pk).update(language="en")
    save(small, attendance={small.students[0].pk: ABSENT, small.students[1].pk: ABSENT})
    tell()
    assert first_lines(small) == {
        "Анна": ["Absent from the 3rd lesson (математика)"],
        "Борис": ["Отсъства от 3-тия час (математика)"],
    }


def test_a_second_channel_waits_as_long_as_was_asked(small):
    with at_school(small.id):
        Subscription.objects.filter(channel="email").update(wait_minutes=10)
    save(small, attendance={small.students[0].pk: ABSENT})
    tell()
    portal, email = sorted(messages(small), key=lambda message: message.wait_minutes)
    assert email.due_at - email.created_at == timedelta(minutes=10)
    assert email.group == portal.group


def test_a_mother_of_twins_hears_of_their_homework_once(small):
    with at_school(small.id):
        twin = Guardianship.objects.create(
            guardian=small.guardians[0],
            student=small.students[1],
            relation=Relation.MOTHER,
            starts_on=date(2020, 1, 1),
        )
        for channel in ("portal", "email"):
            Subscription.objects.create(
                guardianship=twin, channel=channel, kinds=EventKind.values, starts_on=date(2020, 1, 1)
            )
    save(small, homework="стр. 48", attendance={small.students[0].pk: ABSENT, small.students[1].pk: ABSENT})
    tell(AFTER_GRACE)
    with at_school(small.id):
        own = Message.objects.filter(guardian=small.guardians[0], channel="email")
        assert own.filter(text__contains="Домашна").count() == 1
        assert own.filter(text__contains="Отсъства").count() == 2


def test_a_subscription_that_ends_on_the_day_the_next_begins_tells_once(small):
    with at_school(small.id):
        old = Subscription.objects.filter(channel="email").first()
        Subscription.objects.filter(pk=old.pk).update(ends_on=clock.today())
        Subscription.objects.create(
            guardianship_id=old.guardianship_id, channel="email", kinds=[EventKind.GRADE], starts_on=clock.today()
        )
    assert hear(small) == {"portal", "email"}
    assert len(messages(small)) == 2


# What goes wrong


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
