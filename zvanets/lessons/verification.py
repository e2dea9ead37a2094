"""A head verifies a lesson: from then on nothing in it changes until a head opens it again with a reason."""

from django.db import transaction

from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lessons.models import LessonRecord
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop


@transaction.atomic
def verify_lesson(actor: Actor, lesson_id: int) -> None:
    """Verify a lesson that was written and has its topic. Raises Refusal `nothing_to_verify`."""
    row = LessonRecord.objects.select_for_update(of=("self",)).filter(lesson=lesson_id).first()
    if row is None or not row.topic:
        text = gettext_noop("Проверява се само вписан час с тема. Учителят още не го е вписал.")
        raise Refusal("nothing_to_verify", text)
    if row.verified_at is None:
        row.verified_at, row.verified_by_id = clock.now(), actor.writer_id
        row.save(update_fields=["verified_at", "verified_by"])
        record([_fact(Verb.LESSON_VERIFIED, row)], actor=actor, tell=False)


@transaction.atomic
def open_lesson(actor: Actor, lesson_id: int, *, why: str) -> None:
    """Let the lesson be written again; calling it for one that is open changes nothing."""
    row = LessonRecord.objects.select_for_update(of=("self",)).filter(lesson=lesson_id).first()
    if row is None or row.verified_at is None:
        return
    row.verified_at = row.verified_by = None
    row.save(update_fields=["verified_at", "verified_by"])
    record([_fact(Verb.LESSON_UNVERIFIED, row, why)], actor=actor, tell=False)


def _fact(verb: Verb, row: LessonRecord, why: str = "") -> Fact:
    return Fact(verb, lesson_id=row.lesson_id, object_id=row.lesson_id, body={"version": row.version, "why": why})
