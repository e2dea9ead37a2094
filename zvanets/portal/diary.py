"""What the family reads in the diary: rows of the child's pages, finished for the templates."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from zvanets.attendance.models import Absence
from zvanets.gradebook.models import Comment, Grade
from zvanets.lessons.models import Homework, HomeworkFile
from zvanets.lib import bg
from zvanets.portal.family import Child, lang
from zvanets.remarks.models import Remark
from zvanets.rules.absences import AbsenceKind, Totals, shown_halves, totals
from zvanets.rules.averages import Counting, Explained
from zvanets.rules.finals import ended_by
from zvanets.rules.scales import GradeKind, Mark, Scale, in_words, kind_name, mark_of, shown_average, shown_grade
from zvanets.schools.models import CourseMember, Lesson, SchoolYear

HOMEWORK_BACK = timedelta(days=14)


def year_start(child: Child) -> date:
    """Return the first day of the child's school year; the diary's pages begin there."""
    today = child.today()
    started = SchoolYear.objects.filter(starts_on__lte=today).order_by("-starts_on").values_list("starts_on", flat=True)
    return started.first() or date(today.year, 1, 1)


@dataclass(frozen=True, slots=True)
class GivenGrade:
    subject: str
    mark: Mark
    kind: GradeKind
    given_on: date
    teacher: str
    comment: str
    term: int | None = None

    @property
    def short(self) -> str:
        """„5,50“; on the scales without numbers the word."""
        return (
            shown_grade(self.mark.value, lang())
            if self.mark.scale is Scale.QUANTITATIVE
            else in_words(self.mark, lang())
        )

    @property
    def words(self) -> str:
        return in_words(self.mark, lang())

    @property
    def kind_name(self) -> str:
        if self.kind in {GradeKind.TERM, GradeKind.ANNUAL}:
            return ended_by(self.kind, self.term, lang())
        return kind_name(self.kind, lang())

    @property
    def day(self) -> str:
        return bg.written_date(self.given_on, lang())

    @property
    def is_poor(self) -> bool:
        return self.mark.scale is not Scale.SPECIAL_NEEDS and self.mark.value < 3


@dataclass(slots=True)
class SubjectGrades:
    """All grades of one subject: the current ones in order, their mean, and those that end a term or the year."""

    subject: str
    current: list[GivenGrade] = field(default_factory=list)
    final: list[GivenGrade] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)  # on its averages

    def average(self, counting: Counting) -> Explained[Decimal | None]:
        return counting.mean((grade.mark, grade.kind) for grade in self.current)


def grades_of(child: Child, since: date) -> list[GivenGrade]:
    """Return the standing grades since the year began, oldest first, in one query."""
    rows = (
        Grade.objects.standing()
        .filter(student_id=child.row.student_id, given_on__gte=since)
        .annotate(said=Subquery(Comment.objects.standing().filter(grade=OuterRef("pk")).values("text")[:1]))
        .order_by("given_on", "id")
        .values_list(
            "course__subject__name", "value", "quality", "special", "kind", "given_on",
            "teacher__first_name", "teacher__last_name", "comment", "said", "term",
        )
    )  # fmt: skip
    return [
        GivenGrade(
            subject=subject,
            mark=mark_of(value, quality, special),
            kind=GradeKind(kind),
            given_on=on,
            teacher=_name(first, last),
            comment=" · ".join(filter(None, (comment, said))),
            term=term,
        )
        for subject, value, quality, special, kind, on, first, last, comment, said, term in rows
    ]


def by_subject(grades: Iterable[GivenGrade]) -> list[SubjectGrades]:
    subjects: dict[str, SubjectGrades] = {}
    for grade in grades:
        own = subjects.setdefault(grade.subject, SubjectGrades(grade.subject))
        (own.final if grade.kind.is_final else own.current).append(grade)
    return [subjects[name] for name in sorted(subjects)]


@dataclass(frozen=True, slots=True)
class MissedLesson:
    day: str
    hour: str
    subject: str
    what: str
    state: str
    counts: bool
    why: str = ""  # the homeroom teacher's words, where they are no secret


def absences_of(child: Child, *, since: date) -> tuple[list[MissedLesson], Totals]:
    """Return the year's absences, newest first, and their totals. Why one was excused is not for a list."""
    rows = list(
        Absence.objects.filter(student_id=child.row.student_id, date__gte=since)
        .order_by("-date", "-lesson__hour_no")
        .values_list(
            *("date", "lesson__hour_no", "lesson__course__subject__name", "kind", "minutes_late", "excused_at"),
            *("is_confidential", "reason_text"),
        )
    )
    missed = [
        _missed(
            row[0],
            row[1],
            row[2],
            _said(*row[3:5]),
            is_excused=_is_excused(row[3], row[5]),
            why="" if row[6] else row[7],
        )
        for row in rows
    ]
    return missed, totals((row[3], row[5] is not None) for row in rows)


