"""The child's diary: grades, absences, remarks, homework, the weekly programme, everything that was told."""

from datetime import date, timedelta

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_POST, require_safe

from zvanets.files.answer import inert
from zvanets.history.record import note_access
from zvanets.history.verbs import Read
from zvanets.lib import bg
from zvanets.portal import book, diary, year
from zvanets.portal.family import FamilyRequest, family, lang, page
from zvanets.portal.feed import items, messages_of
from zvanets.rules.averages import Method
from zvanets.rules.scales import kind_name, shown_grade

A_PAGE = 50
SATURDAY = 5


@require_safe
@family("grades")
def grades(request: FamilyRequest) -> HttpResponse:
    since = diary.year_start(request.child)
    given = diary.grades_of(request.child, since)
    counting = request.child.row.counting
    subjects = year.with_comments(request.child, diary.by_subject(given), since)
    context = {
        "year": year.year_of(request.child, since),
        "subjects": [(subject, diary.shown(subject.average(counting))) for subject in subjects],
        "average": diary.shown(diary.explained(subjects, counting)),
        "grades": given[::-1],
        "average_url": request.child.url("average"),
        "has_final": any(subject.final for subject in subjects),
    }
    return page(request, "portal/grades.html", request.child, context)


@require_safe
@family("average")
def average(request: FamilyRequest) -> HttpResponse:
    """How the mean came about: every grade that went in, the sum, the rounding, and what did not count."""
    counting = request.child.row.counting
    given = diary.grades_of(request.child, diary.year_start(request.child))
    subjects = diary.by_subject(given)
    mean = diary.explained(subjects, counting)
    context = {
        "subjects": [subject for subject in subjects if subject.average(counting).inputs],
        "average": diary.shown(mean),
        "count": bg.counted(len(mean.inputs), "grade", lang()),
        "times": sum(mean.times),
        "weights": [(kind_name(kind, lang()), n) for kind, n in counting.weights.items()],
        "sum": shown_grade(mean.total, lang()),
        "unrounded": bg.number(round(mean.unrounded, 4), lang()) if mean.unrounded is not None else bg.NOTHING,
        "as_state": mean.method is Method.AS_STATE,
        "grades_url": request.child.url("grades"),
        "left_out": len(given) - len(mean.inputs),
    }
    return page(request, "portal/average.html", request.child, context)


@require_safe
@family("remarks")
def remarks(request: FamilyRequest) -> HttpResponse:
    child, is_close = request.child, book.is_close(request.child)
    context = {
        "remarks": diary.remarks_of(child),
        "sanctions": book.sanctions_of(child) if is_close else [],
        "notes": book.notes_of(child),
        "care_url": child.url("care") if is_close else "",
    }
    return page(request, "portal/remarks.html", child, context)


@require_safe
@family("homework")
def homework(request: FamilyRequest) -> HttpResponse:
    given = diary.homework_of(request.child)
    context = {
        "ahead": [each for each in given if each.is_ahead],
        "past": [each for each in given if not each.is_ahead],
    }
    return page(request, "portal/homework.html", request.child, context)


@require_safe
@family()
def homework_file(request: FamilyRequest, file_id: int) -> HttpResponse:
    file = diary.homework_file(request.child, file_id)
    if file is None:
        raise Http404
    return inert(file)


@require_safe
@family("week")
def week(request: FamilyRequest) -> HttpResponse:
    today = request.child.today()
    coming = request.child.row.next_day if today.weekday() >= SATURDAY else None
    day = _day(request.GET.get("day", ""), coming or today)
    monday = day - timedelta(days=day.weekday())
    context = {
        "days": diary.week_of(request.child, day),
        "dates": bg.days(monday, monday + timedelta(days=6), lang()),
        "before": (monday - timedelta(days=7)).isoformat(),
        "after": (monday + timedelta(days=7)).isoformat(),
    }
    return page(request, "portal/week.html", request.child, context)


@require_safe
@family("news")
def news(request: FamilyRequest) -> HttpResponse:
    rows = messages_of(request.child).values_list("id", "text", "entered_at", "read_at")
    told = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return page(request, "portal/news.html", request.child, {"items": items(request.child, told), "told": told})


@require_POST
@family()
def printed(request: FamilyRequest) -> HttpResponse:
    """Keep that a page of the child was printed, and which."""
    child, path = request.child, request.POST.get("path", "")
    try:
        what = resolve(path).view_name if path.startswith(child.url_home) else "portal:home"
    except Resolver404:
        raise Http404 from None
    note_access(Read.PAGE_PRINTED, actor=child.actor, student_id=child.row.student_id, what=what)
    return HttpResponse(status=204)


def _day(text: str, usual: date) -> date:
    """Return the day of the address; the usual one for anything else, and for what lies years away."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return usual
    return day if abs(day - usual) < timedelta(days=800) else usual
