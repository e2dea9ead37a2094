"""Guessing a PIN succeeds with less than one chance in ten thousand for a child and a year: computed from the rules, and tried."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.small_school import add_guardian
from zvanets.guardians.actions import add_contact, confirm_contact, start_confirmation
from zvanets.guardians.models import Contact, PinTry
from zvanets.guardians.pins import check_pin, issue_pin
from zvanets.lib import clock, pins
from zvanets.rules.pin_locks import COUNTED_FOR, lock_of

PINS_OF_A_CHILD = 4
STRANGER = "+359882818905"


def tries_in(span: timedelta) -> list[datetime]:
    """Return when somebody guesses who never rests while the telephone is open, and waits out each lock."""
    start = now = datetime(2025, 9, 15, tzinfo=UTC)
    wrong: list[datetime] = []
    while now < start + span:
        lock = lock_of(wrong, now=now)
        if lock is None:
            wrong.append(now)
            now += timedelta(seconds=10)
        else:
            now = lock.until or now + timedelta(days=1)
    return wrong


def test_no_year_has_more_than_twenty_tries_however_they_are_spread():
    wrong = tries_in(3 * COUNTED_FOR)

    assert len(wrong) <= 3 * 20
    for at in wrong:
        assert sum(at <= each < at + COUNTED_FOR for each in wrong) <= 20


def test_the_chance_in_a_year_is_below_one_in_ten_thousand():
    good = sum(not pins.is_weak(pin) and not pins.is_date(pin) for pin in (f"{n:06}" for n in range(0, 10**6, 7)))
    values = 7 * good
    chance = 1 - (1 - PINS_OF_A_CHILD / values) ** len(tries_in(COUNTED_FOR - timedelta(days=1)))

    assert 0.92e6 < values < 0.94e6
    assert chance < 1e-4


@pytest.mark.django_db
def test_who_guesses_for_a_year_even_from_a_number_on_file_is_compared_twenty_times(inside, later):
    student, mother = inside.students[0], inside.guardians[0]
    phone = add_contact(actor=inside.head, guardian=mother, kind=Contact.Kind.PHONE, address=STRANGER)
    confirm_contact(actor=inside.head, contact=phone, code=start_confirmation(contact=phone))
    guardians = [mother, *(add_guardian(student, inside.lesson.date) for _ in range(PINS_OF_A_CHILD - 1))]
    taken = {issue_pin(actor=inside.head, guardian=guardian) for guardian in guardians}
    guesses = (pin for pin in (f"{n:06}" for n in range(271_828, 10**6)) if pin not in taken)

    ends = clock.now() + COUNTED_FOR - timedelta(days=1)
    for caller in ("", STRANGER, "+359888000000"):
        for _ in range(30):
            answer = check_pin(actor=inside.head, student=student, pin=next(guesses), caller=caller)
            if answer.lock and answer.lock.until and caller != STRANGER:
                later(seconds=(answer.lock.until - clock.now()).total_seconds() + 1)
    assert clock.now() < ends

    assert PinTry.objects.filter(student=student).count() == 20
    assert all(check_pin(actor=inside.head, student=student, pin=pin, caller=STRANGER).lock for pin in taken)
