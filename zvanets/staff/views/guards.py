"""How those who work here sign in: the idle lock, the second factor, and who has none yet."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zvanets.accounts.actions import Rules, change_sign_in_rules, remove_second_factor, sign_in_rules
from zvanets.accounts.models import HEADS, STAFF, Membership, User
from zvanets.accounts.proof import ask_for_proof, is_proven
from zvanets.accounts.second_factor import with_second_factor
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.staff.forms import SignInRulesForm
from zvanets.staff.seat import Seat, StaffRequest, lang, page, seated
from zvanets.staff.typed_lesson import said


@require_http_methods(["GET", "HEAD", "POST"])
@seated(*HEADS)
def sign_in(request: StaffRequest) -> HttpResponse:
    if request.method != "POST":
        now = sign_in_rules()
        initial = {"idle_minutes": now.idle_minutes, "second_factor_from": now.second_factor_from}
        return _page(request, SignInRulesForm(initial=initial))
    form = SignInRulesForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    if not is_proven(request):
        return ask_for_proof(request, _("Правилата за вход променя само който потвърди, че е той."))
    is_changed = change_sign_in_rules(actor=request.seat.actor, wanted=Rules(**form.cleaned_data))
    messages.success(request, _("Правилата са записани.") if is_changed else _("Нищо не беше променено."))
    return HttpResponseRedirect(request.seat.url("sign_in_rules"))


@require_POST
@seated(*HEADS)
def remove(request: StaffRequest, user_id: int) -> HttpResponse:
    user = get_object_or_404(_at_work(request.seat), pk=user_id)
    if not is_proven(request):
        return ask_for_proof(request, _("Чужда втора стъпка премахва само който потвърди, че е той."))
    try:
        remove_second_factor(actor=request.seat.actor, user=user)
    except Refusal as refusal:
        messages.error(request, said(refusal))
    else:
        messages.success(request, _("Втората стъпка на %s е премахната.") % user.name)
    return HttpResponseRedirect(request.seat.url("sign_in_rules"))


def _at_work(seat: Seat) -> QuerySet[User]:
    seats = Membership.objects.active(on=seat.today()).filter(role__in=STAFF)
    return User.objects.filter(pk__in=seats.values("user")).order_by("name")


def _page(request: StaffRequest, form: SignInRulesForm, *, status: int = 200) -> HttpResponse:
    people = list(_at_work(request.seat))
    guarded = with_second_factor([each.pk for each in people])
    bare = [each for each in people if each.pk not in guarded]
    context = {
        "form": form,
        "bare": bare,
        "bare_text": bg.counted(len(bare), "person", lang()),
        "guarded": [each for each in people if each.pk in guarded],
    }
    return page(request, "staff/head/sign_in.html", context, status=status)
