"""The page of a course's term and annual grades: what is proposed, what was typed, what prevents closing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from zvanets.gradebook.models import Closing, Reopening
from zvanets.gradebook.periods import period_now
from zvanets.gradebook.sheet import FinalLine, FinalSheet, Given, sheet_of
from zvanets.lib import bg, clock
from zvanets.rules.finals import Period, Shortage, period_name
from zvanets.rules.grades import Scale, kind_name
from zvanets.schools.models import ClassGroup, Course
from zvanets.staff.classes import led_classes
from zvanets.staff.explain import Answer, average_answer, final_answer
from zvanets.staff.lesson_page import register_words
from zvanets.staff.marks import is_poor, mark_text
from zvanets.staff.register import DATA_SCALE, Written
from zvanets.staff.seat import Seat, lang


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed for the grades of one page, by student, and what is wrong with it."""

    grades: Mapping[int, str] = field(default_factory=dict)
    errors: Mapping[int, str] = field(default_factory=dict)
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One student: the figures beside, and either the grade that stands or a field for one."""

    id: str
    number: int | None
    name: str
    url: str
    current: str
    mean: Answer
    proposed: Answer
    given: Written | None
    scale: str  # empty where no grade is asked
    note: str
    typed: str
    error: str


@dataclass(frozen=True, slots=True)
class Hindrance:
    text: str
    url: str


def gradable_courses(seat: Seat) -> QuerySet[Course]:
    """Courses whose term and annual grades the user may set: the teacher's, the homeroom teacher's, for heads all."""
    named = Course.objects.valid().select_related("subject", "class_group__school_year")
    if seat.writes_every_lesson:
        every: QuerySet[Course] = named
        return every
    on = seat.today()
    mine = Course.objects.taught_by(seat.user, on=on).values("pk")
    own: QuerySet[Course] = named.filter(pk__in=mine) | named.filter(class_group__in=_led(seat))
    return own


def _led(seat: Seat) -> Any:
    return ClassGroup.objects.led_by(seat.user, on=seat.today()).values("pk")


def chosen_period(seat: Seat, sent: Mapping[str, str], days: Mapping[Period, Any]) -> Period:
    text = sent.get("period", "")
    return Period(int(text)) if text in {"1", "2", "3"} else period_now(days, seat.today())


def context(seat: Seat, course: Course, period: Period, typed: Typed | None = None) -> dict[str, Any]:
    sheet = sheet_of(course, period, today=seat.today())
    rows = [_row(seat, sheet, line, typed or Typed()) for line in sheet.lines]
    is_leader = led_classes(seat).filter(pk=course.class_group_id).exists()
    waiting = [row for row in rows if row.scale and not row.given]
    proposed = sum(each.proposal is not None and each.proposal.mark is not None for each in sheet.lacking)
    return {
        "course": course,
        "period": str(int(period)),
        "period_name": period_name(period, lang()),
        "tabs": _tabs(seat, course, period),
        "rows": rows,
        "lead": _lead(sheet),
        "is_open": sheet.closing is None and bool(waiting),
        "proposed": bg.counted(proposed, "grade", lang()) if proposed else "",
        "lacking": [Hindrance(line.line.name, f"#grade-{line.line.student_id}") for line in sheet.lacking],
        "short": [_too_few(seat, line, line.short) for line in sheet.lines if line.short],
        "may_close": sheet.closing is None and not sheet.lacking and bool(sheet.lines) and period in sheet.days,
        "has_dates": period in sheet.days,
        "is_leader": is_leader,
        "closings": _closings(seat, course, period, is_leader=is_leader),
        "draft": f"{seat.user.pk}:finals:{course.pk}:{period:d}",
        "key": str(uuid4()),
        "words": register_words(),
        "errors": _problems(sheet, typed) if typed else [],
        "class_url": seat.url("class_finals", course.class_group_id),
    }


def _tabs(seat: Seat, course: Course, period: Period) -> list[tuple[str, str, bool]]:
    url = seat.url("finals", course.pk)
    return [(f"{url}?period={each:d}", _title(each), each is period) for each in Period]


def _title(period: Period) -> str:
    return _("Годишни") if period is Period.YEAR else period_name(period, lang())


def _lead(sheet: FinalSheet) -> str:
    if not sheet.lines:
        return _("В този предмет още няма ученици.")
    asked = [line for line in sheet.lines if line.is_asked]
    if not asked:
        return _("Тук не се поставят такива оценки.")
    if sheet.lacking:
        values = {"lacking": len(sheet.lacking), "all": len(asked)}
        return _("Без оценка: %(lacking)s от %(all)s.") % values
    return _("Всички %s имат оценка.") % len(asked)


def _row(seat: Seat, sheet: FinalSheet, line: FinalLine, typed: Typed) -> Row:
    student = line.line.student_id
    is_asked = line.is_lacking and line.scale is not None
    shown = line.terms if sheet.period is Period.YEAR else line.current
    return Row(
        id=str(student),
        number=line.line.number,
        name=line.line.name,
        url=f"{seat.url('average', sheet.course.pk, student)}?period={sheet.period:d}",
        current=" · ".join(mark_text(each.mark) for each in shown),
        mean=average_answer(line.mean),
        proposed=final_answer(line.final) if line.is_lacking else Answer(""),
        given=_written(seat, line.given) if line.given else None,
        scale=DATA_SCALE[line.scale] if is_asked and line.scale else "",
        note=_note(line),
        typed=typed.grades.get(student, ""),
        error=typed.errors.get(student, ""),
    )


def _written(seat: Seat, given: Given) -> Written:
    by_exam = _("променена с изпит") if given.is_by_exam else ""
    title = ", ".join(filter(None, (kind_name(given.kind, lang()), bg.written_date(given.given_on, lang()), by_exam)))
    return Written(mark_text(given.mark), title, seat.url("grade", given.id), is_poor=is_poor(given.mark))


def _note(line: FinalLine) -> str:
    if line.is_exempt:
        return _("освободен по предмета")
    return _("по индивидуална програма") if line.scale is Scale.SPECIAL_NEEDS else ""


def _too_few(seat: Seat, line: FinalLine, short: Shortage) -> Hindrance:
    hours = short.minimum.inputs[0]
    weekly = bg.counted(int(hours) if hours == int(hours) else hours.normalize(), "lesson", lang())
    text = _("%(name)s: %(grades)s от поне %(minimum)s (%(weekly)s седмично; %(source)s)") % {
        "name": line.line.name,
        "grades": bg.counted(short.grades, "grade", lang()),
        "minimum": short.minimum.result,
        "weekly": weekly,
        "source": short.minimum.source,
    }
    return Hindrance(text, seat.url("student", line.line.student_id))


@dataclass(frozen=True, slots=True)
class AskedOpening:
    id: int
    text: str
    answer: str
    is_waiting: bool
    may_grant: bool


@dataclass(frozen=True, slots=True)
class ClosedOnce:
    """One closing of the period, the newest first, with what was asked and answered about it."""

    id: int
    text: str
    is_standing: bool
    asked: list[AskedOpening]

    @property
    def is_asked(self) -> bool:
        return any(each.is_waiting for each in self.asked)


def _closings(seat: Seat, course: Course, period: Period, *, is_leader: bool) -> list[ClosedOnce]:
    asked = Reopening.objects.select_related("asked_by", "answered_by").order_by("pk")
    found = (
        Closing.objects.filter(course=course, period=period)
        .select_related("closed_by")
        .prefetch_related(Prefetch("reopenings", queryset=asked))
        .order_by("-closed_at", "-pk")
    )
    return [
        ClosedOnce(
            each.pk,
            _closed(seat, each),
            each.ended_at is None,
            [_asked(seat, one, is_leader=is_leader) for one in each.reopenings.all()],
        )
        for each in found
    ]


def _closed(seat: Seat, closing: Closing) -> str:
    values = {"who": closing.closed_by.name, "when": _when(seat, closing.closed_at), "why": closing.in_spite}
    if closing.in_spite:
        return _("Приключено: %(who)s, %(when)s, при по-малко текущи оценки: „%(why)s“.") % values
    return _("Приключено: %(who)s, %(when)s.") % values


def _asked(seat: Seat, one: Reopening, *, is_leader: bool) -> AskedOpening:
    values = {"who": one.asked_by.name, "when": _when(seat, one.asked_at), "why": one.reason}
    answer = ""
    if one.answered_by and one.answered_at:
        said = _("Разреши: %(who)s, %(when)s.") if one.is_granted else _("Не разреши: %(who)s, %(when)s.")
        answer = said % {"who": one.answered_by.name, "when": _when(seat, one.answered_at)}
    is_waiting = one.answered_at is None
    return AskedOpening(
        one.pk,
        _("%(who)s поиска отваряне, %(when)s: „%(why)s“.") % values,
        answer,
        is_waiting,
        is_waiting and is_leader and one.asked_by_id != seat.user.pk,
    )


def _when(seat: Seat, at: Any) -> str:
    return bg.moment(at, now=clock.now(), zone=seat.zone, lang=lang())


def _problems(sheet: FinalSheet, typed: Typed) -> list[dict[str, str]]:
    names = {line.line.student_id: line.line.name for line in sheet.lines}
    problems = [{"target": "save", "text": typed.refusal}] if typed.refusal else []
    return problems + [
        {"target": f"grade-{student}", "text": f"{names.get(student, '')}: {text}"}
        for student, text in typed.errors.items()
    ]
