"""A child's diary in words for one call: what rules.ivr walks through. Inside at_school()."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import Q

from zvanets.attendance.models import Absence
from zvanets.gradebook.models import Grade
from zvanets.history.verbs import Verb
from zvanets.ivr.models import CallLog
from zvanets.ivr.phrases import said
from zvanets.lessons.models import Homework
from zvanets.lib import bg, clock, speak
from zvanets.notifications.spoken import Heard, told_since
from zvanets.remarks.models import Remark
from zvanets.rules.absences import AbsenceKind, Totals, in_lessons, totals
from zvanets.rules.averages import Method, average, countable
from zvanets.rules.ivr import Diary, Item, Section
from zvanets.rules.scales import GradeKind, Mark, Scale, in_words, kind_name, mark_of
from zvanets.schools.models import School, SchoolSettings, SchoolYear, Student

FIRST_CALL_LOOKS_BACK = timedelta(days=14)
MESSAGES_BACK = timedelta(days=30)
MOST_NEW, MOST_MISSED, MOST_REMARKS, MOST_MESSAGES = 20, 20, 10, 10
_FROM_SCHOOL = frozenset({Verb.MESSAGE_SENT, Verb.MEETING_CALLED, Verb.EVENT_ANNOUNCED})


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom it is read, and when."""

    school: School
    student: Student
    guardian_id: int
    language: str
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.school.time_zone)

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def item(self, text: str, *messages: int) -> Item:
        return Item(text, self.language, messages)

    def phrase(self, name: str, **values: str | int | Decimal) -> Item:
        return self.item(said(name, self.language, values))

    def day(self, on: date) -> str:
        return speak.day(on, self.language, today=self.today)


def read(reader: Reader) -> Diary:
    """Read everything at once: a call waits for the database once only."""
    begins = _year_begins(reader)
    last_call = CallLog.objects.of(reader.guardian_id, reader.student.pk).newest_first().first()
    since = last_call.started_at if last_call else reader.now - FIRST_CALL_LOOKS_BACK
    told = told_since(reader.guardian_id, reader.student.pk, min(since, reader.now - MESSAGES_BACK))
    return Diary(
        child=speak.spoken(reader.student.short_name, reader.language),
        language=reader.language,
        sections={
            Section.NEW: _told(reader, [each for each in told if _is_new(each, since, reader.now)][:MOST_NEW]),
            Section.GRADES: tuple(_grades(reader, begins)),
            Section.ABSENCES: tuple(_absences(reader, begins)),
            Section.REMARKS: tuple(_remarks(reader, begins)),
            Section.MESSAGES: _told(reader, [each for each in told if each.verbs & _FROM_SCHOOL][:MOST_MESSAGES]),
            Section.HOMEWORK: tuple(_homework(reader)),
        },
    )


def _year_begins(reader: Reader) -> date:
    years = SchoolYear.objects.filter(starts_on__lte=reader.today).order_by("-starts_on")
    begins: date | None = years.values_list("starts_on", flat=True).first()
    return begins or date(reader.today.year, 1, 1)


def _is_new(each: Heard, since: datetime, now: datetime) -> bool:
    """Who hung up before the end missed the rest: what nobody has heard or read stays new for a while."""
    return each.told_at > since or (not each.is_read and each.told_at > now - FIRST_CALL_LOOKS_BACK)


def _told(reader: Reader, told: Iterable[Heard]) -> tuple[Item, ...]:
    return tuple(reader.item(each.text(reader.language), each.message_id) for each in told)


def _grades(reader: Reader, begins: date) -> Iterable[Item]:
    rows = (
        Grade.objects.standing()
        .filter(student=reader.student, given_on__gte=begins)
        .order_by("course__subject__name", "given_on", "id")
        .values_list("course__subject__name", "kind", "value", "quality", "special")
    )
    method = _method()
    counted: list[Decimal] = []
    for subject, own in groupby(rows, key=lambda row: row[0]):
        marks = [(mark_of(*row[2:]), GradeKind(row[1])) for row in own]
        values = countable(marks)
        counted += values
        yield _subject(reader, subject, marks, average(values, method))
    if counted:
        yield reader.phrase("average_of_all", average=_figure(reader, average(counted, method)))


