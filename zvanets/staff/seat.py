"""Where a member of staff sits in a request: the school, the roles they hold there, and what the header shows of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from zvanets.accounts.actor import address_of
from zvanets.accounts.models import HEADS, STAFF, Membership, Role, User
from zvanets.history.record import Actor
from zvanets.lessons.actions import WRITES_EVERY_LESSON
from zvanets.lib import bg, clock
from zvanets.schools.models import School

Params = ParamSpec("Params")
STRONGEST_FIRST = (Role.DIRECTOR, Role.SCHOOL_ADMIN, Role.CLERK, Role.TEACHER)


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    title: str
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class Seat:
    user: User
    school: School
    roles: tuple[Role, ...]  # the strongest first
    address: str

    def __str__(self) -> str:
        return f"{self.user.name} · {', '.join(gettext(str(role.label)) for role in self.roles)}"

    @property
    def school_id(self) -> int:
        return self.school.pk

    @property
    def school_name(self) -> str:
        return self.school.short_name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.school.time_zone)

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
            request.seat = _seat(request, school_id, roles or STAFF)
            return view(request, *args, **kwargs)

        return inside  # type: ignore[return-value]

    return door


def _seat(request: HttpRequest, school_id: int, allowed: tuple[Role, ...]) -> Seat:
    user: User = request.user  # type: ignore[assignment]
    memberships = Membership.objects.of(user).active(on=clock.today()).filter(school_id=school_id, role__in=STAFF)
    held = list(memberships.select_related("school"))
    roles = {Role(membership.role) for membership in held}
    if not roles & set(allowed):
        raise Http404
    return Seat(user, held[0].school, tuple(r for r in STRONGEST_FIRST if r in roles), address_of(request))


def page(request: StaffRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page of the staff front with its header."""
    return render(request, template, {"seat": request.seat, "nav": _nav(request), **context}, status=status)


def _nav(request: StaffRequest) -> list[Link]:
    seat, path = request.seat, request.path_info
    home = seat.url("today")
    links = [
        Link(home, gettext("Днес"), path == home or path.startswith((f"{home}days/", f"{home}lessons/"))),
        Link(f"{home}week/", gettext("Седмица"), path.startswith(f"{home}week/")),
        Link(f"{home}classes/", gettext("Дневници"), path.startswith((f"{home}classes/", f"{home}students/"))),
    ]
    if seat.is_head:
        links.append(Link(f"{home}head/", gettext("Училището"), path.startswith(f"{home}head/")))
    return links
