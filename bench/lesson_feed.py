"""Saves lessons at a steady pace, as a process of its own: `python -m bench.lesson_feed PLAN PER_SECOND`."""

import json
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4


def main(plan: str, per_second: str) -> None:
    import django

    django.setup()
    lessons = json.loads(Path(plan).read_text())
    pace = 1 / float(per_second)
    _sheet(lessons[0])  # everything is imported before the clock starts
    starts, latest = time.monotonic(), 0.0
    for n, lesson in enumerate(lessons):
        wait = starts + n * pace - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        latest = max(latest, -wait)
        _save(lesson)
    seconds = time.monotonic() - starts
    print(json.dumps({"seconds": seconds, "latest": latest, "cpu": time.process_time()}), flush=True)


def _save(lesson: dict[str, Any]) -> None:
    from zvanets.history.record import Actor
    from zvanets.lessons.actions import save_lesson
    from zvanets.tenancy.school import at_school

    with at_school(lesson["school"]):
        save_lesson(Actor(lesson["teacher"], "teacher", "127.0.0.1"), lesson["id"], _sheet(lesson))


def _sheet(lesson: dict[str, Any]) -> Any:
    from decimal import Decimal

    from zvanets.attendance.actions import Attendance
    from zvanets.gradebook.actions import NewGrade
    from zvanets.lessons.actions import Sheet
    from zvanets.rules.absences import AbsenceKind
    from zvanets.rules.grades import GradeKind, Mark, Scale

    return Sheet(
        seen=0,
        save_key=uuid4(),
        topic="Пропорции и проценти",
        attendance={student: Attendance(AbsenceKind.UNEXCUSED) for student in lesson["absent"]},
        grades=[
            NewGrade(student, Mark(Scale.QUANTITATIVE, Decimal(value)), GradeKind.CONTROL_WORK)
            for student, value in lesson["grades"]
        ],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
