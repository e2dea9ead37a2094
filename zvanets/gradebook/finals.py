"""Set grades that end a term or a year, change an annual one by an exam, take over grades from elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from zvanets.gradebook.actions import end_grade, must_suit, replace_grade
from zvanets.gradebook.closings import is_closed, lock_course, term_closed
from zvanets.gradebook.facts import body_of, fact_of, mark_now
from zvanets.gradebook.models import Grade
from zvanets.gradebook.sheet import FinalLine, sheet_of
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.finals import Period, check_exam_change
from zvanets.rules.grades import GradeKind, Mark, Scale
from zvanets.schools.models import Course, CourseTeacher, StaffMember, Student

TRANSFERRED = (
    GradeKind.OTHER_CLASS,
    GradeKind.OTHER_SCHOOL,
    GradeKind.OTHER_CLASS_TERM,
    GradeKind.OTHER_SCHOOL_TERM,
)


class FinalGiven(Refusal):
    """Somebody set the grade of one of these students after the page was opened."""

    def __init__(self, names: str) -> None:
        text = gettext_noop("Междувременно друг постави оценка на %(names)s. Вижте новото състояние; останалото стои.")
        super().__init__("final_given", text, {"names": names})


@dataclass(frozen=True, slots=True)
class TransferredGrade:
    """A grade that a student brings along; a term grade names its term."""

    student_id: int
    kind: GradeKind
    mark: Mark
    given_on: date
    term: int | None = None


@transaction.atomic
def set_finals(actor: Actor, course: Course, period: Period, marks: Mapping[int, Mark]) -> list[Grade]:
    """Set the grades that end a period for these students of a course, all or none; `course` comes with its names.

    Raises FinalGiven, and Refusal: `term_closed`, `not_in_register`, `not_asked`, `wrong_scale`, `grade_not_whole`.
    """
    lock_course(course)
    sheet = sheet_of(course, period, today=clock.today())
    if sheet.closing:
        raise term_closed()
    lines = {each.line.student_id: each for each in sheet.lines}
    _must_be_asked(lines, marks, course, period)
    grades = _insert(actor, course, period, marks)
    names = {student: line.line.name for student, line in lines.items()}
    record([_given(grade, names[grade.student_id]) for grade in grades], actor=actor, tell=True)
    return grades


def _must_be_asked(lines: Mapping[int, FinalLine], marks: Mapping[int, Mark], course: Course, period: Period) -> None:
    if not marks:
        raise Refusal("nothing_typed", gettext_noop("Няма въведени оценки."))
    if marks.keys() - lines.keys():
        raise Refusal(
            "not_in_register", gettext_noop("Ученик от списъка вече не учи този предмет. Отворете страницата наново.")
        )
    if given := [lines[student].line.name for student in marks if lines[student].given]:
        raise FinalGiven(", ".join(given))
    for student, mark in marks.items():
        line = lines[student].line
        if lines[student].is_exempt:
            text = gettext_noop("%(name)s е с отбелязано освобождаване и тук не получава оценка.")
            raise Refusal("not_asked", text, {"name": line.name})
        must_suit(mark, period.kind, line.level, special_needs=line.special_needs, profiling=course.is_profiling)


def _insert(actor: Actor, course: Course, period: Period, marks: Mapping[int, Mark]) -> list[Grade]:
    today, now = clock.today(), clock.now()
    teacher = teacher_of(course, actor.writer_id, today)
    return list(
        Grade.objects.bulk_create(
            Grade(
                student_id=student,
                course=course,
                kind=period.kind,
                term=period.term,
                **mark.columns(),
                given_on=today,
                given_at=now,
                given_by_id=actor.writer_id,
                teacher=teacher,
            )
            for student, mark in marks.items()
        )
    )


def _given(grade: Grade, name: str) -> Fact:
    about = {
        "student": name,
        "class_group": grade.course.class_group.name,
        "subject": grade.course.subject.name,
        "teacher": grade.teacher.short_name if grade.teacher else "",
    }
    body = body_of(about, mark_now(grade), GradeKind(grade.kind), grade.given_on, term=grade.term)
    return fact_of(Verb.GRADE_GIVEN, grade, grade.pk, body)


def teacher_of(course: Course, user_id: int, on: date) -> StaffMember | None:
    """Return in whose name the user writes: their own when they teach the course, else its newest teacher's."""
    teachers = (
        CourseTeacher.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), course=course, starts_on__lte=on)
        .select_related("staff_member")
        .order_by("-starts_on", "pk")
    )
    members = [each.staff_member for each in teachers]
    return next((each for each in members if each.user_id == user_id), members[0] if members else None)


@transaction.atomic
def change_by_exam(
    actor: Actor, grades: QuerySet[Grade], *, grade_id: int, mark: Mark, protocol: str, is_proven: bool = False
) -> Grade:
    """Change an annual grade by an exam: once, in three subjects a year; a closed year does not stand in the way.

    Raises Grade.DoesNotExist, GradeEnded, ProofNeeded, Refusal: `reason_missing`, `not_annual`, `exam_once`, `exam_subjects`.
    """
    old = end_grade(grades, grade_id, protocol, is_proven=is_proven)
    if GradeKind(old.kind) is not GradeKind.ANNUAL or mark_now(old).scale is not Scale.QUANTITATIVE:
        raise Refusal("not_annual", gettext_noop("С изпит се променя само годишна оценка с число."))
    # One student after another: two exams at once must not make four.
    Student.objects.select_for_update(no_key=True).get(pk=old.student_id)
    year = old.course.class_group.school_year_id
    examined = Grade.objects.filter(student=old.student_id, is_by_exam=True, course__class_group__school_year=year)
    changed = examined.filter(Q(ended_at__isnull=True) | Q(pk=old.pk)).values_list("course_id", flat=True)
    check_exam_change(old.course_id, changed, clock.today())
    return replace_grade(actor, old, mark, protocol, by_exam=True)


@transaction.atomic
def take_over_grade(actor: Actor, course: Course, brought: TransferredGrade) -> Grade:
    """Enter a grade from another class or school; nobody is told, the family knows it already.

    Raises Refusal: `not_transferred`, `term_missing`, `not_in_register`, `term_closed`, `final_given`, `wrong_scale`.
    """
    lock_course(course)
    if brought.kind not in TRANSFERRED:
        raise Refusal("not_transferred", gettext_noop("Изберете откъде е оценката: от друг клас или от друго училище."))
    if brought.kind.is_final and brought.term is None:
        raise Refusal("term_missing", gettext_noop("Изберете за кой срок е оценката."))
    term = brought.term if brought.kind.is_final else None
    sheet = sheet_of(course, Period(term or 1), today=clock.today())
    line = next((each for each in sheet.lines if each.line.student_id == brought.student_id), None)
    if line is None:
        raise Refusal("not_in_register", gettext_noop("Ученикът не учи този предмет в тази паралелка."))
    if term and line.given:
        raise FinalGiven(line.line.name)
    must_suit(brought.mark, brought.kind, line.line.level, special_needs=line.line.special_needs)
    grade = Grade(
        student_id=brought.student_id,
        course=course,
        kind=brought.kind,
        term=term,
        **brought.mark.columns(),
        given_on=brought.given_on,
        given_at=clock.now(),
        given_by_id=actor.writer_id,
    )
    if is_closed(grade):
        raise term_closed()
    grade.save()
    record([_given(grade, line.line.name)], actor=actor, tell=False)
    return grade
