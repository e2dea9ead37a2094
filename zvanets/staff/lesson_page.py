"""A lesson's page: what is saved, what was typed over it, and what somebody else saved meanwhile, merged for the eye."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _

from zvanets.attendance.actions import Attendance
from zvanets.lessons import page, statements
from zvanets.lessons.actions import lock_of
from zvanets.lessons.models import HomeworkFile
from zvanets.lessons.page import Ahead, Offered
from zvanets.lessons.statements import LessonRow, Register
from zvanets.lib import bg, clock
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.grades import GradeKind, kind_name, scale_of
from zvanets.staff.marks import is_poor, mark_text
from zvanets.staff.register import PRAISE, Row, Written, counts, rows_html
from zvanets.staff.seat import Seat, lang
from zvanets.staff.typed_lesson import KINDS, Base, TypedLesson, said

COUNTED = ("present", "absent", "late", "grade")


@dataclass(frozen=True, slots=True)
class TextField:
    """A text of the lesson: as shown, as saved, and what is wrong with it."""

    shown: str
    saved: str
    error: str = ""

    @property
    def is_changed(self) -> bool:
        return self.shown != self.saved


@dataclass(frozen=True, slots=True)
class Problem:
    target: str
    text: str


def context(
    seat: Seat, lesson: LessonRow, typed: TypedLesson | None = None, *, is_conflict: bool = False
) -> dict[str, Any]:
    """Return what the lesson's template shows; with `typed`, all of it stands in the fields."""
    register = statements.read_register(lesson)
    ahead = page.ahead_of(lesson)
    saved = base_of(lesson, register, ahead.topics)
    rows = _rows(seat, lesson, register, saved, typed)
    for student in ahead.without_hearers & rows.keys():
        rows[student].is_unheard = True
    lock = _lock(lesson, seat)
    return {
        "lesson": _head(seat, lesson),
        "rows": rows_html(rows.values(), is_open=not lock or typed is not None),
        "sheet": {
            "version": str(typed.seen if typed and not is_conflict else lesson.version or 0),
            "key": str(typed.key if typed and not is_conflict else uuid4()),
            "base": (typed.base if typed and not is_conflict else saved).packed(),
            "draft": f"{seat.user.pk}:{lesson.id}",
            "last_key": str(lesson.save_key or ""),
            "words": register_words(),
            "topic": _text("topic", saved.topic, typed),
            "homework": _text("homework", saved.homework, typed),
            "due": _due(lesson, ahead, typed),
            "plan_url": seat.url("plan", lesson.course_id),
            "topics": _topics(ahead.topics, saved, typed),
            "files": _files(seat, lesson, typed),
            "files_error": typed.errors.get("files", "") if typed else "",
            "kinds": [(str(int(kind)), kind_name(kind, lang())) for kind in KINDS],
            "kind": str(int(typed.kind if typed else GradeKind.CURRENT)),  # text: a template localises numbers
            "size": bg.counted(len(rows), "student", lang()),
            **_counts(rows.values()),
            "state": _state(seat, lesson),
            "errors": _problems(typed, register) if typed else [],
            "conflict": _conflict(seat, lesson) if is_conflict else "",
            "lock": lock,
            "verified": _verified(seat, lesson),
            "is_open": not lock or typed is not None,
        },
    }


def base_of(lesson: LessonRow, register: Register, offered: Sequence[Offered]) -> Base:
    standing = register.attendance.items()
    return Base(
        absent=frozenset(student for student, mark in standing if mark.kind is not AbsenceKind.LATE),
        late=frozenset(student for student, mark in standing if mark.kind is AbsenceKind.LATE),
        topic=lesson.topic or "",
        homework=lesson.homework or "",
        items=frozenset(each.id for each in offered if each.is_here),
    )


def when(lesson: LessonRow, seat: Seat) -> str:
    """Return „3-ти час, 09:45–10:25“, of another day with its name before."""
    hours = f"{bg.lesson_hour(lesson.hour_no, lang())}, {lesson.starts_at:%H:%M}–{lesson.ends_at:%H:%M}"
    return hours if lesson.date == seat.today() else f"{bg.day_name(lesson.date, lang())} · {hours}"


