"""Invented contacts of an imported school: nobody's numbers, nobody's addresses, and never beside real ones."""

import phonenumbers
import pytest
from click.testing import CliRunner

from tests.exchange.conftest import SCHOOLS
from tests.exchange.folders import SCHOOL
from zvanets.accounts.models import Membership, Role, User
from zvanets.demo.commands import invent_contacts
from zvanets.demo.contacts import Invented, invent_for
from zvanets.exchange.neispuo.read import read
from zvanets.exchange.neispuo.write import write
from zvanets.guardians.models import ChannelName, Contact, Guardian, Relation, SmsScript, Subscription
from zvanets.history.models import Entry, Pending
from zvanets.history.record import Actor
from zvanets.lib import phones
from zvanets.lib.refusals import Refusal
from zvanets.notifications.channels.sms.wishes import KINDS
from zvanets.notifications.models import Message
from zvanets.schools.models import Enrolment, Student
from zvanets.tenancy.school import at_school

PASSWORD = "камбана-звънец-26"


@pytest.fixture
def small(folder, undone) -> int:
    write(read(folder.write(), 2025).roster, actor=Actor(None, "operator", ""))
    return SCHOOL


def invent(school: int, **more: object) -> Invented:
    return invent_for(school, password=PASSWORD, **more)


def test_everybody_can_sign_in_with_the_one_password(small):
    made = invent(small, share=1)
    assert {log_in.role for log_in in made.log_ins} >= {"director", "homeroom", "teacher", "guardian"}
    for log_in in made.log_ins:
        assert User.objects.get(username=log_in.username).check_password(PASSWORD)


def test_guardians_get_two_confirmed_contacts_and_a_seat(small):
    invent(small, share=1)
    with at_school(small):
        guardian = Guardian.objects.get(external_id=9001)
        assert guardian.user.username == "m.zheleva.r9001"
        contacts = {one.kind: one for one in guardian.contacts.all()}
        assert contacts["email"].address == "m.zheleva.r9001@example.org"
        assert all(one.confirmed_at for one in contacts.values())
        assert Membership.objects.get(user=guardian.user).role == Role.GUARDIAN


def test_the_numbers_have_the_length_of_mobile_ones_and_belong_to_nobody(small):
    invent(small, share=1)
    with at_school(small):
        numbers = list(Contact.objects.filter(kind=Contact.Kind.PHONE).values_list("address", flat=True))
    assert len(numbers) == len(set(numbers)) == 4
    for number in numbers:
        parsed = phonenumbers.parse(number)
        assert phonenumbers.is_possible_number(parsed)
        assert not phonenumbers.is_valid_number(parsed)
        with pytest.raises(Refusal):
            phones.parse(number)


def test_parents_of_a_pupil_who_left_are_subscribed_to_nothing(small):
    invent(small, share=1)
    with at_school(small):
        left = Student.objects.get(external_id=1004)
        assert not Subscription.objects.filter(guardianship__student=left).exists()


def test_the_same_seed_gives_the_same_contacts(folder, undone):
    def once(seed: int) -> list[tuple[object, ...]]:
        from django.db import transaction

        with transaction.atomic():
            write(read(folder.write(), 2025).roster, actor=Actor(None, "operator", ""))
            invent(SCHOOL, seed=seed, share=0.7)
            with at_school(SCHOOL):
                rows = list(Contact.objects.order_by("address").values_list("address", "guardian__language"))
            transaction.set_rollback(True)
        return rows

    assert once(1) == once(1)
    assert once(1) != once(2)


def test_a_second_run_invents_nothing(small):
    invent(small)
    assert invent(small).users == 0
    with at_school(small):
        assert [one.verb for one in Entry.objects.order_by("number")] == ["school.imported", "contacts.invented"]


def test_a_real_address_in_the_school_is_refused(small):
    with at_school(small):
        Contact.objects.create(guardian=Guardian.objects.first(), kind=Contact.Kind.EMAIL, address="mama@dom.bg")
    with pytest.raises(Refusal) as refused:
        invent(small)
    assert refused.value.code == "real_contacts"


def test_a_real_address_of_a_teacher_is_refused_too(small):
    User.objects.filter(person_id=501).update(email="y.zhekova@school.bg")
    with pytest.raises(Refusal):
        invent(small)


def test_a_password_that_somebody_chose_stays(small):
    user = User.objects.get(person_id=501)
    user.set_password("сама си я избрах")
    user.save()
    invent(small)
    user.refresh_from_db()
    assert user.check_password("сама си я избрах")


def test_a_school_that_is_not_there_is_refused_in_words(undone):
    done = CliRunner().invoke(invent_contacts, ["9900999"])
    assert done.exit_code == 1
    assert "Няма училище 9900999" in done.output


def test_the_command_prints_a_log_in_for_each_role(small):
    done = CliRunner().invoke(invent_contacts, [str(small), "--password", PASSWORD])
    assert done.exit_code == 0
    assert "director              d.koleva.500" in done.output
    assert PASSWORD in done.output


@pytest.mark.skipif(not SCHOOLS.is_dir(), reason="the schools' data are not beside the project")
def test_a_whole_school_is_given_its_contacts_and_nobody_is_told(imported, undone):
    made = invent(9900102)
    assert made.users > 1500
    with at_school(9900102):
        children = Enrolment.objects.filter(status=1, class_group__school_year__year=2025).values("student").distinct()
        asked = Subscription.objects.filter(guardianship__student__in=children)
        by_email = asked.filter(channel=ChannelName.EMAIL).values("guardianship__student").distinct().count()
        assert by_email > 0.95 * children.count()
        told, by_sms = (asked.filter(channel=channel) for channel in (ChannelName.EMAIL, ChannelName.SMS))
        assert 0.4 < by_sms.count() / told.count() < 0.6
        assert {tuple(one.kinds) for one in by_sms} == {KINDS}
        with_numbers = Guardian.objects.filter(contacts__kind=Contact.Kind.PHONE, contacts__confirmed_at__isnull=False)
        assert not by_sms.exclude(guardianship__guardian__in=with_numbers).exists()
        assert {one.sms_script for one in with_numbers} == set(SmsScript.values)
        english = Guardian.objects.filter(language="en").count()
        assert 0.03 < english / Guardian.objects.exclude(guardianships__relation=Relation.SELF).count() < 0.15
        assert Guardian.objects.filter(guardianships__relation=Relation.SELF).count() > 50
        without = Guardian.objects.filter(user__isnull=False, guardianships__subscriptions__isnull=True)
        assert without.exists()
        assert not Pending.objects.exists()
        assert not Message.objects.exists()
