"""Save cells of a course's gradebook: each is saved, met by a newer state, or refused in words; the others go on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import connection, transaction

from zvanets.attendance.actions import Attendance, take_register
from zvanets.gradebook.actions import NewGrade, Swap, change_grades, give_grades, is_old
from zvanets.gradebook.closings import term_closed
from zvanets.gradebook.models import Grade
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lessons import statements
from zvanets.lessons.actions import WRITES_EVERY_LESSON, saved_fact
from zvanets.lessons.desk import Answer, Cell, Desk, GradeCell, SignCell, State
from zvanets.lessons.gradebook import (
    CourseRow,
    Member,
    Standing,
    absences_of,
    find_course,
    grades_of,
    lessons_of,
    lock_course,
    members_of,
)
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.cells import Move, decide
from zvanets.rules.grades import Mark, check_kind, parse_grade
from zvanets.schools.models import Course
from zvanets.schools.register import OpenLesson
from zvanets.tenancy.school import school_now

SLIP = gettext_noop("Поправено при вписването")
_KEYS = """
INSERT INTO lessons_cellkey (school_id, key, saved_at, saved_by_id)
SELECT %(school)s, t.key, %(at)s, %(by)s FROM unnest(%(keys)s::uuid[]) AS t (key)
ON CONFLICT (school_id, key) DO NOTHING
RETURNING key
"""
_FORGET = "DELETE FROM lessons_cellkey WHERE school_id = %s AND key = ANY(%s)"


@dataclass(frozen=True, slots=True)
class SavedCells:
    """The answers in the order of the cells, and the students' grades as they stand after the save."""

    course: CourseRow
    members: Mapping[int, Member]
    answers: Sequence[Answer]
    grades: Mapping[int, Sequence[Standing]]
    at: datetime


@transaction.atomic
def save_cells(actor: Actor, course_id: int, cells: Sequence[Cell], *, today: date) -> SavedCells:
    """Save what can be saved of the cells, record it, and leave what is to be told in the outbox.

    Raises Course.DoesNotExist when the course is not there, or not the actor's.
    """
    every = actor.role in WRITES_EVERY_LESSON
    lock_course(course_id)
    course = find_course(course_id, user_id=actor.writer_id, every=every, on=today)
    if course is None:
        raise Course.DoesNotExist
    now = clock.now()
    fresh = _claim(actor, cells, now)
    named = {cell.lesson_id for cell in cells}
    desk = Desk(
        actor,
        course,
        now,
        lessons_of(course, user_id=actor.writer_id, every=every, only=named),
        members_of(course),
        grades_of(course, students=sorted({cell.student_id for cell in cells})),
        absences_of(named) if any(isinstance(cell, SignCell) for cell in cells) else {},
    )
    open_cells = [cell for cell in cells if _may_write(desk, cell, today) and _is_new(desk, cell, fresh)]
    _write_grades(desk, [cell for cell in open_cells if isinstance(cell, GradeCell)])
    _write_signs(desk, [cell for cell in open_cells if isinstance(cell, SignCell)])
    _forget([answer.cell.key for answer in desk.answers.values() if answer.state is not State.SAVED])
    if desk.facts:
        record(desk.facts, actor=actor, tell=True)
    return SavedCells(course, desk.members, [desk.answers[cell.key] for cell in cells], _by_student(desk.grades), now)


def _claim(actor: Actor, cells: Sequence[Cell], now: datetime) -> set[UUID]:
    """Keep the cells' keys and return those that are new."""
    with connection.cursor() as cursor:
        keys = [cell.key for cell in cells]
        cursor.execute(_KEYS, {"school": school_now(), "by": actor.writer_id, "at": now, "keys": keys})
        return {row[0] for row in cursor.fetchall()}


def _forget(keys: list[UUID]) -> None:
    """What was not saved may be sent again."""
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(_FORGET, [school_now(), keys])


def _by_student(grades: Iterable[Standing]) -> dict[int, list[Standing]]:
    found: dict[int, list[Standing]] = defaultdict(list)
    for each in grades:
        found[each.student_id].append(each)
    return found


