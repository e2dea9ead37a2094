"""A teacher opens the gradebook of a course: 26 students in 25 columns, every cell filled, by HTTP."""

from decimal import Decimal

from bench.browser import Browser, all_at_once
from bench.common import Figures, Installation, installation, medians
from bench.taught import PASSWORD, SIZE, TaughtClass

KEYS = {
    "cpu_ms": "milliseconds of CPU per page, web and database together; at most 8",
    "web_cpu_ms": "of these in the web",
    "db_cpu_ms": "of these in the database",
    "statements": "statements per page without BEGIN and COMMIT; at most 8",
    "bytes": "size of the page, not compressed",
}
SCHOOL = 9900901
CLASSES, COLUMNS, ROUNDS, A_ROUND, WARM_UP = 8, 25, 7, 120, 80
MARKS = tuple(map(Decimal, ("5.50", "6", "4", "3.25", "2", "5")))


def run() -> Figures:
    with installation() as system:
        from bench import school

        taught = school.build(SCHOOL, classes=CLASSES, lessons=COLUMNS)
        _fill(taught)
        system.ask("VACUUM ANALYZE")
        system.start("serve")
        return _measure(system, [Reader(system.port, each) for each in taught])


def _fill(taught: list[TaughtClass]) -> None:
    from zvanets.gradebook.models import Grade
    from zvanets.lib import clock
    from zvanets.tenancy.school import at_school

    with at_school(SCHOOL):
        Grade.objects.bulk_create(
            Grade(
                student_id=student,
                course_id=each.course_id,
                lesson_id=lesson,
                value=MARKS[(row + column) % len(MARKS)],
                given_on=on,
                given_at=clock.now(),
                given_by_id=each.user_id,
                teacher_id=each.staff_id,
            )
            for each in taught
            for column, (lesson, on) in enumerate(each.lessons)
            for row, student in enumerate(each.students)
        )


def _measure(system: Installation, readers: list["Reader"]) -> Figures:
    def read(count: int) -> None:
        all_at_once([[reader.read] * (count // len(readers)) for reader in readers])

    read(WARM_UP)
    costs = [system.cost(A_ROUND, lambda: read(A_ROUND)) for _ in range(ROUNDS)]
    return {**medians(costs), "statements": len(system.statements(readers[0].read)), "bytes": readers[0].bytes}


class Reader:
    """Opens one gradebook again and again."""

    bytes = 0

    def __init__(self, port: int, taught: TaughtClass) -> None:
        self.browser = Browser(port)
        self.browser.sign_in(taught.username, PASSWORD)
        self.path = f"/s/{SCHOOL}/courses/{taught.course_id}/grades/"

    def read(self) -> None:
        answer = self.browser.get(self.path)
        assert answer.status == 200, answer
        assert answer.text.count("<tr data-student=") == SIZE
        assert answer.text.count("data-id=") == SIZE * COLUMNS, answer.text.count("data-id=")
        self.bytes = len(answer.text.encode())
