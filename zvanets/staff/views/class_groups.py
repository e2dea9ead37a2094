"""Class groups: the list, a class's register, and excusing its absences."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zvanets.attendance.actions import excuse_absences
from zvanets.attendance.models import Absence
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.rules.absences import parent_days
from zvanets.schools.models import ClassGroup, Lesson, SchoolYear
from zvanets.staff import classes, contents, office
from zvanets.staff import day as days
from zvanets.staff.forms import ExcuseForm
from zvanets.staff.seat import Seat, StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said


@require_safe
@seated()
def class_groups(request: StaffRequest) -> HttpResponse:
    return page(request, "staff/class_groups/list.html", {"lines": classes.class_lines(request.seat)})


@require_safe
@seated()
def class_group(request: StaffRequest, class_group_id: int) -> HttpResponse:
    seat = request.seat
    year = classes.year_now(seat)
    group = get_object_or_404(classes.visible_classes(seat, year), pk=class_group_id)
    return _class_page(request, group, year)


@require_safe
@seated()
def class_day(request: StaffRequest, class_group_id: int, day: date) -> HttpResponse:
    """The class's lessons of a day, for who may write every lesson."""
    seat = request.seat
    group = get_object_or_404(classes.visible_classes(seat, classes.year_now(seat)), pk=class_group_id)
    if not seat.writes_every_lesson:
        raise Http404
    context = {"group": group, "title": bg.day_name(day, lang()), **_lessons(seat, group, day)}
    return page(request, "staff/class_groups/day.html", context)


@require_POST
@seated()
def excuse(request: StaffRequest, class_group_id: int) -> HttpResponse:
    seat = request.seat
    group = get_object_or_404(classes.led_classes(seat), pk=class_group_id)
    form = _excuse_form(request, classes.to_excuse(group, seat.today()))
    if form.is_valid():
        of_class = Absence.objects.of_classes(ClassGroup.objects.filter(pk=group.pk), on=seat.today())
        chosen = form.cleaned_data
        try:
            n = excuse_absences(seat.actor, of_class, ids=chosen["absences"], excuse=form.excuse())
        except Refusal as refusal:
            form.add_error(None, said(refusal))
        else:
            messages.success(request, _("Извинени: %s.") % bg.counted(n, "absence", lang()))
            return HttpResponseRedirect(seat.url("class_group", group.pk))
    return _class_page(request, group, classes.year_now(seat), form, status=422)


def _excuse_form(request: StaffRequest, missed: list[classes.Missed]) -> ExcuseForm:
    choices = [(each.id, each.text) for each in missed]
    rule = parent_days(request.seat.today())
    return ExcuseForm(request.POST if request.method == "POST" else None, missed=choices, rule=rule)


def _class_page(
    request: StaffRequest,
    group: ClassGroup,
    year: SchoolYear | None,
    form: ExcuseForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    seat = request.seat
    may_excuse = classes.led_classes(seat).filter(pk=group.pk).exists()
    missed = classes.to_excuse(group, seat.today()) if may_excuse else []
    chosen = set(request.POST.getlist("absences"))
    context = {
        "group": group,
        "homeroom": classes.homeroom_teachers(group, seat.today()),
        "lines": classes.student_lines(seat, group, year, with_sums=may_excuse or seat.writes_every_lesson),
        "with_sums": may_excuse or seat.writes_every_lesson,
        "may_excuse": may_excuse,
        "missed": classes.by_student(missed, year, seat.today()) if missed else [],
        "chosen": [each.id for each in missed if str(each.id) in chosen],
        "form": form or (_excuse_form(request, missed) if missed else None),
        "today": bg.day_name(seat.today(), lang()),
        "parts": contents.of_class(
            seat,
            group,
            classes.gradebooks(seat, group, every=may_excuse or seat.writes_every_lesson),
            is_led=may_excuse,
        ),
        "to_excuse": contents.excusing(len(missed)),
        "courses": office.course_lines(seat, group) if seat.is_head else [],
        **(_lessons(seat, group, seat.today()) if seat.writes_every_lesson else {}),
    }
    return page(request, "staff/class_groups/class_group.html", context, status=status)


def _lessons(seat: Seat, group: ClassGroup, day: date) -> dict[str, Any]:
    lessons = Lesson.objects.filter(course__class_group=group, date=day).with_names()
    return {
        "lessons": days.lines(seat, lessons.order_by("starts_at", "hour_no", "pk"), with_teachers=True),
        "before": seat.url("class_day", group.pk, day - timedelta(days=1)),
        "after": seat.url("class_day", group.pk, day + timedelta(days=1)),
        "back": seat.url("class_group", group.pk),
    }
