"""A teacher opens a lesson of 26 that was saved with 3 absences and 5 grades: the whole page, by HTTP."""

from bench.browser import all_at_once
from bench.common import Figures, Installation, installation, medians
from bench.save_lesson import ABSENT, MARKS, SCHOOL, Teacher
from bench.taught import SIZE

KEYS = {
    "cpu_ms": "milliseconds of CPU per page, web and database together; at most 8",
    "web_cpu_ms": "of these in the web",
    "db_cpu_ms": "of these in the database",
    "statements": "statements per page without BEGIN and COMMIT; at most 10",
    "bytes": "size of the page, not compressed",
}
CLASSES, LESSONS, ROUNDS, A_ROUND, WARM_UP = 8, 30, 7, 120, 80


def run() -> Figures:
    with installation() as system:
        from bench import school

        taught = school.build(SCHOOL, classes=CLASSES, lessons=LESSONS)
        system.start("serve")
        teachers = [Reader(system.port, each) for each in taught]
        all_at_once([[teacher.save] * LESSONS for teacher in teachers])
        system.ask("VACUUM ANALYZE")
        return _measure(system, teachers)


def _measure(system: Installation, readers: list["Reader"]) -> Figures:
    def read(count: int) -> None:
        all_at_once([[reader.read] * (count // len(readers)) for reader in readers])

    read(WARM_UP)
    costs = [system.cost(A_ROUND, lambda: read(A_ROUND)) for _ in range(ROUNDS)]
    return {**medians(costs), "statements": len(system.statements(readers[0].read)), "bytes": readers[0].bytes}


class Reader(Teacher):
    """Opens the saved lessons in turn."""

    turn = bytes = 0

    def read(self) -> None:
        lesson, _ = self.taught.lessons[self.turn % LESSONS]
        self.turn += 1
        answer = self.browser.get(f"/s/{SCHOOL}/lessons/{lesson}/")
        assert answer.status == 200, answer
        assert answer.text.count("<tr data-student=") == SIZE
        assert answer.text.count('name="absent"') == SIZE
        assert answer.text.count(" checked") == ABSENT, answer.text.count(" checked")
        assert answer.text.count(f"/s/{SCHOOL}/grades/") == len(MARKS)
        self.bytes = len(answer.text.encode())
