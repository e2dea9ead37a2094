"""The link at the foot of each mail: one click in the mail program, or a page with one button (RFC 8058)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from zvanets.accounts.actor import address_of
from zvanets.accounts.models import Role
from zvanets.guardians import actions
from zvanets.guardians.models import ChannelName, Subscription
from zvanets.history.record import Actor
from zvanets.notifications.tokens import Unsubscribing, read_unsubscribe_token
from zvanets.tenancy.school import at_school


@csrf_exempt  # a mail program has no cookie of ours; the token is the permission, and it can end mails only
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    named = read_unsubscribe_token(token)
    if named is None:
        raise Http404
    if request.method == "POST":
        _end(named, address_of(request))
    return render(request, "portal/unsubscribe.html", {"is_done": request.method == "POST"})


def _end(named: Unsubscribing, address: str) -> None:
    """End the mails of this right; once more, or after the right has ended, there is nothing left to do."""
    with at_school(named.school_id):
        own = Subscription.objects.filter(
            guardianship_id=named.guardianship_id, channel=ChannelName.EMAIL, ends_on__isnull=True
        )
        for subscription in own.select_related("guardianship__guardian"):
            user_id = subscription.guardianship.guardian.user_id
            actions.unsubscribe(actor=Actor(user_id, Role.GUARDIAN, address), subscription=subscription)
