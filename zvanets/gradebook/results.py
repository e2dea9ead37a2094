"""Write how a year ends: the overall grade of year I, results in V-XII, and what the resits brought."""

from collections.abc import Collection, Mapping
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
def give_overall(actor: Actor, group: ClassGroup, marks: Mapping[int, Mark]) -> list[OverallGrade]:
    """Give these students the overall grade of year I, all or none; another one ends the former.

    Raises Enrolment.DoesNotExist, Refusal `not_first_year`, `wrong_scale`, `overall_scale`.
    """
    if not marks:
        return []
    enrolments = _enrolments(group, marks)
    standing = OverallGrade.objects.standing().filter(student__in=marks, class_group=group).select_for_update()
    before = {each.student_id: each for each in standing}
    for student, mark in marks.items():
        _must_be_overall(enrolments[student], mark, before.get(student))
    now = clock.now()
    OverallGrade.objects.filter(pk__in=[each.pk for each in before.values()]).update(ended_at=now)
    grades: list[OverallGrade] = OverallGrade.objects.bulk_create(
        OverallGrade(
            student_id=student,
            class_group=group,
            given_at=now,
            given_by_id=actor.writer_id,
            **{name: value for name, value in mark.columns().items() if name != "value"},
        )
        for student, mark in marks.items()
    )
    record([_overall_fact(enrolments[each.student_id], each, before) for each in grades], actor=actor, tell=True)
    return grades


def _must_be_overall(enrolment: Enrolment, mark: Mark, before: OverallGrade | None) -> None:
    if _level(enrolment) != 1:
        raise Refusal("not_first_year", gettext_noop("Общ годишен успех с думи се поставя само в I клас."))
    if mark.scale is Scale.QUANTITATIVE:
        raise Refusal("wrong_scale", gettext_noop("В I клас се оценява с думи."))
    if before and _mark(before).scale is not mark.scale:
        raise Refusal("overall_scale", gettext_noop("Скалата на общия успех не се сменя, след като е поставен."))


def _mark(grade: OverallGrade) -> Mark:
    return mark_of(None, grade.quality, grade.special)


def _overall_fact(enrolment: Enrolment, grade: OverallGrade, before: Mapping[int, OverallGrade]) -> Fact:
    mark, was = _mark(grade), before.get(grade.student_id)
    body = PRIVATE if mark.scale is Scale.SPECIAL_NEEDS else _about(enrolment) | columns_of(mark)
    if was and body is not PRIVATE:
        body |= {"before": columns_of(_mark(was))}
    return _fact(Verb.OVERALL_GIVEN, enrolment, grade.pk, body | ({"replaces": was.pk} if was else {}))


@transaction.atomic
def pass_all(actor: Actor, group: ClassGroup, students: Collection[int]) -> list[YearResult]:
    """Write that these students pass the year, all or none; a result that stands is never written over.

    Raises Enrolment.DoesNotExist, Refusal: `no_results_here`, `result_stands`.
    """
    if not students:
        return []
    enrolments = _enrolments(group, students)
    for enrolment in enrolments.values():
        _must_have_results(enrolment)
    ClassGroup.objects.select_for_update(no_key=True).get(pk=group.pk)
    if YearResult.objects.filter(student__in=students, class_group=group).exists():
        text = gettext_noop("Междувременно друг вписа резултат на някого от тях. Вижте новото състояние.")
        raise Refusal("result_stands", text)
    results: list[YearResult] = YearResult.objects.bulk_create(
        YearResult(
            student_id=student,
            class_group=group,
            outcome=Outcome.PASSES,
            set_at=clock.now(),
            set_by_id=actor.writer_id,
        )
        for student in students
    )
    record([_result_fact(enrolments[each.student_id], each, ()) for each in results], actor=actor, tell=True)
    return results


def _must_have_results(enrolment: Enrolment) -> None:
    if _level(enrolment) < RESULTS_FROM:
        raise Refusal("no_results_here", gettext_noop("Резултат от годината се вписва в V–XII клас."))


def _result_fact(enrolment: Enrolment, result: YearResult, exams: Collection[str]) -> Fact:
    body = _about(enrolment) | {"outcome": Outcome(result.outcome).name, "exams": ", ".join(sorted(exams))}
    return _fact(Verb.RESULT_SET, enrolment, result.pk, body)


@transaction.atomic
def set_result(
    actor: Actor, group: ClassGroup, *, student_id: int, outcome: Outcome, exams: Collection[int] = ()
) -> YearResult:
    """Write a student's result of the year, with the courses to be examined in; a subject with a session stays.

    Raises Enrolment.DoesNotExist, Refusal: `no_results_here`, `no_exams`, `exams_unwanted`, `exam_unknown`,
    `session_stands`.
    """
    enrolment = _enrolment(group, student_id)
    _must_have_results(enrolment)
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
    record([_result_fact(enrolment, result, names.values())], actor=actor, tell=True)
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


def _enrolments(group: ClassGroup, students: Collection[int]) -> dict[int, Enrolment]:
    rows = Enrolment.objects.filter(class_book=group, student__in=students, status=Enrolment.Status.ENROLLED)
    found = {each.student_id: each for each in rows.select_related("student", "class_group__year_group", "class_book")}
    if found.keys() != set(students):
        raise Enrolment.DoesNotExist
    return found


def _enrolment(group: ClassGroup, student_id: int) -> Enrolment:
    return _enrolments(group, [student_id])[student_id]


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
