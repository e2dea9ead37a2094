"""One believable entry in every section of a class book, by the actions that people use."""

from datetime import date, time, timedelta

from zvanets.lib import clock
from zvanets.remarks.actions import remark_students
from zvanets.remarks.actions.gatherings import Gathering, announce_event, call_meeting
from zvanets.remarks.actions.notes import write_note
from zvanets.remarks.actions.private import Activity, Plan, note_health, plan_support, record_individual_work
from zvanets.remarks.actions.sanctions import Order, impose_sanction
from zvanets.remarks.actions.works import plan_work
from zvanets.remarks.models import ActivityKind, Difficulty, PlannedWork, Remark, Sanction


def next_monday() -> date:
    return clock.today() + timedelta(days=7 - clock.today().weekday())


def fill(small) -> None:
    """Write it all about the first student; inside at_school()."""
    today, anna, book = clock.today(), small.students[0], small.class_group
    praise = "Помогна на новия ученик да настигне класа."
    remark_students(small.head, book, [anna.pk], kind=Remark.Kind.PRAISE, text=praise, on=today)
    impose_sanction(small.head, anna, Order(Sanction.Kind.REPRIMAND, "РД-12", today, today, text="Десет отсъствия"))
    note_health(small.actor, anna, on=today, text="Алергия към пчели: инхалаторът е в лекарския кабинет.")
    plan = Plan(
        [Difficulty.LEARNING],
        today,
        today + timedelta(days=90),
        [small.staff_member.pk],
        [Activity(ActivityKind.CONSULTATION, "Четене с разбиране")],
        text="Два пъти седмично",
    )
    plan_support(small.head, book, [anna.pk], plan)
    record_individual_work(small.actor, anna, on=today, text="Обикновени дроби")
    write_note(small.head, book, text="Утре без час на класа", is_for_all=True)
    call_meeting(small.head, book, Gathering(next_monday(), "Избор на родителски съвет", time(18), "стая 12"))
    announce_event(small.head, Gathering(next_monday() + timedelta(days=2), "Коледен базар", place="фоайето"))
    day = next_monday() + timedelta(days=3)
    plan_work(small.head, small.course, kind=PlannedWork.Kind.CONTROL, on=day, text="Дроби")