def _may_write(desk: Desk, cell: Cell, today: date) -> bool:
    try:
        _must_be_open(desk, cell, today)
    except Refusal as refusal:
        desk.answers[cell.key] = desk.answer(cell, State.REFUSED, refusal)
        return False
    return True


def _must_be_open(desk: Desk, cell: Cell, today: date) -> None:
    lesson, member = desk.lessons.get(cell.lesson_id), desk.members.get(cell.student_id)
    if lesson is None:
        raise Refusal("no_lesson", gettext_noop("Такъв час по този предмет вече няма."))
    if lock := desk.course.lock_of(lesson, today):
        raise lock
    if member is None or not member.stands_on(lesson.date):
        day = {"day": f"{lesson.date:%d.%m.%Y} г."}
        raise Refusal("not_in_register", gettext_noop("На %(day)s ученикът не е бил в този курс."), day)


def _is_new(desk: Desk, cell: Cell, fresh: set[UUID]) -> bool:
    """A cell whose first try was saved is answered as it stands now."""
    if cell.key not in fresh:
        desk.answers[cell.key] = desk.answer(cell, State.SAVED)
    return cell.key in fresh


# Grades


def _write_grades(desk: Desk, cells: Sequence[GradeCell]) -> None:
    given: dict[int, list[tuple[GradeCell, NewGrade]]] = defaultdict(list)
    changed: dict[int, list[tuple[GradeCell, Swap]]] = defaultdict(list)
    for cell in cells:
        try:
            _sort(desk, cell, given, changed)
        except Refusal as refusal:
            desk.answers[cell.key] = desk.answer(cell, State.REFUSED, refusal)
    for lesson_id in sorted(given.keys() | changed.keys()):
        lesson = desk.open(lesson_id)
        _give(desk, lesson, given[lesson_id])
        _change(desk, lesson, changed[lesson_id])


def _sort(
    desk: Desk,
    cell: GradeCell,
    given: dict[int, list[tuple[GradeCell, NewGrade]]],
    changed: dict[int, list[tuple[GradeCell, Swap]]],
) -> None:
    if desk.lessons[cell.lesson_id].is_closed:
        raise term_closed()
    wanted = _wanted(desk, cell)
    decision = decide(desk.standing(cell), seen=cell.seen, place=cell.place, wanted=wanted)
    if decision.move is Move.GIVE and wanted:
        given[cell.lesson_id].append((cell, NewGrade(cell.student_id, wanted, cell.kind)))
    elif decision.move in (Move.CORRECT, Move.WITHDRAW) and decision.now:
        now = decision.now
        comment = _slip(desk, now).comment
        old = NewGrade(cell.student_id, now.mark, cell.kind, comment)
        if wanted and wanted.scale is not now.mark.scale:
            raise _other_scale()
        changed[cell.lesson_id].append((cell, Swap(now.id, old, wanted, SLIP)))
    else:
        state = State.SAVED if decision.move is Move.KEEP else State.CONFLICT
        desk.answers[cell.key] = desk.answer(cell, state)


def _other_scale() -> Refusal:
    return Refusal("wrong_scale", gettext_noop("Оценката е по друга скала: оттеглете я (Delete) и впишете нова."))


def _wanted(desk: Desk, cell: GradeCell) -> Mark | None:
    if not cell.typed.strip():
        return None
    member = desk.members[cell.student_id]
    check_kind(cell.kind, member.level)
    scale = member.scale
    return parse_grade(cell.typed, scale, cell.kind) if scale else None


def _slip(desk: Desk, old: Standing) -> Grade:
    """Return what its author mends within the hour; whatever is older has its own page, which asks why and who it is."""
    grade: Grade = Grade.objects.select_related("replaces").get(pk=old.id)
    if old.given_by_id == desk.actor.writer_id and not is_old(grade):
        return grade
    text = gettext_noop("Оценката е от друг или отпреди повече от час: променя се с причина от нейната страница.")
    raise Refusal("not_a_slip", text)


def _give(desk: Desk, lesson: OpenLesson, given: list[tuple[GradeCell, NewGrade]]) -> None:
    facts = give_grades(desk.actor, lesson, [grade for _, grade in given])
    desk.facts += facts
    for (cell, grade), fact in zip(given, facts, strict=True):
        _stands(desk, lesson, cell, fact.object_id or 0, grade.mark)


