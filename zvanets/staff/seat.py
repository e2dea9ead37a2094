"""Where a member of staff sits in a request: the school, the roles they hold there, and what the header shows of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from zvanets.accounts.actor import address_of
from zvanets.accounts.models import HEADS, STAFF, Role, User
from zvanets.accounts.second_factor import must_set_up
from zvanets.history.record import Actor
from zvanets.lessons.actions import WRITES_EVERY_LESSON
from zvanets.lessons.practice import is_practice
from zvanets.lib import bg, clock

Params = ParamSpec("Params")
STRONGEST_FIRST = (Role.DIRECTOR, Role.SCHOOL_ADMIN, Role.CLERK, Role.TEACHER)
# Asked by every page of the front: by the ORM, building it costs five times what running it does (docs/adr/0012).
_SEAT = """
SELECT s.id, s.short_name, s.time_zone, array_agg(m.role), min(r.second_factor_from)
FROM accounts_membership m JOIN schools_school s ON s.id = m.school_id
LEFT JOIN accounts_signinrules r ON r.school_id = s.id
WHERE m.school_id = %(school)s AND m.user_id = %(user)s AND m.role = ANY(%(staff)s)
    AND m.starts_on <= %(on)s AND (m.ends_on IS NULL OR m.ends_on >= %(on)s)
GROUP BY s.id
"""


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    title: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    user: User
    school_id: int
    school_name: str
    time_zone: str
    roles: tuple[Role, ...]  # the strongest first
    address: str
    needs_second_factor_from: date | None = None  # of somebody who has none yet

    def __str__(self) -> str:
        return f"{self.user.name} · {', '.join(gettext(str(role.label)) for role in self.roles)}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_practice(self) -> bool:
        return is_practice(self.school_id)

    @property
    def is_head(self) -> bool:
        return self.roles[0] in HEADS

    @property
    def writes_every_lesson(self) -> bool:
        return self.roles[0] in WRITES_EVERY_LESSON

    @property
    def actor(self) -> Actor:
        return Actor(self.user.pk, self.roles[0], self.address)

    def today(self) -> date:
        return clock.today(self.zone)

    def shown_today(self) -> str:
        return bg.written_date(self.today(), lang())

    def url(self, name: str, *args: object) -> str:
        return reverse(f"staff:{name}", args=[self.school_id, *args])


class StaffRequest(HttpRequest):
    """A request behind @seated, for the type checker."""

    user: User
    seat: Seat
    htmx: Any


def lang() -> str:
    return get_language() or "bg"


def seated(
    *roles: Role,
) -> Callable[
    [Callable[Concatenate[StaffRequest, Params], HttpResponse]],
    Callable[Concatenate[HttpRequest, int, Params], HttpResponse],
]:
    """Let in who holds one of the roles (any staff role by default) in the school of the address; 404 for others.

    Each role's own pages are found by their QuerySets, so that what is not yours answers as what is not there.
    """

    def door(
        view: Callable[Concatenate[StaffRequest, Params], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, int, Params], HttpResponse]:
        @login_required
        @wraps(view)
        def inside(request: Any, school_id: int, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
            request.seat = seat = _seat(request, school_id, roles or STAFF)
            if seat.needs_second_factor_from and seat.needs_second_factor_from <= seat.today():
                text = gettext(
                    "%s иска втора стъпка при вход от всички, които работят в него. Добавете я и продължете."
                )
                messages.warning(request, text % seat.school_name)
                return HttpResponseRedirect(reverse("mfa_index"))
            return view(request, *args, **kwargs)

        return inside  # type: ignore[return-value]

    return door


def _seat(request: HttpRequest, school_id: int, allowed: tuple[Role, ...]) -> Seat:
    user: User = request.user  # type: ignore[assignment]
    with connection.cursor() as cursor:
        cursor.execute(_SEAT, {"school": school_id, "user": user.pk, "staff": list(STAFF), "on": clock.today()})
        row = cursor.fetchone()
    if row is None or not set(row[3]) & set(allowed):
        raise Http404
    school, name, zone, held, since = row
    roles = tuple(role for role in STRONGEST_FIRST if role in held)
    since = since if since and must_set_up(request, user) else None
    return Seat(user, school, name, zone, roles, address_of(request), since)


def page(request: StaffRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page of the staff front with its header."""
    return render(request, template, {"seat": request.seat, "nav": _nav(request), **context}, status=status)


def _nav(request: StaffRequest) -> list[Link]:
    seat, path = request.seat, request.path_info
    home = seat.url("today")
    links = [
        Link(home, gettext("Днес"), path == home or path.startswith((f"{home}days/", f"{home}lessons/"))),
        Link(f"{home}week/", gettext("Седмица"), path.startswith(f"{home}week/")),
        Link(
            f"{home}classes/",
            gettext("Дневници"),
            path.startswith((f"{home}classes/", f"{home}students/", f"{home}courses/")),
        ),
        Link(f"{home}messages/", gettext("Съобщения"), path.startswith(f"{home}messages/")),
    ]
    if seat.is_head:
        links.append(Link(f"{home}head/", gettext("Училището"), path.startswith(f"{home}head/")))
    return links
