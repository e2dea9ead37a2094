"""The shelf of materials: by subject, for everybody who works in the school."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zvanets.files.actions import look_into
from zvanets.files.answer import inert
from zvanets.lessons.models import Material, MaterialFile
from zvanets.lessons.shelf import add_material, remove_material
from zvanets.lib.refusals import Refusal
from zvanets.schools.models import Course, Subject
from zvanets.staff.forms import MaterialForm
from zvanets.staff.seat import Seat, StaffRequest, page, seated
from zvanets.staff.typed_lesson import said

SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def shelf(request: StaffRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, _form(request))
    form = _form(request)
    if form.is_valid():
        typed = dict(form.cleaned_data)
        subject = Subject.objects.get(pk=typed.pop("subject"))
        try:
            files = look_into(request.FILES.getlist("files"))
            add_material(request.seat.actor, subject, files=files, **typed)
        except Refusal as refusal:
            form.add_error(None, said(refusal))
        else:
            messages.success(request, _("Материалът е на рафта."))
            return HttpResponseRedirect(f"{request.seat.url('shelf')}?subject={subject.pk}")
    return _page(request, form)


@require_safe
@seated()
def file(request: StaffRequest, shelf_file_id: int) -> HttpResponse:  # noqa: ARG001
    return inert(get_object_or_404(MaterialFile, pk=shelf_file_id))


@require_POST
@seated()
def remove(request: StaffRequest, material_id: int) -> HttpResponse:
    material = get_object_or_404(_own(request.seat).select_related("subject"), pk=material_id)
    remove_material(request.seat.actor, material)
    messages.success(request, _("Материалът е махнат от рафта."))
    return HttpResponseRedirect(f"{request.seat.url('shelf')}?subject={material.subject_id}")


def _own(seat: Seat) -> QuerySet[Material]:
    """What the user may remove: their own; the heads, everything."""
    return Material.objects.all() if seat.is_head else Material.objects.filter(added_by=seat.user)


def _form(request: StaffRequest) -> MaterialForm:
    sent = request.POST if request.method == "POST" else None
    return MaterialForm(sent, subjects=_subjects(), initial={"subject": request.GET.get("subject", "")})


def _subjects() -> list[tuple[int, str]]:
    taught = Course.objects.valid().values("subject")
    return list(Subject.objects.filter(pk__in=taught).order_by("name").values_list("pk", "name"))


def _page(request: StaffRequest, form: MaterialForm) -> HttpResponse:
    seat, wanted = request.seat, request.GET.get("subject", "")
    subjects = form.subjects
    found = Material.objects.select_related("subject", "added_by").prefetch_related("files")
    chosen = next((pk for pk, _name in subjects if str(pk) == wanted), None)
    materials = list((found.filter(subject=chosen) if chosen else found).order_by("-added_at", "-pk")[:SHOWN])
    context = {
        "materials": [(each, seat.is_head or each.added_by_id == seat.user.pk) for each in materials],
        "subjects": [(str(pk), name, pk == chosen) for pk, name in subjects],
        "form": form,
    }
    return page(request, "staff/materials/shelf.html", context, status=422 if form.is_bound else 200)
