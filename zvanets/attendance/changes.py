"""Change one absence later than its author may: the homeroom teacher or a head withdraws it or makes it a lateness."""

from django.db import transaction

from zvanets.attendance.actions import absence_fact
from zvanets.attendance.locks import must_be_open
from zvanets.attendance.models import Absence, AbsenceQuerySet
from zvanets.history.record import Actor, record
from zvanets.history.verbs import Verb
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.absences import AbsenceKind, may_become


@transaction.atomic
def withdraw_absence(actor: Actor, absences: AbsenceQuerySet, absence_id: int, *, why: str) -> None:
    """Take back an absence or a lateness that was none. Raises Absence.DoesNotExist, Refusal `absences_closed`."""
    absence = _lock(absences, absence_id)
    fact = absence_fact(Verb.ABSENCE_WITHDRAWN, absence, minutes=absence.minutes_late, why=why)
    absence.delete()
    record([fact], actor=actor, tell=True)


@transaction.atomic
def make_late(actor: Actor, absences: AbsenceQuerySet, absence_id: int) -> None:
    """Turn an unexcused absence into a lateness. Raises Absence.DoesNotExist, Refusal `no_such_change`."""
    absence = _lock(absences, absence_id)
    if not may_become(AbsenceKind(absence.kind), AbsenceKind.LATE):
        text = gettext_noop("Само неизвинено отсъствие става закъснение. Друга поправка е заличаване и ново вписване.")
        raise Refusal("no_such_change", text)
    absence.kind, absence.minutes_late = AbsenceKind.LATE, None
    absence.save(update_fields=["kind", "minutes_late"])
    record([absence_fact(Verb.ABSENCE_CHANGED, absence, minutes=None)], actor=actor, tell=True)


def _lock(absences: AbsenceQuerySet, absence_id: int) -> Absence:
    found: Absence = (
        Absence.objects.select_for_update(of=("self",))
        .select_related("student", "lesson__course__subject", "lesson__course__class_group")
        .get(pk__in=absences.filter(pk=absence_id).values("pk"))
    )
    must_be_open([(found.student_id, found.date)])
    return found
