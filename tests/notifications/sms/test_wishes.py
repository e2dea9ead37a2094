"""What families ask for by SMS is done for a confirmed number, and for no other."""

from datetime import timedelta

import pytest

from tests.marks import committed
from zvanets.attendance.models import AbsenceNotice, ExcuseReason
from zvanets.guardians.models import Contact, Guardian, Subscription
from zvanets.guardians.pins import check_pin, code_for_student
from zvanets.history.record import Actor
from zvanets.lib import clock, damm
from zvanets.notifications.channels.sms import replies, wishes
from zvanets.notifications.channels.sms.incoming import Incoming
from zvanets.notifications.models import IncomingSms, Message
from zvanets.tenancy.school import at_school

pytestmark = committed
MOTHER, STRANGER = "359990123450", "359888111222"


def write(text: str, number: str = MOTHER) -> str:
    """Write to the short code; return what it answers."""
    replies.take(Incoming(number, text))
    return IncomingSms.objects.using("worker").latest("pk").answer


def unconfirm(small) -> None:
    with at_school(small.id):
        Contact.objects.filter(kind="phone").update(confirmed_at=None)


@pytest.fixture
def code(small) -> str:
    with at_school(small.id):
        Subscription.objects.filter(channel="sms").delete()
        return code_for_student(actor=small.head, student=small.students[0])


def by_sms(small) -> list[Subscription]:
    with at_school(small.id):
        return list(Subscription.objects.filter(channel="sms").select_related("guardianship"))


def test_the_childs_code_begins_its_sms(small, code):
    assert write(f"{code[:3]} {code[3:6]} {code[6:]} Ани") == wishes.HELP
    assert write(code) == "SMS za: Anna. Spirane: STOP."
    (made,) = by_sms(small)
    assert set(made.kinds) == set(wishes.KINDS)
    assert made.guardianship.student_id == small.students[0].pk


def test_who_chose_kinds_in_the_portal_keeps_them(small, code):
    with at_school(small.id):
        right = small.guardians[0].guardianships.get()
        Subscription.objects.create(guardianship=right, channel="sms", kinds=["absence"], starts_on=right.starts_on)
    write(code)
    assert [one.kinds for one in by_sms(small)] == [["absence"]]


def test_a_number_on_file_gets_a_code_first_and_all_three_steps_lead_there(small, code):
    unconfirm(small)
    assert write(code) == "Ako nomerat e zapisan v uchilishte, idva kod. Ili pitayte klasnia."
    assert by_sms(small) == []
    with at_school(small.id):
        (sent,) = Message.objects.filter(channel="sms")
    assert write(sent.text.split()[0]) == "Nomerat e potvarden. Za SMS pratete koda na deteto."
    replies.take(Incoming(MOTHER, code), clock.now() + timedelta(minutes=3))
    assert len(by_sms(small)) == 1


def test_to_a_stranger_a_code_that_is_and_one_that_is_not_sound_alike(small, code):
    nobodys = "10987654" + damm.check_digit("10987654")
    assert write(code, STRANGER) == write(nobodys, "359888111223") == write(nobodys)
    assert by_sms(small) == []
    with at_school(small.id):
        assert not Message.objects.filter(channel="sms").exists()


def test_a_pin_is_sent_to_its_owner_works_and_is_forgotten(small):
    answer = write("ПИН")
    pin = "".join(answer.partition(":")[2].partition(".")[0].split())
    with at_school(small.id):
        answer = check_pin(actor=Actor(None, "", ""), student=small.students[0], pin=pin)
    assert answer.right.guardian_id == small.guardians[0].pk
    (reply,) = replies.waiting_replies(5, now=clock.now())
    assert pin[:3] in reply.text
    row = IncomingSms.objects.using("worker").get()
    assert pin[:3] not in str(row.__dict__)


