"""Long messages to the short code: joined in whatever order they come, and unreadable until then."""

from datetime import timedelta

import pytest

from tests.marks import committed
from zvanets.guardians.models import Subscription
from zvanets.lib import clock
from zvanets.notifications.channels.sms import joining
from zvanets.notifications.channels.sms.incoming import Piece, scrub
from zvanets.notifications.models import IncomingPart, IncomingSms
from zvanets.tenancy.school import at_school

pytestmark = committed
MOTHER, FATHER = "359990123450", "359990123451"
EGN = "7523169263"
MINUTE = timedelta(minutes=1)


def bring(*pieces: Piece, after: timedelta = MINUTE * 0) -> None:
    for piece in pieces:
        joining.take(piece, clock.now() + after)


def texts() -> list[str]:
    return [each.text for each in IncomingSms.objects.using("worker").order_by("pk")]


def waiting() -> list[IncomingPart]:
    return [part for part in IncomingPart.objects.using("worker").order_by("place") if bytes(part.sealed)]


def test_parts_are_joined_in_whatever_order_they_come(small):
    bring(Piece(MOTHER, "свят", 7, 2, 2), Piece(MOTHER, "друг", 8, 2, 2), Piece(FATHER, "чужд", 7, 2, 2))
    assert texts() == []
    bring(Piece(MOTHER, "Здравей, ", 7, 2, 1))
    assert texts() == ["Здравей, свят"]
    assert len(waiting()) == 2


def test_a_command_works_and_the_rest_of_it_is_dropped(small):
    bring(Piece(MOTHER, f" детето ми е {EGN}", 7, 2, 2), Piece(MOTHER, "СТОП, моля ви,", 7, 2, 1))
    assert [text[:7] for text in texts()] == ["stop [#"]
    assert waiting() == []
    with at_school(small.id):
        assert Subscription.objects.filter(channel="sms", ends_on__isnull=False).count() == 1


@pytest.mark.parametrize("cut", range(11))
def test_an_identifier_cut_in_two_becomes_the_same_hash_as_a_whole_one(small, cut):
    bring(Piece(MOTHER, f"Ани е {EGN[:cut]}", 7, 2, 1), Piece(MOTHER, f"{EGN[cut:]}, моля", 7, 2, 2))
    assert texts() == [scrub(f"Ани е {EGN}, моля")]


def test_what_waits_is_unreadable(small):
    bring(Piece(MOTHER, f"Ани {EGN}, Желева 752316", 7, 2, 1))
    (part,) = waiting()
    kept = b"".join(bytes(value) for value in (part.sealed, part.digest))
    for word in (MOTHER, EGN, "752316", "Ани", "Желева"):
        assert word.encode() not in kept
    bring(Piece(FATHER, "Ани", 7, 2, 1))
    assert len({bytes(part.digest)[:8] for part in waiting()} | {bytes(part.sealed) for part in waiting()}) == 4


def test_what_never_becomes_whole_is_taken_as_far_as_it_came(small):
    bring(Piece(MOTHER, "начало, ", 7, 3, 1), Piece(MOTHER, "среда", 7, 3, 2))
    assert joining.take_overdue(clock.now() + 9 * MINUTE) == 0
    assert joining.take_overdue(clock.now() + 11 * MINUTE) == 1
    assert texts() == ["начало, среда"]
    bring(Piece(MOTHER, "край", 7, 3, 3), after=12 * MINUTE)
    assert joining.take_overdue(clock.now() + 30 * MINUTE) == 0
    assert texts() == ["начало, среда"]


def test_a_part_that_the_carrier_brings_again_changes_nothing(small):
    first, last = Piece(MOTHER, "Здравей, ", 7, 2, 1), Piece(MOTHER, "свят", 7, 2, 2)
    bring(first, first, last)
    bring(last, first, after=5 * MINUTE)
    assert joining.take_overdue(clock.now() + 30 * MINUTE) == 0
    assert texts() == ["Здравей, свят"]


def test_a_telephone_that_begins_its_numbers_anew_loses_nothing(small):
    bring(Piece(MOTHER, "първо", 1, 2, 1), Piece(MOTHER, "второ ", 1, 2, 1), Piece(MOTHER, "цяло", 1, 2, 2))
    assert texts() == ["първо", "второ цяло"]
    bring(Piece(MOTHER, "трето ", 1, 2, 1), Piece(MOTHER, "също", 1, 2, 2), after=MINUTE)
    assert texts()[2:] == ["трето също"]


def test_too_many_that_wait_are_taken_the_oldest_first(small, monkeypatch):
    monkeypatch.setattr(joining, "MOST_WAITING", 2)
    for series in range(4):
        bring(Piece(MOTHER, f"от {series}", series, 2, 1), after=series * timedelta(seconds=1))
    assert joining.take_overdue(clock.now()) == 2
    assert texts() == ["от 0", "от 1"]


def test_after_a_day_nothing_is_left(small):
    bring(Piece(MOTHER, "начало", 7, 2, 1))
    joining.forget(now=clock.now() + timedelta(hours=25))
    assert not IncomingPart.objects.using("worker").exists()
