"""The gradebook of a course: its page, the save of its cells, and how a figure came about."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zvanets.gradebook.actions import GradeEnded
from zvanets.lessons.cells import SavedCells, save_cells
from zvanets.lessons.desk import Answer, Cell, GradeCell, State
from zvanets.lessons.gradebook import CourseRow, Standing, find_course, grades_of, members_of, modules_of
from zvanets.lib import bg
from zvanets.rules.finals import Period
from zvanets.rules.gradebook import Sums
from zvanets.schools.models import Course
from zvanets.staff import explain, gradebook
from zvanets.staff.gradebook import Shown
from zvanets.staff.marks import is_poor, mark_text
from zvanets.staff.seat import Seat, StaffRequest, lang, page, seated
from zvanets.staff.typed_cells import SIGNS, Unreadable, cells_of_form, cells_of_script, unreadable
from zvanets.staff.typed_lesson import said


@require_safe
@seated()
def gradebook_page(request: StaffRequest, course_id: int) -> HttpResponse:
    course = _find(request.seat, course_id)
    return _page(request, course, Shown.asked(request.GET, course, request.seat.today()))


@require_POST
@seated()
def cells(request: StaffRequest, course_id: int) -> HttpResponse:
    """Save cells: the page's script asks and hears in JSON, cell by cell; the form of a column gets its page back."""
    if request.content_type != "application/json":
        return _save_form(request, _find(request.seat, course_id))
    try:
        sent = cells_of_script(request.body)
    except Unreadable:
        return JsonResponse({"words": unreadable()}, status=422)
    saved = _save(request.seat, course_id, sent)
    term = Shown.asked(request.GET, saved.course, request.seat.today()).term
    modules = modules_of(saved.course)
    return JsonResponse(
        {
            "time": f"{saved.at.astimezone(request.seat.zone):%H:%M}",
            "cells": [_told(request.seat, answer) for answer in saved.answers],
            "sums": {
                str(student): [
                    {"name": each.name, "text": each.text, "set": each.is_set, "poor": each.is_poor}
                    for each in gradebook.figures(
                        gradebook.sums_of(saved.course, saved.members[student], grades, modules), term
                    )
                ]
                for student, grades in _touched(saved).items()
            },
        }
    )


def _save(seat: Seat, course_id: int, sent: Sequence[Cell]) -> SavedCells:
    try:
        return save_cells(seat.actor, course_id, sent, today=seat.today())
    except GradeEnded:  # from the grade's own page, between our reading and writing: now it is a conflict
        return save_cells(seat.actor, course_id, sent, today=seat.today())
    except Course.DoesNotExist:
        raise Http404 from None


def _touched(saved: SavedCells) -> dict[int, Any]:
    students = {answer.cell.student_id for answer in saved.answers} & saved.members.keys()
    return {student: saved.grades.get(student, []) for student in students}


def _told(seat: Seat, answer: Answer) -> dict[str, str | int | bool]:
    told: dict[str, str | int | bool] = {"key": str(answer.cell.key), "state": answer.state}
    if isinstance(answer.cell, GradeCell):
        mark = answer.mark
        told |= {"id": answer.grade_id, "text": mark_text(mark) if mark else "", "poor": bool(mark) and is_poor(mark)}  # type: ignore[arg-type]
    else:
        told["sign"] = SIGNS[answer.sign] if answer.sign else ""
    if answer.state is State.CONFLICT:
        told["by"] = answer.by
    if answer.refusal and answer.refusal.code == "not_a_slip":
        told["url"] = seat.url("grade", answer.grade_id)
    if answer.refusal:
        told |= {"words": said(answer.refusal), "code": answer.refusal.code}
    return told


