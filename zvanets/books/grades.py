"""Grades: by subject and term with those that end them, the finals of the year side by side, results and resits."""

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any

from zvanets.books.pages import Book, Chapter, Table
from zvanets.gradebook.facts import mark_now
from zvanets.gradebook.models import Exemption, Grade, OverallGrade, ResitExam, YearResult
from zvanets.rules.finals import SESSIONS, Outcome, outcome_name, session_name
from zvanets.rules.scales import QUALITY_WORDS, SPECIAL_WORDS, GradeKind, Mark, Scale, shown_grade
from zvanets.schools.models import Course

SHORT = {
    GradeKind.CONTROL_WORK: "к.р.",
    GradeKind.CLASS_WORK: "кл.р.",
    GradeKind.TEST: "т.",
    GradeKind.HOMEWORK: "д.р.",
    GradeKind.PROJECT: "пр.",
    GradeKind.ENTRY_LEVEL: "вх.",
    GradeKind.EXIT_LEVEL: "изх.",
    GradeKind.OTHER_CLASS: "др.кл.",
    GradeKind.OTHER_SCHOOL: "др.уч.",
}
LEGEND = "Без знак: текуща; к.р. контролна, кл.р. класна работа, т. тест, д.р. домашна, пр. проект, вх. и изх. ниво, др.кл. и др.уч. от друг клас и училище."
YEAR = 3
EXEMPT = "осв."


def written(mark: Mark) -> str:
    """Return „Отличен 5,50“ for a number, the word alone on the other scales."""
    if mark.scale is Scale.SPECIAL_NEEDS:
        return SPECIAL_WORDS["bg"][int(mark.value) - 1]
    if mark.scale is Scale.QUALITATIVE:
        return QUALITY_WORDS["bg"][int(mark.value) - 2]
    return shown_grade(mark.value)


class _Grades:
    """All standing grades of the book's courses, by course and student."""

    def __init__(self, book: Book) -> None:
        self.current: dict[tuple[int, int, int], list[str]] = defaultdict(list)
        self.final: dict[tuple[int, int, int], str] = {}
        found = Grade.objects.standing().filter(course__in=book.courses, student__in=book.students)
        for grade in found.order_by("given_on", "pk"):
            self._add(book, grade)
        self.exempt: dict[tuple[int, int], Any] = {
            (each.course_id, each.student_id): each.periods
            for each in Exemption.objects.filter(course__in=book.courses)
        }

    def _add(self, book: Book, grade: Grade) -> None:
        kind, who = GradeKind(grade.kind), (grade.course_id, grade.student_id)
        text = written(mark_now(grade))
        if kind.is_final:
            self.final[(*who, grade.term or YEAR)] = text
        else:
            sign = SHORT.get(kind, "")
            self.current[(*who, book.term_of(grade.given_on))].append(f"{text} {sign}".strip())

    def cells(self, course: int, student: int) -> Iterable[str]:
        for term in (1, 2):
            yield "; ".join(self.current[course, student, term])
            yield self.end(course, student, term)
        yield self.end(course, student, YEAR)

    def end(self, course: int, student: int, period: int) -> str:
        if text := self.final.get((course, student, period)):
            return text
        return EXEMPT if period in self.exempt.get((course, student), ()) else ""

    def has_any(self, course: int) -> bool:
        return any(key[0] == course for key in self.final) or any(
            key[0] == course and texts for key, texts in self.current.items()
        )


def _of(book: Book) -> _Grades:
    return book.once("grades", lambda: _Grades(book))


def grades(book: Book) -> Chapter:
    """A page for each subject, as the paper book has it."""
    found = _of(book)
    headings = ("№", "Име", "I срок: текущи", "Срочна", "II срок: текущи", "Срочна", "Годишна")
    widths = ("auto", "2fr", "3fr", "auto", "3fr", "auto", "auto")
    tables = [
        Table(headings, widths, book.each_student(partial(found.cells, course.pk)), _caption(course))
        for course in book.courses
        if found.has_any(course.pk)
    ]
    return Chapter("Оценки", "Няма вписани оценки.", tables, is_wide=True, note=LEGEND)


def _caption(course: Course) -> str:
    return f"{course.subject} ({course.subject_type_name or course.plan_part})".removesuffix(" ()")


def finals(book: Book) -> Chapter:
    """What ended the year in every subject, student by student."""
    found = _of(book)
    rows = []
    for student in book.students:
        lines = []
        for course in book.courses:
            ends = [found.end(course.pk, student, period) for period in (1, 2, YEAR)]
            if any(ends):
                lines.append(["", str(course.subject), *ends])
        if lines:
            rows += [[f"{book.number_of(student)} {book.name_of(student)}".strip()], *lines]
    table = Table(("", "Учебен предмет", "I срок", "II срок", "Годишна"), ("auto", "1fr") + ("auto",) * 3, rows)
    return Chapter("Срочни и годишни оценки", "Няма поставени срочни и годишни оценки.", (table,))


def first_grade(book: Book) -> Chapter:
    texts = {}
    for each in OverallGrade.objects.standing().filter(class_group=book.group):
        words = QUALITY_WORDS["bg"][each.quality - 2] if each.quality else SPECIAL_WORDS["bg"][each.special - 1]
        texts[each.student_id] = words
    rows = book.each_student(lambda student: [texts.get(student, "")]) if texts else []
    table = Table(("№", "Име", "Общ годишен успех"), ("auto", "1fr", "auto"), rows)
    return Chapter("Общ годишен успех в I клас", "Няма поставен общ годишен успех.", (table,))


def results(book: Book) -> Chapter:
    found = {each.student_id: each for each in YearResult.objects.filter(class_group=book.group)}

    def cells(student: int) -> list[str]:
        result = found.get(student)
        outcomes = (result.outcome, result.final) if result else (None, None)
        return [outcome_name(Outcome(each)) if each else "" for each in outcomes]

    rows = book.each_student(cells) if found else []
    table = Table(("№", "Име", "Резултат", "След изпитите"), ("auto", "1fr", "auto", "auto"), rows)
    return Chapter("Резултати от учебната година", "Няма вписани резултати.", (table, _resits(book)))


def _resits(book: Book) -> Table:
    exams = ResitExam.objects.filter(result__class_group=book.group).select_related("result", "course__subject")
    rows = []
    for exam in exams.prefetch_related("sessions").order_by("result__student__sort_name", "pk"):
        by_number = {each.session: each for each in exam.sessions.all()}
        cells = [_session(by_number.get(number)) for number in SESSIONS]
        student = exam.result.student_id
        rows.append([book.number_of(student), book.name_of(student), str(exam.course.subject), *cells])
    headings = ("№", "Име", "Учебен предмет", *(session_name(number) for number in SESSIONS))
    return Table(headings, ("auto", "1fr", "1fr") + ("auto",) * 3, rows, "Поправителни изпити")


def _session(session: Any) -> str:
    if session is None:
        return ""
    return str(session.value) if session.value else "не се яви"
