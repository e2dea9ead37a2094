"""What the actions of the room share: who stands in a class, and the end of an entry."""

from collections.abc import Collection
from datetime import date
from typing import Any, TypeVar

from django.db.models import QuerySet

from zvanets.accounts.models import User
from zvanets.history.record import Actor
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.remarks.models.written import Written
from zvanets.schools.models import ClassGroup, Enrolment, Student

Row = TypeVar("Row", bound=Written)


def students_of(book: ClassGroup, ids: Collection[int], *, on: date) -> list[Student]:
    """Return those of `ids` who stand in the class that day, in the order of the register; refuse when there is nobody."""
    standing = Enrolment.objects.standing(on=on).filter(class_book=book, student__in=ids)
    students = [each.student for each in standing.in_register().select_related("student")]
    if not students:
        raise Refusal("nobody", gettext_noop("Изберете поне един ученик от паралелката."))
    return students


def name_of(actor: Actor) -> str:
    name: str = User.objects.values_list("name", flat=True).get(pk=actor.writer_id)
    return name


def ended(rows: QuerySet[Row], pk: int, why: str, **fields: Any) -> Row:
    """End the one of `rows` (those the actor may change) with a reason and return it, locked.

    Raises the model's DoesNotExist, and Refusal `reason_missing` or `already_ended`.
    """
    if not why.strip():
        raise Refusal("reason_missing", gettext_noop("Напишете защо оттегляте записа: причината остава в историята."))
    every: Any = rows.model.objects  # type: ignore[attr-defined]
    row: Row = every.filter(pk__in=rows.values("pk")).select_for_update(of=("self",)).get(pk=pk)
    if row.ended_at is not None:
        raise Refusal("already_ended", gettext_noop("Този запис вече е оттеглен."))
    changed = {"ended_at": clock.now(), "ended_why": why.strip(), **fields}
    every.filter(pk=pk).update(**changed)
    for name, value in changed.items():
        setattr(row, name, value)
    return row