def _head(seat: Seat, lesson: LessonRow) -> dict[str, Any]:
    return {
        "class_group": lesson.class_group,
        "subject": lesson.subject,
        "when": when(lesson, seat),
        "room": lesson.room,
        "teacher": lesson.teacher if lesson.is_substituted or seat.writes_every_lesson else "",
        "is_substituted": lesson.is_substituted,
        "url": seat.url("lesson", lesson.id),
        "grades_url": seat.url("gradebook", lesson.course_id)
        if seat.writes_every_lesson or not lesson.is_substituted
        else "",
    }


def _lock(lesson: LessonRow, seat: Seat) -> str:
    if lesson.is_cancelled:
        return _("Този час не се провежда и не може да се записва.")
    lock = lock_of(lesson, seat.today())
    return said(lock) if lock else ""


def _verified(seat: Seat, lesson: LessonRow) -> str:
    if lesson.verified_at is None:
        return ""
    return _("Проверен: %s") % _who_when(lesson.verified_by or "", lesson.verified_at, seat)


def _rows(seat: Seat, lesson: LessonRow, register: Register, saved: Base, typed: TypedLesson | None) -> dict[int, Row]:
    home = seat.url("today")
    rows = {
        line.student_id: Row(
            line, f"{home}students/{line.student_id}/", scale_of(line.level, special_needs=line.special_needs)
        )
        for line in register.lines.values()
    }
    for student, row in rows.items():
        _stand(row, register.attendance.get(student))
    _add_grades(rows, lesson, seat)
    _add_remarks(rows, lesson, seat)
    for student, is_accepted in page.noticed_in(lesson, rows.keys()).items():
        rows[student].notice = _("предизвестено, ще се извини само") if is_accepted else _("предизвестено")
    if typed:
        for student, row in rows.items():
            _type_over(row, student, typed, saved)
    return rows


def _add_grades(rows: dict[int, Row], lesson: LessonRow, seat: Seat) -> None:
    home = seat.url("today")
    for grade in page.grades_of(lesson):
        row = rows.get(grade.student_id)
        if row:
            title = f"{kind_name(grade.kind, lang())}, {_who_when(grade.by, grade.at, seat)}"
            url = f"{home}grades/{grade.id}/"
            row.grades.append(Written(mark_text(grade.mark), title, url, is_poor=is_poor(grade.mark)))


def _add_remarks(rows: dict[int, Row], lesson: LessonRow, seat: Seat) -> None:
    home = seat.url("today")
    for remark in page.remarks_of(lesson):
        row = rows.get(remark.student_id)
        if row:
            text = f"{_('Похвала') if remark.kind == PRAISE else _('Забележка')}: {remark.text}"
            title = _who_when(remark.by, remark.at, seat)
            row.remarks.append(Written(text, title, f"{home}remarks/{remark.id}/"))


def _stand(row: Row, mark: Attendance | None) -> None:
    if mark:
        row.saved = row.shown = mark.kind
        row.minutes = mark.minutes


def _type_over(row: Row, student: int, typed: TypedLesson, saved: Base) -> None:
    """Show what was typed where it was typed, the newer state elsewhere, and name what changed underneath."""
    before, now, wanted = typed.base.kind_of(student), saved.kind_of(student), typed.kind_of(student)
    if wanted is not before and row.saved is not AbsenceKind.EXCUSED:
        row.shown = wanted
    if now is not before:
        row.news = _("междувременно записано: %s") % _standing(row.saved)
    row.minutes = typed.minutes.get(student, row.minutes)
    row.grade = typed.grades.get(student, (None, ""))[1]
    row.remark_kind, row.remark = typed.remarks.get(student, (0, ""))
    for column in ("absent", "grade", "remark"):
        if error := typed.errors.get(f"{column}-{student}"):
            row.errors[column] = error


def _standing(kind: AbsenceKind | None) -> str:
    words = {
        None: _("присъства"),
        AbsenceKind.UNEXCUSED: _("отсъства"),
        AbsenceKind.LATE: _("закъсня"),
        AbsenceKind.EXCUSED: _("извинено"),
    }
    return words[kind]


def _text(name: str, saved: str, typed: TypedLesson | None) -> TextField:
    if typed is None:
        return TextField(saved, saved)
    wanted, before = getattr(typed, name), getattr(typed.base, name)
    is_typed = wanted.strip() != before.strip()
    error = typed.errors.get(name, "")
    if is_typed and saved not in (before, wanted):
        error = error or _("Междувременно тук е записано: „%s“. Оставете своето или го поправете.") % saved
    return TextField(wanted if is_typed else saved, saved, error)


