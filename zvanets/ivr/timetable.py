"""What the child has to do, and what was missed: homework, the next school day, topics of missed lessons. Inside at_school()."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q

from zvanets.attendance.models import Absence
from zvanets.ivr.phrases import said
from zvanets.ivr.reader import Reader
from zvanets.lessons.models import Homework, LessonRecord
from zvanets.lib import bg, speak
from zvanets.rules.absences import AbsenceKind
from zvanets.rules.ivr_menu import Item
from zvanets.schools.models import Lesson

LOOKS_BACK = timedelta(days=14)
MOST_MISSED = 20


def homework(reader: Reader) -> Iterable[Item]:
    today = reader.today
    rows = (
        Homework.objects.filter(
            Q(due_on__gte=today) | Q(due_on__isnull=True, lesson__date__gte=today - LOOKS_BACK),
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


def programme(reader: Reader) -> Iterable[Item]:
    """Say the lessons of the next school day in their order, those that are called off left out."""
    ahead = Lesson.objects.standing().filter(
        Q(course__members__ends_on__isnull=True) | Q(course__members__ends_on__gte=reader.today),
        date__gt=reader.today,
        course__members__student=reader.student,
    )
    day: date | None = ahead.order_by("date").values_list("date", flat=True).first()
    if day is None:
        return
    rows = ahead.filter(date=day, course__members__starts_on__lte=day).order_by("starts_at", "hour_no", "id").distinct()
    lessons = list(rows.values_list("starts_at", "hour_no", "course__subject__name", "id"))
    if lessons:
        said_ones = [
            said("lesson_of", reader.language, {"hour": bg.lesson_hour(hour, reader.language), "subject": subject})
            for _at, hour, subject, _id in lessons
        ]
        at = speak.clock_time(lessons[0][0].hour, lessons[0][0].minute, reader.language)
        yield reader.phrase("programme_of", day=reader.day(day).capitalize(), time=at, lessons=", ".join(said_ones))


def missed(reader: Reader) -> Iterable[Item]:
    """Say what was taught in the lessons that the child was absent from, the latest first, and the homework given there."""
    absences = Absence.objects.filter(student=reader.student, date__gte=reader.today - LOOKS_BACK)
    lessons = absences.exclude(kind=AbsenceKind.LATE).values("lesson")
    homework_of = dict(Homework.objects.filter(lesson__in=lessons).values_list("lesson_id", "text"))
    records = LessonRecord.objects.filter(lesson__in=lessons).exclude(topic="")
    for lesson, on, subject, topic in records.order_by("-lesson__date", "-lesson__hour_no").values_list(
        "lesson_id", "lesson__date", "lesson__course__subject__name", "topic"
    )[:MOST_MISSED]:
        words = [
            said(
                "missed_topic",
                reader.language,
                {"day": reader.day(on).capitalize(), "subject": subject, "topic": topic},
            )
        ]
        if lesson in homework_of:
            words.append(said("missed_homework", reader.language, {"text": homework_of[lesson]}))
        yield reader.item(". ".join(words))
