"""A valid week for the real school 9900102 out of its curriculum, all-day groups in an afternoon shift."""

import time
from datetime import time as clock_time
from pathlib import Path
from typing import Any

from bench.common import Figures, installation

KEYS = {
    "wall_s": "seconds until a programme without clashes stands; at most 60",
    "clashes": "pairs that need one class, teacher or room at one time; none",
    "unplaced": "half hours that stand nowhere; none",
    "blocks": "courses, and courses that share their hours, that were placed",
    "hours": "hours a week that they take",
    "class_gaps": "free hours inside a class's day, over both weeks; none",
    "teacher_gaps": "free hours inside a teacher's day, over both weeks, after all the time",
    "seconds": "the time the solver was given",
}
SCHOOL, YEAR, SECONDS = 9900102, 2025, 60
FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "schools" / str(SCHOOL)
AFTERNOON = [(n, clock_time(13 + (25 + 50 * (n - 1)) // 60, (25 + 50 * (n - 1)) % 60)) for n in range(1, 7)]


def run() -> Figures:
    with installation():
        from zvanets.exchange.neispuo.read import read
        from zvanets.exchange.neispuo.write import write
        from zvanets.history.record import Actor
        from zvanets.schools.models import SchoolYear
        from zvanets.tenancy.school import at_school
        from zvanets.timetable.needs import read_needs

        roster = read(FOLDER, YEAR).roster
        if roster is None:
            raise AssertionError(f"{FOLDER} cannot be imported")
        write(roster, actor=Actor(None, "operator", ""))
        with at_school(SCHOOL):
            school_year = SchoolYear.objects.get(year=YEAR)
            _afternoon(school_year)
            needs = read_needs(school_year, 1)
    return _solve(needs)


def _afternoon(school_year: Any) -> None:
    from zvanets.schools.models import Shift, ShiftHour

    shift = Shift.objects.create(school_year=school_year, name="Втора смяна")
    ShiftHour.objects.bulk_create(
        ShiftHour(shift=shift, weekday=day, hour_no=n, starts_at=at, ends_at=_later(at, 40))
        for day in range(1, 6)
        for n, at in AFTERNOON
    )


def _later(at: clock_time, minutes: int) -> clock_time:
    whole = at.hour * 60 + at.minute + minutes
    return clock_time(whole // 60, whole % 60)


def _solve(needs: Any) -> Figures:
    from zvanets.rules.programme import CLASS, TEACHER, clashes, gaps, too_much, unplaced
    from zvanets.timetable.solver import Found, solve

    blocks = list(needs.blocks.values())
    assert not needs.without_shift
    assert not too_much(blocks, needs.slots)
    began, first = time.monotonic(), 0.0

    def watch(_: Found) -> bool:
        nonlocal first
        first = first or time.monotonic() - began
        return False

    found = solve(blocks, needs.slots, seconds=SECONDS, watch=watch)
    assert found is not None
    return {
        "wall_s": round(first, 1),
        "clashes": len(clashes(found.placed, needs.blocks)),
        "unplaced": sum(unplaced(found.placed, blocks).values()),
        "blocks": len(blocks),
        "hours": sum(len(each.sides) for each in found.placed) // 2,
        "class_gaps": gaps(found.placed, needs.blocks, CLASS),
        "teacher_gaps": gaps(found.placed, needs.blocks, TEACHER),
        "seconds": SECONDS,
    }
