"""What a teacher typed into a lesson's page: read without a query, kept whatever is wrong with it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _

from zvanets.attendance.actions import Attendance
from zvanets.files.actions import Attached, look_into
from zvanets.gradebook.actions import NewGrade
from zvanets.lessons.actions import TOPIC_LENGTH, Sheet
from zvanets.lib.refusals import Refusal
from zvanets.remarks.actions import NewRemark
from zvanets.remarks.models import Remark
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.grades import GradeKind, Scale, parse_grade

HOMEWORK_LENGTH, REMARK_LENGTH = 2000, 1000
LONGEST_ID = 18  # digits
KINDS = tuple(kind for kind in GradeKind if kind.belongs_to_a_lesson)


def said(refusal: Refusal) -> str:
    """Return the refusal in the reader's language."""
    text = _(refusal.msgid)
    return text % refusal.params if refusal.params else text


@dataclass(frozen=True, slots=True)
class Base:
    """What the page showed as saved when it was opened; what was typed differs from it where somebody typed."""

    absent: frozenset[int] = frozenset()
    late: frozenset[int] = frozenset()
    topic: str = ""
    homework: str = ""
    items: frozenset[int] = frozenset()

    def packed(self) -> str:
        shown = [sorted(self.absent), sorted(self.late), self.topic, self.homework, sorted(self.items)]
        return json.dumps(shown, ensure_ascii=False)

    def kind_of(self, student_id: int) -> AbsenceKind | None:
        return _kind(student_id, self.absent, self.late)


def unpack(text: str) -> Base:
    """Read what `packed` wrote; what cannot be read counts as an empty lesson: then all that was typed is new."""
    try:
        absent, late, topic, homework, items = json.loads(text)
        ids = (frozenset(map(int, absent)), frozenset(map(int, late)))
        return Base(*ids, str(topic), str(homework), frozenset(map(int, items)))
    except (ValueError, TypeError):
        return Base()


@dataclass(slots=True)
class TypedLesson:
    seen: int
    key: UUID
    base: Base
    topic: str
    homework: str
    due: str
    kind: GradeKind
    absent: frozenset[int]
    late: frozenset[int]
    minutes: dict[int, int]
    grades: dict[int, tuple[Scale, str]]
    remarks: dict[int, tuple[int, str]]
    items: frozenset[int] = frozenset()
    uploads: Sequence["UploadedFile[Any]"] = ()
    dropped: frozenset[int] = frozenset()
    errors: dict[str, str] = field(default_factory=dict)  # id of the field → words
    refusal: str = ""  # of the whole lesson

    def kind_of(self, student_id: int) -> AbsenceKind | None:
        return _kind(student_id, self.absent, self.late)

    def sheet(self) -> Sheet | None:
        """Return the lesson to save, or None and `errors`."""
        filled = Sheet(
            seen=self.seen,
            save_key=self.key,
            topic=self._text("topic", self.topic, TOPIC_LENGTH),
            homework=self._text("homework", self.homework, HOMEWORK_LENGTH),
            due_on=self._due_on(),
            files=self._files(),
            dropped=self.dropped,
            items=None if self.items == self.base.items else self.items,
            attendance=self._attendance(),
            known=self.base.absent | self.base.late,
            grades=self._grades(),
            remarks=self._remarks(),
        )
        return None if self.errors else filled

    def _text(self, name: str, typed: str, longest: int) -> str:
        text = " ".join(typed.split()) if name == "topic" else typed.strip()
        if len(text) > longest:
            self.errors[name] = _("Текстът е от %(length)s знака, а може да е най-много %(longest)s. Съкратете го.") % {
                "length": len(text),
                "longest": longest,
            }
        if "\x00" in text:
            self.errors[name] = _("Текстът съдържа непечатаем знак. Изтрийте го и опитайте отново.")
        return text

    def _files(self) -> Sequence[Attached]:
        try:
            return look_into(self.uploads)
        except Refusal as refusal:
            self.errors["files"] = said(refusal)
            return ()

    def _due_on(self) -> date | None:
        if not self.due or not (self.homework.strip() or self.uploads):
            return None
        try:
            return date.fromisoformat(self.due)
        except ValueError:
            self.errors["due"] = _("„%s“ не е дата. Изберете деня, за който е домашната работа.") % self.due[:20]
            return None

    def _attendance(self) -> dict[int, Attendance]:
        for student in self.absent & self.late:
            self.errors[f"absent-{student}"] = _("Изберете едно: отсъства или закъсня.")
        # Minutes typed without a sign are a lateness; those of a lateness that was taken back are none.
        came_late = self.late | (self.minutes.keys() - self.absent - self.base.late - self.base.absent)
        late = {student: Attendance(AbsenceKind.LATE, self.minutes.get(student)) for student in came_late}
        return late | {student: Attendance(AbsenceKind.UNEXCUSED) for student in self.absent}

    def _grades(self) -> list[NewGrade]:
        found = []
        for student, (scale, text) in self.grades.items():
            try:
                found.append(NewGrade(student, parse_grade(text, scale, self.kind), self.kind))
            except Refusal as refusal:
                self.errors[f"grade-{student}"] = said(refusal)
        return found

    def _remarks(self) -> list[NewRemark]:
        found = []
        for student, (kind, typed) in self.remarks.items():
            text = self._text(f"remark-{student}", typed, REMARK_LENGTH)
            if kind in Remark.Kind.values:
                found.append(NewRemark(student, Remark.Kind(kind), text))
            else:
                self.errors[f"remark-{student}"] = _("Изберете дали е похвала или забележка.")
        return found


