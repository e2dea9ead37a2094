"""Give, correct and withdraw grades."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connection, transaction
from django.db.models import QuerySet

from zvanets.gradebook.closings import is_closed, lock_course_of, term_closed
from zvanets.gradebook.facts import Body, about_grade, body_of, columns_of, fact_of, mark_now
from zvanets.gradebook.models import Grade
from zvanets.gradebook.witnesses import Change, tell_staff
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.grades import GradeKind, Mark, Scale, check_kind, check_whole, scale_of
from zvanets.rules.locks import is_a_slip
from zvanets.schools.register import OpenLesson
from zvanets.tenancy.school import school_now

_INSERT = """
INSERT INTO gradebook_grade (school_id, student_id, course_id, lesson_id, kind, value, quality, special, comment,
    given_on, given_at, given_by_id, teacher_id, replaces_id, ended_why)
SELECT %(school)s, t.student, %(course)s, %(lesson)s, t.kind, t.value, t.quality, t.special, t.comment,
    %(on)s, %(at)s, %(by)s, %(teacher)s, t.replaces, ''
FROM unnest(%(students)s::bigint[], %(kinds)s::smallint[], %(values)s::numeric[], %(qualities)s::smallint[],
    %(specials)s::smallint[], %(comments)s::text[], %(replaces)s::bigint[]) WITH ORDINALITY
    AS t (student, kind, value, quality, special, comment, replaces, place)
ORDER BY t.place
RETURNING id
"""
_END = """
UPDATE gradebook_grade g SET ended_at = %(at)s, ended_why = t.why
FROM unnest(%(ids)s::bigint[], %(whys)s::text[]) AS t (id, why)
WHERE g.school_id = %(school)s AND g.id = t.id AND g.ended_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class NewGrade:
    """A grade as a teacher gives it: a mark on the scale of the student's year group."""

    student_id: int
    mark: Mark
    kind: GradeKind = GradeKind.CURRENT
    comment: str = ""


class ProofNeeded(Refusal):
    """The grade is older than a slip of the hand: who changes it shows again that it is they."""

    def __init__(self) -> None:
        super().__init__(
            "proof_needed",
            gettext_noop("Оценката е вписана преди повече от час: променя я само който потвърди, че е той."),
        )


class GradeEnded(Refusal):
    """Somebody corrected or withdrew this grade before."""

    def __init__(self) -> None:
        super().__init__(
            "grade_ended", gettext_noop("Тази оценка вече е поправена или оттеглена. Вижте новото ѝ състояние.")
        )


def give_grades(actor: Actor, lesson: OpenLesson, grades: Sequence[NewGrade]) -> list[Fact]:
    """Insert the grades of one lesson in one statement; the facts are for the caller's `record`.

    Raises Refusal `wrong_scale` when a mark is not on its student's scale, `term_closed` when grades wait.
    """
    if not grades:
        return []
    if lesson.is_closed:
        raise term_closed()
    for grade in grades:
        line = lesson.lines[grade.student_id]
        must_suit(grade.mark, grade.kind, line.level, special_needs=line.special_needs)
    ids = _insert(actor, lesson, grades)
    return [given_fact(lesson, grade_id, grade) for grade_id, grade in zip(ids, grades, strict=True)]


def _insert(
    actor: Actor, lesson: OpenLesson, grades: Sequence[NewGrade], replaces: Sequence[int | None] = ()
) -> list[int]:
    columns = [grade.mark.columns() for grade in grades]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "school": school_now(),
                "course": lesson.course_id,
                "lesson": lesson.id,
                "on": lesson.date,
                "at": lesson.now,
                "by": actor.writer_id,
                "teacher": lesson.teacher_id,
                "students": [grade.student_id for grade in grades],
                "kinds": [int(grade.kind) for grade in grades],
                "values": [column["value"] for column in columns],
                "qualities": [column["quality"] for column in columns],
                "specials": [column["special"] for column in columns],
                "comments": [grade.comment for grade in grades],
                "replaces": list(replaces) or [None] * len(grades),
            },
        )
        return [row[0] for row in cursor.fetchall()]


