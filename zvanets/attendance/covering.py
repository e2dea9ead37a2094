"""What excuses an absence by itself: a medical notice, or a family's notice that was accepted before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from zvanets.attendance.models import Absence, ExcuseReason
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.notices import Span
from zvanets.tenancy.school import school_now

# The doctor's word comes first: it takes none of the parent's days. As NEISPUO writes it.
_COVERS = """
SELECT student_id, from_date, to_date, NULL, NULL, 1, NULL, NULL, id, true,
    'Автоматично уважено с електронна медицинска бележка ' || nrn || '/' || to_char(authored_on, 'DD.MM.YYYY')
    || ' за периода ' || to_char(from_date, 'DD.MM.YYYY') || ' – ' || to_char(to_date, 'DD.MM.YYYY')
    || ', УИН на лекаря – ' || pmi
FROM attendance_medicalnotice
WHERE school_id = %(school)s AND student_id = ANY(%(students)s) AND from_date <= %(last)s AND to_date >= %(first)s
UNION ALL
SELECT student_id, starts_on, ends_on, first_hour, last_hour, reason, decided_by_id, id, NULL, is_confidential,
    left(text, 300)
FROM attendance_absencenotice
WHERE school_id = %(school)s AND student_id = ANY(%(students)s) AND starts_on <= %(last)s AND ends_on >= %(first)s
    AND state = 2
"""


@dataclass(frozen=True, slots=True)
class Cover:
    """Days of one student that are excused beforehand, by whom and why."""

    student_id: int
    span: Span
    reason: ExcuseReason
    by: int | None
    notice_id: int | None
    medical_id: int | None
    is_confidential: bool
    text: str


@dataclass(frozen=True, slots=True)
class Missed:
    """An unexcused absence that may be covered."""

    id: int
    student_id: int
    day: date
    hour: int


def covers_of(students: Iterable[int], first: date, last: date) -> Mapping[int, list[Cover]]:
    found: dict[int, list[Cover]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_COVERS, {"school": school_now(), "students": list(students), "first": first, "last": last})
        for student, starts, ends, first_hour, last_hour, reason, *rest in cursor.fetchall():
            span = Span(starts, ends, first_hour, last_hour)
            found[student].append(Cover(student, span, ExcuseReason(reason), *rest))
    return found


def excuse_covered(missed: list[Missed], *, now: datetime) -> dict[int, Cover]:
    """Excuse those that something covers; return what covers them, by the absence's id. The caller records it."""
    if not missed:
        return {}
    days = [each.day for each in missed]
    covers = covers_of({each.student_id for each in missed}, min(days), max(days))
    by: dict[Cover, list[int]] = defaultdict(list)
    for each in missed:
        cover = next((c for c in covers.get(each.student_id, []) if c.span.covers(each.day, each.hour)), None)
        if cover:
            by[cover].append(each.id)
    for cover, ids in by.items():
        Absence.objects.filter(pk__in=ids).update(
            kind=AbsenceKind.EXCUSED,
            reason=cover.reason,
            reason_text=cover.text,
            is_confidential=cover.is_confidential,
            notice=cover.notice_id,
            medical_notice=cover.medical_id,
            excused_at=now,
            excused_by=cover.by,
        )
    return {absence: cover for cover, ids in by.items() for absence in ids}
