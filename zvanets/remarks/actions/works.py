"""Plan, approve, move and withdraw control and class works."""

from collections.abc import Collection
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet

from zvanets.accounts.models import HEADS
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib import bg, clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.remarks.actions.entries import ended
from zvanets.remarks.models import PlannedWork
from zvanets.rules.scales import GradeKind
from zvanets.rules.works import Work, WorkKind, check_work
from zvanets.schools.models import ClassGroup, Course, Term

NAMES = {
    PlannedWork.Kind.CONTROL: gettext_noop("контролна работа"),
    PlannedWork.Kind.CLASS: gettext_noop("класна работа"),
}


@transaction.atomic
def plan_work(actor: Actor, course: Course, *, kind: PlannedWork.Kind, on: date, text: str = "") -> PlannedWork:
    """Propose a work; a head's own is approved at once. Raises what `check_work` refuses, and Refusal `day_is_past`."""
    work = PlannedWork(
        course=course,
        class_book_id=course.class_group_id,
        group=course.sub_group,
        kind=kind,
        date=on,
        text=text,
        written_at=clock.now(),
        written_by_id=actor.writer_id,
    )
    _check(work)
    if _is_head(actor):
        work.approved_at, work.approved_by_id = work.written_at, actor.writer_id
    PlannedWork.objects.bulk_create([work])
    _record(actor, Verb.WORK_PLANNED if work.approved_at else Verb.PLAN_PROPOSED, [work])
    return work


@transaction.atomic
def approve_works(actor: Actor, works: QuerySet[PlannedWork], *, ids: Collection[int]) -> int:
    """Put the proposals of `ids` in force and tell families; return how many. Raises Refusal `nothing_to_approve`."""
    waiting = PlannedWork.objects.to_approve().filter(pk__in=works.filter(pk__in=ids).values("pk"))
    chosen = list(waiting.select_for_update(of=("self",)).select_related(*_NAMES).order_by("date", "pk"))
    if not chosen:
        raise Refusal("nothing_to_approve", gettext_noop("Изберете поне една работа, която чака утвърждаване."))
    PlannedWork.objects.filter(pk__in=[work.pk for work in chosen]).update(
        approved_at=clock.now(), approved_by_id=actor.writer_id
    )
    _record(actor, Verb.WORK_PLANNED, chosen)
    return len(chosen)


@transaction.atomic
def move_work(actor: Actor, works: QuerySet[PlannedWork], *, work_id: int, on: date, text: str) -> None:
    """Give a work another day; raises PlannedWork.DoesNotExist, what `check_work` refuses, and Refusal `approved`."""
    work = _open(actor, works, work_id)
    before = work.date
    work.date, work.text = on, text
    if on != before:
        _check(work)
    PlannedWork.objects.filter(pk=work.pk).update(date=on, text=text)
    _record(actor, Verb.WORK_CHANGED if work.approved_at else Verb.PLAN_CHANGED, [work], before=before)


@transaction.atomic
def withdraw_work(actor: Actor, works: QuerySet[PlannedWork], *, work_id: int, why: str) -> None:
    _open(actor, works, work_id)
    work = ended(works.select_related(*_NAMES), work_id, why)
    verb = Verb.WORK_WITHDRAWN if work.approved_at else Verb.PLAN_WITHDRAWN
    _record(actor, verb, [work], tell=work.date >= clock.today())


_NAMES = ("course__subject", "class_book")


def _is_head(actor: Actor) -> bool:
    return actor.role in HEADS


def _open(actor: Actor, works: QuerySet[PlannedWork], work_id: int) -> PlannedWork:
    """Lock and return a work that the actor may change: what the head approved, a head alone."""
    mine = PlannedWork.objects.filter(pk__in=works.values("pk"))
    work: PlannedWork = mine.select_for_update(of=("self",)).select_related(*_NAMES).get(pk=work_id)
    if work.ended_at is not None:
        raise Refusal("already_ended", gettext_noop("Този запис вече е оттеглен."))
    if work.approved_at and not _is_head(actor):
        raise Refusal("approved", gettext_noop("Графикът е утвърден: промяна прави директорът."))
    return work


def _check(work: PlannedWork) -> None:
    """Refuse what clashes; the class is locked, so that two who plan one day do not both find it free."""
    if work.date < clock.today():
        raise Refusal("day_is_past", gettext_noop("Тази дата вече мина. Изберете днешна или бъдеща."))
    ClassGroup.objects.select_for_update(no_key=True).get(pk=work.class_book_id)
    others = PlannedWork.objects.standing().filter(class_book=work.class_book_id).exclude(pk=work.pk)
    check_work(_as_rule(work), map(_as_rule, others.select_related("course__subject")), term=_term(work))


def _as_rule(work: PlannedWork) -> Work:
    name = f"{NAMES[PlannedWork.Kind(work.kind)]} по {bg.within(work.course.subject.name)}"
    return Work(work.date, WorkKind(work.kind), name, work.group)


def _term(work: PlannedWork) -> tuple[date, date] | None:
    """Return the class's term of the day; a combined class has those of its parts, and the narrowest one binds."""
    of_class = Q(year_group__class_groups=work.class_book_id) | Q(year_group__class_groups__parent=work.class_book_id)
    running = Term.objects.filter(of_class, starts_on__lte=work.date, ends_on__gte=work.date)
    return running.order_by("ends_on").values_list("starts_on", "ends_on").first()


def _record(
    actor: Actor, verb: Verb, works: list[PlannedWork], *, before: date | None = None, tell: bool = True
) -> None:
    facts = [
        Fact(
            verb,
            course_id=work.course_id,
            class_group_id=work.class_book_id,
            object_id=work.pk,
            body=_body(work) | ({"before": {"date": before.isoformat()}} if before else {}),
        )
        for work in works
    ]
    record(facts, actor=actor, tell=tell)


def _body(work: PlannedWork) -> dict[str, Json]:
    return {
        "class_group": work.class_book.name,
        "subject": work.course.subject.name,
        "kind": GradeKind.CONTROL_WORK.name if work.kind == PlannedWork.Kind.CONTROL else GradeKind.CLASS_WORK.name,
        "date": work.date.isoformat(),
        "text": work.text,
        "reason": work.ended_why,
    }
