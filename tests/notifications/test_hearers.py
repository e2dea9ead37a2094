"""Who hears of a child: who asked, may, and can be reached."""

from datetime import date, timedelta

import pytest

from tests import small_school
from tests.marks import committed
from tests.notifications.telling import (
    ABSENT,
    AFTER_GRACE,
    first_lines,
    messages,
    save,
    tell,
    waiting,
)
from zvanets.guardians.models import (
    ChannelName,
    Contact,
    EventKind,
    Guardian,
    Guardianship,
    Relation,
    Subscription,
)
from zvanets.history.record import Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.notifications.models import Message
from zvanets.schools.models import Enrolment
from zvanets.tenancy.school import at_school

pytestmark = committed


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


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