def given_fact(lesson: OpenLesson, grade_id: int, grade: NewGrade) -> Fact:
    return Fact(
        Verb.GRADE_GIVEN,
        sub_verb=grade.kind.name,
        student_id=grade.student_id,
        course_id=lesson.course_id,
        class_group_id=lesson.class_group_id,
        lesson_id=lesson.id,
        object_id=grade_id,
        body=body_of(
            lesson.about(grade.student_id),
            grade.mark,
            grade.kind,
            lesson.date,
            comment=grade.comment,
            topic=lesson.topic,
        ),
    )


@dataclass(frozen=True, slots=True)
class Swap:
    """A standing grade of a lesson, the mark that takes its place (None: it is withdrawn), and why."""

    grade_id: int
    old: NewGrade
    mark: Mark | None
    why: str


def change_grades(actor: Actor, lesson: OpenLesson, changes: Sequence[Swap]) -> list[tuple[int, Fact]]:
    """End grades of one lesson and give others in their place, in two statements; the facts are for `record`.

    Only slips of the hand: an old grade is changed one by one. Returns with each fact the id of the grade that stands now, 0 where it was withdrawn. Raises GradeEnded when one
    of them stands no more, and Refusal `wrong_scale`, `term_closed`.
    """
    if not changes:
        return []
    if lesson.is_closed:
        raise term_closed()
    for change in changes:
        if change.mark and change.mark.scale is not change.old.mark.scale:
            raise _wrong_scale()
    _end_all(lesson, changes)
    new = [(change, replace(change.old, mark=change.mark)) for change in changes if change.mark]
    ids = _insert(actor, lesson, [grade for _, grade in new], [change.grade_id for change, _ in new]) if new else []
    standing = {change.grade_id: grade_id for (change, _), grade_id in zip(new, ids, strict=True)}
    return [(now := standing.get(change.grade_id, 0), _changed_fact(lesson, change, now)) for change in changes]


def _end_all(lesson: OpenLesson, changes: Sequence[Swap]) -> None:
    ids, whys = [change.grade_id for change in changes], [change.why for change in changes]
    with connection.cursor() as cursor:
        cursor.execute(_END, {"school": school_now(), "at": lesson.now, "ids": ids, "whys": whys})
        if cursor.rowcount != len(changes):
            raise GradeEnded


def _changed_fact(lesson: OpenLesson, change: Swap, standing: int) -> Fact:
    old, mark = change.old, change.mark
    more: Body = {"before": columns_of(old.mark)} if mark else {}
    body = body_of(lesson.about(old.student_id), mark or old.mark, old.kind, lesson.date, reason=change.why, **more)
    return Fact(
        Verb.GRADE_CORRECTED if mark else Verb.GRADE_WITHDRAWN,
        sub_verb=old.kind.name,
        student_id=old.student_id,
        course_id=lesson.course_id,
        class_group_id=lesson.class_group_id,
        lesson_id=lesson.id,
        object_id=standing or change.grade_id,
        body=body | {"replaces": change.grade_id} if mark else body,
    )


@transaction.atomic
def correct_grade(
    actor: Actor, grades: QuerySet[Grade], *, grade_id: int, mark: Mark, why: str, is_proven: bool = False
) -> Grade:
    """End the grade and give another in its place; `grades` are those the actor may change.

    Raises Grade.DoesNotExist, GradeEnded, ProofNeeded, and Refusal `reason_missing`, `wrong_scale`, `grade_not_whole`,
    `term_closed`.
    """
    old = end_grade(grades, grade_id, why, is_proven=is_proven)
    must_be_open(old)
    return replace_grade(actor, old, mark, why)


