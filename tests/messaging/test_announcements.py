"""What the school writes home: told once, at once when urgent, taken back in silence before and aloud after."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests import small_school
from tests.notifications.telling import AFTER_GRACE, messages, texts
from tests.staff.people import colleague, home, signed_in
from zvanets.accounts.models import Role, User
from zvanets.guardians.models import EventKind, Subscription
from zvanets.history.models import Entry
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.messaging.actions import Words, send_announcement, to_class, to_school, to_students, withdraw_announcement
from zvanets.messaging.models import Announcement
from zvanets.notifications.colleagues import write_to_colleagues
from zvanets.notifications.fanout import tell_school
from zvanets.notifications.models import Message
from zvanets.notifications.outbox import take
from zvanets.rules.announcements import LARGE_A_DAY
from zvanets.schools.models import ClassGroup, Enrolment
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db
SCHOOL = 9_900_901
WATER = Words("Утре без вода", "Носете вода от къщи.")
ALARM = Words("Училището е затворено", "Няма ток.", is_urgent=True, reason="авария")


@pytest.fixture
def small(school):
    return small_school.build(school.pk)


def tell(after=timedelta(0)):
    """As the worker does for each school, without its look across schools."""
    tell_school(SCHOOL, now=clock.now() + after)


def send(small, words=WATER, *, address=None, key=None):
    with at_school(small.id):
        to = address or to_class(small.class_group, may_be_urgent=True)
        return send_announcement(small.actor, to, words, save_key=key or uuid4())


def withdraw(small, made, why="сбъркана дата"):
    with at_school(small.id):
        return withdraw_announcement(small.actor, Announcement.objects.all(), announcement_id=made.pk, why=why)


def test_each_guardian_of_the_class_hears_once_by_each_channel(small):
    send(small)
    tell(AFTER_GRACE)
    tell(AFTER_GRACE)

    assert set(texts(small)) == {"Анна", "Борис", "Дария", "Елена"}
    assert len(messages(small)) == 8
    assert "Носете вода от къщи." in messages(small, channel="portal")[0].text
    assert "От: Мария Иванова" in messages(small, channel="portal")[0].text


def test_only_the_chosen_children_hear(small):
    with at_school(small.id):
        some = to_students(small.students[1:3], may_be_urgent=False)
    send(small, address=some)
    tell(AFTER_GRACE)

    assert set(texts(small)) == {"Борис", "Дария"}


def test_the_whole_school_hears_but_not_twice_through_the_afternoon_group(small):
    with at_school(small.id):
        after = ClassGroup.objects.create(school_year=small.school_year, name="ЦДО", kind=ClassGroup.Kind.ALL_DAY)
        Enrolment.objects.create(
            student=small.students[0], class_group=after, class_book=after, starts_on=small.school_year.starts_on
        )
        everybody = to_school(small.school_year.year)
        assert everybody.everyone() == {each.pk for each in small.students}
    send(small, address=everybody)
    tell(AFTER_GRACE)
    assert len(messages(small)) == 8


def test_a_page_sent_twice_is_one_announcement(small):
    key = uuid4()
    assert send(small, key=key) == send(small, key=key)
    with at_school(small.id):
        assert Announcement.objects.count() == 1


def test_an_ordinary_one_waits_for_its_grace_and_an_urgent_one_for_nothing(small):
    send(small)
    tell()
    assert messages(small) == []

    send(small, ALARM)
    tell()
    urgent = messages(small)
    assert len(urgent) == 8
    assert all(each.is_urgent for each in urgent)
    assert "Спешно от училището: Училището е затворено" in urgent[0].text + urgent[1].text


def test_an_urgent_one_reaches_who_asked_for_no_messages(small):
    with at_school(small.id):
        Subscription.objects.update(kinds=[EventKind.GRADE])
    send(small)
    send(small, ALARM)
    tell(AFTER_GRACE)

    assert {each.is_urgent for each in messages(small)} == {True}


def test_withdrawn_before_anybody_heard_it_is_silent(small):
    withdraw(small, send(small))
    tell(AFTER_GRACE)
    assert messages(small) == []


def test_withdrawn_after_it_was_told_is_told(small):
    made = send(small)
    tell(AFTER_GRACE)
    with at_school(small.id):
        Message.objects.filter(channel="email").update(status="delivered")
    withdraw(small, made)
    tell(AFTER_GRACE)

    assert "Отменено съобщение: Утре без вода" in messages(small, channel="portal")[-1].text
    assert "Причина: сбъркана дата" in messages(small, channel="portal")[-1].text
    with pytest.raises(Refusal, match="вече е отменено"):
        withdraw(small, made)


def test_history_keeps_who_wrote_what_and_why_it_was_urgent(small):
    made = send(small, ALARM)
    with at_school(small.id):
        entry = Entry.objects.get(verb="message.urged")
        assert (entry.actor_id, entry.object_id, entry.class_group_id) == (
            small.teacher.pk,
            made.pk,
            small.class_group.pk,
        )
        assert Announcement.objects.get().reason == "авария"


def test_nobody_rings_the_whole_school_all_day_long(small):
    with at_school(small.id):
        everybody = to_school(small.school_year.year)
    for _ in range(LARGE_A_DAY):
        send(small, address=everybody)

    with pytest.raises(Refusal, match="За едно денонощие"):
        send(small, address=everybody)
    send(small)


TYPED = {"title": "Утре без вода", "text": "Носете вода от къщи."}


def test_a_teacher_sees_who_would_get_it_before_sending(small):
    client = signed_in(small.teacher)
    to = f"class:{small.class_group.pk}"
    assert "Съобщение до" in client.get(home(small, f"messages/new/?to={to}")).content.decode()

    check = client.post(home(small, "messages/new/"), TYPED | {"to": to}).content.decode().replace("\xa0", " ")
    assert "Получатели: 4 души" in check
    assert "4 ученици" in check
    with at_school(small.id):
        assert not Announcement.objects.exists()
    sent = client.post(home(small, "messages/new/"), TYPED | {"to": to, "step": "send", "key": str(uuid4())})
    assert "Още не е тръгнало" in client.get(sent.headers["Location"]).content.decode()


def test_what_was_typed_stays_when_it_is_refused(small):
    answer = signed_in(small.teacher).post(
        home(small, "messages/new/"), {"to": f"class:{small.class_group.pk}", "title": "", "text": "Носете вода"}
    )
    assert answer.status_code == 422
    assert "Носете вода" in answer.content.decode()


def test_a_teacher_of_the_class_raises_no_alarm_and_its_homeroom_teacher_does(small):
    sent = TYPED | {"to": f"class:{small.class_group.pk}", "is_urgent": "on", "reason": "авария"}
    for user, urgent in ((small.teacher, False), (colleague(small, leads=True), True)):
        client = signed_in(user)
        key = str(uuid4())
        client.post(home(small, "messages/new/"), sent | {"step": "send", "key": key})
        with at_school(small.id):
            assert Announcement.objects.get(save_key=key).is_urgent is urgent


def test_an_alarm_without_a_reason_is_asked_for_one(small):
    client = signed_in(colleague(small, Role.DIRECTOR))
    answer = client.post(
        home(small, "messages/new/"), TYPED | {"to": f"class:{small.class_group.pk}", "is_urgent": "on"}
    )
    assert answer.status_code == 422
    assert "Напишете защо е спешно" in answer.content.decode()


@pytest.mark.parametrize("to", ["school:1", "year:1", "class:1", "student:1", "nobody:1", "class:x", "class"])
def test_nobody_writes_to_whom_they_do_not_teach(small, to):
    stranger = signed_in(colleague(small))
    with at_school(small.id):
        real = to.replace(":1", f":{small.class_group.pk}") if to == "class:1" else to
    assert stranger.get(home(small, f"messages/new/?to={real}")).status_code == 404


def test_a_clerk_writes_to_the_whole_school_but_raises_no_alarm(small):
    client = signed_in(colleague(small, Role.CLERK))
    page = client.get(home(small, f"messages/new/?to=school:{small.school_year.pk}")).content.decode()
    assert "Спешно" not in page
    assert "Цялото училище" in page


def test_the_sender_sees_who_read_it_in_the_portal(small):
    made = send(small)
    tell(AFTER_GRACE)
    with at_school(small.id):
        Message.objects.filter(guardian=small.guardians[1], channel="portal").update(read_at=clock.now())
    page = signed_in(small.teacher).get(home(small, f"messages/{made.pk}/")).content.decode().replace("\xa0", " ")

    assert "Прочетено: 1 от 4 души" in page
    assert page.index("Анна Желева") < page.index("Борис Василев")  # who has not read it stands first
    assert ": под път" in page


def test_colleagues_of_the_class_hear_at_the_same_time_and_others_see_nothing(small):
    made = send(small)
    of_class, stranger = colleague(small, leads=True), colleague(small)
    assert "Утре без вода" in signed_in(of_class).get(home(small, "messages/")).content.decode()
    assert "Утре без вода" not in signed_in(stranger).get(home(small, "messages/")).content.decode()
    assert signed_in(stranger).get(home(small, f"messages/{made.pk}/")).status_code == 404
    assert signed_in(of_class).post(home(small, f"messages/{made.pk}/withdraw/"), {"why": "x"}).status_code == 404


def test_the_author_withdraws_it_with_a_reason(small):
    made = send(small)
    client = signed_in(small.teacher)
    assert client.post(home(small, f"messages/{made.pk}/withdraw/"), {"why": ""}).status_code == 422
    answer = client.post(home(small, f"messages/{made.pk}/withdraw/"), {"why": "сбъркана дата"}, follow=True)
    assert "преди някой да го получи" in answer.content.decode()
    tell(AFTER_GRACE + timedelta(seconds=5))
    assert messages(small) == []


def test_teachers_of_the_class_get_a_letter_when_families_do_and_the_author_none(small):
    of_class = colleague(small, Role.TEACHER, leads=True)
    User.objects.filter(pk=of_class.pk).update(email="peter@example.org")
    User.objects.filter(pk=small.teacher.pk).update(email="maria@example.org")
    made = send(small, ALARM)
    with at_school(small.id):
        entry = Entry.objects.get(object_id=made.pk, verb="message.urged")
        waiting = take(clock.now(), limit=10)
        assert [each.fact.number for each in waiting] == [entry.pk]
        assert write_to_colleagues(waiting, on=clock.today(), now=clock.now()) == 1
