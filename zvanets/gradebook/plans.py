"""Say who studies a subject by an individual plan and who is exempt: special-category data, ids only in history."""

from collections.abc import Collection, Mapping

from django.db import transaction

from zvanets.gradebook.facts import PRIVATE
from zvanets.gradebook.models import Exemption, SpecialNeeds
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.rules.finals import Period
from zvanets.schools.models import Course, CourseMember


@transaction.atomic
def set_plans(
    actor: Actor, course: Course, *, special_needs: Collection[int], exempt: Mapping[int, Collection[Period]]
) -> int:
    """Write who of a course has a plan and who is exempt from what; return how many of these changed.

    Who is not named has neither. Raises Refusal `not_in_register`.
    """
    wanted = {student: frozenset(periods) for student, periods in exempt.items() if periods}
    Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    members = set(CourseMember.objects.filter(course=course).values_list("student_id", flat=True))
    if {*special_needs, *wanted} - members:
        raise Refusal(
            "not_in_register", gettext_noop("Ученик от списъка не учи този предмет. Отворете страницата наново.")
        )
    facts = [*_set_special(actor, course, set(special_needs)), *_set_exempt(actor, course, wanted)]
    if facts:
        record(facts, actor=actor, tell=True)
    return len(facts)


def _set_special(actor: Actor, course: Course, wanted: set[int]) -> list[Fact]:
    standing = {each.student_id: each.pk for each in SpecialNeeds.objects.filter(course=course)}
    gone = {student: pk for student, pk in standing.items() if student not in wanted}
    SpecialNeeds.objects.filter(pk__in=gone.values()).delete()
    made = SpecialNeeds.objects.bulk_create(
        SpecialNeeds(student_id=student, course=course, set_at=clock.now(), set_by_id=actor.writer_id)
        for student in sorted(wanted - standing.keys())
    )
    return [
        *(_fact(Verb.SPECIAL_NEEDS_WITHDRAWN, course, student, pk) for student, pk in gone.items()),
        *(_fact(Verb.SPECIAL_NEEDS_SET, course, each.student_id, each.pk) for each in made),
    ]


def _set_exempt(actor: Actor, course: Course, wanted: Mapping[int, frozenset[Period]]) -> list[Fact]:
    """A changed exemption is another one: history has no room for what it was."""
    standing = {each.student_id: each for each in Exemption.objects.filter(course=course)}
    gone = [each for student, each in standing.items() if each.periods != wanted.get(student)]
    Exemption.objects.filter(pk__in=[each.pk for each in gone]).delete()
    new = [student for student in sorted(wanted) if student not in standing or standing[student] in gone]
    made = Exemption.objects.bulk_create(
        Exemption(
            student_id=student,
            course=course,
            from_term_1=Period.TERM_1 in wanted[student],
            from_term_2=Period.TERM_2 in wanted[student],
            from_year=Period.YEAR in wanted[student],
            set_at=clock.now(),
            set_by_id=actor.writer_id,
        )
        for student in new
    )
    ended = [each for each in gone if each.student_id not in wanted]
    return [
        *(_fact(Verb.EXEMPTION_WITHDRAWN, course, each.student_id, each.pk) for each in ended),
        *(_fact(Verb.EXEMPTION_SET, course, each.student_id, each.pk) for each in made),
    ]


def _fact(verb: Verb, course: Course, student_id: int, object_id: int | None) -> Fact:
    return Fact(
        verb,
        student_id=student_id,
        course_id=course.pk,
        class_group_id=course.class_group_id,
        object_id=object_id,
        body=PRIVATE,
    )
