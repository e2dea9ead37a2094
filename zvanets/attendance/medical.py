"""A doctor's note comes in: what it covers is excused, and what is recorded later in its days as well."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from zvanets.attendance.actions import absence_fact, lock_unexcused
from zvanets.attendance.covering import Missed, excuse_covered
from zvanets.attendance.locks import must_be_open
from zvanets.attendance.models import Absence, MedicalNotice
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.notices import check_span
from zvanets.schools.models import SchoolYear, Student


@dataclass(frozen=True, slots=True)
class Note:
    """The fields of НЗИС; the patient's number is compared there and kept nowhere."""

    nrn: str
    pmi: str
    from_date: date
    to_date: date
    authored_on: date
    nrn_examination: str = ""
    identifier_type: MedicalNotice.IdentifierType = MedicalNotice.IdentifierType.EGN
    given_name: str = ""
    family_name: str = ""


@transaction.atomic
def receive_medical_notice(actor: Actor, student: Student, note: Note) -> int:
    """Keep the note and excuse what it covers; return how many absences. The same note twice is one.

    An excused absence that took a parent's day keeps it: nobody's decision is changed behind their back. Raises
    Refusal `medical_of_another`, `span_backwards`, `outside_year`, `absences_closed`.
    """
    known = MedicalNotice.objects.filter(nrn=note.nrn).first()
    if known and known.student_id != student.pk:
        text = gettext_noop("Бележка с този номер вече е въведена за друг ученик. Проверете номера.")
        raise Refusal("medical_of_another", text)
    if known:
        return 0
    notice = MedicalNotice.objects.create(
        student=student,
        nrn=note.nrn,
        nrn_examination=note.nrn_examination,
        identifier_type=note.identifier_type,
        given_name=note.given_name,
        family_name=note.family_name,
        pmi=note.pmi,
        from_date=note.from_date,
        to_date=note.to_date,
        authored_on=note.authored_on,
        received_at=clock.now(),
        received_by_id=actor.user_id,
    )
    _must_lie_in_a_year(notice)
    excused = _excuse(notice)
    received = Fact(Verb.MEDICAL_RECEIVED, student_id=student.pk, object_id=notice.pk)
    record([received, *excused], actor=actor, tell=True)
    return len(excused)


def _must_lie_in_a_year(notice: MedicalNotice) -> None:
    years = list(SchoolYear.objects.order_by("starts_on"))
    if years:
        check_span(notice.span, year_starts=years[0].starts_on, year_ends=years[-1].ends_on)


def _excuse(notice: MedicalNotice) -> list[Fact]:
    own = Absence.objects.filter(student=notice.student_id, date__range=(notice.from_date, notice.to_date))
    missed = {each.pk: each for each in lock_unexcused(own.filter(kind=AbsenceKind.UNEXCUSED))}
    must_be_open([(each.student_id, each.date) for each in missed.values()])
    covered = excuse_covered(
        [Missed(each.pk, each.student_id, each.date, each.lesson.hour_no) for each in missed.values()], now=clock.now()
    )
    return [
        absence_fact(Verb.ABSENCE_EXCUSED, missed[pk], reason_kind=int(cover.reason)) for pk, cover in covered.items()
    ]