def _save_form(request: StaffRequest, course: CourseRow) -> HttpResponse:
    seat = request.seat
    query = request.GET.copy()
    query.setlist("column", request.POST.getlist("column"))
    shown = Shown.asked(query, course, seat.today())
    try:
        sent = cells_of_form(request.POST)
    except Unreadable:
        return _page(request, course, shown, errors=[("column", unreadable())])
    saved = _save(seat, course.id, sent) if sent else None
    wrong = [each for each in saved.answers if each.state is not State.SAVED] if saved else []
    done = len(sent) - len(wrong)
    if wrong:
        names = members_of(course)
        errors = [
            (f"cell-{each.cell.student_id}", f"{names[each.cell.student_id].name}: {_why_not(each)}") for each in wrong
        ]
        return _page(
            request, course, shown, errors=errors, typed={each.cell.student_id: each for each in wrong}, done=done
        )
    messages.success(request, _("Записани: %s.") % bg.counted(done, "grade", lang()) if done else _("Няма промени."))
    return HttpResponseRedirect(f"{seat.url('gradebook', course.id)}?term={shown.word}")


def _why_not(answer: Answer) -> str:
    if answer.refusal:
        return said(answer.refusal)
    told = {"text": mark_text(answer.mark) if answer.mark else _("нищо"), "who": answer.by or _("друг")}
    return _("междувременно %(who)s записа тук: %(text)s. Вашето не е записано.") % told


def _page(
    request: StaffRequest,
    course: CourseRow,
    shown: Shown,
    *,
    errors: Sequence[tuple[str, str]] = (),
    typed: dict[int, Answer] | None = None,
    done: int = 0,
) -> HttpResponse:
    context = gradebook.context(request.seat, course, shown)
    if errors:
        context["sheet"]["errors"] = [{"target": target, "text": text} for target, text in errors]
        context["done"] = bg.counted(done, "grade", lang()) if done else ""
    for line in (context["form"] or {}).get("lines", []):
        answer = (typed or {}).get(int(line["id"]))
        if answer and isinstance(answer.cell, GradeCell):
            line |= {"typed": answer.cell.typed, "error": _why_not(answer)}
    return page(request, "staff/courses/gradebook.html", context, status=422 if errors else 200)


def _find(seat: Seat, course_id: int) -> CourseRow:
    course = find_course(course_id, user_id=seat.user.pk, every=seat.writes_every_lesson, on=seat.today())
    if course is None:
        raise Http404
    return course


@require_safe
@seated()
def why(request: StaffRequest, course_id: int, student_id: int, figure: str) -> HttpResponse:
    """„Как е изчислено?“ of one figure, today or as of the end of a day: a grade is never overwritten."""
    seat = request.seat
    course = _find(seat, course_id)
    member = members_of(course).get(student_id)
    if member is None:
        raise Http404
    day, error = _day(request)
    at = gradebook.end_of(day, seat) if day else None
    grades = grades_of(course, at=at, students=[student_id])
    found = gradebook.sums_of(course, member, grades, modules_of(course, at=at))
    answer = _unfolded(found, figure)
    if answer is None:
        raise Http404
    context = {
        "answer": answer,
        "name": member.name,
        "title": _(gradebook.FIGURES[figure]),
        "day": day.isoformat() if day else "",
        "as_of": bg.written_date(day, lang()) if day else "",
        "today": seat.today().isoformat(),
        "day_error": error,
        "url": request.path,
        "back": seat.url("gradebook", course.id),
        "course": f"{course.class_group} · {course.subject}",
    }
    template = "staff/courses/_why.html" if request.htmx else "staff/courses/why.html"
    return page(request, template, context, status=422 if error else 200)


def _unfolded(found: Sums[Standing], figure: str) -> explain.Answer | None:
    """Explain „mean1“, „term1“ and so on; „mean0“ is the year's."""
    means = {f"mean{period.term or 0}": period for period in Period}
    if period := means.get(figure):
        return explain.average_answer(found.mean(period))
    finals = {"term1": Period.TERM_1, "term2": Period.TERM_2, "annual": Period.YEAR}
    if period := finals.get(figure):
        return explain.final_answer(found.final(period), found.mean(period) if period.term else None)
    return None


def _day(request: StaffRequest) -> tuple[date | None, str]:
    typed = request.GET.get("on", "").strip()
    if not typed:
        return None, ""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None, _("„%s“ не е дата.") % typed[:20]
    if not date(2000, 1, 1) <= day <= date(2100, 1, 1):
        return None, _("„%s“ не е дата.") % typed[:20]
    return day, ""
