"""The page of the people who run the national service."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from zvanets.accounts.actor import SignedInRequest
from zvanets.accounts.seats import places, seats_of
from zvanets.lib import bg, clock
from zvanets.operator import health

LONGEST = 100


@require_safe
@login_required
def home(request: SignedInRequest) -> HttpResponse:
    """Every school with its delivery health; for operators alone, others find nothing here."""
    if not request.user.is_operator:
        raise Http404
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    number = _page(request)
    found, total = health.schools(typed, today=clock.today(), page=number)
    now, nation = clock.now(), health.nation()
    mine = places(request.user, seats_of(request.user), here=request.path_info)
    context = {
        "seat": request.user.name,
        "seats": mine if len(mine) > 1 else [],
        "typed": typed,
        "schools": [(school, _since(school.oldest), school.is_late(now)) for school in found],
        "total": total,
        "nation": nation,
        "nothing_waits": not nation.waiting,
        "oldest": _since(nation.oldest),
        "untold_since": _since(nation.untold_since),
        "is_late": nation.is_late(now),
        "page": number,
        "before": number - 1,
        "after": number + 1 if number * health.A_PAGE < total else 0,
    }
    return render(request, "operator/home.html", context)


def _page(request: HttpRequest) -> int:
    typed = request.GET.get("page", "")
    return max(1, int(typed)) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1


def _since(at: Any) -> str:
    return bg.moment(at, now=clock.now(), zone=clock.SOFIA, lang=get_language() or "bg") if at else bg.NOTHING
