"""Health notes, support and individual work. Each reading of them is kept in a log of its own."""

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zvanets.accounts.models import Role
from zvanets.lib import bg, clock
from zvanets.remarks.actions.private import (
    change_support,
    end_support,
    keep_reads,
    note_health,
    plan_support,
    record_individual_work,
    withdraw_health_note,
    withdraw_individual_work,
)
from zvanets.remarks.models import ActivityKind, Difficulty, HealthNote, IndividualWork, PrivateRead, Support
from zvanets.schools.models import ClassGroup, Enrolment, StaffMember, Student
from zvanets.staff import book
from zvanets.staff.book_forms import HealthForm, IndividualForm, NewPlanForm, PlanForm
from zvanets.staff.forms import ReasonForm
from zvanets.staff.seat import Link, Seat, StaffRequest, lang, seated

# Neither the clerk nor the school's administrator: what they administer is not what they may read.
READERS = (Role.DIRECTOR, Role.TEACHER)
READS_SHOWN = 20


def _own_class(seat: Seat) -> QuerySet[Student]:
    """The students of whom the seat reads everything private: a homeroom teacher's, for the director all."""
    students: QuerySet[Student] = Student.objects.all()
    if Role.DIRECTOR in seat.roles:
        return students
    led = ClassGroup.objects.led_by(seat.user, on=seat.today()).values("pk")
    standing = Enrolment.objects.standing(on=seat.today()).filter(class_book__in=led)
    return students.filter(pk__in=standing.values("student"))


def _health_notes(seat: Seat) -> QuerySet[HealthNote]:
    own: QuerySet[HealthNote] = HealthNote.objects.standing()
    return own.filter(student__in=_own_class(seat)) | own.filter(written_by=seat.user)


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*READERS)
def health(request: StaffRequest, student_id: int) -> HttpResponse:
    """A student's health notes; a teacher who neither leads the class nor wrote them finds their own alone."""
    seat = request.seat
    taught = Student.objects.taught_by(seat.user, on=seat.today()).filter(pk=student_id)
    student = _own_class(seat).filter(pk=student_id).first() or taught.first()
    if student is None:
        raise Http404
    form = HealthForm(request.POST or None, initial={"on": seat.today()})
    done = book.act(
        request,
        form,
        lambda: note_health(seat.actor, student, **form.cleaned_data),
        _("Бележката е записана. Родителите ще я прочетат в портала."),
        request.path,
    )
    if done:
        return done
    found = list(_health_notes(seat).filter(student=student).select_related("written_by").order_by("-noted_on", "-pk"))
    keep_reads(seat.actor, [student.pk], PrivateRead.What.HEALTH)
    return book.section(
        request,
        "health",
        title=_("Здраве · %s") % student.short_name,
        lead=bg.counted(len(found), "note", lang()).capitalize() if found else _("Няма бележки за здравето."),
        rows=[
            book.Row(book.when(each.noted_on), each.text, each.written_by.name, seat.url("health_note", each.pk))
            for each in found
        ],
        form=form,
        heading=_("Нова бележка за здравето"),
        submit=_("Запиши бележката"),
        more={
            "back": seat.url("student", student.pk),
            "back_title": student.full_name,
            "reads": _reads(seat, student) if _own_class(seat).filter(pk=student.pk).exists() else [],
        },
    )


def _reads(seat: Seat, student: Student) -> list[str]:
    rows = PrivateRead.objects.filter(student=student).select_related("user").order_by("-at")[:READS_SHOWN]
    return [f"{bg.moment(each.at, now=clock.now(), zone=seat.zone, lang=lang())} · {each.user.name}" for each in rows]


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*READERS)
def health_note(request: StaffRequest, health_note_id: int) -> HttpResponse:
    seat, form = request.seat, ReasonForm(request.POST or None)
    found = get_object_or_404(_health_notes(seat).select_related("student", "written_by"), pk=health_note_id)
    back = seat.url("health", found.student_id)
    done = book.act(
        request,
        form,
        lambda: withdraw_health_note(seat.actor, _health_notes(seat), note_id=found.pk, why=form.cleaned_data["why"]),
        _("Бележката е оттеглена."),
        back,
    )
    if done:
        return done
    keep_reads(seat.actor, [found.student_id], PrivateRead.What.HEALTH)
    return book.thing(
        request,
        title=_("Здраве · %s") % found.student.short_name,
        facts=[found.text, f"{book.when(found.noted_on)} · {found.written_by.name}"],
        back=Link(back, found.student.full_name),
        ending=form,
        end=_("Оттегли бележката"),
    )


