"""Who works in the school: their roles with dates, granted and ended by the heads; a guardian let in by the office."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zvanets.accounts.actions import create_user, free_username, grant_role, issue_password, withdraw_role
from zvanets.accounts.models import HEADS, STAFF, Membership, Role, User
from zvanets.accounts.proof import ask_for_proof, is_proven
from zvanets.guardians.actions import add_contact, add_guardian, grant_right
from zvanets.guardians.models import Contact, Guardian, Guardianship
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.schools.actions import add_staff_member
from zvanets.schools.models import Student
from zvanets.staff import office
from zvanets.staff.access_forms import ColleagueForm, EndRoleForm, GuardianForm, RoleForm
from zvanets.staff.seat import Seat, StaffRequest, page, seated
from zvanets.staff.typed_lesson import said

_NOT_BY_A_STRANGER = gettext_noop("Роли дава и прекратява само който потвърди, че е той.")
_NOBODY = gettext_noop("Няма човек с това потребителско име и тази фамилия. Проверете ги или го оставете празно.")
_NO_GUARDIAN = gettext_noop("Никой с достъп до ученик тук не влиза с това потребителско име.")


@require_safe
@seated(*HEADS)
def person(request: StaffRequest, user_id: int) -> HttpResponse:
    return _person_page(request, _at_work(request.seat, user_id), RoleForm())


@require_POST
@seated(*HEADS)
def grant(request: StaffRequest, user_id: int) -> HttpResponse:
    user, form = _at_work(request.seat, user_id), RoleForm(request.POST)
    if not form.is_valid():
        return _person_page(request, user, form)
    if not is_proven(request):
        return ask_for_proof(request, _(_NOT_BY_A_STRANGER))
    try:
        _grant(request.seat, user, form, user.name.split())
    except Refusal as refusal:
        form.add_error("ends_on", said(refusal))
        return _person_page(request, user, form)
    messages.success(request, _("Ролята е дадена."))
    return HttpResponseRedirect(request.seat.url("person", user.pk))


@require_POST
@seated(*HEADS)
def end(request: StaffRequest, seat_id: int) -> HttpResponse:
    open_seats = Membership.objects.not_ended(on=request.seat.today()).filter(role__in=STAFF)
    role = get_object_or_404(open_seats.select_related("user"), pk=seat_id)
    form = EndRoleForm(request.POST)
    if not form.is_valid():
        return _person_page(request, role.user, RoleForm(), ending=form, wanted=role.pk)
    if not is_proven(request):
        return ask_for_proof(request, _(_NOT_BY_A_STRANGER))
    try:
        withdraw_role(actor=request.seat.actor, seat=role, last_day=form.cleaned_data["last_day"])
    except Refusal as refusal:
        form.add_error("last_day", said(refusal))
        return _person_page(request, role.user, RoleForm(), ending=form, wanted=role.pk)
    messages.success(request, _("Ролята на %s е прекратена.") % role.user.name)
    return HttpResponseRedirect(request.seat.url("people"))


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*HEADS)
def new_colleague(request: StaffRequest) -> HttpResponse:
    """Let a new colleague in: a user name and a password, shown this once, unless they have theirs already."""
    form = ColleagueForm(request.POST or None)
    if request.method != "POST":
        return _form_page(request, "staff/office/colleague.html", form)
    if form.is_valid() and not is_proven(request):
        return ask_for_proof(request, _(_NOT_BY_A_STRANGER))
    try:
        made = _new_colleague(request.seat, form) if form.is_valid() else None
    except Refusal as refusal:
        form.add_error("ends_on" if refusal.code == "dates" else "username", said(refusal))
        made = None
    if made is None:
        return _form_page(request, "staff/office/colleague.html", form)
    user, password = made
    if not password:
        messages.success(request, _("%s вече има място тук и влиза с паролата си.") % user.name)
        return HttpResponseRedirect(request.seat.url("person", user.pk))
    context: dict[str, Any] = {
        "name": user.name,
        "facts": [(_("Потребителско име"), user.username), (_("Парола"), password)],
        "text": _("Помолете човека да я смени, след като влезе за първи път."),
        "back": request.seat.url("people"),
    }
    return page(request, "staff/office/once.html", context)


@transaction.atomic
def _new_colleague(seat: Seat, form: ColleagueForm) -> tuple[User, str]:
    typed, password = form.cleaned_data, ""
    names = [typed["first_name"].strip(), typed["middle_name"].strip(), typed["last_name"].strip()]
    user = User.objects.signing_in_as(typed["username"]) if typed["username"] else None
    # The family name is asked for too, so that nobody learns whose a user name is.
    if typed["username"] and (user is None or user.name.split()[-1:] != names[-1:]):
        raise Refusal("nobody", _NOBODY)
    if user is None:
        username = free_username(names[0], names[-1])
        user = create_user(actor=seat.actor, username=username, name=f"{names[0]} {names[-1]}")
        _grant(seat, user, form, names)
        password = issue_password(actor=seat.actor, user=user)
    else:
        _grant(seat, user, form, names)
    return user, password


@transaction.atomic
def _grant(seat: Seat, user: User, form: RoleForm, names: list[str]) -> None:
    typed = form.cleaned_data
    grant_role(actor=seat.actor, user=user, role=typed["role"], starts_on=typed["starts_on"], ends_on=typed["ends_on"])
    if typed["role"] == Role.TEACHER:
        add_staff_member(user=user, first_name=names[0], middle_name=" ".join(names[1:-1]), last_name=names[-1])


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*HEADS)
def new_guardian(request: StaffRequest, student_id: int) -> HttpResponse:
    student, form = get_object_or_404(Student, pk=student_id), GuardianForm(request.POST or None)
    context: dict[str, Any] = {"student": student, "back": request.seat.url("family", student.pk)}
    if request.method != "POST":
        return _form_page(request, "staff/office/guardian.html", form, **context)
    if form.is_valid():
        try:
            right = _new_guardian(request.seat, student, form)
        except Refusal as refusal:
            form.add_error(_field_of(refusal), said(refusal))
        else:
            messages.success(request, _("%s вече има достъп.") % right.guardian.full_name)
            return HttpResponseRedirect(context["back"])
    return _form_page(request, "staff/office/guardian.html", form, **context)


@transaction.atomic
def _new_guardian(seat: Seat, student: Student, form: GuardianForm) -> Guardianship:
    typed, extent = form.cleaned_data, form.extent()
    if typed["username"]:
        guardian = Guardian.objects.filter(user__username=typed["username"].strip().lower()).first()
        if guardian is None:
            raise Refusal("no_guardian", _NO_GUARDIAN)
        return grant_right(
            actor=seat.actor, guardian=guardian, student=student, relation=typed["relation"], extent=extent
        )
    right = add_guardian(
        actor=seat.actor,
        student=student,
        relation=typed["relation"],
        first_name=typed["first_name"],
        middle_name=typed["middle_name"],
        last_name=typed["last_name"],
        extent=extent,
    )
    for kind in Contact.Kind:
        if typed[kind]:
            add_contact(actor=seat.actor, guardian=right.guardian, kind=kind, address=typed[kind])
    return right


def _field_of(refusal: Refusal) -> str:
    return {"dates": "ends_on", "email": "email", "email_cyrillic": "email", "phone": "phone"}.get(
        refusal.code, "username"
    )


def _at_work(seat: Seat, user_id: int) -> User:
    seats = Membership.objects.not_ended(on=seat.today()).filter(role__in=STAFF)
    return get_object_or_404(User.objects.filter(pk__in=seats.values("user")), pk=user_id)


def _form_page(request: StaffRequest, template: str, form: Form, **context: Any) -> HttpResponse:
    return page(request, template, {"form": form, **context}, status=422 if form.errors else 200)


def _person_page(
    request: StaffRequest, user: User, form: RoleForm, *, ending: EndRoleForm | None = None, wanted: int | None = None
) -> HttpResponse:
    context = {
        "person": user,
        "roles": office.roles_of(request.seat, user),
        "form": form,
        "wanted": wanted,
        "errors": [{"target": f"last-{wanted}", "text": text} for text in ending.errors["last_day"]] if ending else [],
    }
    return page(request, "staff/office/person.html", context, status=422 if form.errors or ending else 200)
