"""Impose and cancel sanctions. They are special-category data: history holds their ids alone."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.remarks.actions.entries import ended
from zvanets.remarks.models import Sanction
from zvanets.schools.models import Enrolment, Student

FIRST_LEVEL = 4  # the books of I to III have no section for sanctions


@dataclass(frozen=True, slots=True)
class Order:
    """What an order says."""

    kind: Sanction.Kind
    number: str
    on: date
    starts_on: date
    ends_on: date | None = None
    text: str = ""


@transaction.atomic
def impose_sanction(actor: Actor, student: Student, order: Order) -> Sanction:
    """Enter the sanction of an order; raises Refusal `too_young`."""
    enrolled = Enrolment.objects.standing(on=order.starts_on).filter(student=student)
    levels = enrolled.values_list("class_group__year_group__level", flat=True)
    if all(level is None or level < FIRST_LEVEL for level in levels):
        raise Refusal("too_young", gettext_noop("Санкции се налагат от IV клас нагоре."))
    sanction = Sanction.objects.create(
        student=student,
        kind=order.kind,
        order_no=order.number,
        order_on=order.on,
        starts_on=order.starts_on,
        ends_on=order.ends_on,
        text=order.text,
        written_at=clock.now(),
        written_by_id=actor.writer_id,
    )
    record([_fact(Verb.SANCTION_IMPOSED, sanction)], actor=actor, tell=True)
    return sanction


@transaction.atomic
def cancel_sanction(
    actor: Actor, sanctions: QuerySet[Sanction], *, sanction_id: int, why: str, order_no: str, order_on: date
) -> None:
    """End a sanction by a further order; raises Sanction.DoesNotExist and what `ended` refuses."""
    sanction = ended(sanctions, sanction_id, why, cancel_order_no=order_no, cancel_order_on=order_on)
    record([_fact(Verb.SANCTION_WITHDRAWN, sanction)], actor=actor, tell=True)


def _fact(verb: Verb, sanction: Sanction) -> Fact:
    body = {"sanction_id": sanction.pk}
    return Fact(verb, student_id=sanction.student_id, object_id=sanction.pk, body=body)
