"""The class book as a file: a working copy for whoever leads the class, kept in the log of exports."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from zvanets.books.book import NoOfficialBook, gather, typeset
from zvanets.history.record import note_access
from zvanets.history.verbs import Read
from zvanets.lib.transliterate import to_latin
from zvanets.staff import classes
from zvanets.staff.seat import StaffRequest, seated


@require_POST
@seated()
def class_book(request: StaffRequest, class_group_id: int) -> HttpResponse:
    """Print a working copy; it holds special-category data, so nobody but heads and the homeroom teacher gets it."""
    led = classes.led_classes(request.seat).select_related("school_year", "year_group")
    group = get_object_or_404(led, pk=class_group_id)
    try:
        contents = gather(group, is_final=False)
    except NoOfficialBook as nothing:
        raise Http404 from nothing
    note_access(Read.DATA_EXPORTED, actor=request.seat.actor, what=f"staff:class_book {group.pk}")
    name = slugify(to_latin(f"dnevnik {group.name} {group.school_year}"))
    answer = HttpResponse(typeset(contents), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    answer["Cache-Control"] = "no-store"
    return answer
