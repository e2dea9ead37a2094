"""The desk of a gradebook's save: cells as they were typed, what stands in them, and the answer to each."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from zvanets.accounts.models import User
from zvanets.history.record import Actor, Fact
from zvanets.lessons.gradebook import CourseRow, LessonSlot, Member, Missing, Standing
from zvanets.lib.refusals import Refusal
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.cells import decide
from zvanets.rules.grades import GradeKind, Mark
from zvanets.schools.register import Line, OpenLesson


@dataclass(frozen=True, slots=True)
class GradeCell:
    """A grade typed into a column: `seen` is the grade that stood there (0: none), empty `typed` withdraws it."""

    key: UUID
    student_id: int
    lesson_id: int
    kind: GradeKind
    place: int
    seen: int
    typed: str


@dataclass(frozen=True, slots=True)
class SignCell:
    """Whether a student is absent or late in a column's lesson, and what the page showed of it; None: is there."""

    key: UUID
    student_id: int
    lesson_id: int
    seen: AbsenceKind | None
    wanted: AbsenceKind | None


Cell = GradeCell | SignCell


class State(StrEnum):
    SAVED = "saved"
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a cell, and what stands in it now; `by` is who wrote that."""

    cell: Cell
    state: State
    grade_id: int = 0
    mark: Mark | None = None
    sign: AbsenceKind | None = None
    by: str = ""
    refusal: Refusal | None = None


@dataclass
class Desk:
    """What one save works on; every row of it is read under the course's lock."""

    actor: Actor
    course: CourseRow
    now: datetime
    lessons: Mapping[int, LessonSlot]
    members: Mapping[int, Member]
    grades: list[Standing]
    absences: Mapping[tuple[int, int], Missing]
    answers: dict[UUID, Answer] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.by_place: dict[tuple[int, int | None, int], list[Standing]] = defaultdict(list)
        for each in self.grades:
            if each.lesson_id not in self.lessons:
                continue  # read for the averages; nobody writes there now
            self.by_place[each.student_id, each.lesson_id, each.kind].append(each)

    def standing(self, cell: GradeCell) -> list[Standing]:
        """Return the grades of the cell's student, lesson and kind."""
        return self.by_place.get((cell.student_id, cell.lesson_id, cell.kind), [])

    def replace(self, grade: Standing | None, *, gone: int = 0) -> None:
        """Keep what stands from now on: without the grade `gone`, with the new one."""
        self.grades = [each for each in self.grades if each.id != gone] if gone else self.grades
        if grade:
            self.grades.append(grade)

    def open(self, lesson_id: int) -> OpenLesson:
        lesson = self.lessons[lesson_id]
        lines = {
            each.student_id: Line(
                each.student_id, each.name, each.class_group, each.level, each.number, each.special_needs
            )
            for each in self.members.values()
        }
        return OpenLesson(
            id=lesson.id,
            course_id=self.course.id,
            class_group_id=self.course.class_group_id,
            subject=self.course.subject,
            date=lesson.date,
            hour_no=lesson.hour_no,
            teacher=lesson.teacher or "",
            teacher_id=lesson.teacher_id,
            lines=lines,
            now=self.now,
            topic=lesson.topic or "",
            absences_closed_on=self.course.absences_closed_on,
            is_closed=lesson.is_closed,
        )

    def answer(self, cell: Cell, state: State, refusal: Refusal | None = None) -> Answer:
        """Answer with what stands in the cell."""
        if isinstance(cell, SignCell):
            missing = self.absences.get((cell.lesson_id, cell.student_id))
            return Answer(
                cell, state, sign=missing.kind if missing else None, by=missing.by if missing else "", refusal=refusal
            )
        now = decide(self.standing(cell), seen=cell.seen, place=cell.place, wanted=None).now
        if now is None:
            return Answer(cell, state, refusal=refusal)
        by = User.objects.get(pk=now.given_by_id).name if state is State.CONFLICT else ""
        return Answer(cell, state, now.id, now.mark, by=by, refusal=refusal)
