"""The office: who may know of a student and how they get in, passwords of the staff, registers, addresses that do not work."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zvanets.accounts.actions import create_user, free_username, grant_role, issue_password
from zvanets.accounts.models import HEADS, STAFF, Membership, Role, User
from zvanets.accounts.proof import ask_for_proof, is_proven
from zvanets.guardians.actions import seat_for, withdraw_right
from zvanets.guardians.models import Guardianship, Relation
from zvanets.guardians.pins import code_for_student, issue_pin, lift_lock
from zvanets.lib import bg, damm
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.schools.actions import set_register
from zvanets.schools.models import ClassGroup, Course, Student
from zvanets.staff import office
from zvanets.staff.forms import ReasonForm, RegisterForm
from zvanets.staff.seat import Seat, StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said

# The homeroom teacher hands out labels and speaks with the family; rights and passwords are the administrator's.
OFFICE = (*HEADS, Role.TEACHER)
_NOT_BY_A_STRANGER = gettext_noop("Чужда парола сменя само който потвърди, че е той.")


@require_safe
@seated(*OFFICE)
def family(request: StaffRequest, student_id: int) -> HttpResponse:
    return _family_page(request, _student(request.seat, student_id))


@require_POST
@seated(*HEADS)
def withdraw(request: StaffRequest, right_id: int) -> HttpResponse:
    right, form = _right(request.seat, right_id), ReasonForm(request.POST)
    if form.is_valid():
        withdraw_right(actor=request.seat.actor, right=right, why=form.cleaned_data["why"])
        messages.success(request, _("Достъпът на %s е отнет.") % right.guardian.full_name)
        return HttpResponseRedirect(request.seat.url("family", right.student_id))
    return _family_page(request, right.student, form=form, wanted=right.pk, status=422)


@require_POST
@seated(*OFFICE)
def pin(request: StaffRequest, right_id: int) -> HttpResponse:
    """Make a new PIN and show it, this once."""
    right = _right(request.seat, right_id)
    if right.relation == Relation.SELF:
        raise Http404
    made = issue_pin(actor=request.seat.actor, guardian=right.guardian)
    code = code_for_student(actor=request.seat.actor, student=right.student)
    facts = [
        (_("Код на детето"), damm.in_threes(code)),
        (_("ПИН код"), f"{made[:3]} {made[3:]}"),
    ]
    text = _("С двата кода се слуша дневникът по телефона. ПИН кодът е само на този човек.")
    return _once(request, right.guardian.full_name, facts, text, request.seat.url("family", right.student_id))


@require_POST
@seated(*HEADS)
def way_in(request: StaffRequest, right_id: int) -> HttpResponse:
    """Give the guardian a password, and a user name where there is none."""
    right = _right(request.seat, right_id)
    if not is_proven(request):
        return ask_for_proof(request, _(_NOT_BY_A_STRANGER))
    back = request.seat.url("family", right.student_id)
    user = right.guardian.user or _new_user(request.seat, right)
    return _new_password(request, user, back)


@require_POST
@seated(*OFFICE)
def unlock(request: StaffRequest, student_id: int) -> HttpResponse:
    student = _student(request.seat, student_id)
    lift_lock(actor=request.seat.actor, student=student)
    messages.success(request, _("Телефонната справка е отключена."))
    return HttpResponseRedirect(request.seat.url("family", student.pk))


@require_safe
@seated(*HEADS)
def people(request: StaffRequest) -> HttpResponse:
    return page(request, "staff/office/people.html", {"people": office.colleagues(request.seat)})


@require_POST
@seated(*HEADS)
def password(request: StaffRequest, user_id: int) -> HttpResponse:
    seats = Membership.objects.not_ended(on=request.seat.today()).filter(role__in=STAFF)
    at_work = User.objects.filter(pk__in=seats.values("user"))
    user = get_object_or_404(at_work, pk=user_id)
    if not is_proven(request):
        return ask_for_proof(request, _(_NOT_BY_A_STRANGER))
    return _new_password(request, user, request.seat.url("people"))


@require_safe
@seated(*HEADS)
def addresses(request: StaffRequest) -> HttpResponse:
    return page(request, "staff/office/addresses.html", {"stopped": office.stopped(request.seat)})


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*HEADS)
def register(request: StaffRequest, course_id: int) -> HttpResponse:
    """Who stands in the register of a course: the class book's students, narrowed by year group or by list."""
    found = Course.objects.valid().select_related("subject", "class_group__school_year")
    course = get_object_or_404(found, pk=course_id)
    levels = office.candidates(course, request.seat)
    everyone = {each.student_id for level in levels for each in level.students}
    if request.method != "POST":
        return _register_page(request, course, levels, chosen=_of_level(request, levels))
    form = RegisterForm(request.POST, students=everyone)
    if not form.is_valid():
        return _register_page(request, course, levels, chosen=_typed(request, everyone), form=form)
    chosen = set(form.cleaned_data["students"])
    start = course.class_group.school_year.starts_on if form.cleaned_data["since"] == "year" else request.seat.today()
    _set_register(request.seat, course, chosen, everyone, start)
    text = _("Регистърът е записан: %s.") % bg.counted(len(chosen), "student", lang())
    messages.success(request, text)
    return HttpResponseRedirect(request.seat.url("class_group", course.class_group_id))


