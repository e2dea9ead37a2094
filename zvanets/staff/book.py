"""The sections of a class book beside grades and absences: whose they are, and the two pages that show them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from zvanets.accounts.models import Role
from zvanets.books.forms import Section, kept_sections
from zvanets.lib import bg
from zvanets.lib.refusals import Refusal
from zvanets.remarks.models import Sanction
from zvanets.schools.models import ClassGroup, Enrolment, Student
from zvanets.staff import classes
from zvanets.staff.seat import Link, Seat, StaffRequest, lang, page
from zvanets.staff.typed_lesson import said

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a section."""

    title: str
    text: str = ""
    details: str = ""
    url: str = ""
    tone: str = ""  # good, late or poor: how the title is coloured, beside its own words
    is_over: bool = False


def visible_group(seat: Seat, class_group_id: int) -> ClassGroup:
    seen = classes.visible_classes(seat, classes.year_now(seat)).select_related("school_year")
    found: ClassGroup = get_object_or_404(seen, pk=class_group_id)
    return found


def led_group(seat: Seat, class_group_id: int) -> ClassGroup:
    """The class of a homeroom teacher; for heads every class of this year."""
    led = classes.led_classes(seat).filter(school_year=classes.year_now(seat)).select_related("school_year")
    found: ClassGroup = get_object_or_404(led.filter(parent__isnull=True), pk=class_group_id)
    return found


def leads(seat: Seat, group: ClassGroup) -> bool:
    return seat.is_head or classes.led_classes(seat).filter(pk=group.pk).exists()


def reads_all_private(seat: Seat, group: ClassGroup) -> bool:
    """Whether the seat reads all special-category data of the class: the director and its homeroom teacher alone."""
    if Role.DIRECTOR in seat.roles:
        return True
    led: QuerySet[ClassGroup] = ClassGroup.objects.led_by(seat.user, on=seat.today())
    return led.filter(pk=group.pk).exists()


def led_students(seat: Seat) -> QuerySet[Student]:
    """The students whose sanctions and remarks the seat may change."""
    led = classes.led_classes(seat).values("pk")
    standing = Enrolment.objects.standing(on=seat.today()).filter(class_book__in=led)
    found: QuerySet[Student] = Student.objects.filter(pk__in=standing.values("student"))
    return found


def students_in(group: ClassGroup, on: date) -> list[tuple[int, str]]:
    """Return who stands in the class, by number, as a form's choices."""
    standing = Enrolment.objects.standing(on=on).filter(class_book=group).in_register().select_related("student")
    return [
        (each.student_id, f"{each.number}. {each.student.short_name}" if each.number else each.student.short_name)
        for each in standing
    ]


def when(day: date) -> str:
    return bg.written_date(day, lang())


def sanction_name(kind: int) -> str:
    """Return „санкция „забележка““: never the bare word, which is a remark too."""
    return _("санкция „%(kind)s“") % {"kind": _(str(Sanction.Kind(kind).label))}


def act(request: StaffRequest, form: forms.Form, do: Callable[[], object], text: str, back: str) -> HttpResponse | None:
    """Do what the form asks for and lead back; None when it is refused, with the refusal among the form's errors."""
    if not form.is_valid():
        return None
    try:
        do()
    except Refusal as refusal:
        form.add_error(None, said(refusal))
        return None
    messages.success(request, text)
    return HttpResponseRedirect(back)


def section(
    request: StaffRequest,
    here: str,
    *,
    lead: str,
    rows: Sequence[Row],
    group: ClassGroup | None = None,
    title: str = "",
    form: forms.Form | None = None,
    heading: str = "",
    submit: str = "",
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show one section of a class book: what stands in it, and beneath it the form for one more."""
    links = sections(request.seat, group) if group else []
    context = {
        "group": group,
        "title": title or next((link.title for name, link in links if name == here), ""),
        "links": [Link(link.url, link.title, name == here) for name, link in links],
        "back": request.seat.url("class_group", group.pk) if group else "",
        "lead": lead,
        "rows": rows,
        "form": form,
        "heading": heading,
        "submit": submit,
        **(more or {}),
    }
    return page(request, "staff/book/section.html", context, status=422 if form and form.errors else 200)


def thing(
    request: StaffRequest,
    *,
    title: str,
    facts: Sequence[str],
    back: Link,
    form: forms.Form | None = None,
    submit: str = "",
    ending: forms.Form | None = None,
    end_url: str = "",
    end: str = "",
    over: str = "",
) -> HttpResponse:
    """Show one entry: what it says, a form to change it, and a form to end it with a reason."""
    wrong = next((each for each in (form, ending) if each is not None and each.errors), None)
    context = {
        "title": title,
        "facts": [fact for fact in facts if fact],
        "back": back,
        "change": form,
        "submit": submit,
        "ending": ending,
        "end_url": end_url,
        "end": end,
        "over": over,
        "form": wrong,
    }
    return page(request, "staff/book/thing.html", context, status=422 if wrong else 200)


def sections(seat: Seat, group: ClassGroup) -> list[tuple[str, Link]]:
    """Return the sections that are kept for the class and that the seat may open, in the order of the printed book."""
    is_led, kept = leads(seat, group), kept_sections(group)
    names = [
        ("class_remarks", Section.REMARKS, _("Отзиви"), is_led),
        ("sanctions", Section.SANCTIONS, _("Санкции"), is_led),
        ("works", Section.WORKS, _("Контролни и класни"), True),
        ("meetings", Section.MEETINGS, _("Родителски срещи"), True),
        ("notes", Section.NOTES, _("Бележки"), True),
        ("supports", Section.SUPPORT, _("Подкрепа"), is_private(seat)),
        ("individual", Section.INDIVIDUAL_WORK, _("Индивидуална работа"), is_private(seat)),
    ]
    return [
        (name, Link(seat.url(name, group.pk), title))
        for name, section, title, is_open in names
        if is_open and section in kept
    ]


def is_private(seat: Seat) -> bool:
    """Whether the seat may open pages of special-category data at all: what it finds there is asked row by row."""
    return bool({Role.DIRECTOR, Role.TEACHER} & set(seat.roles))
