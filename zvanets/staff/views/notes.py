"""Notes of a class: for all, for some, or for the staff alone."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zvanets.lib import bg
from zvanets.remarks.actions.notes import withdraw_note, write_note
from zvanets.remarks.models import Note
from zvanets.staff import book, classes
from zvanets.staff.book_forms import NoteForm
from zvanets.staff.forms import ReasonForm
from zvanets.staff.seat import Link, Seat, StaffRequest, lang, seated


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def notes(request: StaffRequest, class_group_id: int) -> HttpResponse:
    seat, group = request.seat, book.visible_group(request.seat, class_group_id)
    form = NoteForm(request.POST or None, students=book.students_in(group, seat.today()), initial={"whom": "all"})

    def write() -> None:
        typed = form.cleaned_data
        chosen = typed["students"] if typed["whom"] == "some" else []
        write_note(seat.actor, group, text=typed["text"], is_for_all=typed["whom"] == "all", students=chosen)

    done = book.act(request, form, write, _("Бележката е записана."), request.path)
    standing = Note.objects.standing().filter(class_book=group).select_related("written_by")
    found = list(standing.prefetch_related("students__student").order_by("-written_at")[: book.SHOWN])
    changeable = set(_changeable(seat).values_list("pk", flat=True))
    return done or book.section(
        request,
        "notes",
        group=group,
        lead=bg.counted(len(found), "note", lang()).capitalize() if found else _("Още няма бележки."),
        rows=[_row(seat, each, changeable) for each in found],
        form=form,
        heading=_("Нова бележка"),
        submit=_("Запиши бележката"),
    )


def _row(seat: Seat, each: Note, changeable: set[int]) -> book.Row:
    return book.Row(
        title=_whom(each),
        text=each.text,
        details=f"{book.when(each.written_at.astimezone(seat.zone).date())} · {each.written_by.name}",
        url=seat.url("note", each.pk) if each.pk in changeable else "",
    )


def _whom(note: Note) -> str:
    if note.is_for_all:
        return _("За всички")
    named = ", ".join(each.student.short_name for each in note.students.all())
    return _("За: %s") % named if named else _("Само за учителите")


def _changeable(seat: Seat) -> QuerySet[Note]:
    """Those the user wrote, and those of the classes they lead."""
    found: QuerySet[Note] = Note.objects.standing().written_by(seat.user) | Note.objects.standing().filter(
        class_book__in=classes.led_classes(seat).values("pk")
    )
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def note(request: StaffRequest, note_id: int) -> HttpResponse:
    seat, form = request.seat, ReasonForm(request.POST or None)
    found = get_object_or_404(_changeable(seat).select_related("class_book"), pk=note_id)
    back = seat.url("notes", found.class_book_id)
    done = book.act(
        request,
        form,
        lambda: withdraw_note(seat.actor, _changeable(seat), note_id=found.pk, why=form.cleaned_data["why"]),
        _("Бележката е оттеглена."),
        back,
    )
    return done or book.thing(
        request,
        title=_("Бележка · %s") % found.class_book.name,
        facts=[found.text, _whom(found)],
        back=Link(back, found.class_book.name),
        ending=form,
        end=_("Оттегли бележката"),
    )
