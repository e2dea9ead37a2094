"""The door of the family's pages: whose page it is, and that the user may read it today."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from zvanets.accounts.actor import address_of
from zvanets.accounts.models import Role, User
from zvanets.accounts.seats import PLACES, Place
from zvanets.guardians.models import Relation
from zvanets.history.record import Actor, note_access
from zvanets.history.verbs import Read
from zvanets.lib import bg, clock
from zvanets.portal.statements import ChildRow, children, unread
from zvanets.tenancy.school import BIGINT_MAX, at_school

Params = ParamSpec("Params")
CHILDREN = "children"  # in the session: each child as [school, student, tab], so that the other pages ask nothing


@dataclass(frozen=True, slots=True)
class Child:
    """One child of the user, in one school."""

    row: ChildRow
    user: User
    address: str

    @property
    def name(self) -> str:
        return f"{self.row.first_name} {self.row.last_name}"

    @property
    def has_left(self) -> bool:
        """Whether the child stands in no class of this school today."""
        return not self.row.class_name

    @property
    def tab(self) -> str:
        return f"{self.row.first_name}, {self.row.class_name or gettext('ОТПИСАН')}"

    @property
    def is_self(self) -> bool:
        return self.row.relation == Relation.SELF

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.row.time_zone)

    @property
    def actor(self) -> Actor:
        return Actor(self.user.pk, Role.STUDENT if self.is_self else Role.GUARDIAN, self.address)

    def today(self) -> date:
        return clock.today(self.zone)

    def moment(self, at: datetime) -> str:
        return bg.moment(at, now=clock.now(), zone=self.zone, lang=lang())

    @property
    def url_home(self) -> str:
        return self.url("child")

    def url(self, name: str, *args: object) -> str:
        return reverse(f"portal:{name}", args=[self.row.school_id, self.row.student_id, *args])


class FamilyRequest(HttpRequest):
    """A request behind @family, for the type checker."""

    user: User
    child: Child
    htmx: Any


def lang() -> str:
    return get_language() or "bg"


def children_at(request: Any, *, student_id: int | None = None) -> list[Child]:
    """Return the user's children in the school that is open; with `student_id` that one alone."""
    address = address_of(request)
    return [
        Child(row, request.user, address) for row in children(request.user.pk, now=clock.now(), student_id=student_id)
    ]


def family(
    what: str = "",
) -> Callable[
    [Callable[Concatenate[FamilyRequest, Params], HttpResponse]],
    Callable[Concatenate[HttpRequest, int, int, Params], HttpResponse],
]:
    """Let in who may know of the child today; 404 for everybody else. With `what`, opening the page is kept."""

    def door(
        view: Callable[Concatenate[FamilyRequest, Params], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, int, int, Params], HttpResponse]:
        @login_required
        @wraps(view)
        def inside(
            request: Any, school_id: int, student_id: int, *args: Params.args, **kwargs: Params.kwargs
        ) -> HttpResponse:
            if not 0 < school_id <= BIGINT_MAX or not 0 < student_id <= BIGINT_MAX:
                raise Http404
            with at_school(school_id):
                request.child = _child(request, student_id)
                if what and request.method == "GET":
                    opened(request.child, what)
                return view(request, *args, **kwargs)

        return inside  # type: ignore[return-value]

    return door


def opened(child: Child, what: str) -> None:
    note_access(Read.STUDENT_OPENED, actor=child.actor, student_id=child.row.student_id, what=what)


def _child(request: Any, student_id: int) -> Child:
    found = children_at(request, student_id=student_id)
    if not found:
        raise Http404
    return found[0]


def tabs_of(children: list[Child]) -> list[tuple[Child, str]]:
    """Return each child with the words on its tab; who stands in two schools, or has a namesake, with the school."""
    words = [each.tab for each in children]
    return [
        (each, each.tab if words.count(each.tab) == 1 else f"{each.tab} · {each.row.school_name}") for each in children
    ]


@dataclass(frozen=True, slots=True)
class Tab:
    """A child among several: where its page is, and how much of it is unread."""

    title: str
    url: str
    is_here: bool
    unread: int


def tabs_now(request: FamilyRequest) -> list[Tab]:
    """Return the tabs as the first page kept them, with what is unread by now; nothing where there is one child."""
    kept = [((school, student), title) for school, student, title in request.session.get(CHILDREN, [])]
    if len(kept) < 2:
        return []
    here = request.child.row.school_id, request.child.row.student_id
    counts: dict[tuple[int, int], int] = {}
    for school in dict.fromkeys(school for (school, _), _ in kept):
        with at_school(school) if school != here[0] else nullcontext():
            counts |= unread(request.user.pk, today=request.child.today())
    return [
        Tab(title, reverse("portal:child", args=child), child == here, counts.get(child, 0)) for child, title in kept
    ]


def keep_tabs(request: Any, children: list[Child]) -> None:
    """Keep the tabs of the first page for the others; a tab gives no right, its page asks again."""
    kept = [[each.row.school_id, each.row.student_id, tab] for each, tab in tabs_of(children)]
    if request.session.get(CHILDREN) != kept:
        request.session[CHILDREN] = kept


def page(request: Any, template: str, child: Child, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page of one child with its header; `seats` of the context replaces the short way to the other places."""
    nav = _nav(request, child)
    header = {
        "child": child,
        "seat": request.user.name,
        "seats": [Place("/", gettext("Другите ми места"))] if request.session.get(PLACES, 2) > 1 else [],
        "nav": nav,
        "siblings": _siblings(request, child, nav),
        "today": bg.written_date(child.today(), lang()),
    }
    return render(request, template, header | context, status=status)


def _siblings(request: Any, child: Child, nav: list[Place]) -> list[Place]:
    """Return a tab for each child that leads to the same page of theirs; nothing where there is one child."""
    own = (child.row.school_id, child.row.student_id)
    page = next((each.url.removeprefix(child.url_home) for each in nav if each.is_here), "")
    tabs = [(school, student, title) for school, student, title in request.session.get(CHILDREN, [])]
    return [
        Place(f"{reverse('portal:child', args=[school, student])}{page}", title, (school, student) == own)
        for school, student, title in tabs
        if len(tabs) > 1
    ]


def _nav(request: HttpRequest, child: Child) -> list[Place]:
    home, path = child.url_home, request.path_info
    links = [
        ("", gettext("Ново")),
        ("grades/", gettext("Оценки")),
        ("absences/", gettext("Отсъствия")),
        ("remarks/", gettext("Отзиви")),
        ("homework/", gettext("Домашни")),
        ("week/", gettext("Програма")),
        ("calendar/", gettext("Календар")),
        ("settings/", gettext("Известия")),
    ]
    at_home = path in {home, reverse("portal:home")}
    return [Place(f"{home}{end}", title, path.startswith(f"{home}{end}") if end else at_home) for end, title in links]