def _kind(student_id: int, absent: frozenset[int], late: frozenset[int]) -> AbsenceKind | None:
    if student_id in absent:
        return AbsenceKind.UNEXCUSED
    return AbsenceKind.LATE if student_id in late else None


def read(sent: QueryDict, uploads: Sequence["UploadedFile[Any]"] = ()) -> TypedLesson:
    """Read the form as it came; a broken hidden field makes the save meet the newer version, never a 500."""
    typed = TypedLesson(
        seen=_number(sent.get("version", ""), 0),
        key=_key(sent.get("key", "")),
        base=unpack(sent.get("base", "")),
        topic=sent.get("topic", ""),
        homework=sent.get("homework", "").replace("\r\n", "\n"),
        due=sent.get("due", "").strip(),
        kind=_grade_kind(sent.get("kind", "")),
        absent=_ids(sent.getlist("absent")),
        late=_ids(sent.getlist("late")),
        minutes={},
        grades={},
        remarks={},
        items=_ids(sent.getlist("item")),
        uploads=uploads,
        dropped=_ids(sent.getlist("drop")),
    )
    for name, value in sent.items():
        _read_cell(typed, sent, name, str(value))
    return typed


def _read_cell(typed: TypedLesson, sent: QueryDict, name: str, value: str) -> None:
    what, _dash, rest = name.partition("-")
    if not value.strip():
        return
    if what == "grade":
        student, _dash, scale = rest.partition("-")
        if _is_id(student) and scale in {"1", "2", "3"}:
            typed.grades[int(student)] = (Scale(int(scale)), value)
    elif what == "minutes" and _is_id(rest) and _is_id(value):
        typed.minutes[int(rest)] = min(int(value), 120)
    elif what == "remark" and _is_id(rest):
        typed.remarks[int(rest)] = (_number(sent.get(f"remark-kind-{rest}", ""), 0), value)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID


def _ids(texts: list[str]) -> frozenset[int]:
    return frozenset(int(text) for text in texts if _is_id(text))


def _number(text: str, otherwise: int) -> int:
    return int(text) if _is_id(text) and len(text) <= 9 else otherwise


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _grade_kind(text: str) -> GradeKind:
    kind = _number(text, GradeKind.CURRENT)
    return GradeKind(kind) if kind in KINDS else GradeKind.CURRENT
