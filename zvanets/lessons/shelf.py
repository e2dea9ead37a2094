"""The shelf of methodological materials: what teachers of a subject lay down for each other, within the school."""

from collections.abc import Sequence

from django.db import transaction

from zvanets.files.actions import Attached, keep, let_go
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lessons.models import Material, MaterialFile
from zvanets.lib import clock
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.schools.models import Subject


@transaction.atomic
def add_material(
    actor: Actor,
    subject: Subject,
    *,
    title: str,
    note: str = "",
    url: str = "",
    level: int | None = None,
    files: Sequence[Attached] = (),
) -> Material:
    """Lay a link, files or both on the shelf."""
    if not url and not files:
        raise Refusal("material_empty", gettext_noop("Дайте връзка или прикачете файл."))
    made: Material = Material.objects.create(
        subject=subject,
        title=title,
        note=note,
        url=url,
        level=level,
        added_at=clock.now(),
        added_by_id=actor.writer_id,
    )
    keep(MaterialFile, files, actor=actor, material=made)
    record([_fact(Verb.MATERIAL_ADDED, made)], actor=actor, tell=False)
    return made


@transaction.atomic
def remove_material(actor: Actor, material: Material) -> None:
    fact = _fact(Verb.MATERIAL_REMOVED, material)
    let_go(list(material.files.all()))
    material.delete()
    record([fact], actor=actor, tell=False)


def _fact(verb: Verb, material: Material) -> Fact:
    return Fact(verb, object_id=material.pk, body={"subject": material.subject.name, "title": material.title})
