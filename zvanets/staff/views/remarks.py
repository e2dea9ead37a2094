"""Remarks and praise outside of lessons, and sanctions: the homeroom teacher's and the heads'."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zvanets.lib import bg
from zvanets.remarks.actions import remark_students
from zvanets.remarks.actions.sanctions import cancel_sanction, impose_sanction
from zvanets.remarks.models import Remark, Sanction
from zvanets.schools.models import ClassGroup, Student
from zvanets.staff import book
from zvanets.staff.book_forms import CancelSanctionForm, RemarkForm, SanctionForm
from zvanets.staff.seat import Link, Seat, StaffRequest, lang, seated


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def class_remarks(request: StaffRequest, class_group_id: int) -> HttpResponse:
    seat, group = request.seat, book.led_group(request.seat, class_group_id)
    students = book.students_in(group, seat.today())
    form = RemarkForm(request.POST or None, students=students, initial={"on": seat.today()})
    done = book.act(
        request,
        form,
        lambda: remark_students(
            seat.actor,
            group,
            form.cleaned_data["students"],
            kind=form.remark_kind,
            text=form.cleaned_data["text"],
            on=form.cleaned_data["on"],
        ),
        _("Записано е. Родителите ще бъдат уведомени."),
        request.path,
    )
    rows = _remark_rows(seat, group, [pk for pk, _name in students])
    praise = sum(row.tone == "good" for row in rows)
    return done or book.section(
        request,
        "class_remarks",
        group=group,
        lead=_("Похвали: %(praise)s. Забележки: %(critical)s.") % {"praise": praise, "critical": len(rows) - praise},
        rows=rows,
        form=form,
        heading=_("Нов отзив извън час"),
        submit=_("Запиши и уведоми родителите"),
    )


def _remark_rows(seat: Seat, group: ClassGroup, students: list[int]) -> list[book.Row]:
    found = (
        Remark.objects.standing()
        .filter(student__in=students, written_on__gte=group.school_year.starts_on)
        .select_related("student", "written_by", "lesson__course__subject")
        .order_by("-written_on", "-pk")[: book.SHOWN]
    )
    return [_remark_row(seat, each) for each in found]


def _remark_row(seat: Seat, each: Remark) -> book.Row:
    is_praise = each.kind == Remark.Kind.PRAISE
    subject = each.lesson.course.subject.name if each.lesson else ""
    return book.Row(
        title=f"{_('Похвала') if is_praise else _('Забележка')} · {each.student.short_name}",
        text=each.text,
        details=" · ".join(filter(None, (book.when(each.written_on), subject, each.written_by.name))),
        url=seat.url("remark", each.pk),
        tone="good" if is_praise else "late",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def sanctions(request: StaffRequest, class_group_id: int) -> HttpResponse:
    seat, group = request.seat, book.led_group(request.seat, class_group_id)
    today, students = seat.today(), book.students_in(group, seat.today())
    form = SanctionForm(request.POST or None, students=students, initial={"on": today, "starts_on": today})

    def impose() -> None:
        impose_sanction(seat.actor, Student.objects.get(pk=form.cleaned_data["student"]), form.order())

    text = _("Санкцията е вписана. Родителите ще прочетат за нея в портала.")
    done = book.act(request, form, impose, text, request.path)
    rows = sanction_rows(seat, [pk for pk, _name in students])
    standing = sum(not row.is_over for row in rows)
    return done or book.section(
        request,
        "sanctions",
        group=group,
        lead=_("В сила: %s.") % bg.counted(standing, "sanction", lang()) if standing else _("Няма санкции в сила."),
        rows=rows,
        form=form,
        heading=_("Нова санкция"),
        submit=_("Впиши санкцията"),
    )


def sanction_rows(seat: Seat, students: list[int]) -> list[book.Row]:
    """Return the sanctions of these students that the seat may read, the newest first."""
    mine = Sanction.objects.filter(student__in=book.led_students(seat).filter(pk__in=students))
    newest = mine.select_related("student").order_by("-order_on", "-pk")[: book.SHOWN]
    return [_sanction_row(seat, each) for each in newest]


def _sanction_row(seat: Seat, each: Sanction) -> book.Row:
    return book.Row(
        title=f"{each.student.short_name} · {book.sanction_name(each.kind)}",
        text=each.text,
        details=_order(each),
        url=seat.url("sanction", each.pk),
        is_over=each.ended_at is not None,
    )


def _order(each: Sanction) -> str:
    """Return „заповед № РД-12 от 21.11.2026 г. · в сила от … до … · отменена със заповед № …“."""
    parts = [
        _("заповед № %(number)s от %(day)s") % {"number": each.order_no, "day": book.when(each.order_on)},
        _("в сила от %s") % book.when(each.starts_on),
        _("до %s") % book.when(each.ends_on) if each.ends_on else "",
    ]
    if each.cancel_order_on:
        order = {"number": each.cancel_order_no, "day": book.when(each.cancel_order_on), "why": each.ended_why}
        parts.append(_("отменена със заповед № %(number)s от %(day)s: %(why)s") % order)
    return " · ".join(filter(None, parts))


@require_http_methods(["GET", "HEAD", "POST"])
@seated()
def sanction(request: StaffRequest, sanction_id: int) -> HttpResponse:
    """An order, and the further one that cancels it."""
    seat = request.seat
    mine = Sanction.objects.filter(student__in=book.led_students(seat))
    found = get_object_or_404(mine.select_related("student"), pk=sanction_id)
    back = seat.url("student", found.student_id)
    form = CancelSanctionForm(request.POST or None, initial={"order_on": seat.today()})
    done = book.act(
        request,
        form,
        lambda: cancel_sanction(seat.actor, mine, sanction_id=found.pk, **form.cleaned_data),
        _("Санкцията е отменена."),
        back,
    )
    return done or book.thing(
        request,
        title=f"{found.student.short_name} · {book.sanction_name(found.kind)}",
        facts=[_order(found), found.text],
        back=Link(back, found.student.full_name),
        ending=form,
        end=_("Отмени санкцията"),
        over=_("Санкцията е отменена.") if found.ended_at else "",
    )
