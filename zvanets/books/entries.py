"""What is written in words: meetings, planned works, remarks, individual work, sanctions, support, notes."""

from zvanets.books.pages import Book, Chapter, Table, day
from zvanets.remarks.models import (
    ActivityKind,
    Difficulty,
    IndividualWork,
    Note,
    ParentMeeting,
    PlannedWork,
    Remark,
    Sanction,
    Support,
)


def meetings(book: Book) -> Chapter:
    found = ParentMeeting.objects.standing().filter(class_book=book.group).order_by("date", "starts_at")
    rows = [[day(m.date), f"{m.starts_at:%H:%M}", m.place, m.title, m.text] for m in found]
    headings = ("Дата", "Час", "Място", "Тема", "Бележки")
    return Chapter("Родителски срещи", "Няма вписани срещи.", (Table(headings, _widths(headings, 2), rows),))


def works(book: Book) -> Chapter:
    found = PlannedWork.objects.approved().filter(class_book=book.group).select_related("course__subject")
    rows = [
        [day(w.date), str(w.course.subject), PlannedWork.Kind(w.kind).label, w.text]
        for w in found.order_by("date", "pk")
    ]
    headings = ("Дата", "Учебен предмет", "Вид", "Бележки")
    title = "График на контролните и класните работи"
    return Chapter(title, "Няма утвърден график.", (Table(headings, _widths(headings, 1), rows),))


def remarks(book: Book) -> Chapter:
    found = Remark.objects.standing().filter(
        student__in=book.students, written_on__range=(book.year.starts_on, book.year.ends_on)
    )
    rows = [
        [
            day(each.written_on),
            *_who(book, each.student_id),
            Remark.Kind(each.kind).label,
            str(each.lesson.course.subject) if each.lesson else "",
            each.text,
            each.written_by.name,
        ]
        for each in found.select_related("lesson__course__subject", "written_by").order_by("written_on", "pk")
    ]
    headings = ("Дата", "№", "Име", "Вид", "Предмет", "Отзив", "Учител")
    widths = ("auto", "auto", "2fr", "auto", "1fr", "4fr", "1fr")
    return Chapter(
        "Отзиви: похвали и забележки", "Няма вписани отзиви.", (Table(headings, widths, rows),), is_wide=True
    )


def individual_work(book: Book) -> Chapter:
    found = IndividualWork.objects.standing().filter(
        student__in=book.students, held_on__range=(book.year.starts_on, book.year.ends_on)
    )
    rows = [[day(w.held_on), *_who(book, w.student_id), w.text] for w in found.order_by("held_on", "pk")]
    headings = ("Дата", "№", "Име", "Съдържание")
    return Chapter("Индивидуална работа", "Няма вписана работа.", (Table(headings, _widths(headings, 3), rows),))


def sanctions(book: Book) -> Chapter:
    found = Sanction.objects.filter(
        student__in=book.students, starts_on__range=(book.year.starts_on, book.year.ends_on)
    )
    rows = [
        [
            *_who(book, each.student_id),
            Sanction.Kind(each.kind).label,
            f"{each.order_no} / {day(each.order_on)}",
            day(each.starts_on),
            day(each.ends_on),
            f"{each.cancel_order_no} / {day(each.cancel_order_on)}" if each.cancel_order_on else "",
        ]
        for each in found.order_by("order_on", "pk")
    ]
    headings = ("№", "Име", "Санкция", "Заповед", "От", "До", "Отменена със заповед")
    widths = ("auto", "1fr", "1fr", "auto", "auto", "auto", "auto")
    title = "Санкции (чл. 199, ал. 1 от ЗПУО)"
    return Chapter(title, "Няма наложени санкции.", (Table(headings, widths, rows),), is_wide=True)


def support(book: Book) -> Chapter:
    found = Support.objects.standing().filter(class_book=book.group)
    tables = []
    for each in found.prefetch_related("students", "teachers__staff_member", "activities").order_by("starts_on", "pk"):
        names = ", ".join(book.name_of(one.student_id) for one in each.students.all())
        team = ", ".join(one.staff_member.short_name for one in each.teachers.all())
        facts = [
            ["Ученици", names],
            ["Период", f"{day(each.starts_on)} – {day(each.ends_on)}"],
            ["Екип", team],
            ["Основание", ", ".join(Difficulty(number).label for number in each.difficulties)],
            ["Описание", each.text],
            ["Очакван резултат", each.expected_result],
        ]
        done = [
            [ActivityKind(a.kind).label, "; ".join(filter(None, (a.target, a.result, day(a.done_on))))]
            for a in each.activities.all()
        ]
        tables.append(Table(("Подкрепа", "Съдържание"), ("auto", "1fr"), [row for row in facts + done if row[1]]))
    return Chapter("Подкрепа за личностно развитие", "Няма вписана подкрепа.", tables)


def notes(book: Book) -> Chapter:
    found = Note.objects.standing().filter(class_book=book.group).prefetch_related("students")
    rows = []
    for each in found.order_by("written_at", "pk"):
        names = ", ".join(book.name_of(one.student_id) for one in each.students.all())
        rows.append([day(each.written_at.date()), "всички" if each.is_for_all else names, each.text])
    headings = ("Дата", "За кого", "Бележка")
    return Chapter("Бележки", "Няма вписани бележки.", (Table(headings, ("auto", "1fr", "3fr"), rows),))


def _who(book: Book, student: int) -> tuple[str, str]:
    return book.number_of(student), book.name_of(student)


def _widths(headings: tuple[str, ...], widest: int) -> tuple[str, ...]:
    return tuple("1fr" if at >= widest else "auto" for at in range(len(headings)))
