"""Substitutions and moves, as the head's office makes them: a day, its absent teachers, one lesson after the other."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zvanets.accounts.models import HEADS
from zvanets.lessons.changes import Wanted, change_lesson, end_absence, note_absence, take_back
from zvanets.lessons.substitutes import described
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.schools.models import ClassGroup, Course, Lesson, LessonChange, StaffMember, TeacherAbsence
from zvanets.staff import changes
from zvanets.staff.forms import AbsentForm, ChangeForm
from zvanets.staff.seat import StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said


@require_safe
@seated(*HEADS)
def today(request: StaffRequest) -> HttpResponse:
    return _day(request, request.seat.today())


@require_safe
@seated(*HEADS)
def day(request: StaffRequest, day: date) -> HttpResponse:
    return _day(request, day)


@require_POST
@seated(*HEADS)
def absent(request: StaffRequest, day: date) -> HttpResponse:
    form = _absent_form(request, day)
    if not form.is_valid():
        return _day(request, day, form)
    typed = form.cleaned_data
    try:
        member = StaffMember.objects.get(pk=typed["teacher"])
        note_absence(request.seat.actor, member, typed["starts_on"], typed["ends_on"])
    except Refusal as refusal:
        form.add_error(None, said(refusal))
        return _day(request, day, form)
    messages.success(request, _("Отбелязано. Сега изберете какво става с часовете."))
    return HttpResponseRedirect(request.seat.url("changes", max(day, typed["starts_on"])))


@require_POST
@seated(*HEADS)
def end(request: StaffRequest, away_id: int) -> HttpResponse:
    absence = get_object_or_404(TeacherAbsence, pk=away_id)
    end_absence(request.seat.actor, absence)
    messages.success(request, _("Отсъствието е премахнато. Направените промени в часовете остават."))
    return HttpResponseRedirect(request.seat.url("changes", absence.starts_on))


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*HEADS)
def lesson(request: StaffRequest, lesson_id: int) -> HttpResponse:
    found = _lesson(lesson_id)
    choices = {"teachers": changes.substitutes_for(found), "courses": changes.courses_beside(found)}
    form = ChangeForm(request.POST if request.method == "POST" else None, **choices)
    if request.method != "POST":
        return _lesson_page(request, found, form)
    if form.is_valid():
        try:
            change_lesson(request.seat.actor, found.pk, _wanted(form))
        except Refusal as refusal:
            form.add_error(None, said(refusal))
        else:
            messages.success(request, _("Записано. Семействата и учителите научават."))
            return HttpResponseRedirect(request.seat.url("changes", found.date))
    return _lesson_page(request, found, form)


@require_POST
@seated(*HEADS)
def back(request: StaffRequest, lesson_id: int) -> HttpResponse:
    change = get_object_or_404(LessonChange.objects.select_related("lesson"), lesson=lesson_id)
    try:
        take_back(request.seat.actor, change.pk)
    except Refusal as refusal:
        messages.error(request, said(refusal))
    else:
        messages.success(request, _("Часът е отново по програмата."))
    return HttpResponseRedirect(request.seat.url("changes", change.lesson.date))


def _wanted(form: ChangeForm) -> Wanted:
    typed = form.cleaned_data
    match typed["what"]:
        case "substitute":
            member = StaffMember.objects.get(pk=typed["teacher"])
            return Wanted(substitute=member, is_specialist=not typed["is_other_subject"])
        case "replace":
            return Wanted(course=Course.objects.select_related("subject").get(pk=typed["course"]))
        case "move":
            return Wanted(day=typed["date"], hour_no=typed["hour_no"])
    return Wanted()


def _lesson(lesson_id: int) -> Lesson:
    found: Lesson = get_object_or_404(Lesson.objects.with_names(), pk=lesson_id)
    return found


def _absent_form(request: StaffRequest, on: date) -> AbsentForm:
    names = [(each.pk, f"{each.first_name} {each.last_name}") for each in changes.teachers()]
    sent = request.POST if request.method == "POST" else None
    return AbsentForm(sent, teachers=names, initial={"starts_on": on, "ends_on": on})


def _day(request: StaffRequest, on: date, form: AbsentForm | None = None) -> HttpResponse:
    seat, away = request.seat, changes.away_on(on)
    group = _group(request)
    alone = changes.lessons_alone(on, away)
    others = Lesson.objects.filter(date=on, course__class_group=group) if group else None
    context = {
        "title": bg.day_name(on, lang()),
        "day": on,
        "away": [
            {
                "name": f"{each.staff_member.first_name} {each.staff_member.last_name}",
                "days": bg.days(each.starts_on, each.ends_on, lang()),
                "url": seat.url("end_teacher_absence", each.pk),
            }
            for each in away
        ],
        "lines": changes.lines_of(seat, alone, on),
        "group": group,
        "others": changes.lines_of(seat, others, on) if others is not None else [],
        "groups": [(str(pk), name) for pk, name in _groups(on)],
        "form": form or _absent_form(request, on),
        "before": seat.url("changes", on - timedelta(days=1)),
        "after": seat.url("changes", on + timedelta(days=1)),
        "absent_url": seat.url("teacher_absent", on),
    }
    return page(request, "staff/changes/day.html", context, status=422 if form else 200)


def _groups(on: date) -> list[tuple[int, str]]:
    year = ClassGroup.objects.books().filter(school_year__starts_on__lte=on, school_year__ends_on__gte=on)
    return list(year.order_by("name").values_list("pk", "name"))


def _group(request: StaffRequest) -> ClassGroup | None:
    wanted = request.GET.get("class", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        return None
    found: ClassGroup | None = ClassGroup.objects.filter(pk=int(wanted)).first()
    return found


def _lesson_page(request: StaffRequest, lesson: Lesson, form: ChangeForm) -> HttpResponse:
    change = changes.changes_of([lesson]).first()
    when = f"{bg.day_name(lesson.date, lang())}, {bg.lesson_hour(lesson.hour_no, lang())}"
    context = {
        "lesson": lesson,
        "when": when,
        "done": described(change, lang()) if change else "",
        "form": form,
        "back": request.seat.url("changes", lesson.date),
        "back_url": request.seat.url("change_back", lesson.pk),
    }
    return page(request, "staff/changes/lesson.html", context, status=422 if form.is_bound else 200)