def _supports(seat: Seat) -> QuerySet[Support]:
    """Plans of the classes that the seat leads, and those whose team it belongs to."""
    plans: QuerySet[Support] = Support.objects.standing()
    if Role.DIRECTOR in seat.roles:
        return plans
    led = ClassGroup.objects.led_by(seat.user, on=seat.today()).values("pk")
    team = plans.filter(teachers__staff_member__user=seat.user).values("pk")
    return plans.filter(class_book__in=led) | plans.filter(pk__in=team)


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*READERS)
def supports(request: StaffRequest, class_group_id: int) -> HttpResponse:
    seat, group = request.seat, book.visible_group(request.seat, class_group_id)
    may_plan = book.reads_all_private(seat, group)
    if request.method == "POST" and not may_plan:
        raise Http404
    form = _new_plan_form(request, group) if may_plan else None
    done = form and book.act(
        request,
        form,
        lambda: plan_support(seat.actor, group, form.cleaned_data["students"], form.plan()),
        _("Подкрепата е планирана. Родителите ще прочетат за нея в портала."),
        request.path,
    )
    if done:
        return done
    found = list(
        _supports(seat)
        .filter(class_book=group)
        .prefetch_related("students__student", "teachers__staff_member")
        .order_by("-starts_on", "-pk")[: book.SHOWN]
    )
    keep_reads(
        seat.actor, [each.student_id for plan in found for each in plan.students.all()], PrivateRead.What.SUPPORT
    )
    return book.section(
        request,
        "supports",
        group=group,
        lead=bg.counted(len(found), "plan", lang()).capitalize() if found else _("Никой не е подкрепян с план."),
        rows=[_support_row(seat, each) for each in found],
        form=form,
        heading=_("Нов план за подкрепа"),
        submit=_("Запиши плана"),
    )


def _new_plan_form(request: StaffRequest, group: ClassGroup) -> NewPlanForm:
    today = request.seat.today()
    return NewPlanForm(
        request.POST or None,
        students=book.students_in(group, today),
        teachers=_staff(),
        initial={"starts_on": today, "ends_on": group.school_year.ends_on},
    )


def _staff() -> list[tuple[int, str]]:
    rows = StaffMember.objects.order_by("sort_name").values_list("pk", "first_name", "last_name")
    return [(pk, f"{first} {last}") for pk, first, last in rows]


def _support_row(seat: Seat, plan: Support) -> book.Row:
    return book.Row(
        title=", ".join(each.student.short_name for each in plan.students.all()),
        text=plan.text,
        details=" · ".join(_support_facts(plan)),
        url=seat.url("support", plan.pk),
    )


def _support_facts(plan: Support) -> list[str]:
    team = ", ".join(each.staff_member.short_name for each in plan.teachers.all())
    return [
        ", ".join(_(str(Difficulty(each).label)) for each in plan.difficulties),
        f"{book.when(plan.starts_on)} – {book.when(plan.ends_on)}",
        _("подкрепят: %s") % team,
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*READERS)
def support(request: StaffRequest, support_id: int) -> HttpResponse:
    seat, found = request.seat, _support(request.seat, support_id)
    form = _plan_form(request, found)
    done = book.act(
        request,
        form,
        lambda: change_support(seat.actor, _supports(seat), support_id=found.pk, plan=form.plan()),
        _("Планът е записан."),
        seat.url("supports", found.class_book_id),
    )
    return done or _support_page(request, found, form=form)


@require_POST
@seated(*READERS)
def support_end(request: StaffRequest, support_id: int) -> HttpResponse:
    seat, found, form = request.seat, _support(request.seat, support_id), ReasonForm(request.POST, prefix="end")
    done = book.act(
        request,
        form,
        lambda: end_support(seat.actor, _supports(seat), support_id=found.pk, why=form.cleaned_data["why"]),
        _("Подкрепата е прекратена."),
        seat.url("supports", found.class_book_id),
    )
    return done or _support_page(request, found, ending=form)


