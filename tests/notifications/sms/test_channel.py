"""SMS by a centre that nobody here wrote: sent once, answered in any order, and honest about what is not known."""

from datetime import timedelta

import pytest

from tests.marks import committed
from tests.notifications.sms.conftest import tell
from tests.notifications.sms.smsc import wait_until
from tests.notifications.telling import ABSENT, grade, messages, remark, save
from zvanets.lib import bg, clock
from zvanets.notifications.channels.sms import reports
from zvanets.notifications.models import Message, SentPart
from zvanets.rules import delivery
from zvanets.tenancy.school import at_school

pytestmark = [committed, pytest.mark.peer]
HOUR = timedelta(hours=1)


def absent(small, *places):
    save(small, attendance={small.students[place].pk: ABSENT for place in places})
    tell()


def graded(small, *places):
    save(small, grades=[grade(small, place) for place in places])
    tell()


def statuses(small):
    return [message.status for message in messages(small, channel="sms")]


def until(small, *wanted, seconds=10):
    wait_until(lambda: statuses(small) == list(wanted), seconds, lambda: f"{statuses(small)}, not {list(wanted)}")
    return messages(small, channel="sms")


def cyrillic(sms):
    return sms["text"]


def test_an_absence_arrives_and_its_receipt_is_kept(small, centre, run_channel):
    centre.tell(receipts="after")
    absent(small, 0)
    run_channel()
    (message,) = until(small, "delivered")
    (sms,) = centre.messages
    assert (sms["sms"], sms["from"], sms["coding"]) == ("359990123450", "1917", 8)
    assert sms["text"] == f"Анна ({bg.short_day(small.lesson.date)}): отсъства от 3-тия час (математика)"
    assert (message.parts, message.attempts, message.lost_answers) == (1, 1, 0)
    assert message.reference == sms["id"]
    assert message.entered_at <= message.accepted_at <= message.delivered_at


def test_what_is_told_while_it_runs_goes_at_once(small, centre, run_channel):
    run_channel()
    absent(small, 0, 1)
    until(small, "accepted", "accepted", seconds=2)


@pytest.mark.parametrize("way", ["before", "late", "twice", "reversed"])
@pytest.mark.parametrize("ids", ["same", "hex"])
def test_receipts_come_whenever_and_however(small, centre, run_channel, way, ids):
    centre.tell(receipts=way, ids=ids, delay=100)
    absent(small, 0, 1, 2)
    run_channel()
    until(small, "delivered", "delivered", "delivered")
    assert len(centre.messages) == 3
    wait_until(lambda: len(centre.all("ack")) >= (6 if way == "twice" else 3))
    assert {ack["ack"] for ack in centre.all("ack")} == {0}


def test_a_receipt_that_says_no_fails_the_message(small, centre, run_channel):
    centre.tell(receipts="after", state="UNDELIV")
    absent(small, 0)
    run_channel()
    (message,) = until(small, "failed")
    assert message.error == "receipt UNDELIV-000"


def test_a_receipt_of_an_unknown_id_changes_nothing(small, centre, run_channel):
    centre.tell(receipts="after", ids="unknown")
    absent(small, 0)
    run_channel()
    until(small, "accepted")
    wait_until(lambda: centre.all("ack"))
    assert statuses(small) == ["accepted"]


@pytest.mark.parametrize("mode", ["throttle", "full"])
def test_too_fast_is_tried_again_slower_and_counts_as_no_try(small, centre, run_channel, mode):
    centre.tell(mode=mode, count=2)
    absent(small, 0, 1)
    running = run_channel(per_second=100.0)
    done = until(small, "accepted", "accepted", seconds=15)
    assert [message.attempts for message in done] == [1, 1]
    assert len(centre.messages) == 2
    assert running


def test_a_refused_number_fails_and_is_switched_off(small, centre, run_channel):
    centre.tell(mode="refuse", count=1, status=0x0B)
    absent(small, 0)
    run_channel()
    until(small, "failed")
    with at_school(small.id):
        contact = small.guardians[0].contacts.get(kind="phone")
        wait_until(lambda: type(contact).objects.get(pk=contact.pk).disabled_at)


def test_a_passing_refusal_is_tried_again(small, centre, run_channel, monkeypatch):
    monkeypatch.setattr(delivery, "FIRST_WAIT", timedelta(milliseconds=200))
    centre.tell(mode="refuse", count=1, status=0x08)
    absent(small, 0)
    run_channel()
    (message,) = until(small, "accepted")
    assert message.attempts == 2


def test_an_absence_without_an_answer_goes_again_and_a_grade_does_not(small, centre, run_channel, monkeypatch):
    monkeypatch.setattr(delivery, "RECEIPT_WAIT", timedelta(seconds=1))
    centre.tell(mode="silent", count=2)
    save(small, attendance={small.students[0].pk: ABSENT}, grades=[grade(small, 1)])
    tell()
    run_channel(answer_seconds=1.0)
    absence, of_grade = until(small, "accepted", "unknown", seconds=15)
    assert (absence.attempts, absence.lost_answers) == (2, 1)
    assert (of_grade.attempts, of_grade.lost_answers) == (1, 1)
    assert len(centre.messages) == 3


