"""The floor: the rows of a saved lesson by one multi-row INSERT a table, in one transaction, with nothing around it."""

import os
import time
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from uuid import uuid4

from bench.common import Installation
from bench.taught import TaughtClass
from zvanets.lib import clock

_TABLES = {
    "lessons_lessonrecord": "school_id, lesson_id, version, save_key, topic, saved_at, saved_by_id",
    "attendance_absence": "school_id, lesson_id, student_id, date, kind, reason_text, recorded_at, recorded_by_id",
    "gradebook_grade": "school_id, student_id, course_id, lesson_id, kind, value, comment, given_on, given_at, given_by_id,"
    " teacher_id, ended_why",
    "history_entry": "id, school_id, number, act, verb, sub_verb, at, actor_id, actor_role, address, student_id, course_id,"
    " class_group_id, object_id, lesson_id, digest, chain",
    "history_entrybody": "school_id, entry_id, salt, text",
    "history_pending": "school_id, entry_id, verb, student_id, course_id, class_group_id, object_id, lesson_id, at, due_at",
}
_BODY = (
    '{"class_group":"7 № 1","date":"2025-10-07","grade":"5.50","given_on":"2025-10-07","hour_no":3,"kind":"CURRENT",'
    '"student":"Ученик01 Примерен1","subject":"Математика","teacher":"Мария Иванова1","topic":"Пропорции"}'
)
Row = tuple[object, ...]


class RawRows:
    """Writes as the administrator, whom no wall and no chain delays."""

    def __init__(
        self, system: Installation, classes: Sequence[TaughtClass], *, absent: int, marks: Sequence[str]
    ) -> None:
        self.system = system
        self.school_id = system.ask("SELECT school_id FROM schools_lesson WHERE id = %s", classes[0].lessons[0][0])[0][
            0
        ]
        self.values = [Decimal(mark.replace(",", ".")) for mark in marks]
        self.absent = absent
        self.lessons = _lessons(classes)
        self.numbers, self.ids = count(1), count(10**9)
        self.connection = system.administrator()

    def cost(self, saves: int) -> float:
        """Milliseconds of CPU per save: this process' own and the database's."""
        client, base = time.process_time(), self.system.cpu_seconds("database")
        self.save(saves)
        spent = time.process_time() - client + self.system.cpu_seconds("database") - base
        return 1000 * spent / saves

    def save(self, saves: int) -> None:
        for _ in range(saves):
            with self.connection.transaction():
                for table, rows in self._rows(*next(self.lessons)).items():
                    self.connection.execute(*_insert(table, rows))

    def _rows(self, taught: TaughtClass, lesson: int, on: date) -> dict[str, list[Row]]:
        now, school, by = clock.now(), self.school_id, taught.user_id
        absent, graded = taught.students[: self.absent], taught.students[self.absent :]
        told = [*absent, *graded[: len(self.values)], None]
        entries = [(next(self.ids), next(self.numbers), student) for student in told]
        about = (taught.course_id, taught.class_group_id, None, lesson)
        act = ("teacher", "127.0.0.1")
        return {
            "lessons_lessonrecord": [(school, lesson, 1, uuid4(), "Пропорции", now, by)],
            "attendance_absence": [(school, lesson, student, on, 2, "", now, by) for student in absent],
            "gradebook_grade": [
                (school, student, taught.course_id, lesson, 4, value, "", on, now, by, taught.staff_id, "")
                for student, value in zip(graded, self.values, strict=False)
            ],
            "history_entry": [
                (
                    pk,
                    school,
                    number,
                    entries[0][1],
                    "grade.given",
                    "CURRENT",
                    now,
                    by,
                    *act,
                    student,
                    *about,
                    *_digests(),
                )
                for pk, number, student in entries
            ],
            "history_entrybody": [(school, pk, os.urandom(16), _BODY) for pk, _, _ in entries],
            "history_pending": [
                (school, pk, "grade.given", student, *about, now, now) for pk, _, student in entries if student
            ],
        }


def _lessons(classes: Sequence[TaughtClass]) -> Iterator[tuple[TaughtClass, int, date]]:
    for taught in classes:
        for lesson, on in taught.lessons:
            yield taught, lesson, on


def _digests() -> tuple[bytes, bytes]:
    return os.urandom(32), os.urandom(32)


def _insert(table: str, rows: Sequence[Row]) -> tuple[str, list[object]]:
    one = f"({', '.join(['%s'] * len(rows[0]))})"
    return f"INSERT INTO {table} ({_TABLES[table]}) VALUES {', '.join([one] * len(rows))}", [
        v for row in rows for v in row
    ]