def _support(seat: Seat, support_id: int) -> Support:
    rows = _supports(seat).select_related("class_book")
    named = rows.prefetch_related("students__student", "teachers__staff_member", "activities")
    found: Support = get_object_or_404(named, pk=support_id)
    return found


def _plan_form(request: StaffRequest, found: Support) -> PlanForm:
    held = list(found.activities.all())
    names = ("starts_on", "ends_on", "difficulties", "text", "expected_result")
    initial = {name: getattr(found, name) for name in names} | {
        "teachers": [each.staff_member_id for each in found.teachers.all()],
        "activities": [ActivityKind(each.kind).value for each in held],
    }
    data = request.POST if request.method == "POST" and "starts_on" in request.POST else None
    return PlanForm(data, teachers=_staff(), held=held, initial=initial)


def _support_page(
    request: StaffRequest, found: Support, *, form: PlanForm | None = None, ending: ReasonForm | None = None
) -> HttpResponse:
    seat, students = request.seat, [each.student for each in found.students.all()]
    keep_reads(seat.actor, [each.pk for each in students], PrivateRead.What.SUPPORT)
    return book.thing(
        request,
        title=_("Подкрепа · %s") % ", ".join(each.short_name for each in students),
        facts=_support_facts(found),
        back=Link(seat.url("supports", found.class_book_id), found.class_book.name),
        form=form or _plan_form(request, found),
        submit=_("Запиши плана"),
        ending=ending or ReasonForm(prefix="end"),
        end_url=seat.url("end_support", found.pk),
        end=_("Прекрати подкрепата"),
    )


def _individual_works(seat: Seat) -> QuerySet[IndividualWork]:
    own: QuerySet[IndividualWork] = IndividualWork.objects.standing()
    return own.filter(student__in=_own_class(seat)) | own.filter(written_by=seat.user)


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*READERS)
def individual(request: StaffRequest, class_group_id: int) -> HttpResponse:
    seat, group = request.seat, book.visible_group(request.seat, class_group_id)
    students = book.students_in(group, seat.today())
    form = IndividualForm(request.POST or None, students=students, initial={"on": seat.today()})

    def write() -> None:
        typed = dict(form.cleaned_data)
        record_individual_work(seat.actor, Student.objects.get(pk=typed.pop("student")), **typed)

    text = _("Записано. Родителите ще прочетат за това в портала.")
    done = book.act(request, form, write, text, request.path)
    if done:
        return done
    of_class = _individual_works(seat).filter(student__in=[pk for pk, _name in students])
    found = list(of_class.select_related("student", "written_by").order_by("-held_on", "-pk")[: book.SHOWN])
    keep_reads(seat.actor, [each.student_id for each in found], PrivateRead.What.SUPPORT)
    return book.section(
        request,
        "individual",
        group=group,
        lead=_("Записи: %s.") % len(found) if found else _("Още няма индивидуална работа."),
        rows=[_individual_row(seat, each) for each in found],
        form=form,
        heading=_("Нова индивидуална работа"),
        submit=_("Запиши"),
    )


def _individual_row(seat: Seat, each: IndividualWork) -> book.Row:
    details = f"{book.when(each.held_on)} · {each.written_by.name}"
    return book.Row(each.student.short_name, each.text, details, seat.url("individual_work", each.pk))


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*READERS)
def individual_work(request: StaffRequest, individual_work_id: int) -> HttpResponse:
    seat, form = request.seat, ReasonForm(request.POST or None)
    found = get_object_or_404(_individual_works(seat).select_related("student", "written_by"), pk=individual_work_id)
    back = seat.url("student", found.student_id)
    done = book.act(
        request,
        form,
        lambda: withdraw_individual_work(
            seat.actor, _individual_works(seat), work_id=found.pk, why=form.cleaned_data["why"]
        ),
        _("Записът е оттеглен."),
        back,
    )
    if done:
        return done
    keep_reads(seat.actor, [found.student_id], PrivateRead.What.SUPPORT)
    return book.thing(
        request,
        title=_("Индивидуална работа · %s") % found.student.short_name,
        facts=[found.text, f"{book.when(found.held_on)} · {found.written_by.name}"],
        back=Link(back, found.student.full_name),
        ending=form,
        end=_("Оттегли записа"),
    )
