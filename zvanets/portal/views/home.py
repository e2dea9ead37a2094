"""The first page of a family: what is new about a child, and four facts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zvanets.accounts.actor import SignedInRequest
from zvanets.accounts.models import FAMILY
from zvanets.accounts.seats import places, seats_of
from zvanets.lib import bg, clock, damm
from zvanets.portal.family import (
    Child,
    FamilyRequest,
    Tab,
    children_at,
    family,
    keep_tabs,
    lang,
    opened,
    page,
    tabs_now,
    tabs_of,
)
from zvanets.portal.feed import Feed, feed_of, mark_read, number
from zvanets.rules.absences import PAYMENTS_END_AT, in_lessons, parent_days, parent_days_left, shown_halves
from zvanets.rules.scales import shown_average
from zvanets.tenancy.school import at_school


@dataclass(frozen=True, slots=True)
class Fact:
    title: str
    figure: str
    note: str = ""
    url: str = ""
    link: str = ""


@require_safe
@login_required
def home(request: SignedInRequest, school_id: int | None = None, student_id: int | None = None) -> HttpResponse:
    """The page of one child, of the first one when none is named, beneath a tab for each child in all schools."""
    seats = seats_of(request.user)
    schools = list(dict.fromkeys(seat.school_id for seat in seats if seat.role in FAMILY))
    everyone: list[Child] = []
    chosen: Child | None = None
    feed: Feed | None = None
    for school in schools:
        with at_school(school):
            everyone += children_at(request)
            if school == schools[-1]:  # all children are known by now, and mostly there is one school
                chosen = _wanted(everyone, school_id, student_id)
                feed = _opened(chosen) if chosen and chosen.row.school_id == school else None
    if chosen and feed is None:
        with at_school(chosen.row.school_id):
            feed = _opened(chosen)
    mine = places(request.user, seats, here=request.path_info)
    if chosen is None or feed is None:
        if student_id is not None:
            raise Http404
        return render(request, "portal/nobody.html", {"seats": mine})
    keep_tabs(request, everyone)
    tabs = [Tab(words, each.url_home, each is chosen, each.row.unread) for each, words in tabs_of(everyone)]
    context = _news(chosen, feed) | {
        "tabs": tabs,
        "others": _others(tabs),
        "seats": mine if len(mine) > 1 else [],
        "facts": _facts(chosen),
        "phone": settings.PHONE_NUMBER,
        "pin_url": "" if chosen.is_self else chosen.url("pin"),
        "code": damm.in_threes(chosen.row.code),
    }
    return page(request, "portal/home.html", chosen, context)


def _wanted(everyone: list[Child], school_id: int | None, student_id: int | None) -> Child | None:
    """Return the child of the address; where none is named, the first of whom there is something new."""
    if student_id is None:
        return next((each for each in everyone if each.row.unread), everyone[0] if everyone else None)
    wanted = (school_id, student_id)
    return next((each for each in everyone if (each.row.school_id, each.row.student_id) == wanted), None)


def _opened(child: Child) -> Feed:
    opened(child, "home")
    return feed_of(child)


@require_safe
@family()
def new(request: FamilyRequest) -> HttpResponse:
    """The list of what is new, asked for again and again by an open page; 204 when nothing came.

    With it, or alone, come the tabs when something is new about another child.
    """
    child, tabs = request.child, tabs_now(request)
    feed = feed_of(child, since=_moment(request.GET.get("since", "")))
    has_news = feed.newest > number(request.GET.get("newest"))
    has_others = bool(tabs) and _others(tabs) != number(request.GET.get("others"))
    if not has_news and not has_others:
        return HttpResponse(status=204)
    context = {"child": child, "tabs": tabs, "others": _others(tabs), "is_later": True}
    if has_news:
        return render(request, "portal/_new.html", context | _news(child, feed, request.GET.get("since", "")))
    answer = render(request, "portal/_tabs.html", context)
    answer["HX-Reswap"] = "none"  # the list itself stays as it is
    return answer


@require_POST
@family()
def read(request: FamilyRequest) -> HttpResponse:
    """Mark as read what the page showed, by its own numbers."""
    mark_read(request.child, first=number(request.POST.get("first")), last=number(request.POST.get("last")))
    if request.htmx:
        return HttpResponse(status=204)
    return redirect(request.child.url("child"))


def _news(child: Child, feed: Feed, since: str = "") -> dict[str, object]:
    moment = _moment(since) or clock.now()
    return {
        "feed": feed,
        "more": max(0, child.row.unread - feed.unread),
        "since": moment.strftime("%Y%m%d%H%M%S"),
        "new_url": child.url("new"),
        "read_url": child.url("read"),
        "news_url": child.url("news"),
    }


def _others(tabs: list[Tab]) -> int:
    """Return how much is unread of the children whose page is not open."""
    return sum(tab.unread for tab in tabs if not tab.is_here)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(f"{text}+0000", "%Y%m%d%H%M%S%z")
    except ValueError:
        return None


def _facts(child: Child) -> list[Fact]:
    row, today = child.row, child.today()
    rule = parent_days(today)
    left = parent_days_left(row.days_excused, today)
    month = shown_halves(row.this_month.halves, lang())
    facts = [
        Fact(
            _("Среден успех"),
            shown_average(row.average, lang()),
            "" if row.grades else _("още няма оценки с число"),
            child.url("average") if row.grades else "",
            _("как е изчислено?"),
        )
    ]
    if child.has_left:
        return facts
    at = bg.number(in_lessons(PAYMENTS_END_AT).to_integral(), lang())
    facts.append(Fact(_("Неуважителни часове този месец"), month, _("при %(hours)s спират надбавките") % {"hours": at}))
    if row.may_excuse:
        facts.append(
            Fact(
                _("Можете да извините"),
                _("още %(days)s") % {"days": bg.counted(left, "day", lang())},
                _("от %(a_year)s, до %(at_once)s наведнъж") % {"a_year": rule.a_year, "at_once": rule.at_once},
                child.url("notice"),
                _("съобщете отсъствие"),
            )
        )
    return [*facts, _next_day(child, today)]


def _next_day(child: Child, today: date) -> Fact:
    day, count = child.row.next_day, child.row.homework
    tomorrow = day is None or day - today == timedelta(days=1)
    title = _("За утре") if tomorrow else _("За %(day)s") % {"day": bg.day_name(day or today, lang())}
    if day is None:
        return Fact(_("Следващ учебен ден"), bg.NOTHING, _("няма часове в програмата"))
    figure = bg.counted(count, "homework", lang()) if count else _("няма домашни")
    return Fact(title, figure, "", f"{child.url('week')}?day={day.isoformat()}", _("програма"))