def _set_register(seat: Seat, course: Course, chosen: set[int], everyone: set[int], start: date) -> None:
    """Who has something written in the course leaves its register from today; the lessons before keep them."""
    written = office.written_in(course) & everyone if start < seat.today() else set()
    for among, since in ((everyone - written, start), (written, seat.today())):
        set_register(actor=seat.actor, course=course, students=chosen, among=among, since=since)


def _register_page(
    request: StaffRequest,
    course: Course,
    levels: list[office.Level],
    *,
    chosen: set[int] | None,
    form: RegisterForm | None = None,
) -> HttpResponse:
    standing = {each.student_id for level in levels for each in level.students if each.is_in}
    everyone = sum(len(level.students) for level in levels)
    context = {
        "course": course,
        "levels": levels,
        "chosen": standing if chosen is None else chosen,
        "is_proposed": chosen is not None and form is None,
        "count": bg.counted(len(standing), "student", lang()),
        "everyone": everyone,
        "form": form or RegisterForm(students=set()),
        "back": request.seat.url("class_group", course.class_group_id),
    }
    return page(request, "staff/office/register.html", context, status=422 if form else 200)


def _of_level(request: StaffRequest, levels: list[office.Level]) -> set[int] | None:
    """The students of the year group that the address names: a proposal, saved by nobody yet."""
    wanted = request.GET.get("level", "")
    found = [each for level in levels if str(level.level) == wanted for each in level.students]
    return {each.student_id for each in found} or None


def _typed(request: StaffRequest, everyone: set[int]) -> set[int]:
    return {each for each in everyone if str(each) in request.POST.getlist("students")}


def _students(seat: Seat) -> QuerySet[Student]:
    students: QuerySet[Student] = Student.objects.all()
    if seat.is_head:
        return students
    led = ClassGroup.objects.led_by(seat.user, on=seat.today())
    return students.filter(enrolments__class_book__in=led).distinct()


def _student(seat: Seat, student_id: int) -> Student:
    return get_object_or_404(_students(seat), pk=student_id)


def _right(seat: Seat, right_id: int) -> Guardianship:
    rights = Guardianship.objects.not_ended(on=seat.today()).filter(student__in=_students(seat))
    found: Guardianship = get_object_or_404(rights.select_related("guardian__user", "student"), pk=right_id)
    return found


def _new_user(seat: Seat, right: Guardianship) -> User:
    guardian = right.guardian
    name = f"{guardian.first_name} {guardian.last_name}"
    username = free_username(guardian.first_name, guardian.last_name)
    user = create_user(actor=seat.actor, username=username, name=name, language=guardian.language)
    guardian.user = user
    guardian.save(update_fields=["user"])
    grant_role(actor=seat.actor, user=user, role=seat_for(right))
    return user


def _new_password(request: StaffRequest, user: User, back: str) -> HttpResponse:
    try:
        made = issue_password(actor=request.seat.actor, user=user)
    except Refusal as refusal:
        messages.error(request, said(refusal))
        return HttpResponseRedirect(back)
    facts = [(_("Потребителско име"), user.username), (_("Парола"), made)]
    text = _("Старата парола вече не важи и всички отворени страници на този човек са заключени.")
    return _once(request, user.name, facts, text, back)


def _once(request: StaffRequest, name: str, facts: list[tuple[str, str]], text: str, back: str) -> HttpResponse:
    context: dict[str, Any] = {"name": name, "facts": facts, "text": text, "back": back}
    return page(request, "staff/office/once.html", context)


def _family_page(
    request: StaffRequest,
    student: Student,
    *,
    form: ReasonForm | None = None,
    wanted: int | None = None,
    status: int = 200,
) -> HttpResponse:
    seat, lock = request.seat, office.lock_on(student)
    readers = office.readers(seat, student)
    until = bg.written_date(lock.until.astimezone(seat.zone).date(), lang()) if lock and lock.until else ""
    context = {
        "student": student,
        "readers": readers,
        "count": bg.counted(len(readers), "person", lang()),
        "code": damm.in_threes(student.code) if student.code else "",
        "is_locked": lock is not None,
        "until": until,
        "errors": [{"target": f"why-{wanted}", "text": text} for text in form.errors["why"]] if form else [],
        "wanted": wanted,
        "back": seat.url("student", student.pk),
    }
    return page(request, "staff/office/family.html", context, status=status)
