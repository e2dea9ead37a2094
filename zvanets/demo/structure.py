"""The invented school's year in the database: class groups, courses, registers, bells and the weekly programme."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from zvanets.demo.people import People
from zvanets.demo.rows import insert
from zvanets.demo.school import ROUND_THE_CLOCK_HOURS
from zvanets.demo.shape import FIRST_SHIFT, ROUND_THE_CLOCK, SECOND_SHIFT, Book, Invented
from zvanets.demo.year import DemoYear
from zvanets.schools.models import (
    ClassGroup,
    Course,
    CourseMember,
    CourseTeacher,
    Enrolment,
    ScheduleHour,
    SchoolSettings,
    SchoolYear,
    Shift,
    ShiftHour,
    Subject,
    Term,
    YearGroup,
)

_SHIFTS = {
    FIRST_SHIFT: "Първа смяна",
    SECOND_SHIFT: "Втора смяна",
    ROUND_THE_CLOCK: "Денонощна смяна (за демонстрацията)",
}
_FIRST_BELLS = ("07:30 08:10", "08:20 09:00", "09:20 10:00", "10:10 10:50", "11:00 11:40", "11:50 12:30", "12:35 13:15")
_SECOND_BELLS = (
    "13:30 14:10",
    "14:20 15:00",
    "15:20 16:00",
    "16:10 16:50",
    "17:00 17:40",
    "17:50 18:30",
    "18:35 19:15",
)
_BLOCK = timedelta(minutes=90)
_MIDNIGHT = datetime(2000, 1, 1)  # noqa: DTZ001  (only its time is used)
_DAY_ENDS = time.max
_LEFT_DAYS_AGO = 10
_FIRST_ROOM = 10
_ROMAN = ("Подготвителна група", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")

_COURSE_COLUMNS = (
    *("class_group", "subject", "subject_type", "subject_type_name", "plan_part", "sub_group", "parent"),
    *("weeks_term1", "hours_term1", "weeks_term2", "hours_term2", "is_class_hour"),
)


@dataclass
class Structure:
    """Keys of the rows, by the places of the invented school's tuples."""

    invented: Invented
    people: People
    year: DemoYear
    books: list[int] = field(default_factory=list)
    parts: list[list[int]] = field(default_factory=list)
    courses: list[int] = field(default_factory=list)

    def build(self) -> None:
        SchoolSettings.objects.create()
        year = SchoolYear.objects.create(
            year=self.year.number, starts_on=self.year.starts_on, ends_on=self.year.last_day
        )
        self._class_groups(year.pk, self._year_groups(year.pk))
        self._enrolments()
        self._courses()
        self._registers()
        self._programme(self._bells(year.pk))

    def _year_groups(self, year: int) -> dict[int, int]:
        levels = self.year.levels
        names = [(year, level, _ROMAN[level] + (" клас" if level else "")) for level in levels]
        groups = dict(zip(levels, insert(YearGroup, ("school_year", "level", "name"), names), strict=True))
        dates = self.year
        terms = [
            (group, number, starts_on, ends_on)
            for level, group in groups.items()
            for number, starts_on, ends_on in (
                (1, dates.starts_on, dates.first_term_ends_on),
                (2, dates.second_term_starts_on, dates.ends_on(level)),
            )
        ]
        insert(Term, ("year_group", "number", "starts_on", "ends_on"), terms)
        return groups

    def _class_groups(self, year: int, groups: dict[int, int]) -> None:
        columns = ("school_year", "year_group", "parent", "name", "typed_name", "kind", "class_type", "is_combined")

        def row(book: Book, parent: int | None, name: str, level: int | None) -> tuple[object, ...]:
            kind = ClassGroup.Kind.ALL_DAY if book.is_all_day else ClassGroup.Kind.CLASS
            group = None if level is None else groups[level]
            return year, group, parent, name, book.typed, kind, book.class_type, book.level is None

        books = self.invented.books
        self.books = insert(ClassGroup, columns, [row(book, None, book.name, book.level) for book in books])
        parts = [
            row(book, parent, part.name, part.level)
            for book, parent in zip(books, self.books, strict=True)
            for part in book.parts
        ]
        keys = iter(insert(ClassGroup, columns, parts))
        self.parts = [[next(keys) for _ in book.parts] for book in books]

    def _enrolments(self) -> None:
        left_on = self.year.today - timedelta(days=_LEFT_DAYS_AGO)
        rows = []
        for place, book in enumerate(self.invented.books):
            for part, key in zip(book.parts, self.parts[place], strict=True):
                for seat in part.seats:
                    status = Enrolment.Status.LEFT if seat.has_left else Enrolment.Status.ENROLLED
                    ends_on = left_on if seat.has_left else None
                    student = self.people.students[seat.pupil]
                    rows.append((student, key, self.books[place], seat.number, status, self.year.starts_on, ends_on))
        columns = ("student", "class_group", "class_book", "number", "status", "starts_on", "ends_on")
        insert(Enrolment, columns, rows)

    def _courses(self) -> None:
        """Parents first: a module points to its profiling subject."""
        names = sorted({course.subject for course in self.invented.courses})
        subjects = dict(zip(names, insert(Subject, ("name", "short_name"), [(n, n) for n in names]), strict=True))
        weeks = 18
        keys: dict[int, int] = {}
        for wants_parent in (False, True):
            places = [p for p, c in enumerate(self.invented.courses) if (c.parent is not None) is wants_parent]
            rows = []
            for place in places:
                course = self.invented.courses[place]
                parent = None if course.parent is None else keys[course.parent]
                what = (self.books[course.book], subjects[course.subject], *course.kind.value, course.sub_group, parent)
                first, second = course.terms
                rows.append((*what, weeks, first, weeks, second, course.is_class_hour))
            keys |= zip(places, insert(Course, _COURSE_COLUMNS, rows), strict=True)
        self.courses = [keys[place] for place in range(len(keys))]

    def _registers(self) -> None:
        today, start = self.year.today, self.year.starts_on
        teachers, members = [], []
        for key, course in zip(self.courses, self.invented.courses, strict=True):
            members += [(key, self.people.students[pupil], start) for pupil in course.members]
            for tenure in course.teachers:
                since = start if tenure.since is None else today - timedelta(days=tenure.since)
                until = None if tenure.until is None else today - timedelta(days=tenure.until)
                teachers.append((key, self.people.staff[tenure.worker], since, until))
        insert(CourseTeacher, ("course", "staff_member", "starts_on", "ends_on"), teachers)
        insert(CourseMember, ("course", "student", "starts_on"), members)

    def _bells(self, year: int) -> dict[int, int]:
        shifts = dict(
            zip(
                _SHIFTS,
                insert(Shift, ("school_year", "name"), [(year, name) for name in _SHIFTS.values()]),
                strict=True,
            )
        )
        rows = [
            (shifts[shift], weekday, number, *bell)
            for shift in _SHIFTS
            for weekday in range(1, 8 if shift == ROUND_THE_CLOCK else 6)
            for number, bell in enumerate(bells(shift), start=1)
        ]
        insert(ShiftHour, ("shift", "weekday", "hour_no", "starts_at", "ends_at"), rows)
        return shifts

    def _programme(self, shifts: dict[int, int]) -> None:
        columns = ("course", "shift", "week", "weekday", "hour_no", "room", "starts_on", "ends_on")
        rows = []
        for hour in self.invented.hours:
            room = str(_FIRST_ROOM + self.invented.courses[hour.course].book)  # each class has its own
            when = (shifts[hour.shift], hour.week, hour.weekday, hour.number)
            rows.append((self.courses[hour.course], *when, room, *self._span(hour.term)))
        insert(ScheduleHour, columns, rows)

    def _span(self, term: int | None) -> tuple[date, date]:
        year = self.year
        first = year.starts_on if term != 2 else year.second_term_starts_on
        return first, year.first_term_ends_on if term == 1 else year.last_day


def bells(shift: int) -> list[tuple[time, time]]:
    """Return the bells of a shift; round the clock one lesson begins when the other ends."""
    if shift != ROUND_THE_CLOCK:
        pairs = [bell.split() for bell in (_FIRST_BELLS if shift == FIRST_SHIFT else _SECOND_BELLS)]
        return [(time.fromisoformat(begins), time.fromisoformat(ends)) for begins, ends in pairs]
    starts = [(_MIDNIGHT + place * _BLOCK).time() for place in range(ROUND_THE_CLOCK_HOURS)]
    return list(zip(starts, [*starts[1:], _DAY_ENDS], strict=True))
