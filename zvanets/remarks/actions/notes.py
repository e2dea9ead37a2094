"""Write and withdraw notes of a class."""

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet

from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.remarks.actions.entries import ended, name_of, students_of
from zvanets.remarks.models import Note, NoteStudent
from zvanets.schools.models import ClassGroup


@transaction.atomic
def write_note(actor: Actor, book: ClassGroup, *, text: str, is_for_all: bool, students: Collection[int] = ()) -> Note:
    """Write a note for all, for `students`, or with neither for the staff alone; raises Refusal `nobody`."""
    today = clock.today()
    chosen = [] if is_for_all or not students else students_of(book, students, on=today)
    note = Note.objects.create(
        class_book=book, is_for_all=is_for_all, text=text, written_at=clock.now(), written_by_id=actor.writer_id
    )
    NoteStudent.objects.bulk_create(NoteStudent(note=note, student=student) for student in chosen)
    body = _body(note, name_of(actor)) | {"written_on": today.isoformat()}
    _record(actor, Verb.NOTE_WRITTEN, note, [student.pk for student in chosen], body)
    return note


@transaction.atomic
def withdraw_note(actor: Actor, notes: QuerySet[Note], *, note_id: int, why: str) -> None:
    note = ended(notes, note_id, why)
    chosen = list(NoteStudent.objects.filter(note=note).values_list("student_id", flat=True))
    _record(actor, Verb.NOTE_WITHDRAWN, note, chosen, _body(note, "") | {"reason": note.ended_why})


def _record(actor: Actor, verb: Verb, note: Note, chosen: list[int], body: dict[str, Json]) -> None:
    """A note for all is one fact of the class; one for nobody is history that families do not hear."""
    whom: list[int | None] = [*chosen] or [None]
    facts = [
        Fact(verb, student_id=student, class_group_id=note.class_book_id, object_id=note.pk, body=body)
        for student in whom
    ]
    record(facts, actor=actor, tell=note.is_for_all or bool(chosen))


def _body(note: Note, teacher: str) -> dict[str, Json]:
    return {"class_group": note.class_book.name, "text": note.text, "teacher": teacher}
