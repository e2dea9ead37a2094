"""The PIN for the telephone: a guardian chooses it, or changes it."""

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import consume
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zvanets.guardians.models import Guardian
from zvanets.guardians.pins import choose_pin
from zvanets.lib import bg, damm
from zvanets.lib.refusals import Refusal
from zvanets.portal.family import FamilyRequest, family, lang, page
from zvanets.portal.forms import PinForm

# That a PIN is refused may mean that another guardian of the child has it: ten tries a day learn nothing.
TRIES = {"choose_pin": "10/d/user"}


@require_http_methods(["GET", "HEAD", "POST"])
@family()
def choose(request: FamilyRequest) -> HttpResponse:
    child, form = request.child, PinForm(request.POST or None, auto_id="%s")
    if child.is_self:
        raise Http404
    guardian = Guardian.objects.get(pk=child.row.guardian_id)
    if request.method == "POST" and form.is_valid() and _is_chosen(request, guardian, form):
        messages.success(request, _("Записано: по телефона вече важи новият ПИН код."))
        return redirect(child.url("settings"))
    context = {
        "form": form,
        "issued": bg.written_date(guardian.pin_issued_at.astimezone(child.zone).date(), lang())
        if guardian.pin_issued_at
        else "",
        "code": damm.in_threes(child.row.code),
        "phone": settings.PHONE_NUMBER,
        "settings_url": child.url("settings"),
    }
    return page(request, "portal/pin.html", child, context, status=422 if request.method == "POST" else 200)


def _is_chosen(request: FamilyRequest, guardian: Guardian, form: PinForm) -> bool:
    """Take the PIN, or write into the form why not."""
    if not consume(request, app="zvanets", action="choose_pin", config=TRIES):
        form.add_error(None, _("Днес опитахте много пъти. Опитайте отново утре."))
        return False
    try:
        if not get_adapter().reauthenticate(request.user, form.cleaned_data["password"]):
            form.add_error("password", _("Паролата не е вярна."))
            return False
        choose_pin(actor=request.child.actor, guardian=guardian, typed=form.cleaned_data["pin"])
    except ValidationError as refused:
        form.add_error("password", refused.messages)
    except Refusal as refused:
        form.add_error("pin", _(refused.msgid) % refused.params)
    return form.is_valid()
