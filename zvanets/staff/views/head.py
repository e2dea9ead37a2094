"""The head's day in three sentences, lessons nobody filled in, and what the school decides for itself."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zvanets.accounts.models import HEADS
from zvanets.attendance.models import Absence
from zvanets.lessons.actions import WRITES_EVERY_LESSON
from zvanets.lessons.models import LessonRecord
from zvanets.lib import bg
from zvanets.remarks.models import PlannedWork
from zvanets.rules.absences import AbsenceKind
from zvanets.schools.choices import FAMILIES, Choices, change_choices, choices_now
from zvanets.schools.models import Lesson
from zvanets.staff import applications, classes, contents, office, told
from zvanets.staff import day as days
from zvanets.staff.forms import SettingsForm
from zvanets.staff.seat import Seat, StaffRequest, lang, page, seated

SHOWN = 300


@dataclass(frozen=True, slots=True)
class ClassToday:
    line: classes.ClassLine
    lessons: int
    filled: int
    absent: int
    late: int


@dataclass(frozen=True, slots=True)
class Absent:
    """Who is missing today: students, lessons missed, lateness."""

    students: int
    lessons: int
    late: int

    @property
    def students_text(self) -> str:
        return bg.counted(self.students, "student", lang())

    @property
    def lessons_text(self) -> str:
        return bg.counted(self.lessons, "absence", lang())

    @property
    def late_text(self) -> str:
        return bg.counted(self.late, "student", lang())


@require_safe
@seated(*HEADS)
def head(request: StaffRequest) -> HttpResponse:
    seat = request.seat
    today = seat.today()
    waiting = days.unfilled(seat, Lesson.objects.filter(date=today)).count()
    missing = list(
        Absence.objects.filter(date=today).values_list("lesson__course__class_group_id", "student_id", "kind")
    )
    absent = [row for row in missing if row[2] != AbsenceKind.LATE]
    late = {student for _group, student, kind in missing if kind == AbsenceKind.LATE}
    by_class = _classes(seat, missing)
    context = {
        "title": bg.day_name(today, lang()),
        "waiting": waiting,
        "applications": applications.count_waiting(),
        "waiting_text": bg.counted(waiting, "lesson", lang()),
        "absent": Absent(len({student for _group, student, _kind in absent}), len(absent), len(late)),
        "told": told.summed(told.messages_of(seat, today)),
        "told_url": seat.url("told", today),
        "classes": by_class,
        "planned": sum(each.lessons for each in by_class),
        "parts": contents.of_school(seat),
        "stopped": office.count_stopped(),
        "to_approve": PlannedWork.objects.to_approve().filter(date__gte=today).count(),
    }
    return page(request, "staff/head/head.html", context)


def _classes(seat: Seat, missing: list[tuple[int, int, int]]) -> list[ClassToday]:
    recorded = LessonRecord.objects.filter(lesson=OuterRef("pk"))
    lessons = Lesson.objects.standing().filter(date=seat.today()).annotate(is_saved=Exists(recorded))
    rows = list(lessons.values_list("course__class_group_id", "is_saved"))
    planned, filled = Counter(group for group, _saved in rows), Counter(group for group, saved in rows if saved)
    absent = Counter(group for group, _student, kind in missing if kind != AbsenceKind.LATE)
    late = Counter(group for group, _student, kind in missing if kind == AbsenceKind.LATE)
    return [
        ClassToday(line, planned[line.id], filled[line.id], absent[line.id], late[line.id])
        for line in classes.class_lines(seat)
    ]


@require_safe
@seated(*WRITES_EVERY_LESSON)
def unfilled(request: StaffRequest) -> HttpResponse:
    """Lessons of the last 14 days without a record, with who teaches them."""
    seat = request.seat
    waiting = days.unfilled(seat, Lesson.objects.all()).with_names().order_by("-date", "starts_at", "pk")
    total = waiting.count()
    lessons = list(waiting[:SHOWN])
    lines = days.lines(seat, lessons, with_teachers=True)
    context = {
        "total": bg.counted(total, "lesson", lang()),
        "shown": SHOWN if total > SHOWN else 0,
        "days": _by_day(lessons, lines),
        "since": bg.written_date(seat.today() - timedelta(days=days.WAITS_FOR.days), lang()),
    }
    return page(request, "staff/head/unfilled.html", context)


def _by_day(lessons: list[Lesson], lines: list[days.LessonLine]) -> list[tuple[str, list[days.LessonLine]]]:
    found: dict[str, list[days.LessonLine]] = {}
    for lesson, line in zip(lessons, lines, strict=True):
        found.setdefault(bg.day_name(lesson.date, lang()), []).append(line)
    return list(found.items())


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*HEADS)
def settings(request: StaffRequest) -> HttpResponse:
    if request.method != "POST":
        now = choices_now()
        form = SettingsForm(
            initial={
                **now.graces,
                "future_entries_locked": now.future_entries_locked,
                "past_month_lock_day": now.past_month_lock_day,
                "averages_of_rounded_grades": now.averages_of_rounded_grades,
            },
            weights=now.grade_weights,
        )
        return page(request, "staff/head/settings.html", {"form": form})
    form = SettingsForm(request.POST)
    if not form.is_valid():
        return page(request, "staff/head/settings.html", {"form": form}, status=422)
    wanted = dict(form.cleaned_data)
    graces = {family: wanted.pop(family) for family in FAMILIES}
    is_changed = change_choices(request.seat.actor, Choices(graces, **wanted))
    messages.success(request, _("Настройките са записани.") if is_changed else _("Нищо не беше променено."))
    return HttpResponseRedirect(request.seat.url("settings"))
