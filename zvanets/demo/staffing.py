"""Who works in the school and who teaches what."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import ceil
from random import Random

from zvanets.demo import names
from zvanets.demo.curriculum import BY_SPECIALISTS_IN_PRIMARY, CLASS_HOUR, department
from zvanets.demo.names import Person
from zvanets.demo.shape import DEMO_CLASSES, Book, Course, Tenure, Worker

DEMO_TEACHER = Person("Мария", "Стоянова", "Иванова", "f")
DEMO_SUBJECT = "Математика"
_LOAD = 20  # hours a week
_FIRST_SPECIALIST_LEVEL = 5
_POST = ("Учител, общообразователен учебен предмет в гимназиален етап", "2330-5004")
_SENIOR = ("Старши учител, общообразователен учебен предмет в прогимназиален етап", "2330-5007")
_PRIMARY = ("Старши учител, начален етап на основното образование (I-IV клас)", "2341-5003")
_ALL_DAY = ("Учител в група за целодневна организация на учебния ден", "2341-5002")
_PRESCHOOL = ("Учител, детска градина", "2342-5011")
_OFFICES = (
    ("Директор, училище", "1345-6002", "director"),
    ("Заместник-директор, учебна дейност", "2359-6002", "school_admin"),
    ("Заместник-директор, административно-стопанска дейност", "2359-6002", "school_admin"),
    ("Технически сътрудник", "4110-1001", "clerk"),
    ("Технически сътрудник", "4110-1001", "clerk"),
    ("Педагогически съветник", "2359-6011", ""),
    ("Психолог", "2634-6003", ""),
    ("Логопед", "2266-6001", ""),
)


@dataclass
class Staff:
    """Everybody hired so far and how many hours a week each department's people teach."""

    rng: Random
    books: Sequence[Book]
    courses: Sequence[Course]
    workers: list[Worker] = field(default_factory=list)
    loads: Counter[int] = field(default_factory=Counter)
    departments: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def hire(self, post: str, code: str, role: str = "teacher", *, of: str = "", person: Person | None = None) -> int:
        chosen = person or names.adult(self.rng, self.rng.choices("fm", (4, 1))[0])
        self.workers.append(Worker(chosen, post, code, role, of))
        if of:
            self.departments[of].append(len(self.workers) - 1)
        return len(self.workers) - 1

    def least_busy(self, of: str, hours: Decimal, but: Iterable[int] = ()) -> int:
        free = [worker for worker in self.departments[of] if worker not in but]
        worker = min(free, key=lambda each: self.loads[each])
        self.loads[worker] += int(hours * 2)
        return worker

    def department_of(self, course: Course) -> str:
        """Return who teaches it; nothing where the class's own teacher does, or nobody yet."""
        book = self.books[course.book]
        if course.subject == CLASS_HOUR or (_has_one_teacher(book) and course.subject not in BY_SPECIALISTS_IN_PRIMARY):
            return ""
        within = course.subject if course.parent is None else self.courses[course.parent].subject
        return department(course.subject, within)

    def is_of_the_demo(self, course: Course) -> bool:
        return self.books[course.book].name in DEMO_CLASSES and course.subject == DEMO_SUBJECT

    def hire_departments(self) -> None:
        demand: Counter[str] = Counter()
        widest: Counter[str] = Counter()
        for course in self.courses:
            name = self.department_of(course)
            if name and not self.is_of_the_demo(course):
                demand[name] += int(max(course.terms) * 2)
                widest[name] = max(widest[name], course.sub_group or 1)
        for name, halves in sorted(demand.items()):
            for number in range(max(ceil(halves / 2 / _LOAD), widest[name])):
                self.hire(*(_SENIOR if number % 2 else _POST), of=name)

    def hire_own_teacher(self, book: Book) -> int:
        if book.is_all_day:
            return self.hire(*_ALL_DAY)
        if book.level is not None and book.level < 1:
            return self.hire(*_PRESCHOOL)
        return self.hire(*_PRIMARY)

    def elsewhere(self, course: Course) -> list[int]:
        """The two sub-groups of a class learn in the same hour, so from two halves of the department."""
        people = self.departments[self.department_of(course)]
        return [] if course.sub_group is None else people[course.sub_group - 1 :: 2]


def employ(books: Sequence[Book], courses: Sequence[Course], rng: Random) -> tuple[list[Worker], list[Course]]:
    """Hire as many as the curriculum needs and give every course its teachers."""
    staff = Staff(rng, books, courses)
    for office in _OFFICES:
        staff.hire(*office)
    staff.hire_departments()
    demo = staff.hire(*_SENIOR, person=DEMO_TEACHER)
    own = {place: staff.hire_own_teacher(book) for place, book in enumerate(books) if _has_one_teacher(book)}
    taught = [replace(course, teachers=_teachers(staff, course, own, demo)) for course in courses]
    return staff.workers, _with_mess(_with_homeroom(taught, {demo}), staff)


def _has_one_teacher(book: Book) -> bool:
    return book.is_all_day or book.level is None or book.level < _FIRST_SPECIALIST_LEVEL


def _teachers(staff: Staff, course: Course, own: dict[int, int], demo: int) -> tuple[Tenure, ...]:
    if staff.is_of_the_demo(course):
        return (Tenure(demo),)
    if name := staff.department_of(course):
        return (Tenure(staff.least_busy(name, max(course.terms), staff.elsewhere(course))),)
    return (Tenure(own[course.book]),) if course.book in own else ()


def _with_homeroom(courses: list[Course], leading: set[int]) -> list[Course]:
    """From grade V on the homeroom teacher is one who teaches the class much and leads no other."""
    done = []
    for course in courses:
        if course.subject != CLASS_HOUR or course.teachers:
            done.append(course)
            continue
        hours: Counter[int] = Counter()
        for other in courses:
            if other.book == course.book and other.teachers and max(other.terms) < 10:
                hours[other.teachers[0].worker] += int(max(other.terms) * 2)
        teacher = next(worker for worker, _ in hours.most_common() if worker not in leading)
        leading.add(teacher)
        done.append(replace(course, teachers=(Tenure(teacher),)))
    return done


def _with_mess(courses: list[Course], staff: Staff) -> list[Course]:
    """One course has nobody, one changed hands, in one two teachers overlap, one assignment ends before it begins."""
    music, sports, german = (
        [place for place, course in enumerate(courses) if course.subject == subject and not course.is_class_hour]
        for subject in ("Музика", "Физическо възпитание и спорт", "Немски език")
    )
    courses[music[-1]] = replace(courses[music[-1]], teachers=())
    _hand_over(courses, sports[-1], staff.departments["физическо възпитание"], until=12, since=11)
    _hand_over(courses, german[0], staff.departments["английски език"], until=9, since=16)
    void = Tenure(staff.departments["английски език"][-1], since=5, until=20)
    courses[german[-1]] = replace(courses[german[-1]], teachers=(*courses[german[-1]].teachers, void))
    return courses


def _hand_over(courses: list[Course], place: int, colleagues: Sequence[int], *, until: int, since: int) -> None:
    old = courses[place].teachers[0].worker
    new = next(worker for worker in colleagues if worker != old)
    courses[place] = replace(courses[place], teachers=(Tenure(old, until=until), Tenure(new, since=since)))
