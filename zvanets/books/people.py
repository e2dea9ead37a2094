"""Who is in the book: teachers by subject, students, the weekly programme."""

from collections import defaultdict
from datetime import date

from zvanets.books.pages import WITHDRAWN, Book, Chapter, Table, day
from zvanets.lib import bg
from zvanets.schools.models import CourseTeacher, Enrolment, ScheduleHour, Week

DAYS = ("понеделник", "вторник", "сряда", "четвъртък", "петък", "събота", "неделя")


def teachers(book: Book) -> Chapter:
    rows = []
    standing = CourseTeacher.objects.filter(course__in=book.courses).select_related("staff_member")
    by_course = defaultdict(list)
    for each in standing.order_by("starts_on", "pk"):
        by_course[each.course_id].append(each)
    for course in book.courses:
        hours = f"{bg.number(course.hours_term1.normalize())} / {bg.number(course.hours_term2.normalize())}"
        theirs = [
            (each.staff_member.full_name, day(each.starts_on), day(each.ends_on)) for each in by_course[course.pk]
        ]
        rows += [[str(course.subject), course.plan_part, hours, *who] for who in theirs or [("", "", "")]]
    headings = ("Учебен предмет", "План", "Часове I / II срок", "Учител", "От", "До")
    table = Table(headings, ("2fr", "auto", "auto", "2fr", "auto", "auto"), rows)
    return Chapter("Учители и учебни предмети", "Няма въведени предмети.", (table,))


def students(book: Book) -> Chapter:
    rows = [
        [
            str(each.number or ""),
            each.student.full_name,
            each.class_group.name,
            day(each.starts_on),
            f"{WITHDRAWN} {day(each.ends_on)}".strip() if each.status == Enrolment.Status.LEFT else "",
        ]
        for each in book.enrolments
    ]
    table = Table(
        ("№", "Име, презиме, фамилия", "Паралелка", "Записан", "Отписан"), ("auto", "1fr") + ("auto",) * 3, rows
    )
    return Chapter("Ученици", "Няма записани ученици.", (table,))


def timetable(book: Book) -> Chapter:
    hours = ScheduleHour.objects.filter(course__in=book.courses).select_related("course__subject")
    by_span: dict[tuple[date, date], dict[tuple[int, int], list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in hours.order_by("starts_on", "hour_no", "pk"):
        week = "" if each.week == Week.ALL else f" ({Week(each.week).label})"
        by_span[each.starts_on, each.ends_on][each.hour_no, each.weekday].append(f"{each.course.subject}{week}")
    tables = []
    for (since, until), cells in sorted(by_span.items()):
        weekdays = range(1, max([5, *(weekday for _hour, weekday in cells)]) + 1)
        rows = [
            [str(hour), *("\n".join(cells.get((hour, weekday), ())) for weekday in weekdays)]
            for hour in sorted({hour for hour, _weekday in cells})
        ]
        headings = ("Час", *(DAYS[weekday - 1] for weekday in weekdays))
        caption = f"от {day(since)} г. до {day(until)} г."
        tables.append(Table(headings, ("auto", *("1fr" for _ in weekdays)), rows, caption))
    return Chapter("Седмично разписание", "Няма въведено разписание.", tables, is_wide=True)
