"""When a guardian is told: the hours in which nothing rings, the hour of the digest, the budget of SMS."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from zvanets.guardians.models import Guardian
from zvanets.guardians.wishes import choose_digest, choose_quiet_hours
from zvanets.history.record import Actor
from zvanets.lib.refusals import Refusal
from zvanets.lib.zones import ZONES
from zvanets.portal.family import FamilyRequest, family, page
from zvanets.portal.forms import PaceForm


@family()
def choose(request: FamilyRequest) -> HttpResponse:
    """Show and take the guardian's wishes; they are the same for every child in this school."""
    child = request.child
    guardian = Guardian.objects.get(pk=child.row.guardian_id)
    form = PaceForm(request.POST or None, initial=_initial(guardian), auto_id="%s")
    answer = quiet_words(guardian)
    if request.method == "POST" and form.is_valid() and _is_kept(child.actor, guardian, form):
        messages.success(request, _("Записано. %(quiet)s") % {"quiet": quiet_words(guardian)})
        return redirect(child.url("settings"))
    context = {"form": form, "settings_url": child.url("settings"), "answer": answer}
    return page(request, "portal/pace.html", child, context, status=422 if form.errors else 200)


def _is_kept(actor: Actor, guardian: Guardian, form: PaceForm) -> bool:
    """Keep all of it or nothing; a refusal stands beside its field."""
    chosen = form.cleaned_data
    sms_a_day = chosen.get("sms_a_day", guardian.sms_a_day)
    try:
        with transaction.atomic():
            choose_quiet_hours(
                actor=actor,
                guardian=guardian,
                starts=chosen["quiet_from"],
                ends=chosen["quiet_to"],
                time_zone=chosen["time_zone"],
            )
            choose_digest(actor=actor, guardian=guardian, at=chosen["digest_at"], sms_a_day=sms_a_day)
    except Refusal as refused:
        form.add_error("sms_a_day" if refused.code == "no_budget" else "quiet_from", _(refused.msgid) % refused.params)
        return False
    return True


def _initial(guardian: Guardian) -> dict[str, object]:
    return {name: getattr(guardian, name) for name in PaceForm.base_fields}


def quiet_words(guardian: Guardian) -> str:
    """Return „Между 21:00 и 7:00 ч. не Ви безпокоим, освен за спешното.“"""
    if guardian.quiet_from is None or guardian.quiet_to is None:
        return _("Нямате тихи часове: казваме Ви по всяко време.")
    hours = {"from": f"{guardian.quiet_from:%H:%M}", "to": f"{guardian.quiet_to:%H:%M}"}
    if guardian.time_zone in ZONES:
        hours["place"] = _(ZONES[guardian.time_zone])
        return _("Между %(from)s и %(to)s ч. (%(place)s) Ви казваме само спешното.") % hours
    return _("Между %(from)s и %(to)s ч. Ви казваме само спешното.") % hours
