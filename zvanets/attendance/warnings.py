"""Tell families that a limit nears, once for each limit and period. The worker calls it; calling it again changes nothing."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from zvanets.attendance.models import LimitWarning
from zvanets.attendance.nearing import Asked, nearing
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.rules.limits import Nearing, worst
from zvanets.rules.locks import UNDO_WINDOW
from zvanets.schools.models import Course, School, Student
from zvanets.tenancy.school import at_school, school_now

_ITSELF = Actor(None, "", "")


def raise_warnings(now: datetime) -> int:
    """Warn in every school; return how many warnings were raised."""
    return sum(_warn_at(school_id, now) for school_id in School.objects.order_by("pk").values_list("pk", flat=True))


def _warn_at(school_id: int, now: datetime) -> int:
    with at_school(school_id):
        return warn_families(now)


@transaction.atomic
def warn_families(now: datetime) -> int:
    """Warn in the school that is open of what stood for an hour: a slip corrected in time frightens nobody."""
    zone = ZoneInfo(School.objects.values_list("time_zone", flat=True).get(pk=school_now()))
    found = nearing(Asked(now.astimezone(zone).date(), now - UNDO_WINDOW))
    new = _keep_new([(student, each) for student, several in found.items() for each in several], now)
    by_student: dict[int, list[Nearing]] = defaultdict(list)
    for student, each in new:
        by_student[student].append(each)
    told = [(student, each) for student, several in by_student.items() for each in worst(several)]
    if told:
        record(_facts(told), actor=_ITSELF, tell=True, at=now)
    return len(told)


def _keep_new(reached: list[tuple[int, Nearing]], now: datetime) -> list[tuple[int, Nearing]]:
    """Keep what was not told before and return it; of two workers at once one finds it."""
    if not reached:
        return []
    told = set(
        LimitWarning.objects.filter(student__in={student for student, _ in reached}).values_list(
            "student_id", "kind", "limit", "period", "course_id"
        )
    )
    new = [(s, each) for s, each in reached if (s, each.kind, each.limit, each.period, each.course_id) not in told]
    LimitWarning.objects.bulk_create(
        LimitWarning(
            student_id=student,
            kind=each.kind,
            limit=each.limit,
            period=each.period,
            course_id=each.course_id,
            raised_at=now,
        )
        for student, each in new
    )
    return new


def _facts(told: Iterable[tuple[int, Nearing]]) -> list[Fact]:
    told = list(told)
    students = Student.objects.in_bulk({student for student, _ in told})
    subjects = dict(
        Course.objects.filter(pk__in={each.course_id for _, each in told if each.course_id}).values_list(
            "pk", "subject__name"
        )
    )
    return [
        Fact(
            Verb.LIMIT_NEARED,
            sub_verb=each.kind.name,
            student_id=student,
            course_id=each.course_id,
            body={
                "student": students[student].short_name,
                "limit": each.kind.name,
                "step": each.limit,
                "figure": each.figure,
                "period": each.period.isoformat(),
                "subject": subjects.get(each.course_id or 0, ""),
            },
        )
        for student, each in told
    ]
