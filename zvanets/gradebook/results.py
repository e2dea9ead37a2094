"""Write how a year ends: the overall grade of year I, results in V-XII, and what the resits brought."""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from zvanets.gradebook.facts import PRIVATE, columns_of
from zvanets.gradebook.models import OverallGrade, ResitExam, ResitSession, YearResult
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.finals import Outcome, Resit, check_outcome, check_resit, final_outcome
from zvanets.rules.grades import Mark, Scale, mark_of
from zvanets.schools.models import ClassGroup, Course, Enrolment

RESULTS_FROM = 5  # year group


@transaction.atomic
def give_overall(actor: Actor, group: ClassGroup, *, student_id: int, mark: Mark) -> OverallGrade:
    """Give the overall grade of year I; another one ends the former.

    Raises Enrolment.DoesNotExist, Refusal `not_first_year`, `wrong_scale`, `overall_scale`.
    """
    enrolment = _enrolment(group, student_id)
    if _level(enrolment) != 1:
        raise Refusal("not_first_year", gettext_noop("Общ годишен успех с думи се поставя само в I клас."))
    if mark.scale is Scale.QUANTITATIVE:
        raise Refusal("wrong_scale", gettext_noop("В I клас се оценява с думи."))
    standing = OverallGrade.objects.standing().filter(student=student_id, class_group=group)
    before = standing.select_for_update().first()
    was = mark_of(None, before.quality, before.special) if before else None
    if was and was.scale is not mark.scale:
        text = gettext_noop("Скалата на общия успех не се сменя, след като е поставен.")
        raise Refusal("overall_scale", text)
    if before:
        OverallGrade.objects.filter(pk=before.pk).update(ended_at=clock.now())
    grade = OverallGrade(student_id=student_id, class_group=group, given_at=clock.now(), given_by_id=actor.writer_id)
    for name, value in mark.columns().items():
        if name != "value":
            setattr(grade, name, value)
    grade.save()
    body = _about(enrolment) | columns_of(mark) | ({"before": columns_of(was)} if was else {})
    private = mark.scale is Scale.SPECIAL_NEEDS
    replaces = {"replaces": before.pk} if before else {}
    fact = _fact(Verb.OVERALL_GIVEN, enrolment, grade.pk, (PRIVATE if private else body) | replaces)
    record([fact], actor=actor, tell=True)
    return grade


@transaction.atomic
def set_result(
    actor: Actor, group: ClassGroup, *, student_id: int, outcome: Outcome, exams: Collection[int] = ()
) -> YearResult:
    """Write a student's result of the year, with the courses to be examined in; a subject with a session stays.

    Raises Enrolment.DoesNotExist, Refusal: `no_results_here`, `no_exams`, `exams_unwanted`, `exam_unknown`,
    `session_stands`.
    """
    enrolment = _enrolment(group, student_id)
    if _level(enrolment) < RESULTS_FROM:
        raise Refusal("no_results_here", gettext_noop("Резултат от годината се вписва в V–XII клас."))
    check_outcome(outcome, sorted(exams))
    courses = Course.objects.filter(class_group=group, pk__in=exams, members__student=student_id).distinct()
    names = dict(courses.values_list("pk", "subject__name"))
    if names.keys() != set(exams):
        raise Refusal("exam_unknown", gettext_noop("Ученикът не учи един от избраните предмети."))
    defaults: dict[str, Any] = {"outcome": outcome, "final": None, "set_at": clock.now(), "set_by_id": actor.writer_id}
    result, _new = YearResult.objects.update_or_create(student_id=student_id, class_group=group, defaults=defaults)
    dropped = result.exams.exclude(course__in=exams)
    if ResitSession.objects.filter(exam__in=dropped).exists():
        text = gettext_noop("Предмет с вписана поправителна сесия не може да отпадне от резултата.")
        raise Refusal("session_stands", text)
    dropped.delete()
    standing = set(result.exams.values_list("course_id", flat=True))
    ResitExam.objects.bulk_create(ResitExam(result=result, course_id=each) for each in sorted(set(exams) - standing))
    _conclude(result)
    body = _about(enrolment) | {"outcome": outcome.name, "exams": ", ".join(sorted(names.values()))}
    record([_fact(Verb.RESULT_SET, enrolment, result.pk, body)], actor=actor, tell=True)
    return result


@transaction.atomic
def enter_resit(
    actor: Actor, exams: QuerySet[ResitExam], *, exam_id: int, session: int, value: Decimal | None
) -> ResitSession:
    """Write what a session brought: a grade, or None for a no-show; the year's final result follows by itself.

    `exams` are those the actor may write. Raises ResitExam.DoesNotExist, Refusal: `resit_passed`, `resit_out_of_turn`.
    """
    exam: ResitExam = (
        ResitExam.objects.filter(pk__in=exams)
        .select_related("result__class_group", "course__subject")
        .select_for_update(of=("self",))
        .get(pk=exam_id)
    )
    result: YearResult = YearResult.objects.select_for_update().get(pk=exam.result_id)
    check_resit(_sessions(exam), Resit(session, value))
    entered: ResitSession = ResitSession.objects.create(
        exam=exam,
        session=session,
        value=None if value is None else int(value),
        entered_at=clock.now(),
        entered_by_id=actor.writer_id,
    )
    final = _conclude(result)
    enrolment = _enrolment(exam.result.class_group, result.student_id)
    body = _about(enrolment) | {
        "subject": exam.course.subject.name,
        "session": session,
        "grade": "" if value is None else f"{value:.2f}",
        "final": final.name if final else "",
    }
    fact = _fact(Verb.RESIT_ENTERED, enrolment, entered.pk, body)
    record([fact], actor=actor, tell=True)
    return entered


def _sessions(exam: ResitExam) -> list[Resit]:
    rows = exam.sessions.order_by("session").values_list("session", "value")
    return [Resit(session, None if value is None else Decimal(value)) for session, value in rows]


def _conclude(result: YearResult) -> Outcome | None:
    """Set the final result when the sessions have decided it."""
    tried = {exam.course_id: _sessions(exam) for exam in result.exams.all()}
    final = final_outcome(tried) if result.outcome == Outcome.EXAMS else None
    YearResult.objects.filter(pk=result.pk).update(final=final)
    return final


def _enrolment(group: ClassGroup, student_id: int) -> Enrolment:
    found: Enrolment = Enrolment.objects.select_related("student", "class_group__year_group", "class_book").get(
        class_book=group, student=student_id, status=Enrolment.Status.ENROLLED
    )
    return found


def _level(enrolment: Enrolment) -> int:
    year_group = enrolment.class_group.year_group
    return year_group.level if year_group else 0


def _about(enrolment: Enrolment) -> dict[str, Any]:
    return {
        "student": enrolment.student.short_name,
        "class_group": enrolment.class_book.name,
        "date": clock.today().isoformat(),
    }


def _fact(verb: Verb, enrolment: Enrolment, object_id: int, body: dict[str, Any]) -> Fact:
    return Fact(
        verb,
        student_id=enrolment.student_id,
        class_group_id=enrolment.class_book_id,
        object_id=object_id,
        body=body,
    )
