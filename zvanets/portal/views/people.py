"""Who else looks at the child's diary, and when they last did: invited and shown out by a legal representative."""

from dataclasses import dataclass

from allauth.core.internal.ratelimit import consume
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zvanets.guardians.invitations import invite, last_looks, waiting, withdraw_invitation, withdraw_invited
from zvanets.guardians.models import Guardianship, Relation
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.portal.access_forms import InvitationForm
from zvanets.portal.family import FamilyRequest, family, lang, page
from zvanets.portal.feed import number

RATES = {"invite": "20/d/user"}


@dataclass(frozen=True, slots=True)
class Reader:
    name: str
    relation: str
    until: str
    looked: str
    withdraw_url: str


@require_http_methods(["GET", "HEAD", "POST"])
@family("people")
def people(request: FamilyRequest) -> HttpResponse:
    """Show who looks, and make an invitation: its code is on the page that answers, this once."""
    child, own = request.child, _own(request)
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (code := _code(request, own, form)):
        context = {"code": code, "typed": form.cleaned_data, "back": child.url("people")}
        return page(request, "portal/invitation.html", child, context)
    return _page(request, form)


def _code(request: FamilyRequest, own: Guardianship, form: InvitationForm) -> str:
    """Return the code of the invitation that was made, or write into the form why there is none."""
    if not consume(request, app="zvanets", action="invite", config=RATES):
        form.add_error(None, _("Днес направихте много покани. Опитайте отново утре."))
        return ""
    try:
        return invite(actor=request.child.actor, by=own, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error("ends_on" if refusal.code == "dates" else None, _(refusal.msgid))
    return ""


@require_POST
@family()
def withdraw_reader(request: FamilyRequest, right_id: int) -> HttpResponse:
    _own(request)
    right = get_object_or_404(_invited(request).select_related("guardian__user", "student"), pk=number(right_id))
    withdraw_invited(actor=request.child.actor, right=right)
    messages.success(request, _("%s вече няма достъп.") % right.guardian.full_name)
    return redirect(request.child.url("people"))


@require_POST
@family()
def withdraw_waiting(request: FamilyRequest, invitation_id: int) -> HttpResponse:
    own = _own(request)
    invitation = get_object_or_404(waiting(own.student_id), pk=number(invitation_id))
    withdraw_invitation(actor=request.child.actor, invitation=invitation)
    messages.success(request, _("Поканата вече не важи."))
    return redirect(request.child.url("people"))


def _own(request: FamilyRequest) -> Guardianship:
    """The user's own right, when it is a legal representative's; for all others the page is not there."""
    legal = Guardianship.objects.filter(is_legal=True).select_related("guardian", "student")
    found: Guardianship = get_object_or_404(legal, pk=request.child.row.right_id)
    return found


def _invited(request: FamilyRequest) -> QuerySet[Guardianship]:
    """Who came by an invitation; whom the school let in, the school shows out."""
    rights: QuerySet[Guardianship] = Guardianship.objects.not_ended(on=request.child.today())
    return rights.filter(student=request.child.row.student_id, invitations_taken__isnull=False)


def _page(request: FamilyRequest, form: InvitationForm) -> HttpResponse:
    child = request.child
    rights = Guardianship.objects.not_ended(on=child.today()).filter(student=child.row.student_id)
    shown = list(rights.select_related("guardian").order_by("-is_legal", "guardian__sort_name"))
    invited = set(_invited(request).values_list("pk", flat=True))
    looks = last_looks(child.row.student_id, [each.guardian.user_id for each in shown if each.guardian.user_id])
    readers = [
        Reader(
            each.guardian.short_name,
            _(str(Relation(each.relation).label)),
            bg.written_date(each.ends_on, lang()) if each.ends_on else "",
            child.moment(looks[each.guardian.user_id]) if each.guardian.user_id in looks else "",
            child.url("withdraw_reader", each.pk) if each.pk in invited else "",
        )
        for each in shown
    ]
    context = {
        "form": form,
        "readers": readers,
        "count": bg.counted(len(readers), "person", lang()),
        "waiting": [
            (each.name, child.moment(each.expires_at), child.url("withdraw_invitation", each.pk))
            for each in waiting(child.row.student_id)
        ],
    }
    return page(request, "portal/people.html", child, context, status=422 if form.errors else 200)
