"""A teacher types a whole column of the gradebook: 26 grades saved in one request, with history and outbox, by HTTP."""

import json
from uuid import uuid4

from bench.browser import Browser, all_at_once
from bench.common import Figures, Installation, installation, medians
from bench.taught import PASSWORD, SIZE, TaughtClass

KEYS = {
    "cpu_ms": "milliseconds of CPU per save of 26 grades, web and database together; at most 8",
    "web_cpu_ms": "of these in the web",
    "db_cpu_ms": "of these in the database",
    "statements": "statements per save without BEGIN, COMMIT and SAVEPOINT",
}
SCHOOL = 9900901
# So many classes that a book has 26 x 25 cells at the end.
CLASSES, ROUNDS, A_ROUND, WARM_UP, COUNTED = 40, 7, 120, 80, 5
MARKS = ("5,50", "6", "4", "3,25", "2", "5")


def run() -> Figures:
    with installation() as system:
        from bench import school

        taught = school.build(SCHOOL, classes=CLASSES, lessons=(WARM_UP + ROUNDS * A_ROUND) // CLASSES + COUNTED)
        system.ask("VACUUM ANALYZE")
        system.start("serve")
        teachers = [Teacher(system.port, each) for each in taught]
        _save(teachers, WARM_UP)
        counts = sorted(len(system.statements(teachers[0].save)) for _ in range(COUNTED))
        costs = [system.cost(A_ROUND, lambda: _save(teachers, A_ROUND)) for _ in range(ROUNDS)]
        _must_be_there(system, WARM_UP + COUNTED + ROUNDS * A_ROUND)
        return {**medians(costs), "statements": counts[-1]}


def _save(teachers: list["Teacher"], count: int) -> None:
    all_at_once([[teacher.save] * (count // len(teachers)) for teacher in teachers])


class Teacher:
    """Fills one column after the other."""

    def __init__(self, port: int, taught: TaughtClass) -> None:
        self.browser = Browser(port)
        self.browser.sign_in(taught.username, PASSWORD)
        self.path = f"/s/{SCHOOL}/courses/{taught.course_id}/cells/?term=1"
        self.students = taught.students
        self.lessons = iter(taught.lessons)
        self.browser.get(f"/s/{SCHOOL}/courses/{taught.course_id}/grades/")

    def save(self) -> None:
        lesson, _ = next(self.lessons)
        about = {"what": "grade", "lesson": lesson, "kind": 4, "place": 0, "seen": 0}
        cells = [
            {**about, "key": str(uuid4()), "student": student, "typed": MARKS[n % len(MARKS)]}
            for n, student in enumerate(self.students)
        ]
        answer = self.browser.post_json(self.path, {"cells": cells})
        assert answer.status == 200, answer
        assert [each["state"] for each in json.loads(answer.text)["cells"]] == ["saved"] * SIZE


def _must_be_there(system: Installation, saves: int) -> None:
    for table in ("gradebook_grade", "lessons_cellkey", "history_entry", "history_pending"):
        found = system.ask(f"SELECT count(*) FROM {table} WHERE school_id = %s", SCHOOL)[0][0]
        assert found == SIZE * saves, (table, found, SIZE * saves)
