"""The class book of a whole year, printed: the real school's 7 А of 2024/25 with every lesson, its topic, absences and grades."""

import time
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from bench.common import Figures, installation

KEYS = {
    "wall_s": "seconds to read a class's whole year and set it as a PDF; at most 2",
    "read_s": "of these to read it",
    "pages": "pages of the book",
    "lessons": "lessons in it",
    "grades": "grades in it",
    "statements": "statements to read it",
    "kb": "size of the file",
}
SCHOOL, YEAR, CLASS, ROUNDS = 9900102, 2024, "7 А", 5
FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "schools" / str(SCHOOL)
VALUES, ABSENT_EVERY, GRADED_EVERY = ("6", "5.50", "4", "3.25", "2"), 11, 4


def run() -> Figures:
    with installation():
        from zvanets.exchange.neispuo.read import read
        from zvanets.exchange.neispuo.write import write
        from zvanets.history.record import Actor
        from zvanets.schools.models import ClassGroup
        from zvanets.tenancy.school import at_school

        roster = read(FOLDER, YEAR).roster
        assert roster is not None, f"{FOLDER} cannot be imported"
        write(roster, actor=Actor(None, "operator", ""))
        with at_school(SCHOOL):
            group = (
                ClassGroup.objects.books()
                .select_related("school_year", "year_group")
                .get(name=CLASS, school_year__year=YEAR)
            )
            written = _write_a_year(group)
        rounds = [_print(group) for _ in range(ROUNDS)]
    walls, reads, pages, statements, sizes = zip(*rounds, strict=True)
    return {
        "wall_s": round(median(walls), 2),
        "read_s": round(median(reads), 2),
        "pages": pages[0],
        **written,
        "statements": statements[0],
        "kb": round(sizes[0] / 1000),
    }


def _write_a_year(group: Any) -> dict[str, int]:
    """Each lesson has its topic, every eleventh line of its register is missing, every fourth has a grade."""
    from zvanets.accounts.models import User
    from zvanets.attendance.models import Absence
    from zvanets.gradebook.models import Grade
    from zvanets.lessons.models import LessonRecord
    from zvanets.schools.models import CourseMember, Lesson

    teacher = User.objects.create(username="bench-teacher", name="Мария Иванова")
    lessons = list(Lesson.objects.filter(course__class_group=group).order_by("date", "hour_no", "pk"))
    members: dict[int, list[int]] = {}
    for course, student in CourseMember.objects.filter(course__class_group=group).values_list(
        "course_id", "student_id"
    ):
        members.setdefault(course, []).append(student)
    records, absences, grades = [], [], []
    for number, lesson in enumerate(lessons):
        at = datetime.combine(lesson.date, lesson.ends_at, ZoneInfo("Europe/Sofia"))
        by = {"saved_at": at, "saved_by": teacher, "save_key": uuid4()}
        records.append(LessonRecord(lesson=lesson, topic=f"Тема {number}: упражнение и преговор", **by))
        for line, student in enumerate(members.get(lesson.course_id, ())):
            if (number + line) % ABSENT_EVERY == 0:
                kind = 1 + (number + line) // ABSENT_EVERY % 2
                absences.append(
                    Absence(
                        lesson=lesson,
                        student_id=student,
                        date=lesson.date,
                        kind=kind,
                        recorded_at=at,
                        recorded_by=teacher,
                    )
                )
            if (number * 7 + line) % (GRADED_EVERY * 8) == 0:
                value = VALUES[(number + line) % len(VALUES)]
                about = {"lesson": lesson, "course_id": lesson.course_id, "student_id": student, "value": value}
                grades.append(Grade(**about, given_on=lesson.date, given_at=at, given_by=teacher))
    LessonRecord.objects.bulk_create(records)
    Absence.objects.bulk_create(absences)
    Grade.objects.bulk_create(grades)
    return {"lessons": len(lessons), "grades": len(grades)}


def _print(group: Any) -> tuple[float, float, int, int, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from zvanets.books.book import gather, typeset
    from zvanets.tenancy.school import at_school

    before = time.monotonic()
    with at_school(SCHOOL), CaptureQueriesContext(connection) as asked:
        contents = gather(group, is_final=False)
    read = time.monotonic()
    pdf = typeset(contents)
    after = time.monotonic()
    return after - before, read - before, pdf.count(b"/Type/Page/") or pdf.count(b"/Type/Page"), len(asked), len(pdf)
