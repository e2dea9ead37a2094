"""The child's code and the guardians' PINs."""

import threading

import pytest
from django.db import connections

from tests.marks import committed
from tests.small_school import add_guardian, build
from zvanets.guardians.actions import add_contact, confirm_contact, start_confirmation, withdraw_right
from zvanets.guardians.models import Contact, Guardian, Guardianship, PinTry
from zvanets.guardians.pins import check_pin, choose_pin, code_for_student, issue_pin, lift_lock
from zvanets.history.models import Entry
from zvanets.lib import damm
from zvanets.lib.refusals import Refusal
from zvanets.rules.pin_locks import Lock
from zvanets.schools.models import Student, StudentCode
from zvanets.tenancy.school import at_school


@pytest.fixture
def student(inside):
    return inside.students[0]


@pytest.fixture
def pin(inside):
    return issue_pin(actor=inside.head, guardian=inside.guardians[0])


def wrong(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06}"


def guess(inside, student, pin, times):
    return [check_pin(actor=inside.head, student=student, pin=wrong(pin)) for _ in range(times)]


@pytest.mark.django_db
class TestPin:
    def test_a_pin_is_kept_as_a_keyed_digest_and_opens_its_guardians_right(self, inside, student, pin):
        answer = check_pin(actor=inside.head, student=student, pin=pin)

        assert answer.right.guardian == inside.guardians[0]
        assert pin not in Guardian.objects.get(pk=inside.guardians[0].pk).pin_hash

    def test_a_pin_opens_no_other_child(self, inside, pin):
        assert check_pin(actor=inside.head, student=inside.students[1], pin=pin).right is None

    def test_the_pins_of_a_childs_guardians_differ(self, inside, student, pin, monkeypatch):
        father = add_guardian(student, inside.lesson.date)
        offered = iter([pin, pin, wrong(pin)])
        monkeypatch.setattr("zvanets.guardians.pins._new_pin", lambda: next(offered))

        assert issue_pin(actor=inside.head, guardian=father) == wrong(pin)

    def test_a_withdrawn_right_ends_the_pin(self, inside, student, pin):
        withdraw_right(actor=inside.head, right=Guardianship.objects.get(student=student), why="Решение на съда")

        assert check_pin(actor=inside.head, student=student, pin=pin).right is None

    def test_the_fifth_wrong_try_shuts_it_for_the_right_pin_too(self, inside, student, pin, later):
        answers = guess(inside, student, pin, 5)
        assert [answer.locked_now for answer in answers] == [False] * 4 + [True]

        assert check_pin(actor=inside.head, student=student, pin=pin).lock is not None
        assert PinTry.objects.count() == 5
        later(minutes=16)
        assert check_pin(actor=inside.head, student=student, pin=pin).right is not None

    def test_wrong_tries_count_over_all_pins_of_the_child(self, inside, student, pin):
        father = add_guardian(student, inside.lesson.date)
        issue_pin(actor=inside.head, guardian=father)
        guess(inside, student, pin, 5)

        assert check_pin(actor=inside.head, student=student, pin=pin).right is None

    def test_a_right_pin_in_between_does_not_reset_the_count(self, inside, student, pin):
        for _ in range(4):
            guess(inside, student, pin, 1)
            check_pin(actor=inside.head, student=student, pin=pin)

        assert guess(inside, student, pin, 1)[0].locked_now

    def test_twenty_a_year_shut_it_until_the_homeroom_teacher_lifts_it(self, inside, student, pin, later):
        for _ in range(4):
            guess(inside, student, pin, 5)
            later(days=2)

        assert check_pin(actor=inside.head, student=student, pin=pin).lock == Lock(None)
        lift_lock(actor=inside.actor, student=student)
        assert check_pin(actor=inside.head, student=student, pin=pin).right is not None
        assert Entry.objects.filter(verb="pin.locked").count() == 4
        assert Entry.objects.filter(verb="pin.unlocked").count() == 1

    def test_a_lock_spares_a_confirmed_number_on_file(self, inside, student, pin):
        mother = inside.guardians[0]
        phone = add_contact(actor=inside.head, guardian=mother, kind=Contact.Kind.PHONE, address="0882818905")
        guess(inside, student, pin, 5)
        assert check_pin(actor=inside.head, student=student, pin=pin, caller="+359882818905").right is None

        confirm_contact(actor=inside.head, contact=phone, code=start_confirmation(contact=phone))
        assert check_pin(actor=inside.head, student=student, pin=pin, caller="+359882818905").right is not None
        assert check_pin(actor=inside.head, student=student, pin=pin, caller="+359882818906").right is None

    def test_a_code_is_made_once_and_anew_when_the_label_was_lost(self, inside, student):
        code = code_for_student(actor=inside.head, student=student)
        assert damm.is_code(code)
        assert code_for_student(actor=inside.head, student=student) == code

        new = code_for_student(actor=inside.head, student=student, renew=True)
        assert new != code
        assert Student.objects.get(pk=student.pk).code == new
        assert list(StudentCode.objects.values_list("code", "student_id")) == [(new, student.pk)]


@committed
def test_tries_made_at_once_cannot_outrun_the_lock(two_schools):
    small = build(two_schools[0].pk)
    student = small.students[0]
    with at_school(small.id):
        pin = issue_pin(actor=small.head, guardian=small.guardians[0])
    answers = []

    def caller() -> None:
        with at_school(small.id):
            answers.append(check_pin(actor=small.head, student=student, pin=wrong(pin)))
        connections.close_all()

    threads = [threading.Thread(target=caller) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with at_school(small.id):
        assert PinTry.objects.filter(succeeded=False).count() == 5
    assert sum(answer.lock is not None for answer in answers) == 8


@pytest.mark.django_db
class TestChosenPin:
    def test_a_chosen_pin_opens_the_right(self, inside, student):
        choose_pin(actor=inside.head, guardian=inside.guardians[0], typed="271 828")

        assert check_pin(actor=inside.head, student=student, pin="271828").right.guardian == inside.guardians[0]

    def test_choosing_the_same_again_changes_nothing(self, inside):
        for _ in range(2):
            choose_pin(actor=inside.head, guardian=inside.guardians[0], typed="271828")

        assert Entry.objects.filter(verb="pin.issued").count() == 1

    @pytest.mark.parametrize("typed", ["123456", "1234", "абвгде"])
    def test_a_weak_one_is_refused(self, inside, typed):
        with pytest.raises(Refusal):
            choose_pin(actor=inside.head, guardian=inside.guardians[0], typed=typed)

    def test_two_guardians_of_one_child_cannot_choose_the_same(self, inside, student):
        father = add_guardian(student, inside.lesson.date)
        choose_pin(actor=inside.head, guardian=inside.guardians[0], typed="271828")

        with pytest.raises(Refusal):
            choose_pin(actor=inside.head, guardian=father, typed="271828")