def _subject(reader: Reader, subject: str, marks: list[tuple[Mark, GradeKind]], mean: Decimal | None) -> Item:
    """A grade of the special-needs scale is not spoken: who listens at the other end is not known."""
    open_ones = [(mark, kind) for mark, kind in marks if mark.scale is not Scale.SPECIAL_NEEDS]
    words = []
    if open_ones:
        each = ", ".join(_mark(reader, mark, kind) for mark, kind in open_ones)
        words.append(said("grades_of", reader.language, {"subject": subject, "marks": each}))
    if mean is not None:
        words.append(said("average_of", reader.language, {"average": _figure(reader, mean)}))
    if len(open_ones) < len(marks):
        words.append(said("special_of", reader.language, {"subject": subject}))
    return reader.item(". ".join(words))


def _mark(reader: Reader, mark: Mark, kind: GradeKind) -> str:
    in_numbers = mark.scale is Scale.QUANTITATIVE
    words = speak.mark(mark.value, reader.language) if in_numbers else in_words(mark, reader.language)
    return words if kind is GradeKind.CURRENT else f"{kind_name(kind, reader.language)} {words}"


def _figure(reader: Reader, value: Decimal | None) -> str:
    return speak.mark(value, reader.language)


def _method() -> Method:
    rounded = SchoolSettings.objects.values_list("averages_of_rounded_grades", flat=True).first()
    return Method.AS_STATE if rounded else Method.EXACT


def _absences(reader: Reader, begins: date) -> Iterable[Item]:
    rows = list(
        Absence.objects.filter(student=reader.student, date__gte=begins)
        .order_by("-date", "-lesson__hour_no")
        .values_list("date", "lesson__hour_no", "lesson__course__subject__name", "kind", "minutes_late", "excused_at")
    )
    if not rows:
        return
    year = totals((row[3], row[5] is not None) for row in rows)
    month = totals((row[3], row[5] is not None) for row in rows if row[0] >= reader.today.replace(day=1))
    yield reader.phrase(
        "absences_now", month=_lessons(reader, month), year=_lessons(reader, year), excused=_count(reader, year.excused)
    )
    for on, hour, subject, kind, minutes, excused_at in rows[:MOST_MISSED]:
        is_excused = kind == AbsenceKind.EXCUSED or excused_at is not None
        yield reader.phrase(
            "missed",
            day=reader.day(on).capitalize(),
            hour=bg.lesson_hour(hour, reader.language),
            subject=subject,
            what=_what(reader, kind, minutes, is_excused=is_excused),
        )


def _what(reader: Reader, kind: int, minutes: int | None, *, is_excused: bool) -> str:
    """Why it was excused is not said."""
    if kind == AbsenceKind.LATE:
        name = "late_minutes" if minutes else "late"
        what = said(name, reader.language, {"count": minutes or 0})
    else:
        what = said("absent", reader.language)
    return f"{what}, {said('excused', reader.language)}" if is_excused else what


def _lessons(reader: Reader, missed: Totals) -> str:
    lessons = in_lessons(missed.halves)
    return said("halves", reader.language, {"count": int(lessons) if lessons == int(lessons) else lessons})


def _count(reader: Reader, lessons: int) -> str:
    return said("halves", reader.language, {"count": lessons})


def _remarks(reader: Reader, begins: date) -> Iterable[Item]:
    rows = (
        Remark.objects.standing()
        .filter(student=reader.student, written_on__gte=begins)
        .order_by("-written_on", "-id")
        .values_list("written_on", "kind", "text")
    )
    for on, kind, text in rows[:MOST_REMARKS]:
        name = "praise" if kind == Remark.Kind.PRAISE else "remark"
        yield reader.phrase(name, day=reader.day(on).capitalize(), text=text)


def _homework(reader: Reader) -> Iterable[Item]:
    today = reader.today
    rows = (
        Homework.objects.filter(
            Q(due_on__gte=today) | Q(due_on__isnull=True, lesson__date__gte=today - FIRST_CALL_LOOKS_BACK),
            Q(course__members__ends_on__isnull=True) | Q(course__members__ends_on__gte=today),
            course__members__student=reader.student,
            course__members__starts_on__lte=today,
        )
        .order_by("due_on", "id")
        .values_list("course__subject__name", "text", "due_on")
        .distinct()
    )
    for subject, text, due in rows:
        if due:
            yield reader.phrase("due", subject=subject, day=reader.day(due), text=text)
        else:
            yield reader.phrase("due_sometime", subject=subject, text=text)


def reader_of(school: School, student: Student, guardian_id: int, language: str) -> Reader:
    return Reader(school, student, guardian_id, language, clock.now())
