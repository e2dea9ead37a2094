"""The calendar of what lies ahead, and the page of what only the closest may read."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from zvanets.portal import book
from zvanets.portal.family import FamilyRequest, family, page
from zvanets.remarks.actions.private import keep_reads
from zvanets.remarks.models import PrivateRead


@require_safe
@family("calendar")
def calendar(request: FamilyRequest) -> HttpResponse:
    return page(request, "portal/calendar.html", request.child, {"coming": book.coming(request.child)})


@require_safe
@family("care")
def care(request: FamilyRequest) -> HttpResponse:
    """Health, support and individual work: for legal representatives and the student; that they read it is kept."""
    child = request.child
    if not book.is_close(child):
        raise Http404
    for what in PrivateRead.What:
        keep_reads(child.actor, [child.row.student_id], what)
    context = {
        "health": book.health_of(child),
        "supports": book.supports_of(child),
        "individual": book.individual_works_of(child),
    }
    return page(request, "portal/care.html", child, context)
