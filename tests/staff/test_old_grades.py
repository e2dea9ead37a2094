"""A grade older than an hour is changed by nobody who does not show that it is they, and whoever it concerns is told."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client

from tests import small_school
from tests.accounts.people import PASSWORD, person, sign_in
from tests.accounts.test_second_factor import add_application, code_of
from tests.marks import committed
from zvanets.accounts.models import Letter, Membership, Role
from zvanets.gradebook.models import Grade
from zvanets.lib import clock
from zvanets.notifications.fanout import fan_out
from zvanets.notifications.models import Message
from zvanets.schools.models import Course, CourseTeacher, StaffMember, Subject
from zvanets.tenancy.school import at_school

pytestmark = committed


@pytest.fixture(autouse=True)
def _no_tries_yet(db):
    cache.clear()


@pytest.fixture
def small(school):
    small = small_school.build(school.pk)
    for user, address in ((small.teacher, "maria@example.org"),):
        user.username = "m.ivanova"
        user.set_password(PASSWORD)
        user.email = address
        user.save()
    return small


@pytest.fixture
def homeroom(small):
    user = person("homeroom", name="Петър Колев", email="peter@example.org")
    with at_school(small.id):
        Membership.objects.create(user=user, role=Role.TEACHER, starts_on=clock.today())
        member = StaffMember.objects.create(user=user, first_name="Петър", last_name="Колев", sort_name="п")
        hour = Course.objects.create(
            class_group=small.class_group, subject=Subject.objects.create(name="Час на класа"), is_class_hour=True
        )
        CourseTeacher.objects.create(course=hour, staff_member=member, starts_on=small.school_year.starts_on)
    return user


def give(small, *, hours_ago: float, **columns) -> Grade:
    with at_school(small.id):
        return Grade.objects.create(
            student=small.students[0],
            course=small.course,
            lesson=small.lesson,
            given_on=small.lesson.date,
            given_at=clock.now() - timedelta(hours=hours_ago),
            given_by=small.teacher,
            teacher=small.staff_member,
            **(columns or {"value": Decimal(3)}),
        )


def standing(small) -> str:
    with at_school(small.id):
        return str(Grade.objects.standing().get().value)


def url(small, grade, what="correct") -> str:
    return f"/s/{small.id}/grades/{grade.pk}/{what}/"


def letters() -> list[tuple[str, str]]:
    return list(Letter.objects.using("worker").order_by("pk").values_list("address", "text"))


SENT = {"correct-grade": "6", "correct-why": "сборът беше грешен"}


@pytest.fixture
def stolen(client, small):
    """The teacher's own session, with somebody else before it."""
    client.force_login(small.teacher)
    return client


def test_a_slip_is_mended_without_a_word(stolen, small):
    grade = give(small, hours_ago=0.9)
    assert stolen.post(url(small, grade), SENT).status_code == 302
    assert standing(small) == "6.00"
    assert letters() == []


@pytest.mark.parametrize("what", ["correct", "withdraw"])
def test_a_stolen_session_changes_no_old_grade(stolen, small, what):
    grade = give(small, hours_ago=2)
    sent = SENT if what == "correct" else {"withdraw-why": "така"}
    for proof in ({}, {"proof_password": "отгатната"}, {"proof_code": "123456"}, {"proof_credential": "{}"}):
        answer = stolen.post(url(small, grade, what), sent | proof)
        assert answer.status_code == 401
    assert standing(small) == "3.00"
    assert letters() == []


def test_what_was_typed_survives_the_question_and_is_saved_with_the_password(stolen, small):
    grade = give(small, hours_ago=2)
    page = stolen.post(url(small, grade), SENT).content.decode()
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    assert {name: kept[name] for name in SENT} == SENT

    assert stolen.post(url(small, grade), {**SENT, "proof_password": PASSWORD}).status_code == 302
    assert standing(small) == "6.00"


def test_the_proof_holds_for_five_minutes_and_signing_in_is_none(client, small, monkeypatch):
    first, second = give(small, hours_ago=30), give(small, hours_ago=30)
    sign_in(client, small.teacher.username)
    assert client.post(url(small, first), SENT).status_code == 401
    assert client.post(url(small, first), SENT | {"proof_password": PASSWORD}).status_code == 302
    monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(minutes=4))
    assert client.post(url(small, second), SENT).status_code == 302

    third = give(small, hours_ago=30)
    monkeypatch.setattr(clock, "_offset", clock._offset + timedelta(minutes=2))
    assert client.post(url(small, third), SENT).status_code == 401


