"""A parent's word excuses fifteen school days a year and five at once; a doctor's paper has no such limit."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from tests import small_school
from zvanets.attendance.actions import Excuse, excuse_absences
from zvanets.attendance.models import Absence, ExcuseReason
from zvanets.lib.refusals import Refusal
from zvanets.rules.absences import AbsenceKind
from zvanets.schools.models import Lesson, SchoolYear
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.django_db
TODAY = date(2025, 11, 21)
MOMENT = datetime(2025, 11, 21, 8, tzinfo=UTC)


@pytest.fixture
def small(school):
    small = small_school.build(school.pk, on=TODAY)
    with at_school(small.id):
        yield small


def missed(small, *days: int, child: int = 0, hours: int = 2, kind=AbsenceKind.UNEXCUSED) -> list[int]:
    """Absences of a child so many days ago, in each of the day's first hours."""
    absences = [
        Absence(
            lesson=lesson(small, TODAY - timedelta(days=day), hour),
            student=small.students[child],
            date=TODAY - timedelta(days=day),
            kind=kind,
            recorded_at=MOMENT,
            recorded_by=small.teacher,
        )
        for day in days
        for hour in range(hours)
    ]
    return [absence.pk for absence in Absence.objects.bulk_create(absences)]


def lesson(small, day, hour) -> Lesson:
    found, _ = Lesson.objects.get_or_create(
        course=small.course, date=day, hour_no=hour, starts_at=time(8 + hour), ends_at=time(8 + hour, 40)
    )
    return found


def excuse(small, ids, reason=ExcuseReason.FAMILY) -> int:
    return excuse_absences(small.actor, Absence.objects.all(), ids=ids, excuse=Excuse(reason))


def refusal(small, ids) -> Refusal:
    with pytest.raises(Refusal) as refused:
        excuse(small, ids)
    return refused.value


def test_five_school_days_are_excused_at_once_however_many_hours_they_had(small):
    assert excuse(small, missed(small, 1, 2, 3, 4, 5, hours=3)) == 15


def test_six_are_not(small):
    ids = missed(small, 1, 2, 3, 4, 5, 6)
    refused = refusal(small, ids)

    assert refused.code == "too_many_days_at_once"
    assert str(refused) == (
        "Анна Желева: по семейни причини се извиняват най-много 5 учебни дни наведнъж, а избраните са 6."
    )
    assert not Absence.objects.filter(excused_at__isnull=False).exists()


def test_the_sixteenth_of_the_year_is_not(small):
    for start in (1, 6, 11):
        excuse(small, missed(small, *range(start, start + 5)))
    refused = refusal(small, missed(small, 16))

    assert refused.code == "too_many_days"
    assert "от 15 за годината са неизползвани 0" in str(refused)


def test_other_reasons_are_not_counted_and_not_limited(small):
    assert excuse(small, missed(small, *range(1, 21)), ExcuseReason.HEALTH) == 40
    assert excuse(small, missed(small, *range(21, 26))) == 10


def test_a_day_that_was_excused_in_part_is_not_counted_twice(small):
    for start in (1, 6, 11):
        excuse(small, missed(small, *range(start, start + 5)))
    late_found = Absence.objects.create(
        lesson=lesson(small, TODAY - timedelta(days=3), 5),
        student=small.students[0],
        date=TODAY - timedelta(days=3),
        kind=AbsenceKind.UNEXCUSED,
        recorded_at=MOMENT,
        recorded_by=small.teacher,
    )
    assert excuse(small, [late_found.pk]) == 1


def test_a_lateness_takes_no_day(small):
    assert excuse(small, missed(small, *range(1, 8), kind=AbsenceKind.LATE, hours=1)) == 7
    assert excuse(small, missed(small, *range(11, 16))) == 10


def test_each_child_and_each_school_year_has_its_own(small):
    SchoolYear.objects.create(
        year=2024, starts_on=TODAY - timedelta(days=400), ends_on=small.school_year.starts_on - timedelta(days=1)
    )
    for start in (1, 6, 11):
        excuse(small, missed(small, *range(start, start + 5)))
    assert excuse(small, missed(small, 1, 2, child=1)) == 4
    assert excuse(small, missed(small, 100, 101)) == 4  # of the year before
    assert refusal(small, [*missed(small, 5, child=2), *missed(small, 20)]).params["student"] == "Анна Желева"


def test_the_rule_of_the_day_counts(small):
    """Before 19.03.2024 ten days a year, seven at once."""
    before = (TODAY - date(2024, 3, 8)).days
    assert excuse(small, missed(small, *range(before, before + 7))) == 14
