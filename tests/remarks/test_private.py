"""Sanctions, health, support and individual work: by whom, within which limits, and what history may hold of them."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, transaction

from tests import small_school
from tests.notifications.telling import AFTER_GRACE, texts
from zvanets.guardians.models import Guardianship, Relation
from zvanets.history.models import EntryBody
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal
from zvanets.notifications.fanout import tell_school
from zvanets.notifications.models import Message
from zvanets.remarks.actions.private import (
    Activity,
    Plan,
    change_support,
    end_support,
    keep_reads,
    note_health,
    plan_support,
    record_individual_work,
    withdraw_health_note,
    withdraw_individual_work,
)
from zvanets.remarks.actions.sanctions import Order, cancel_sanction, impose_sanction
from zvanets.remarks.models import (
    ActivityKind,
    Difficulty,
    HealthNote,
    IndividualWork,
    PrivateRead,
    Sanction,
    Support,
    SupportActivity,
)
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db
SECRET = "алергия към пчели"


def order(**fields) -> Order:
    today = clock.today()
    return Order(Sanction.Kind.REPRIMAND, "РД-12", today, today, text=SECRET, **fields)


def plan(small, **fields) -> Plan:
    today = clock.today()
    usual = {"difficulties": [Difficulty.ILLNESS], "starts_on": today, "ends_on": today + timedelta(days=90)}
    usual |= {"teachers": [small.staff_member.pk], "activities": [Activity(ActivityKind.CONSULTATION, SECRET)]}
    return Plan(**(usual | {"text": SECRET} | fields))


def everything(small) -> None:
    anna = small.students[0]
    sanction = impose_sanction(small.head, anna, order())
    cancel_sanction(
        small.head, Sanction.objects.all(), sanction_id=sanction.pk, why=SECRET, order_no="15", order_on=clock.today()
    )
    note = note_health(small.actor, anna, on=clock.today(), text=SECRET)
    withdraw_health_note(small.actor, HealthNote.objects.all(), note_id=note.pk, why=SECRET)
    work = record_individual_work(small.actor, anna, on=clock.today(), text=SECRET)
    withdraw_individual_work(small.actor, IndividualWork.objects.all(), work_id=work.pk, why=SECRET)
    support = plan_support(small.actor, small.class_group, [anna.pk], plan(small))
    change_support(small.actor, Support.objects.all(), support_id=support.pk, plan=plan(small, expected_result=SECRET))
    end_support(small.actor, Support.objects.all(), support_id=support.pk, why=SECRET)


def test_history_holds_of_all_this_nothing_but_ids(small):
    everything(small)
    bodies = [json.loads(text) for text in EntryBody.objects.values_list("text", flat=True)]
    assert len(bodies) == 9
    for body in bodies:
        assert len(body) == 1
        assert all(name.endswith("_id") and isinstance(number, int) for name, number in body.items())


@pytest.mark.parametrize("script", ["email", "portal"])
def test_outside_the_portal_a_mother_reads_a_hint_and_in_it_where_to_look(small, script):
    impose_sanction(small.head, small.students[0], order())
    note_health(small.actor, small.students[0], on=clock.today(), text=SECRET)
    tell_school(small.id, now=clock.now() + AFTER_GRACE)
    said = texts(small, script)["Анна"][0]
    assert SECRET not in said
    assert "РД-12" not in said
    if script == "email":
        assert "санкци" not in said
        assert "здрав" not in said
    else:
        assert said.splitlines()[0] == "Вписана е санкция"
        assert "Нова бележка за здравословното състояние" in said


def test_a_tutor_hears_nothing_of_what_is_private_and_the_student_does(small):
    anna, start = small.students[0], small.school_year.starts_on
    tutor = small_school.add_guardian(anna, start, relation=Relation.OTHER)
    self_ = small_school.add_guardian(anna, start, relation=Relation.SELF)
    Guardianship.objects.filter(guardian__in=[tutor, self_]).update(is_legal=False)
    note_health(small.actor, anna, on=clock.today(), text=SECRET)
    tell_school(small.id, now=clock.now() + AFTER_GRACE)
    heard = set(Message.objects.values_list("guardian_id", flat=True))
    assert heard == {small.guardians[0].pk, self_.pk}


def test_what_is_ended_at_once_nobody_hears_of(small):
    everything(small)
    tell_school(small.id, now=clock.now() + AFTER_GRACE)
    assert texts(small, "portal") == {}


@pytest.mark.parametrize("level", [1, 2, 3])
def test_there_are_no_sanctions_in_the_first_three_years(two_schools, level):
    young = small_school.build(two_schools[1].pk, level=level)
    with at_school(young.id), pytest.raises(Refusal) as refused:
        impose_sanction(young.head, young.students[0], order())
    assert refused.value.code == "too_young"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": 6}, "sanction_is_one_of_the_five"),
        ({"number": ""}, "sanction_has_an_order"),
        ({"ends_on": clock.today() - timedelta(days=1)}, "sanction_ends_after_it_starts"),
    ],
)
def test_the_database_keeps_a_sanction_whole(small, fields, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        impose_sanction(small.head, small.students[0], replace(order(), **fields))


def test_a_sanction_is_cancelled_by_an_order_or_not_at_all(small):
    sanction = impose_sanction(small.head, small.students[0], order())
    with pytest.raises(IntegrityError, match="sanction_is_cancelled_by_an_order"), transaction.atomic():
        Sanction.objects.filter(pk=sanction.pk).update(ended_at=clock.now(), ended_why="без заповед")
    with pytest.raises(Refusal) as refused:
        cancel_sanction(
            small.head, Sanction.objects.all(), sanction_id=sanction.pk, why=" ", order_no="1", order_on=clock.today()
        )
    assert refused.value.code == "reason_missing"


def test_a_support_needs_a_team_a_difficulty_and_students_of_the_class(small):
    with pytest.raises(Refusal, match="учител"):
        plan_support(small.actor, small.class_group, [small.students[0].pk], plan(small, teachers=[]))
    with pytest.raises(Refusal, match="ученик"):
        plan_support(small.actor, small.class_group, [10**9], plan(small))
    with pytest.raises(IntegrityError, match="support_answers_a_difficulty"), transaction.atomic():
        plan_support(small.actor, small.class_group, [small.students[0].pk], plan(small, difficulties=[]))


def test_a_changed_plan_keeps_its_students_and_takes_the_new_results(small):
    support = plan_support(small.actor, small.class_group, [each.pk for each in small.students], plan(small))
    done = Activity(ActivityKind.CONSULTATION, "четене", "чете вярно", clock.today())
    change_support(small.actor, Support.objects.all(), support_id=support.pk, plan=plan(small, activities=[done]))
    activity = SupportActivity.objects.get()
    assert (activity.result, activity.done_on) == ("чете вярно", clock.today())
    assert support.students.count() == len(small.students)


def test_the_log_of_reads_is_only_added_to(small):
    keep_reads(small.actor, [each.pk for each in small.students], PrivateRead.What.HEALTH)
    assert PrivateRead.objects.count() == len(small.students)
    for change in (PrivateRead.objects.all().delete, lambda: PrivateRead.objects.update(role="nobody")):
        with pytest.raises((ProgrammingError, InternalError), match="permission denied"), transaction.atomic():
            change()