def _change(desk: Desk, lesson: OpenLesson, changed: list[tuple[GradeCell, Swap]]) -> None:
    done = change_grades(desk.actor, lesson, [change for _, change in changed])
    for (cell, change), (grade_id, fact) in zip(changed, done, strict=True):
        desk.facts.append(fact)
        desk.replace(None, gone=change.grade_id)
        _stands(desk, lesson, cell, grade_id, change.mark)


def _stands(desk: Desk, lesson: OpenLesson, cell: GradeCell, grade_id: int, mark: Mark | None) -> None:
    desk.answers[cell.key] = Answer(cell, State.SAVED, grade_id, mark)
    if mark:
        term, by = desk.course.term_of(lesson.date), desk.actor.writer_id
        desk.replace(Standing(grade_id, cell.student_id, lesson.id, cell.kind, term, None, by, mark))


# Absences


def _write_signs(desk: Desk, cells: Sequence[SignCell]) -> None:
    by_lesson: dict[int, list[SignCell]] = defaultdict(list)
    for cell in cells:
        state, refusal = _decide_sign(desk, cell)
        if state is None:
            by_lesson[cell.lesson_id].append(cell)
        else:
            desk.answers[cell.key] = desk.answer(cell, state, refusal)
    for lesson_id in sorted(by_lesson):
        _take_register(desk, lesson_id, by_lesson[lesson_id])


def _decide_sign(desk: Desk, cell: SignCell) -> tuple[State | None, Refusal | None]:
    """Return the answer of a cell that is not to be written, else Nones."""
    missing = desk.absences.get((cell.lesson_id, cell.student_id))
    now = missing.kind if missing else None
    if now is cell.wanted:
        return State.SAVED, None
    if now is AbsenceKind.EXCUSED:
        text = gettext_noop("Отсъствието вече е извинено: промяната е при класния ръководител.")
        return State.REFUSED, Refusal("already_excused", text)
    return (None, None) if now is cell.seen else (State.CONFLICT, None)


def _take_register(desk: Desk, lesson_id: int, cells: Sequence[SignCell]) -> None:
    """Write the lesson's signs and raise its version: its page, open elsewhere, must not save over them."""
    slot = desk.lessons[lesson_id]
    seen = slot.version or 0
    by = desk.actor.writer_id
    version = statements.take_turn(lesson_id, seen=seen, key=uuid4(), topic=slot.topic or "", at=desk.now, by=by)
    if version is None:
        text = gettext_noop("Друг записа този час в същия миг. Опитайте отново.")
        for cell in cells:
            desk.answers[cell.key] = desk.answer(cell, State.REFUSED, Refusal("newer_version", text))
        return
    lesson = desk.open(lesson_id)
    facts = _take(desk, lesson, cells)
    if facts:
        desk.facts += [*facts, saved_fact(lesson, version)]


def _take(desk: Desk, lesson: OpenLesson, cells: Sequence[SignCell]) -> list[Fact]:
    """Write the signs together; where one is refused, one by one, so that the others are written."""
    before = {cell.student_id: _attendance(desk, cell) for cell in cells if cell.seen}
    after = {cell.student_id: Attendance(cell.wanted) for cell in cells if cell.wanted}
    try:
        facts = take_register(desk.actor, lesson, before, after)
    except Refusal as refusal:  # before it wrote anything
        if len(cells) > 1:
            return [fact for cell in cells for fact in _take(desk, lesson, [cell])]
        desk.answers[cells[0].key] = desk.answer(cells[0], State.REFUSED, refusal)
        return []
    excused = {fact.student_id for fact in facts if fact.verb is Verb.ABSENCE_EXCUSED}
    for cell in cells:
        sign = AbsenceKind.EXCUSED if cell.student_id in excused else cell.wanted
        desk.answers[cell.key] = Answer(cell, State.SAVED, sign=sign)
    return facts


def _attendance(desk: Desk, cell: SignCell) -> Attendance:
    missing = desk.absences[cell.lesson_id, cell.student_id]
    return Attendance(missing.kind, missing.minutes)
