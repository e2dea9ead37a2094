"""Weeks of a school's life in bulk: registers taken, grades, absences, remarks, homework, and the history of it all."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.db.models import F

from zvanets.attendance.actions import Attendance, attendance_fact
from zvanets.attendance.models import Absence, ExcuseReason
from zvanets.demo import texts
from zvanets.demo.lessons import Held
from zvanets.demo.rows import insert
from zvanets.gradebook.actions import NewGrade, given_fact
from zvanets.gradebook.models import Grade
from zvanets.history.record import Fact
from zvanets.history.verbs import Verb
from zvanets.lessons.actions import saved_fact
from zvanets.lessons.models import Homework, LessonRecord
from zvanets.remarks.actions import NewRemark, remark_fact
from zvanets.remarks.models import Remark
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.grades import GradeKind, Mark, Scale, scale_of

_FORGOTTEN = 0.02  # of the last days' lessons nobody has written about
_FORGOTTEN_DAYS = timedelta(days=3)
_ILL, _ILL_DAYS = 0.012, (1, 2, 2, 3)
_EXCUSED_AFTER, _WITHOUT_NOTE = timedelta(days=3), 0.15
_TRUANT, _LATE, _LATE_AT_FIRST = 0.003, 0.003, 0.012
_WITH_GRADES, _CONTROL_WORK = 0.35, 0.035
_WITH_REMARK, _WITH_HOMEWORK = 0.04, 0.2
# The demo's teacher has sixteen lessons a day: as much in each as elsewhere would drown its two classes.
_QUIETER = 0.12
_STEPS = (Decimal(0), Decimal(0), Decimal(0), Decimal("0.5"), Decimal("-0.5"), Decimal("0.25"))

_GRADE_COLUMNS = (
    *("student", "course", "lesson", "kind", "value", "quality", "special", "comment"),
    *("given_on", "given_at", "given_by", "teacher"),
)


@dataclass
class Life:
    """What happened in lessons, gathered row by row and written at once."""

    rng: Random
    now: datetime
    homeroom: Mapping[int, int]  # class book → user
    written: list[Held] = field(default_factory=list)
    grades: list[tuple[Held, NewGrade]] = field(default_factory=list)
    absences: list[tuple[Held, int, Attendance]] = field(default_factory=list)
    remarks: list[tuple[Held, NewRemark]] = field(default_factory=list)
    homework: list[tuple[Held, str]] = field(default_factory=list)
    ill: list[int] = field(default_factory=list)  # places in `absences`
    ill_until: dict[int, date] = field(default_factory=dict)
    asked: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def live(self, lessons: Iterable[Held]) -> None:
        """Let the lessons pass, the oldest first."""
        for held in lessons:
            if self.now - held.ends > _FORGOTTEN_DAYS or self.rng.random() > _FORGOTTEN:
                self._pass(held)

    def _pass(self, held: Held) -> None:
        course = held.course
        number = self.asked[course.id]
        self.asked[course.id] += 1
        held = replace(held, lesson=replace(held.lesson, topic=texts.topic(course.subject, number)))
        self.written.append(held)
        share = _QUIETER if course.is_round_the_clock else 1.0
        self._take_register(held, share)
        if not course.is_class_hour:
            self._examine(held, share)
        if self.rng.random() < _WITH_REMARK * share:
            self._remark(held)
        if not course.is_class_hour and self.rng.random() < _WITH_HOMEWORK * share:
            self.homework.append((held, self.rng.choice(texts.HOMEWORK)))

    def _take_register(self, held: Held, share: float) -> None:
        late = _LATE_AT_FIRST if held.lesson.hour_no == 1 else _LATE
        for student in held.lesson.lines:
            if self._is_ill(student, held):
                self.ill.append(len(self.absences))
                self.absences.append((held, student, Attendance(AbsenceKind.UNEXCUSED)))
                continue
            chance = self.rng.random()
            if chance < _TRUANT * share:
                self.absences.append((held, student, Attendance(AbsenceKind.UNEXCUSED)))
            elif chance < (_TRUANT + late) * share:
                self.absences.append((held, student, Attendance(AbsenceKind.LATE, self.rng.choice((5, 10, 15)))))

    def _is_ill(self, student: int, held: Held) -> bool:
        """Who falls ill in a day's first lesson stays at home for days; the demo's own lessons go on without."""
        if held.course.is_round_the_clock:
            return False
        day = held.lesson.date
        if held.lesson.hour_no == 1 and self.ill_until.get(student, date.min) < day and self.rng.random() < _ILL:
            self.ill_until[student] = day + timedelta(days=self.rng.choice(_ILL_DAYS) - 1)
        return self.ill_until.get(student, date.min) >= day

    def _examine(self, held: Held, share: float) -> None:
        present = [student for student in held.lesson.lines if self.ill_until.get(student, date.min) < held.lesson.date]
        if self.rng.random() < _CONTROL_WORK * share:
            self.grades += [(held, self._grade(held, student, GradeKind.CONTROL_WORK)) for student in present]
        elif self.rng.random() < _WITH_GRADES * share:
            for student in self.rng.sample(present, min(len(present), self.rng.randint(1, 4))):
                self.grades.append((held, self._grade(held, student, GradeKind.CURRENT)))

    def _grade(self, held: Held, student: int, kind: GradeKind) -> NewGrade:
        gift = Random(student).gauss(4.9, 0.8)
        value = Decimal(min(6, max(2, round(gift + self.rng.gauss(0, 0.6)))))
        line = held.lesson.lines[student]
        scale = scale_of(line.level, special_needs=line.special_needs) or Scale.QUANTITATIVE
        if scale is Scale.SPECIAL_NEEDS:
            value = Decimal(self.rng.choice((2, 2, 3)))
        if scale is Scale.QUANTITATIVE and value >= 3:
            value = min(Decimal(6), max(Decimal(3), value + self.rng.choice(_STEPS)))
        comment = self.rng.choice(texts.COMMENTS) if self.rng.random() < 0.1 else ""
        return NewGrade(student, Mark(scale, value), kind, comment)

    def _remark(self, held: Held) -> None:
        if not held.lesson.lines:
            return
        kind = self.rng.choice((Remark.Kind.PRAISE, Remark.Kind.CRITICAL))
        said = texts.PRAISE if kind is Remark.Kind.PRAISE else texts.CRITICAL
        student = self.rng.choice(list(held.lesson.lines))
        self.remarks.append((held, NewRemark(student, kind, self.rng.choice(said))))

    def write(self) -> dict[datetime, list[Fact]]:
        """Insert everything; return the facts by the moment they were saved at, for history."""
        facts: dict[datetime, list[Fact]] = defaultdict(list)
        absences = self._absences()
        for held, fact in [*absences, *self._grades(), *self._remarks(), *self._homework(), *self._records()]:
            facts[held.ends].append(fact)
        for held, fact in self._excuse([absences[place] for place in self.ill]):
            facts[held.ends + _EXCUSED_AFTER].append(fact)
        return facts

    def _excuse(self, absences: list[tuple[Held, Fact]]) -> list[tuple[Held, Fact]]:
        """Most who were ill bring a note some days later."""
        lazy = {student for student in self.ill_until if self.rng.random() < _WITHOUT_NOTE}
        before = (self.now - _EXCUSED_AFTER).date()
        chosen = [(h, f) for h, f in absences if h.lesson.date < before and f.student_id not in lazy]
        by_book: dict[int, list[int]] = defaultdict(list)
        for held, fact in chosen:
            by_book[held.lesson.class_group_id].append(fact.object_id or 0)
        for book, keys in by_book.items():
            Absence.objects.filter(pk__in=keys).update(
                kind=AbsenceKind.EXCUSED,
                reason=ExcuseReason.HEALTH,
                excused_at=F("recorded_at") + _EXCUSED_AFTER,
                excused_by=self.homeroom.get(book, self.written[0].user_id),
            )
        return [(held, _excused_fact(fact)) for held, fact in chosen]

    def _records(self) -> list[tuple[Held, Fact]]:
        rows = [
            (held.lesson.id, uuid.UUID(int=self.rng.getrandbits(128)), held.lesson.topic, held.ends, held.user_id)
            for held in self.written
        ]
        insert(LessonRecord, ("lesson", "save_key", "topic", "saved_at", "saved_by"), rows)
        return [(held, saved_fact(held.lesson, 1)) for held in self.written]

    def _grades(self) -> list[tuple[Held, Fact]]:
        rows = []
        for held, grade in self.grades:
            lesson, mark = held.lesson, grade.mark.columns()
            what = (grade.student_id, lesson.course_id, lesson.id, int(grade.kind))
            scales = (mark["value"], mark["quality"], mark["special"])
            rows.append((*what, *scales, grade.comment, lesson.date, held.ends, held.user_id, lesson.teacher_id))
        keys = insert(Grade, _GRADE_COLUMNS, rows)
        return [(h, given_fact(h.lesson, key, grade)) for key, (h, grade) in zip(keys, self.grades, strict=True)]

    def _absences(self) -> list[tuple[Held, Fact]]:
        rows = [
            (held.lesson.id, student, held.lesson.date, int(mark.kind), mark.minutes, held.ends, held.user_id)
            for held, student, mark in self.absences
        ]
        columns = ("lesson", "student", "date", "kind", "minutes_late", "recorded_at", "recorded_by")
        keys = insert(Absence, columns, rows)
        return [
            (held, attendance_fact(_verb(mark), held.lesson, student, key, mark))
            for key, (held, student, mark) in zip(keys, self.absences, strict=True)
        ]

    def _remarks(self) -> list[tuple[Held, Fact]]:
        rows = [
            (r.student_id, h.lesson.id, int(r.kind), r.text, h.lesson.date, h.ends, h.user_id) for h, r in self.remarks
        ]
        columns = ("student", "lesson", "kind", "text", "written_on", "written_at", "written_by")
        keys = insert(Remark, columns, rows)
        return [(h, remark_fact(h.lesson, key, remark)) for key, (h, remark) in zip(keys, self.remarks, strict=True)]

    def _homework(self) -> list[tuple[Held, Fact]]:
        rows = [
            (h.lesson.course_id, h.lesson.id, text, h.lesson.date + timedelta(days=7), h.ends)
            for h, text in self.homework
        ]
        keys = insert(Homework, ("course", "lesson", "text", "due_on", "given_at"), rows)
        return [(held, _homework_fact(held, key, text)) for key, (held, text) in zip(keys, self.homework, strict=True)]


def _verb(mark: Attendance) -> Verb:
    return Verb.LATENESS_RECORDED if mark.kind is AbsenceKind.LATE else Verb.ABSENCE_RECORDED


def _excused_fact(recorded: Fact) -> Fact:
    told = ("student", "class_group", "subject", "hour_no", "date")
    body = {name: recorded.body[name] for name in told}
    body |= {"kind": AbsenceKind.EXCUSED.name, "reason_kind": int(ExcuseReason.HEALTH)}
    return replace(recorded, verb=Verb.ABSENCE_EXCUSED, sub_verb=AbsenceKind.EXCUSED.name, body=body)


def _homework_fact(held: Held, key: int, text: str) -> Fact:
    lesson = held.lesson
    return Fact(
        Verb.HOMEWORK_GIVEN,
        course_id=lesson.course_id,
        class_group_id=lesson.class_group_id,
        lesson_id=lesson.id,
        object_id=key,
        body={
            "class_group": held.course.class_group,
            "subject": lesson.subject,
            "text": text,
            "due_on": (lesson.date + timedelta(days=7)).isoformat(),
            "given_on": lesson.date.isoformat(),
        },
    )