def _is_excused(kind: int, excused_at: object) -> bool:
    return kind == AbsenceKind.EXCUSED or excused_at is not None


def _said(kind: int, minutes: int | None) -> str:
    if kind != AbsenceKind.LATE:
        return _("отсъствие")
    return f"{_('закъснение')}, {bg.counted(minutes, 'minute', lang())}" if minutes else _("закъснение")


def _missed(on: date, hour: int, subject: str, what: str, *, is_excused: bool, why: str) -> MissedLesson:
    return MissedLesson(
        day=bg.written_date(on, lang()),
        hour=bg.lesson_hour(hour, lang()),
        subject=subject,
        what=what,
        state=_("извинено") if is_excused else _("неизвинено"),
        counts=not is_excused,
        why=why,
    )


def in_sentences(year: Totals, month: Totals, carried: Totals | None = None) -> list[tuple[str, str]]:
    """Return the sums with their names; what was carried from another school is in those of the year."""
    year = year + carried if carried else year
    return [
        (_("По неуважителни причини този месец"), shown_halves(month.halves, lang())),
        (_("По неуважителни причини тази учебна година"), shown_halves(year.halves, lang())),
        (_("По уважителни причини тази учебна година"), str(year.excused)),
        (_("Закъснения тази учебна година"), str(year.late + year.excused_late)),
    ]


@dataclass(frozen=True, slots=True)
class WrittenRemark:
    day: str
    kind: str
    text: str
    subject: str
    teacher: str
    is_praise: bool


def remarks_of(child: Child) -> list[WrittenRemark]:
    rows = (
        Remark.objects.standing()
        .filter(student_id=child.row.student_id, written_on__gte=year_start(child))
        .order_by("-written_on", "-id")
        .values_list("written_on", "kind", "text", "lesson__course__subject__name", "written_by__name")
    )
    return [
        WrittenRemark(
            day=bg.written_date(on, lang()),
            kind=_("Похвала") if kind == Remark.Kind.PRAISE else _("Забележка"),
            text=text,
            subject=subject or "",
            teacher=teacher,
            is_praise=kind == Remark.Kind.PRAISE,
        )
        for on, kind, text, subject, teacher in rows
    ]


@dataclass(frozen=True, slots=True)
class GivenHomework:
    subject: str
    text: str
    due: str
    given: str
    is_ahead: bool
    files: Sequence[tuple[str, str]]  # name, address


def homework_of(child: Child) -> list[GivenHomework]:
    """Return what is still due, the nearest first, then that of the last two weeks."""
    today = child.today()
    rows = (
        Homework.objects.filter(
            Q(due_on__gte=today) | Q(due_on__isnull=True) | Q(due_on__gte=today - HOMEWORK_BACK),
            Q(course__members__ends_on__isnull=True) | Q(course__members__ends_on__gte=today),
            course__members__student_id=child.row.student_id,
            course__members__starts_on__lte=today,
            lesson__date__gte=today - 4 * HOMEWORK_BACK,
        )
        .order_by("due_on", "id")
        .values_list("id", "course__subject__name", "text", "due_on", "lesson__date")
        .distinct()
    )
    files = _files(child, [row[0] for row in rows])
    found = [
        GivenHomework(
            subject=subject,
            text=text,
            due=_("за %(day)s") % {"day": bg.day_name(due, lang())} if due else _("без срок"),
            given=bg.written_date(given, lang()),
            is_ahead=due is None or due >= today,
            files=files[number],
        )
        for number, subject, text, due, given in rows
    ]
    return [each for each in found if each.is_ahead] + [each for each in reversed(found) if not each.is_ahead]


