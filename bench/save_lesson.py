"""A teacher saves a register of 26: 3 absences, 5 grades and the topic, with history and outbox, by HTTP."""

from uuid import uuid4

from bench.browser import Browser, Fields, all_at_once, fields_of
from bench.common import Figures, Installation, installation, medians
from bench.raw_rows import RawRows
from bench.taught import PASSWORD, SIZE, TaughtClass

KEYS = {
    "cpu_ms": "milliseconds of CPU per save, web and database together; at most 8",
    "web_cpu_ms": "of these in the web",
    "db_cpu_ms": "of these in the database",
    "statements": "statements per save without BEGIN, COMMIT and SAVEPOINT; at most 12",
    "raw_cpu_ms": "the same rows by multi-row INSERTs in the same run, client and database together",
    "ratio_to_raw": "cpu_ms / raw_cpu_ms",
}
SCHOOL, RAW_SCHOOL = 9900901, 9900902
CLASSES, ROUNDS, A_ROUND, WARM_UP, COUNTED = 8, 7, 120, 80, 5
ABSENT, MARKS = 3, ("5,50", "6", "4", "3,25", "2")


def run() -> Figures:
    with installation() as system:
        from bench import school

        a_class = (WARM_UP + ROUNDS * A_ROUND) // CLASSES + COUNTED
        taught = school.build(SCHOOL, classes=CLASSES, lessons=a_class)
        raw = RawRows(system, school.build(RAW_SCHOOL, classes=CLASSES, lessons=a_class), absent=ABSENT, marks=MARKS)
        system.ask("VACUUM ANALYZE")
        system.start("serve")
        figures = _measure(system, taught, raw)
        _must_be_there(system, WARM_UP + COUNTED + ROUNDS * A_ROUND)
        return figures


def _measure(system: Installation, taught: list[TaughtClass], raw: RawRows) -> Figures:
    teachers = [Teacher(system.port, each) for each in taught]
    _save(teachers, WARM_UP)
    raw.save(WARM_UP)
    counts = sorted(len(system.statements(teachers[0].save)) for _ in range(COUNTED))
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(system.cost(A_ROUND, lambda: _save(teachers, A_ROUND)))
        theirs.append(raw.cost(A_ROUND))
    figures = medians(ours)
    floor = sorted(theirs)[ROUNDS // 2]
    return {
        **figures,
        "statements": counts[-1],
        "raw_cpu_ms": round(floor, 2),
        "ratio_to_raw": round(figures["cpu_ms"] / floor, 1),
    }


def _save(teachers: list["Teacher"], count: int) -> None:
    all_at_once([[teacher.save] * (count // len(teachers)) for teacher in teachers])


class Teacher:
    """Fills in one lesson after the other; the page is opened once, its fields are sent as a browser sends them."""

    def __init__(self, port: int, taught: TaughtClass) -> None:
        self.browser = Browser(port)
        self.browser.sign_in(taught.username, PASSWORD)
        self.taught = taught
        self.lessons = iter(taught.lessons)
        page = self.browser.get(self._path(taught.lessons[0][0]))
        self.fields = [field for field in fields_of(page.text, '<form id="lesson"') if field[0] not in {"key", "topic"}]
        assert sum(name.startswith("grade-") for name, _ in self.fields) == SIZE

    def save(self) -> None:
        path = self._path(next(self.lessons)[0])
        answer = self.browser.post(path, self._filled())
        assert (answer.status, answer.location) == (302, path), answer

    def _path(self, lesson_id: int) -> str:
        return f"/s/{SCHOOL}/lessons/{lesson_id}/"

    def _filled(self) -> Fields:
        graded = dict(zip((f"grade-{student}-1" for student in self.taught.students[ABSENT:]), MARKS, strict=False))
        fields = [(name, graded.get(name, value)) for name, value in self.fields]
        absent = [("absent", str(student)) for student in self.taught.students[:ABSENT]]
        return [*fields, *absent, ("key", str(uuid4())), ("kind", "4"), ("topic", "Пропорции и проценти")]


def _must_be_there(system: Installation, saves: int) -> None:
    """What was measured really happened: every row of every save, and its outbox."""
    per_save = {
        "lessons_lessonrecord": 1,
        "attendance_absence": ABSENT,
        "gradebook_grade": len(MARKS),
        "history_entry": ABSENT + len(MARKS) + 1,
        "history_entrybody": ABSENT + len(MARKS) + 1,
        "history_pending": ABSENT + len(MARKS),
    }
    for table, rows in per_save.items():
        found = system.ask(f"SELECT count(*) FROM {table} WHERE school_id = %s", SCHOOL)[0][0]
        assert found == rows * saves, (table, found, rows * saves)
