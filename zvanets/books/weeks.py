"""The pages of the weeks: for each lesson who taught what, who was absent, and the topic; then absences in sum."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from zvanets.attendance.models import Absence, CarriedAbsence
from zvanets.books.pages import Book, Chapter, Table, day
from zvanets.books.people import DAYS
from zvanets.lessons.models import LessonRecord
from zvanets.rules.absences import AbsenceKind, Totals, shown_halves, totals
from zvanets.schools.models import CourseTeacher, Lesson


class Missing(NamedTuple):
    """Class numbers, as the paper book lists them."""

    excused: list[str]
    unexcused: list[str]
    late: list[str]


_COLUMNS = ("student_id", "lesson_id", "kind")
_LISTS = {AbsenceKind.EXCUSED: "excused", AbsenceKind.UNEXCUSED: "unexcused", AbsenceKind.LATE: "late"}


def weeks(book: Book) -> Chapter:
    lessons = Lesson.objects.filter(course__in=book.courses).select_related("course__subject", "substitute")
    topics = dict(LessonRecord.objects.filter(lesson__course__in=book.courses).values_list("lesson_id", "topic"))
    missing, teachers = _missing(book), _Teachers(book)
    by_week: dict[date, list[Lesson]] = defaultdict(list)
    for each in lessons.order_by("date", "starts_at", "hour_no", "pk"):
        by_week[each.date - timedelta(days=each.date.weekday())].append(each)
    headings = ("Час", "Предмет, учител", "Уваж.", "Неуваж.", "Закъсн.", "Тема на урока")
    widths = ("auto", "3fr", "1fr", "1fr", "1fr", "4fr")
    tables = []
    for number, (monday, theirs) in enumerate(sorted(by_week.items()), 1):
        rows = list(_rows(theirs, topics, missing, teachers))
        caption = f"Учебна седмица {number}: {day(monday)} – {day(monday + timedelta(days=6))} г."
        tables.append(Table(headings, widths, rows, caption))
    return Chapter("Седмици: уроци, отсъстващи, теми", "Няма проведени часове.", tables, is_wide=True)


def _rows(
    lessons: Iterable[Lesson], topics: dict[int, str], missing: dict[int, Missing], teachers: "_Teachers"
) -> Iterable[list[str]]:
    today = None
    for each in lessons:
        if each.date != today:
            today = each.date
            yield [f"{DAYS[today.weekday()]}, {day(today)} г."]
        who = f"{each.course.subject}, {teachers.of(each)}".removesuffix(", ")
        absent = missing.get(each.pk, Missing([], [], []))
        topic = "часът не се проведе" if each.is_cancelled else topics.get(each.pk, "")
        yield [str(each.hour_no), who, *(", ".join(numbers) for numbers in absent), topic]


def _missing(book: Book) -> dict[int, Missing]:
    found: dict[int, Missing] = {}
    absences = Absence.objects.filter(lesson__course__in=book.courses, student__in=book.students)
    rows = [(book.number_of(who), lesson, kind) for who, lesson, kind in absences.values_list(*_COLUMNS)]
    for number, lesson, kind in sorted(rows, key=lambda row: (len(row[0]), row[0])):
        getattr(found.setdefault(lesson, Missing([], [], [])), _LISTS[kind]).append(number or "?")
    return found


class _Teachers:
    """Who taught a lesson: the substitute, or who had the course on its day."""

    def __init__(self, book: Book) -> None:
        self.by_course = defaultdict(list)
        for each in CourseTeacher.objects.filter(course__in=book.courses).select_related("staff_member"):
            self.by_course[each.course_id].append(each)

    def of(self, lesson: Lesson) -> str:
        if lesson.substitute:
            return f"{lesson.substitute.short_name} (зам.)"
        standing = [
            each.staff_member.short_name
            for each in self.by_course[lesson.course_id]
            if each.starts_on <= lesson.date and (each.ends_on is None or each.ends_on >= lesson.date)
        ]
        return ", ".join(standing)


def absences(book: Book) -> Chapter:
    """By term and for the year; carried ones are added, a lateness is half an unexcused absence."""
    rows: dict[tuple[int, int], list[tuple[int, bool]]] = defaultdict(list)
    found = Absence.objects.filter(student__in=book.students, date__range=(book.year.starts_on, book.year.ends_on))
    for student, on, kind, excused_at in found.values_list("student_id", "date", "kind", "excused_at"):
        rows[student, book.term_of(on)].append((kind, excused_at is not None))
    carried = {each.student_id: each for each in CarriedAbsence.objects.filter(student__in=book.students)}

    def cells(student: int) -> Iterable[str]:
        own = [totals(rows[student, term]) for term in (1, 2)]
        if brought := carried.get(student):
            own[0] += Totals(unexcused=brought.unexcused1, late=brought.late1, excused=brought.excused1)
            own[1] += Totals(unexcused=brought.unexcused2, late=brought.late2, excused=brought.excused2)
        for each in (own[0], own[0] + own[1]):
            yield str(each.excused)
            yield shown_halves(each.halves)

    headings = ("№", "Име", "I срок уваж.", "I срок неуваж.", "Годината уваж.", "Годината неуваж.")
    table = Table(headings, ("auto", "1fr") + ("auto",) * 4, book.each_student(cells))
    return Chapter("Отсъствия", "Няма записани ученици.", (table,))
