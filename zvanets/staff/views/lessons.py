"""The lesson: its page, and its save."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zvanets.accounts.models import HEADS
from zvanets.files.answer import inert
from zvanets.lessons.actions import NewerVersion, save_lesson
from zvanets.lessons.models import HomeworkFile
from zvanets.lessons.statements import LessonRow, find_lesson
from zvanets.lessons.verification import open_lesson, verify_lesson
from zvanets.lib.refusals import Refusal
from zvanets.schools.models import Lesson
from zvanets.staff import lesson_page
from zvanets.staff.forms import ReasonForm
from zvanets.staff.seat import StaffRequest, page, seated
from zvanets.staff.typed_lesson import TypedLesson, read, said


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def lesson(request: StaffRequest, lesson_id: int) -> HttpResponse:
    if request.method == "POST":
        return _save(request, lesson_id)
    return _answer(request, _find(request, lesson_id))


@require_POST
@seated(*HEADS)
def verify(request: StaffRequest, lesson_id: int) -> HttpResponse:
    """Verify what was written: from then on it does not change."""
    row = _find(request, lesson_id)
    try:
        verify_lesson(request.seat.actor, row.id)
    except Refusal as refused:
        messages.warning(request, said(refused))
    return HttpResponseRedirect(request.seat.url("lesson", row.id))


@require_POST
@seated(*HEADS)
def reopen(request: StaffRequest, lesson_id: int) -> HttpResponse:
    """Let a verified lesson be written again, with a reason."""
    row, form = _find(request, lesson_id), ReasonForm(request.POST)
    if form.is_valid():
        open_lesson(request.seat.actor, row.id, why=form.cleaned_data["why"])
    else:
        messages.warning(request, _("Не е отворен: напишете защо."))
    return HttpResponseRedirect(request.seat.url("lesson", row.id))


def _save(request: StaffRequest, lesson_id: int) -> HttpResponse:
    typed = read(request.POST, request.FILES.getlist("files"))
    sheet = typed.sheet()
    is_conflict = False
    if sheet:
        try:
            save_lesson(request.seat.actor, lesson_id, sheet)
        except Lesson.DoesNotExist:
            raise Http404 from None
        except NewerVersion:
            is_conflict = True
        except Refusal as refusal:
            typed.refusal = said(refusal)
        else:
            return HttpResponseRedirect(request.seat.url("lesson", lesson_id))
    return _answer(request, _find(request, lesson_id), typed, is_conflict=is_conflict)


def _find(request: StaffRequest, lesson_id: int) -> LessonRow:
    seat = request.seat
    row = find_lesson(lesson_id, user_id=seat.user.pk, every=seat.writes_every_lesson)
    if row is None:
        raise Http404
    return row


def _answer(
    request: StaffRequest, row: LessonRow, typed: TypedLesson | None = None, *, is_conflict: bool = False
) -> HttpResponse:
    template = "staff/lessons/_lesson.html" if request.htmx else "staff/lessons/lesson.html"
    context = lesson_page.context(request.seat, row, typed, is_conflict=is_conflict)
    status = 409 if is_conflict else 422 if typed else 200
    return page(request, template, context, status=status)


@require_safe
@seated()
def homework_file(request: StaffRequest, lesson_id: int, file_id: int) -> HttpResponse:
    lesson = _find(request, lesson_id)
    return inert(get_object_or_404(HomeworkFile, homework__lesson=lesson.id, pk=file_id))