def test_nobody_changes_a_pin_all_day_by_a_forged_sender(small):
    def hashes():
        with at_school(small.id):
            return Guardian.objects.get(pk=small.guardians[0].pk).pin_hash

    seen = []
    for minutes in (0, 5, 10, 15):
        replies.take(Incoming(MOTHER, "ПИН"), clock.now() + timedelta(minutes=minutes))
        seen.append(hashes())
    assert len(set(seen)) == replies.PINS_A_DAY
    assert write("ПИН", STRANGER) == wishes.NOTHING


@pytest.mark.parametrize(
    ("text", "field", "value", "answer"),
    [
        ("ENGLISH", "language", "en", "We write to you in English from now on."),
        ("Български", "language", "bg", "Отсега пишем на български."),
        ("латиница", "sms_script", "latin", "Otsega SMS-ite idvat na latinitsa."),
        ("Кирилица", "sms_script", "cyrillic", "Отсега SMS-ите идват на кирилица."),
    ],
)
def test_language_and_letters_are_chosen_by_a_word(small, text, field, value, answer):
    assert write(text) == answer
    with at_school(small.id):
        assert getattr(Guardian.objects.get(pk=small.guardians[0].pk), field) == value
    assert write(text, STRANGER) in {wishes.NOTHING, "Tozi nomer ne poluchava SMS ot dnevnika."}


def notices(small) -> list[AbsenceNotice]:
    with at_school(small.id):
        return list(AbsenceNotice.objects.all())


def test_an_absence_is_announced_and_waits_for_the_homeroom_teacher(small):
    day = small.lesson.date
    assert write(f"Отсъства {day:%d.%m.%Y}, болна е") == f"Приехме молбата: {day:%d.%m}. Решава класният ръководител."
    (notice,) = notices(small)
    assert (notice.starts_on, notice.ends_on, notice.student_id) == (day, day, small.students[0].pk)
    assert (notice.way, notice.reason, notice.text) == ("sms", ExcuseReason.FAMILY, "")
    assert notice.guardian_id == small.guardians[0].pk
    assert notice.state == AbsenceNotice.State.WAITING


@pytest.mark.parametrize(
    ("text", "answer"),
    [("ОТСЪСТВА 31.11", wishes.NO_DAY), ("белейка 5", wishes.NO_DAY), ("Извини 1.1.2031", wishes.REFUSED_ELSE)],
)
def test_days_that_are_none_or_not_to_be_excused_are_told_in_words(small, text, answer):
    assert write(text) == answer
    assert notices(small) == []


def test_a_day_without_lessons_is_told_in_words(small):
    after = small.lesson.date + timedelta(days=3)
    assert write(f"ОТСЪСТВА {after:%d.%m.%Y}") == wishes.REFUSED["no_school_days"]


def test_of_several_children_one_is_named(small):
    boris = small.students[1]
    with at_school(small.id):
        own = small.guardians[0].guardianships.get()
        own.pk, own._state.adding, own.student = None, True, boris
        own.save()
    day = f"{small.lesson.date:%d.%m.%Y}"
    assert write(f"ОТСЪСТВА {day}") == wishes.WHICH_CHILD
    write(f"OTSASTVA {day} {boris.first_name}")
    assert [notice.student_id for notice in notices(small)] == [boris.pk]


def test_who_may_not_excuse_and_who_is_a_stranger_announce_nothing(small):
    day = f"{small.lesson.date:%d.%m.%Y}"
    with at_school(small.id):
        small.guardians[0].guardianships.update(may_excuse=False)
    assert write(f"ОТСЪСТВА {day}") == wishes.NOTHING
    assert write(f"ОТСЪСТВА {day}", STRANGER) == wishes.NOTHING
    unconfirm(small)
    assert write(f"ОТСЪСТВА {day}", "359990123451") == wishes.NOTHING
    assert notices(small) == []


def test_one_that_the_carrier_brings_again_is_one_and_a_corrected_one_is_another(small):
    day = small.lesson.date
    write("ОТСЪСТВА 31.11")
    for _ in range(2):
        write(f"ОТСЪСТВА {day:%d.%m.%Y}")
    assert len(notices(small)) == 1
    assert IncomingSms.objects.using("worker").count() == 2