def test_a_receipt_ends_the_doubt_about_a_lost_answer(small, centre, run_channel):
    centre.tell(mode="silent", count=1, receipts="late", delay=1500)
    graded(small, 1)
    run_channel(answer_seconds=1.0)
    (message,) = until(small, "delivered")
    assert (message.lost_answers, len(centre.messages)) == (1, 1)


def test_a_centre_that_dies_in_the_window_gets_no_grade_twice(small, centre, run_channel, monkeypatch):
    monkeypatch.setattr(delivery, "RECEIPT_WAIT", timedelta(seconds=30))
    centre.tell(mode="die", count=1)
    graded(small, 0, 1, 2, 3)
    run_channel(window=2)
    wait_until(lambda: len(centre.all("bind")) >= 2, 15)
    wait_until(lambda: not {"queued", "sending"} & set(statuses(small)), 15)
    numbers = [sms["sms"] for sms in centre.messages]
    assert len(numbers) == len(set(numbers))
    assert set(statuses(small)) == {"unknown", "accepted"}
    with at_school(small.id):
        assert {m.lost_answers for m in Message.objects.filter(channel="sms", status="unknown")} == {1}


def test_a_refused_bind_is_tried_again_and_nothing_is_begun(small, centre, run_channel):
    centre.tell(bind=0x0E)
    absent(small, 0)
    run_channel()
    assert statuses(small) == ["queued"]
    assert not SentPart.objects.using("worker").exists()
    centre.tell(bind=0)
    until(small, "accepted", seconds=15)
    assert centre.all("bind")[0]["password"] == "secret"


def test_a_cut_line_is_bound_again(small, centre, run_channel):
    run_channel()
    centre.tell(drop=1)
    centre.wait("bind", 2)
    absent(small, 0)
    until(small, "accepted")


def test_a_silent_line_is_asked_whether_it_is_alive(small, centre, run_channel):
    run_channel(enquire_seconds=1.0)
    centre.wait("enquire", 2)
    assert len(centre.all("bind")) == 1


def test_a_long_text_goes_in_parts_that_a_telephone_can_join(small, centre, run_channel):
    centre.tell(receipts="reversed")
    save(small, remarks=[remark(small, 0, "Няма учебник и тетрадка, пречи на другите. " * 4)])
    tell()
    run_channel()
    (message,) = until(small, "delivered")
    parts = centre.messages
    assert (message.parts, len(parts)) == (3, 3)
    heads = [part["udh"] for part in parts]
    assert [head[-4:] for head in heads] == ["0301", "0302", "0303"]
    assert len({head[:-4] for head in heads}) == 1
    assert heads[0].startswith("0804")  # the library keeps the length to itself
    assert "".join(part["text"] for part in parts) == message.text
    assert all(len(part["text"]) <= 66 for part in parts)


def test_long_texts_to_one_telephone_are_numbered_one_after_the_other(small, centre, run_channel):
    for text in ("Няма учебник", "Пречи на другите"):
        save(small, remarks=[remark(small, place, f"{text} и тетрадка. " * 8) for place in (0, 1)])
        tell()
    running = run_channel()
    wait_until(lambda: statuses(small) == ["accepted"] * 4)
    running.stop()
    save(small, remarks=[remark(small, 0, "Шумеше и не пишеше в час. " * 8)])
    tell()
    run_channel()  # as after a restart
    wait_until(lambda: statuses(small) == ["accepted"] * 5)
    of_mother = dict.fromkeys(int(sms["udh"][4:8], 16) for sms in centre.messages if sms["sms"] == "359990123450")
    first = next(iter(of_mother))
    assert list(of_mother) == [(first + place) % 0x10000 for place in range(3)]


def test_a_part_that_was_taken_is_not_sent_again(small, centre, run_channel):
    save(small, remarks=[remark(small, 0, "Няма учебник и тетрадка, пречи на другите. " * 3)])
    tell()
    centre.tell(mode="throttle", count=1)
    run_channel(per_second=100.0)
    (message,) = until(small, "accepted", seconds=15)
    heads = [part["udh"] for part in centre.messages]
    assert len(heads) == len(set(heads)) == message.parts
    assert len({head[:-4] for head in heads}) == 1  # the telephone joins parts of both tries


def test_the_carrier_is_asked_about_parts_without_a_receipt(small, centre, run_channel, monkeypatch):
    from zvanets.notifications.channels.sms import bind

    monkeypatch.setattr(bind, "ASK_SECONDS", 0.2)
    monkeypatch.setattr(reports, "ASK_AFTER", timedelta(0))
    absent(small, 0)
    run_channel()
    (message,) = until(small, "delivered")
    assert centre.all("query")[0]["query"] == message.reference


def test_a_stop_waits_for_answers_and_leaves_nothing_in_doubt(small, centre, run_channel):
    centre.tell(delay=700)
    graded(small, 0, 1, 2, 3)
    running = run_channel()
    centre.wait("sms", 4)
    running.stop()
    assert statuses(small) == ["accepted"] * 4
    assert not list((running.directory).glob("*"))


def test_what_costs_money_is_counted(small, centre, run_channel):
    from decimal import Decimal

    absent(small, 0)
    run_channel(price=Decimal("0.0450"))
    (message,) = until(small, "accepted")
    assert message.cost == Decimal("0.0450")
    assert clock.now() - message.accepted_at < HOUR