def test_who_has_a_second_factor_is_not_believed_the_password_alone(client, small):
    grade = give(small, hours_ago=2)
    sign_in(client, small.teacher.username)
    secret = add_application(client)

    assert client.post(url(small, grade), SENT | {"proof_password": PASSWORD}).status_code == 401
    assert client.post(url(small, grade), SENT | {"proof_code": code_of(secret, step=1)}).status_code == 302


def test_a_grade_does_not_grow_young_by_being_corrected(stolen, small):
    grade = give(small, hours_ago=2)
    stolen.post(url(small, grade), SENT | {"proof_password": PASSWORD})
    with at_school(small.id):
        newer = Grade.objects.standing().get()
    other = Client()
    other.force_login(small.teacher)

    assert other.post(url(small, newer), SENT | {"correct-grade": "5"}).status_code == 401


def test_teacher_homeroom_teacher_and_guardian_hear_what_it_was_and_is(stolen, small, homeroom):
    grade = give(small, hours_ago=2)
    stolen.post(url(small, grade), SENT | {"proof_password": PASSWORD})

    told = letters()
    assert {address for address, _ in told} == {"maria@example.org", "peter@example.org"}
    for _, text in told:
        assert "Анна Желева, 7 Б, Математика" in text
        assert "Беше среден 3, сега е отличен 6." in text
        assert "сборът беше грешен" in text
        assert "127.0.0.1" not in text.replace("http://127.0.0.1", "")
    fan_out(now=clock.now() + timedelta(minutes=2))
    with at_school(small.id):
        texts = list(Message.objects.filter(guardian=small.guardians[0]).values_list("text", flat=True))
    assert len(texts) == 2
    assert all("отличен 6, беше среден 3" in text for text in texts)


def test_a_withdrawn_one_is_told_with_what_it_was(stolen, small, homeroom):
    grade = give(small, hours_ago=2)
    stolen.post(url(small, grade, "withdraw"), {"withdraw-why": "грешен ученик", "proof_password": PASSWORD})

    assert {text.count("Беше среден 3, сега е оттеглена.") for _, text in letters()} == {1}
    assert len(letters()) == 2


def test_a_grade_of_the_special_needs_scale_is_named_in_no_letter(stolen, small, homeroom):
    grade = give(small, hours_ago=2, special=1)
    stolen.post(url(small, grade, "withdraw"), {"withdraw-why": "грешен ученик", "proof_password": PASSWORD})

    assert len(letters()) == 2
    assert not any("затруднения" in text for _, text in letters())


def test_no_setting_of_the_school_and_no_right_of_the_session_stops_the_letters(small, homeroom, client):
    grade = give(small, hours_ago=2)
    head = person("head", name="Директор")
    with at_school(small.id):
        Membership.objects.create(user=head, role=Role.DIRECTOR, starts_on=clock.today())
    client.force_login(head)
    graces = {"grades": "3600", "remarks": "60", "homework": "60", "absences": "0"}
    client.post(f"/s/{small.id}/head/settings/", graces)
    assert client.post(url(small, grade), SENT | {"proof_password": PASSWORD}).status_code == 302

    assert {address for address, _ in letters()} == {"maria@example.org", "peter@example.org"}


def test_who_has_no_address_finds_it_on_the_first_page(stolen, small, homeroom):
    grade = give(small, hours_ago=2)
    stolen.post(url(small, grade), SENT | {"proof_password": PASSWORD})
    led = Client()
    led.force_login(homeroom)
    for client in (stolen, led):
        page = client.get(f"/s/{small.id}/").content.decode()
        assert "Променени стари оценки" in page
        assert f'href="/s/{small.id}/grades/{grade.pk}/"' in page


def test_a_slip_mended_in_time_stands_on_no_list(stolen, small):
    grade = give(small, hours_ago=0.5)
    stolen.post(url(small, grade), SENT)
    assert "Променени стари оценки" not in stolen.get(f"/s/{small.id}/").content.decode()
