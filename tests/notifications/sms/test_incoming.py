"""What people write to the short code: understood, freed of identifiers, answered shortly and not too often."""

import re
from datetime import date, timedelta

import pytest
import smpp34

from tests.marks import committed
from tests.notifications.sms.smsc import wait_until
from zvanets.guardians.models import Contact, Subscription
from zvanets.lib import clock
from zvanets.lib.sms_length import sms_length
from zvanets.notifications.actions import send_code
from zvanets.notifications.channels.sms import replies, wishes
from zvanets.notifications.channels.sms.incoming import Incoming, Piece, kept_text, read, scrub
from zvanets.notifications.models import IncomingSms
from zvanets.rules.sms import understand
from zvanets.tenancy.school import at_school

MOTHER = "359990123450"
EGN, LNCH = "7523169263", "7111042925"


def kept_of(text):
    return kept_text(text, understand(text, today=date(2026, 11, 20)))


def test_what_stands_behind_a_command_is_dropped():
    for text, command in ((f"СТОП за Ани {EGN}", "stop"), ("ОТСЪСТВА 21.11 Ани, болна е", "absent")):
        assert re.fullmatch(rf"{command} \[#[0-9a-f]{{16}}\]", kept_of(text))
    assert kept_of("123456").startswith("confirm [#")
    assert kept_of("123456") != kept_of("123457")


@pytest.mark.parametrize("number", [EGN, LNCH, "752316 9263", "75 23 16 92 63", "752316-9263", "٧٥٢٣١٦٩٢٦٣"])
def test_identifiers_become_a_keyed_hash(number):
    kept = scrub(f"Ани е {number}, моля")
    assert kept.startswith("Ани е [#")
    assert kept.endswith("], моля")
    assert scrub(f"x {number}") == scrub(f"x {number}")


def test_other_numbers_stay():
    assert scrub("Обадете се на 0882 818 906 в 18:30") == "Обадете се на 0882 818 906 в 18:30"


def part(text, reference, count, place, *, wide=True, number=MOTHER):
    header = (
        bytes((6, 8, 4, reference >> 8, reference & 255, count, place))
        if wide
        else bytes((5, 0, 3, reference & 255, count, place))
    )
    return smpp34.DeliverSm(number, "1917", header + text.encode("utf-16-be"), esm_class=0x40, data_coding=8)


@pytest.mark.parametrize("wide", [True, False])
def test_a_header_says_which_part_it_is(wide):
    assert read(part("свят", 7, 2, 2, wide=wide)) == Piece(MOTHER, "свят", 7, 2, 2)


def test_optional_parameters_say_it_too():
    tlvs = [smpp34.Tlv(0x20C, b"\0\7"), smpp34.Tlv(0x20E, b"\2"), smpp34.Tlv(0x20F, b"\1")]
    assert read(smpp34.DeliverSm(MOTHER, "1917", b"one ", tlvs=tlvs)) == Piece(MOTHER, "one ", 7, 2, 1)


def test_a_long_text_in_one_parameter_is_read():
    message = smpp34.DeliverSm(MOTHER, "1917", b"", data_coding=0, tlvs=[smpp34.Tlv(0x424, b"STOP")])
    assert read(message) == Incoming(MOTHER, "STOP")


def test_every_answer_fits_one_sms():
    said = {name: text for name, text in vars(wishes).items() if name.isupper() and isinstance(text, str)}
    said |= {f"{name} {key}": text for name in ("REFUSED", "CHOSEN") for key, text in getattr(wishes, name).items()}
    for name, text in said.items():
        assert sms_length(text % "23.11-25.11" if "%s" in text else text).parts == 1, name


def kept():
    return list(IncomingSms.objects.using("worker").order_by("pk"))


@committed
def test_stop_ends_the_sms_of_that_number_alone(small):
    replies.take(Incoming(MOTHER, "СТОП"))
    with at_school(small.id):
        open_ones = Subscription.objects.filter(channel="sms", ends_on__isnull=True)
        assert open_ones.count() == len(small.guardians) - 1
        assert Subscription.objects.filter(channel="email", ends_on__isnull=True).count() == len(small.guardians)
    assert kept()[0].answer == wishes.STOPPED


@committed
def test_info_names_the_children_to_a_confirmed_number_only(small):
    replies.take(Incoming(MOTHER, "инфо"))
    replies.take(Incoming("359888111222", "info"))
    with at_school(small.id):
        Contact.objects.filter(kind="phone", guardian=small.guardians[1]).update(confirmed_at=None)
    replies.take(Incoming("359990123451", "ИНФО"))
    assert [each.answer for each in kept()] == [
        "SMS за: Анна. Спиране: СТОП.",
        "Tozi nomer ne poluchava SMS ot dnevnika.",
        wishes.NOTHING,
    ]


@committed
def test_a_code_sent_back_confirms_the_number_and_a_wrong_one_does_not(small):
    with at_school(small.id):
        contact = Contact.objects.get(kind="phone", guardian=small.guardians[0])
        Contact.objects.filter(pk=contact.pk).update(confirmed_at=None)
        code = send_code(contact=contact).text.split()[0]
    replies.take(Incoming(MOTHER, f"{(int(code) + 1) % 10**6:06}"))
    replies.take(Incoming(MOTHER, code))
    assert [each.answer for each in kept()] == [
        "Kodat ne e veren ili e iztekal. Poiskayte nov v portala.",
        "Nomerat e potvarden. Za SMS pratete koda na deteto.",
    ]
    with at_school(small.id):
        assert Contact.objects.get(pk=contact.pk).confirmed_at


@committed
def test_an_unknown_text_is_helped_now_and_then(small):
    now = clock.now()
    for minutes in (0, 1, 11, 15, 40, 300):
        replies.take(Incoming(MOTHER, f"какво е това {minutes}"), now + timedelta(minutes=minutes))
    assert [bool(each.answer) for each in kept()] == [True, False, True, False, True, False]


@committed
def test_what_is_kept_names_nobody(small):
    replies.take(Incoming(MOTHER, f"детето ми е {EGN}"))
    (row,) = kept()
    assert EGN not in row.text
    assert replies.waiting_replies(10, now=clock.now())[0].number == f"+{MOTHER}"
    (row,) = kept()
    assert row.reply_to == ""
    assert MOTHER not in str(row.__dict__)


@committed
@pytest.mark.peer
def test_a_text_from_a_telephone_is_answered_over_the_line(small, centre, run_channel):
    run_channel()
    centre.say("Здравейте, кой пише?", number="359888111222")
    (answer,) = centre.wait("sms")
    assert (answer["sms"], answer["text"]) == ("359888111222", wishes.HELP)
    wait_until(lambda: centre.all("ack"))