@transaction.atomic
def withdraw_grade(actor: Actor, grades: QuerySet[Grade], *, grade_id: int, why: str, is_proven: bool = False) -> None:
    """End the grade with a reason; the same errors as `correct_grade`."""
    old = end_grade(grades, grade_id, why, is_proven=is_proven)
    must_be_open(old)
    body = body_of(
        about_grade(old), mark_now(old), GradeKind(old.kind), old.given_on, term=old.term, reason=why.strip()
    )
    record([fact_of(Verb.GRADE_WITHDRAWN, old, old.pk, body)], actor=actor, tell=True)
    if is_old(old):
        tell_staff(Change(old, None, actor, why.strip()))


def end_grade(grades: QuerySet[Grade], grade_id: int, why: str, *, is_proven: bool = False) -> Grade:
    """End a standing grade of those given; its row is locked until COMMIT. Of an old one its changer proved who they are."""
    if not why.strip():
        raise Refusal("reason_missing", gettext_noop("Напишете защо променяте оценката: причината остава в историята."))
    # The course before the grade, as the gradebook does; the term stays open or closed until COMMIT.
    lock_course_of(grade_id)
    old: Grade = (
        Grade.objects.filter(pk__in=grades)
        .select_related("student", "course__subject", "course__class_group", "teacher")
        .select_for_update(of=("self",))
        .get(pk=grade_id)
    )
    if old.ended_at is not None:
        raise GradeEnded
    if is_old(old) and not is_proven:
        raise ProofNeeded
    Grade.objects.filter(pk=old.pk).update(ended_at=clock.now(), ended_why=why.strip())
    return old


def is_old(grade: Grade) -> bool:
    """Whether it is older than a slip of the hand, from when it was first given: it does not grow young by correction."""
    while grade.replaces is not None:
        grade = grade.replaces
    return not is_a_slip(grade.given_at, now=clock.now())


def must_be_open(grade: Grade) -> None:
    if is_closed(grade):
        raise term_closed()


def replace_grade(actor: Actor, old: Grade, mark: Mark, why: str, *, by_exam: bool = False) -> Grade:
    """Give another grade in the place of one that was just ended, and record it.

    It stays on its scale: who studies by an individual plan since yesterday had numbers before.
    """
    kind, was = GradeKind(old.kind), mark_now(old)
    if mark.scale is not was.scale:
        raise _wrong_scale()
    must_suit(
        mark, kind, _level(old), special_needs=was.scale is Scale.SPECIAL_NEEDS, profiling=old.course.is_profiling
    )
    new = Grade.objects.create(
        student_id=old.student_id,
        course_id=old.course_id,
        lesson_id=old.lesson_id,
        kind=old.kind,
        term=old.term,
        is_by_exam=by_exam,
        **mark.columns(),
        comment=old.comment,
        given_on=old.given_on,
        given_at=clock.now(),
        given_by_id=actor.writer_id,
        teacher_id=old.teacher_id,
        replaces=old,
    )
    body = body_of(
        about_grade(old), mark, kind, old.given_on, term=old.term, before=columns_of(was), reason=why.strip()
    )
    record([fact_of(Verb.GRADE_CORRECTED, old, new.pk, body | {"replaces": old.pk})], actor=actor, tell=True)
    if is_old(old):
        tell_staff(Change(old, mark, actor, why.strip()))
    return new


def _level(grade: Grade) -> int:
    own = grade.student.enrolments.filter(class_book=grade.course.class_group_id).values_list(
        "class_group__year_group__level", flat=True
    )
    return own.first() or 0


def must_suit(mark: Mark, kind: GradeKind, level: int, *, special_needs: bool = False, profiling: bool = False) -> None:
    """Refuse a mark that is not on the student's scale, or is of a kind that is not given there."""
    check_kind(kind, level)
    if mark.scale is Scale.QUANTITATIVE:
        check_whole(mark.value, kind, profiling=profiling)
    if mark.scale is not scale_of(level, special_needs=special_needs):
        raise _wrong_scale()


def _wrong_scale() -> Refusal:
    return Refusal(
        "wrong_scale",
        gettext_noop(
            "Тази оценка не е по скалата на ученика: в I–III клас се оценява с думи, после с числа, при СОП по своя скала."
        ),
    )
