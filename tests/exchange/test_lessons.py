"""The lessons of a year: the programme on the days of school, reckoned a second time in Python."""

import csv
from collections import Counter
from datetime import date, timedelta

import pytest

from tests.exchange.conftest import SCHOOLS
from zvanets.rules.terms import week_letter
from zvanets.schools.models import Lesson, OffDay, ScheduleHour, Term
from zvanets.tenancy.school import at_school

pytestmark = pytest.mark.usefixtures("imported", "undone")


def school_days(year: int, levels: set[int]) -> set[date]:
    """Days on which at least one of the levels is in term and not off."""
    days: set[date] = set()
    for level in levels:
        off = OffDay.objects.filter(school_year__year=year)
        free = set(off.filter(year_group=None).values_list("date", flat=True))
        free |= set(off.filter(year_group__level=level).values_list("date", flat=True))
        for term in Term.objects.filter(year_group__school_year__year=year, year_group__level=level):
            span = {term.starts_on + timedelta(days=n) for n in range((term.ends_on - term.starts_on).days + 1)}
            days |= span - free
    return days


def reckoned(school: int, year: int) -> Counter[tuple[int, date, int]]:
    def rows(name: str) -> list[dict[str, str]]:
        with (SCHOOLS / str(school) / f"{name}.csv").open(encoding="utf-8") as file:
            return [row for row in csv.DictReader(file) if row["school_year"] == str(year)]

    levels: dict[str, set[int]] = {}
    for group in rows("class_groups"):
        if group["grade_level"]:
            levels.setdefault(group["parent_id"] or group["id"], set()).add(int(group["grade_level"]))
    days = {book: sorted(school_days(year, found)) for book, found in levels.items()}
    first = min(min(found) for found in days.values() if found)
    lessons: Counter[tuple[int, date, int]] = Counter()
    for hour in rows("schedule"):
        since, until = date.fromisoformat(hour["valid_from"]), date.fromisoformat(hour["valid_to"])
        for day in days[hour["class_group_id"]]:
            is_week = hour["week"] in {"all", week_letter(day, first)}
            if since <= day <= until and day.isoweekday() == int(hour["weekday"]) and is_week:
                lessons[int(hour["curriculum_id"]), day, int(hour["hour_no"])] += 1
    return lessons


@pytest.mark.parametrize(("school", "year"), [(9900101, 2024), (9900101, 2025), (9900102, 2025)])
def test_the_lessons_are_those_reckoned_by_hand(school, year, imported):
    with at_school(school):
        made = Lesson.objects.filter(course__class_group__school_year__year=year)
        found = Counter(made.values_list("course__external_id", "date", "hour_no"))
        assert found == reckoned(school, year)
        assert len(found) == imported.lessons[school, year]


def last_lessons(school: int, year: int) -> dict[int, date]:
    with at_school(school):
        rows = Lesson.objects.filter(course__class_group__school_year__year=year).values_list(
            "course__class_group__year_group__level", "date"
        )
        last: dict[int, date] = {}
        for level, day in rows:
            last[level] = max(last.get(level, day), day)
        return last


def test_each_grade_ends_on_its_own_day():
    last = last_lessons(9900102, 2025)
    assert last[12] == date(2026, 5, 15)
    assert last[1] == last[2] == last[3] == date(2026, 5, 29)
    assert last[4] == last[5] == last[6] == date(2026, 6, 12)
    assert last[7] == last[11] == date(2026, 6, 30)


def test_nobody_learns_on_a_day_off_or_between_the_terms():
    with at_school(9900102):
        days = set(Lesson.objects.filter(date__gte="2025-09-01").values_list("date", flat=True))
    assert min(days) == date(2025, 9, 15)
    for off in (
        "2025-09-22",
        "2025-11-03",
        "2025-12-24",
        "2026-01-02",
        "2026-02-02",
        "2026-03-02",
        "2026-03-03",
        "2026-05-25",
    ):
        assert date.fromisoformat(off) not in days
    assert date(2026, 2, 3) in days
    assert not any(day.isoweekday() > 5 for day in days)


def test_the_twelfth_grade_learns_while_the_others_have_spring_holiday():
    with at_school(9900102):
        there = Lesson.objects.filter(date="2026-04-07").values_list(
            "course__class_group__year_group__level", flat=True
        )
        assert set(there) == {12}


def test_the_two_weeks_alternate_from_the_first_school_week():
    with at_school(9900102):
        hour = ScheduleHour.objects.filter(week="A", starts_on="2025-09-15").first()
        lessons = Lesson.objects.filter(course=hour.course, hour_no=hour.hour_no, date__lte=hour.ends_on)
        days = {day for day in lessons.values_list("date", flat=True) if day.isoweekday() == hour.weekday}
    assert min(days) == date(2025, 9, 14) + timedelta(days=hour.weekday)
    assert {(day - min(days)).days % 14 for day in days} == {0}