def _due(lesson: LessonRow, ahead: Ahead, typed: TypedLesson | None) -> TextField:
    if typed:
        return TextField(typed.due, typed.due, typed.errors.get("due", ""))
    due_on = lesson.due_on if lesson.homework else ahead.next_day
    return TextField(due_on.isoformat() if due_on else "", "")


def _topics(offered: Sequence[Offered], saved: Base, typed: TypedLesson | None) -> list[dict[str, Any]]:
    """Return the topics to take, each with what was typed over what is saved."""
    is_typed = typed is not None and typed.items != typed.base.items
    taken = typed.items if typed and is_typed else saved.items
    return [
        {
            "id": str(each.id),
            "title": f"{each.number}. {each.title}",
            "hours": _("час %(taken)s от %(hours)s") % {"taken": each.taken + (not each.is_here), "hours": each.hours}
            if each.hours > 1
            else "",
            "is_taken": each.id in taken,
            "is_changed": (each.id in taken) != each.is_here,
        }
        for each in offered
    ]


def _files(seat: Seat, lesson: LessonRow, typed: TypedLesson | None) -> list[dict[str, Any]]:
    if not lesson.homework:
        return []
    files = HomeworkFile.objects.filter(homework__lesson=lesson.id).order_by("pk").values_list("pk", "name")
    return [
        {
            "id": str(number),
            "name": name,
            "url": seat.url("homework_file", lesson.id, number),
            "is_dropped": bool(typed and number in typed.dropped),
        }
        for number, name in files
    ]


def _counts(rows: Iterable[Row]) -> dict[str, str]:
    said_counts = {}
    for name, n in counts(rows).items():
        word = "grade" if name == "grades" else name
        said_counts[name] = bg.counted(n, word, lang()) if n or name == "present" else ""
    return said_counts


def register_words() -> str:
    """Return the words that the script counts with, as JSON."""
    forms = {
        "grades" if word == "grade" else word: [bg.counted(n, word, lang()).replace(str(n), "{n}", 1) for n in (1, 2)]
        for word in COUNTED
    }
    return json.dumps(
        forms
        | {
            "unsaved": [_("{n} незаписана промяна"), _("{n} незаписани промени")],
            "restored": [_("Върнахме {n} незаписана промяна"), _("Върнахме {n} незаписани промени")],
            "saving": _("Записва се…"),
            "lost": _("Няма връзка. Написаното е запазено в този раздел; натиснете „Запиши“ отново, щом се върне."),
            "failed": _(
                "Не се записа: сървърът отговори с грешка. Написаното е запазено в този раздел; "
                "презаредете страницата и опитайте пак."
            ),
        },
        ensure_ascii=False,
    )


def _state(seat: Seat, lesson: LessonRow) -> str:
    if lesson.saved_at is None:
        return _("Още не е записван.")
    local = lesson.saved_at.astimezone(seat.zone)
    if local.date() == seat.today():
        text = _("Записано в %s ч.") % f"{local:%H:%M}"
    else:
        text = _("Записано: %s") % bg.moment(lesson.saved_at, now=clock.now(), zone=seat.zone, lang=lang())
    if lesson.teacher and lesson.saved_by != lesson.teacher:
        names = {"who": lesson.saved_by, "teacher": lesson.teacher}
        return f"{text} · {_('%(who)s от името на %(teacher)s') % names}"
    return text if lesson.saved_by == seat.user.name else f"{text} · {lesson.saved_by}"


def _conflict(seat: Seat, lesson: LessonRow) -> str:
    return _(
        "Не е записано: междувременно %(who)s записа този час (%(when)s). Показваме новото състояние; "
        "написаното от Вас стои и е отбелязано. Прегледайте го и запишете отново."
    ) % {
        "who": lesson.saved_by,
        "when": bg.moment(lesson.saved_at or clock.now(), now=clock.now(), zone=seat.zone, lang=lang()),
    }


def _who_when(by: str, at: datetime, seat: Seat) -> str:
    return f"{by}, {bg.moment(at, now=clock.now(), zone=seat.zone, lang=lang())}"


def _problems(typed: TypedLesson, register: Register) -> list[Problem]:
    problems = [Problem("save", typed.refusal)] if typed.refusal else []
    for target, text in typed.errors.items():
        student = target.rpartition("-")[2]
        line = register.lines.get(int(student)) if student.isdigit() else None
        problems.append(Problem(target, f"{line.name}: {text}" if line else text))
    return problems
