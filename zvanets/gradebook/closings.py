"""Close the grades of a term or a year, and open them again: with a reason, and by a second person."""

from django.db import transaction
from django.db.models import Q, QuerySet

from zvanets.gradebook.models import Closing, Grade, Reopening
from zvanets.gradebook.sheet import FinalSheet, sheet_of
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.finals import Period
from zvanets.rules.grades import GradeKind
from zvanets.schools.models import Course


def term_closed() -> Refusal:
    return Refusal(
        "term_closed",
        gettext_noop(
            "Срокът по този предмет е приключен и оценките му не се променят. Поискайте да се отвори от страницата "
            "„Срочни и годишни оценки“ с причина; разрешава го класният ръководител или директорът."
        ),
    )


def is_closed(grade: Grade) -> bool:
    """Tell whether the term or year that this grade belongs to is closed in its course."""
    closings = Closing.objects.standing().filter(course=grade.course_id)
    kind = GradeKind(grade.kind)
    if kind is GradeKind.ANNUAL:
        return bool(closings.filter(period=Period.YEAR).exists())
    if kind.is_final:
        return bool(closings.filter(period=grade.term or 0).exists())
    return bool(closings.covering(grade.given_on).exists())


@transaction.atomic
def close_period(actor: Actor, course: Course, period: Period, *, in_spite: str = "") -> Closing:
    """Close a course's term or year; `in_spite` is why, when some have too few current grades.

    Raises Refusal: `already_closed`, `no_dates`, `too_early`, `grades_missing`, `too_few_grades`.
    """
    lock_course(course)
    today = clock.today()
    sheet = sheet_of(course, period, today=today)
    _must_be_ready(sheet, in_spite)
    starts_on, ends_on = sheet.days[period]
    closing = Closing.objects.create(
        course=course,
        period=period,
        starts_on=starts_on,
        ends_on=ends_on,
        in_spite=in_spite.strip() if sheet.short else "",
        closed_at=clock.now(),
        closed_by_id=actor.writer_id,
    )
    record([_fact(Verb.TERM_CLOSED, closing, closing.pk, in_spite=closing.in_spite)], actor=actor, tell=False)
    return closing


def lock_course(course: Course) -> None:
    """Let grades be changed, those that end a period be set, and periods closed, one after another in a course."""
    Course.objects.select_for_update(no_key=True).get(pk=course.pk)


def lock_course_of(grade_id: int) -> None:
    of_grade = Grade.objects.filter(pk=grade_id).values("course")
    Course.objects.select_for_update(no_key=True).filter(pk__in=of_grade).first()


def _must_be_ready(sheet: FinalSheet, in_spite: str) -> None:
    if sheet.closing:
        raise Refusal("already_closed", gettext_noop("Вече е приключено."))
    if sheet.period not in sheet.days:
        raise Refusal("no_dates", gettext_noop("Училището още не е въвело датите на срока. Обърнете се към директора."))
    if sheet.lacking:
        text = gettext_noop("Не може да се приключи: без оценка са %(names)s.")
        raise Refusal("grades_missing", text, {"names": ", ".join(each.line.name for each in sheet.lacking)})
    if sheet.short and not in_spite.strip():
        text = gettext_noop(
            "С по-малко текущи оценки от изискваните: %(names)s. Поставете ги или напишете защо приключвате."
        )
        raise Refusal("too_few_grades", text, {"names": ", ".join(each.line.name for each in sheet.short)})


@transaction.atomic
def ask_reopening(actor: Actor, closings: QuerySet[Closing], *, closing_id: int, reason: str) -> Reopening:
    """Ask that a closed period be opened; `closings` are those of courses whose grades the actor may set.

    Raises Closing.DoesNotExist, Refusal `reason_missing`, `already_open`, `already_asked`.
    """
    if not reason.strip():
        raise Refusal(
            "reason_missing", gettext_noop("Напишете защо трябва да се отвори: причината остава в историята.")
        )
    closing: Closing = _locked(closings, closing_id)
    if closing.ended_at is not None:
        raise Refusal("already_open", gettext_noop("Вече е отворено: оценките могат да се променят."))
    if closing.reopenings.waiting().exists():
        raise Refusal("already_asked", gettext_noop("Отварянето вече е поискано и чака отговор."))
    asked: Reopening = Reopening.objects.create(
        closing=closing, reason=reason.strip(), asked_at=clock.now(), asked_by_id=actor.writer_id
    )
    record([_fact(Verb.REOPENING_ASKED, closing, asked.pk, reason=asked.reason)], actor=actor, tell=False)
    return asked


@transaction.atomic
def answer_reopening(
    actor: Actor, reopenings: QuerySet[Reopening], *, reopening_id: int, is_granted: bool
) -> Reopening:
    """Open the period, or leave it closed; who asked cannot also grant. `reopenings` are those the actor may answer.

    Raises Reopening.DoesNotExist, Refusal `second_person`, `already_answered`.
    """
    asked: Reopening = (
        Reopening.objects.filter(pk__in=reopenings)
        .select_related("closing__course__class_group", "closing__course__subject")
        .select_for_update(of=("self",))
        .get(pk=reopening_id)
    )
    if asked.answered_at is not None:
        raise Refusal("already_answered", gettext_noop("Някой вече отговори на това искане."))
    if is_granted and asked.asked_by_id == actor.writer_id:
        text = gettext_noop(
            "Отварянето се разрешава от втори човек: класния ръководител или директора, но не от поискалия го."
        )
        raise Refusal("second_person", text)
    asked.answered_at, asked.answered_by_id, asked.is_granted = clock.now(), actor.writer_id, is_granted
    asked.save(update_fields=["answered_at", "answered_by", "is_granted"])
    if is_granted:
        Closing.objects.filter(pk=asked.closing_id).update(ended_at=asked.answered_at)
    verb = Verb.REOPENING_GRANTED if is_granted else Verb.REOPENING_REFUSED
    told = _fact(verb, asked.closing, asked.pk, reason=asked.reason, asked_by=asked.asked_by_id)
    record([told], actor=actor, tell=False)
    return asked


def _locked(closings: QuerySet[Closing], closing_id: int) -> Closing:
    found = Closing.objects.filter(Q(pk__in=closings)).select_related("course__class_group", "course__subject")
    closing: Closing = found.select_for_update(of=("self",)).get(pk=closing_id)
    return closing


def _fact(verb: Verb, closing: Closing, object_id: int, **more: str | int) -> Fact:
    course = closing.course
    return Fact(
        verb,
        sub_verb=Period(closing.period).name,
        course_id=course.pk,
        class_group_id=course.class_group_id,
        object_id=object_id,
        body={"class_group": course.class_group.name, "subject": course.subject.name, **more},
    )