def _files(child: Child, homework: Sequence[int]) -> Mapping[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = HomeworkFile.objects.filter(homework__in=homework).order_by("pk")
    for number, file_id, name in rows.values_list("homework", "pk", "name"):
        found[number].append((name, child.url("homework_file", file_id)))
    return found


def homework_file(child: Child, file_id: int) -> HomeworkFile | None:
    """Return a file of the homework of a course in whose register the child stands."""
    today = child.today()
    mine = CourseMember.objects.standing(on=today).filter(student=child.row.student_id).values("course")
    found: HomeworkFile | None = HomeworkFile.objects.filter(homework__course__in=mine, pk=file_id).first()
    return found


@dataclass(frozen=True, slots=True)
class Hour:
    number: int
    time: str
    subject: str
    room: str
    note: str
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class Day:
    name: str
    is_today: bool
    hours: list[Hour]


def week_of(child: Child, day: date) -> list[Day]:
    """Return the school days of the week of `day`, each with the child's lessons in order."""
    monday = day - timedelta(days=day.weekday())
    lessons = (
        Lesson.objects.filter(
            Q(course__members__ends_on__isnull=True) | Q(course__members__ends_on__gte=monday),
            date__range=(monday, monday + timedelta(days=6)),
            course__members__student_id=child.row.student_id,
            course__members__starts_on__lte=monday + timedelta(days=6),
        )
        .order_by("date", "starts_at", "hour_no", "id")
        .values_list(
            "id", "date", "hour_no", "starts_at", "ends_at", "course__subject__name", "room", "is_cancelled",
            "substitute__first_name", "substitute__last_name", "changes__instead__date", "changes__instead__hour_no",
            "changes__instead__course__subject__name",
        )
        .distinct()
    )  # fmt: skip
    days: dict[date, list[Hour]] = {}
    for _id, on, number, starts, ends, subject, room, is_cancelled, first, last, to_day, to_hour, other in lessons:
        note = _cancelled(on, number, to_day, to_hour, other) if is_cancelled else ""
        note = note or (_("замества %(name)s") % {"name": _name(first, last)} if first else "")
        hour = Hour(number, f"{starts:%H:%M}–{ends:%H:%M}", subject, room, note, is_cancelled)
        days.setdefault(on, []).append(hour)
    return [Day(bg.day_name(on, lang()), on == child.today(), hours) for on, hours in days.items()]


def _cancelled(on: date, hour_no: int, day: date | None, hour: int | None, subject: str | None) -> str:
    """Return „отпада“, „вместо него история“ or „преместен за вторник, 7 октомври, 2-ри час“."""
    if day is None or hour is None:
        return _("отпада")
    if (day, hour) == (on, hour_no):
        return _("вместо него: %s") % bg.within(subject or "")
    return _("преместен за %s") % f"{bg.day_name(day, lang())}, {bg.lesson_hour(hour, lang())}"


def _name(first: str | None, last: str | None) -> str:
    return " ".join(filter(None, (first, last)))


def explained(subjects: Sequence[SubjectGrades], counting: Counting) -> Explained[Decimal | None]:
    """Explain the mean of all current grades of the year, of all subjects together."""
    return counting.mean((grade.mark, grade.kind) for subject in subjects for grade in subject.current)


def shown(mean: Explained[Decimal | None]) -> str:
    return shown_average(mean.result, lang())
