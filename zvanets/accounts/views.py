"""The first page after signing in: one's only place, or the choice among several."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from zvanets.accounts.actor import SignedInRequest
from zvanets.accounts.seats import places, seats_of


@require_safe
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    mine = places(request.user, seats_of(request.user))
    if len(mine) == 1:
        return redirect(mine[0].url)
    return render(request, "account/places.html", {"places": mine, "seats": mine})
