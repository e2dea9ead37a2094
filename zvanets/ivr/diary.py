"""A child's diary in words for one call: what rules.ivr walks through. Inside at_school()."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import Q

from zvanets.attendance.models import Absence
from zvanets.guardians.models import Guardianship
from zvanets.history.verbs import Verb
from zvanets.ivr import marks, timetable
from zvanets.ivr.models import CallLog
from zvanets.ivr.phrases import name_in, said
from zvanets.ivr.reader import Reader
from zvanets.lib import bg, speak
from zvanets.notifications.spoken import Heard, told_since
from zvanets.remarks.models import ParentMeeting, Remark, SchoolEvent
from zvanets.rules.absences import AbsenceKind, Totals, in_lessons, parent_days, parent_days_left, totals
from zvanets.rules.ivr_menu import Diary, Item, Section, Sibling
from zvanets.schools.models import ClassGroup, Enrolment

FIRST_CALL_LOOKS_BACK = timedelta(days=14)
MESSAGES_BACK = timedelta(days=30)
MOST_NEW, MOST_MISSED, MOST_REMARKS, MOST_MESSAGES, MOST_EVENTS = 20, 20, 10, 10, 10
_FROM_SCHOOL = frozenset(
    {Verb.MESSAGE_SENT, Verb.MESSAGE_URGED, Verb.MESSAGE_WITHDRAWN, Verb.MEETING_CALLED, Verb.EVENT_ANNOUNCED}
)


def read(reader: Reader) -> Diary:
    """Read everything at once: a call waits for the database once only."""
    begins = reader.year_begins()
    last_call = CallLog.objects.of(reader.guardian_id, reader.student.pk).newest_first().first()
    since = last_call.started_at if last_call else reader.now - FIRST_CALL_LOOKS_BACK
    told = told_since(reader.guardian_id, reader.student.pk, min(since, reader.now - MESSAGES_BACK))
    found: dict[Section, Iterable[Item]] = {
        Section.NEW: _told(reader, [each for each in told if _is_new(each, since, reader.now)][:MOST_NEW]),
        Section.GRADES: marks.grades(reader, begins),
        Section.ABSENCES: _absences(reader, begins),
        Section.REMARKS: _remarks(reader, begins),
        Section.MESSAGES: _told(reader, [each for each in told if each.verbs & _FROM_SCHOOL][:MOST_MESSAGES]),
        Section.HOMEWORK: timetable.homework(reader),
        Section.PROGRAMME: timetable.programme(reader),
        Section.EVENTS: _events(reader),
        Section.FINALS: marks.finals(reader, begins),
        Section.COMPARISON: marks.comparison(reader, begins),
        Section.MISSED: timetable.missed(reader),
        Section.EXCUSES: _excuses(reader, begins),
    }
    return Diary(
        child=name_in(reader.student.short_name, reader.spoken_in),
        language=reader.spoken_in,
        sections={section: tuple(items) for section, items in found.items()},
        student=reader.student.pk,
        siblings=tuple(_siblings(reader)),
    )


def _siblings(reader: Reader) -> Iterable[Sibling]:
    rights = Guardianship.objects.active(on=reader.today).filter(guardian_id=reader.guardian_id)
    for right in rights.exclude(student=reader.student).select_related("student").order_by("student__sort_name")[:7]:
        yield Sibling(right.student_id, name_in(right.student.short_name, reader.spoken_in))


def _is_new(each: Heard, since: datetime, now: datetime) -> bool:
    """Who hung up before the end missed the rest: what nobody has heard or read stays new for a while."""
    return each.told_at > since or (not each.is_read and each.told_at > now - FIRST_CALL_LOOKS_BACK)


def _told(reader: Reader, told: Iterable[Heard]) -> tuple[Item, ...]:
    return tuple(reader.item(each.text(reader.language), each.message_id) for each in told)


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
            "missed_lesson",
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


def _events(reader: Reader) -> Iterable[Item]:
    """Say the meetings and events ahead of the child's classes, the nearest first."""
    on = reader.today
    books = Enrolment.objects.standing(on=on).filter(student=reader.student).values("class_book")
    years = ClassGroup.objects.filter(enrolments__in=Enrolment.objects.standing(on=on).filter(student=reader.student))
    meetings = ParentMeeting.objects.standing().filter(date__gte=on, class_book__in=books)
    whose = Q(class_book__in=books) | Q(year_group__in=years.values("year_group"))
    everybody = Q(class_book__isnull=True, year_group__isnull=True)
    events = SchoolEvent.objects.standing().filter(whose | everybody, date__gte=on)
    rows = [
        row for each in (meetings, events) for row in each.values_list("date", "starts_at", "title", "place", "text")
    ]
    for day, at, title, place, text in sorted(rows, key=lambda row: (row[0], str(row[1] or "")))[:MOST_EVENTS]:
        words = [said("ahead", reader.language, {"day": reader.day(day).capitalize(), "title": title})]
        if at:
            words.append(
                said("at_hour", reader.language, {"time": speak.clock_time(at.hour, at.minute, reader.language)})
            )
        if place:
            words.append(said("place", reader.language, {"place": place}))
        yield reader.item(". ".join([", ".join(words), *([speak.spoken(text, reader.language)] if text else [])]))


def _excuses(reader: Reader, begins: date) -> Iterable[Item]:
    """Say how many days a parent's word may still excuse, to who has the right to give it."""
    rights = Guardianship.objects.active(on=reader.today).filter(guardian_id=reader.guardian_id, student=reader.student)
    if not rights.filter(may_excuse=True).exists():
        return
    used = (
        Absence.objects.filter(student=reader.student).on_a_parents_word(since=begins).values("date").distinct().count()
    )
    rule = parent_days(reader.today)
    left = parent_days_left(used, reader.today)
    yield reader.phrase("excuses_left", left=left, a_year=rule.a_year, at_once=rule.at_once)
