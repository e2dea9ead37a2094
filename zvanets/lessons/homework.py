"""The homework of a lesson that is being saved: its text, its day, its files."""

from collections.abc import Collection, Sequence
from datetime import date

from zvanets.files.actions import MOST, Attached, keep, let_go
from zvanets.history.record import Actor, Fact
from zvanets.history.verbs import Verb
from zvanets.lessons import statements
from zvanets.lessons.models import Homework, HomeworkFile
from zvanets.lessons.statements import LessonRow
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.schools.register import OpenLesson

ONLY_FILES = gettext_noop("Вижте прикачените файлове.")  # what the family reads of a homework without words


def set_homework(
    actor: Actor,
    lesson: OpenLesson,
    row: LessonRow,
    *,
    text: str,
    due_on: date | None,
    files: Sequence[Attached] = (),
    dropped: Collection[int] = (),
) -> list[Fact]:
    """Give the lesson this homework, change it, or withdraw it (no text and no file); return what happened."""
    if not text and not files:
        return _withdraw(lesson, row) if row.homework else []
    text = text or ONLY_FILES
    put = statements.put_homework(row, text=text, due_on=due_on, at=lesson.now)
    count, is_touched = _set_files(actor, lesson.id, files, dropped) if files or dropped else (None, False)
    if put is None and not is_touched:
        return []
    number = put[0] if put else Homework.objects.values_list("pk", flat=True).get(lesson=lesson.id)
    verb = Verb.HOMEWORK_GIVEN if put and put[1] else Verb.HOMEWORK_CHANGED
    return [_fact(verb, lesson, row, number, text=text, due_on=due_on, files=count)]


def _withdraw(lesson: OpenLesson, row: LessonRow) -> list[Fact]:
    let_go(list(HomeworkFile.objects.filter(homework__lesson=lesson.id)))
    _, gone = Homework.objects.filter(lesson=lesson.id).delete()
    return [_fact(Verb.HOMEWORK_WITHDRAWN, lesson, row, None)] if gone else []


def _set_files(actor: Actor, lesson_id: int, files: Sequence[Attached], dropped: Collection[int]) -> tuple[int, bool]:
    """Return how many files the homework has now, and whether any came or went."""
    homework = Homework.objects.prefetch_related("files").get(lesson=lesson_id)
    gone = [file for file in homework.files.all() if file.pk in dropped]
    count = len(homework.files.all()) - len(gone) + len(files)
    if count > MOST:
        text = gettext_noop("Най-много %(most)s файла. Махнете някой или ги съберете в един PDF.")
        raise Refusal("files_too_many", text, {"most": MOST})
    let_go(gone)
    keep(HomeworkFile, files, actor=actor, homework=homework)
    return count, bool(gone or files)


def _fact(
    verb: Verb,
    lesson: OpenLesson,
    row: LessonRow,
    number: int | None,
    *,
    text: str = "",
    due_on: date | None = None,
    files: int | None = None,
) -> Fact:
    return Fact(
        verb,
        course_id=lesson.course_id,
        class_group_id=lesson.class_group_id,
        lesson_id=lesson.id,
        object_id=number,
        body={
            "class_group": row.class_group,
            "subject": lesson.subject,
            "text": text,
            "due_on": due_on.isoformat() if due_on else "",
            "given_on": lesson.date.isoformat(),
            **({} if files is None else {"files": files}),
        },
    )
