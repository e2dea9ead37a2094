"""Which class groups and students a seat may see, and what their pages show."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from zvanets.attendance.closing import carried_by
from zvanets.attendance.models import Absence
from zvanets.lib import bg
from zvanets.rules.absences import AbsenceKind, Totals, parent_days_left, shown_halves, totals
from zvanets.schools.models import ClassGroup, Course, CourseTeacher, Enrolment, SchoolYear, Student
from zvanets.staff.seat import Link, Seat, lang

TO_EXCUSE = 200


@dataclass(frozen=True, slots=True)
class ClassLine:
    id: int
    url: str
    name: str
    kind: str
    students: int
    is_led: bool


@dataclass(frozen=True, slots=True)
class StudentLine:
    url: str
    number: int | None
    name: str
    has_left: bool
    unexcused: str  # „14,5“ of the school year
    this_month: str
    excused: int
    is_near_limit: bool


@dataclass(frozen=True, slots=True)
class Missed:
    """An absence that waits for an excuse."""

    id: int
    student_id: int
    student: str
    text: str


@dataclass(frozen=True, slots=True)
class ToExcuse:
    """One student's absences that wait, and the days that a parent's word may still excuse."""

    student: str
    days_left: str
    missed: list[Missed]


def year_now(seat: Seat) -> SchoolYear | None:
    """Return the school year that runs, or the last one that began."""
    return SchoolYear.objects.filter(starts_on__lte=seat.today()).order_by("-starts_on").first()


def visible_classes(seat: Seat, year: SchoolYear | None) -> QuerySet[ClassGroup]:
    """Class books of the year: all for who writes every lesson, else those the user leads or teaches."""
    books: QuerySet[ClassGroup] = ClassGroup.objects.books().filter(school_year=year)
    if seat.writes_every_lesson:
        return books
    on = seat.today()
    mine = {*_ids(ClassGroup.objects.led_by(seat.user, on=on)), *_ids(ClassGroup.objects.taught_by(seat.user, on=on))}
    return books.filter(pk__in=mine)


def led_classes(seat: Seat) -> QuerySet[ClassGroup]:
    """Class books whose absences the user may excuse: their own class, for heads every class."""
    if seat.is_head:
        every: QuerySet[ClassGroup] = ClassGroup.objects.books()
        return every
    led: QuerySet[ClassGroup] = ClassGroup.objects.led_by(seat.user, on=seat.today())
    return led


def _ids(groups: QuerySet[ClassGroup]) -> list[int]:
    return list(groups.values_list("pk", flat=True))


def class_lines(seat: Seat) -> list[ClassLine]:
    groups = visible_classes(seat, year_now(seat)).order_by(F("year_group__level").asc(nulls_last=True), "name", "pk")
    standing = Enrolment.objects.standing(on=seat.today())
    sizes = Counter(standing.filter(class_book__in=groups).values_list("class_book_id", flat=True))
    own = set(_ids(ClassGroup.objects.led_by(seat.user, on=seat.today())))
    return [
        ClassLine(
            id=group.pk,
            url=seat.url("class_group", group.pk),
            name=group.name,
            kind="" if group.kind == ClassGroup.Kind.CLASS else str(ClassGroup.Kind(group.kind).label),
            students=sizes[group.pk],
            is_led=group.pk in own,
        )
        for group in groups
    ]


def gradebooks(seat: Seat, group: ClassGroup, *, every: bool) -> list[Link]:
    """Return the gradebooks of the class: all of them, or those of the courses the user teaches."""
    courses = Course.objects.valid() if every else Course.objects.taught_by(seat.user, on=seat.today()).distinct()
    of_class = courses.filter(class_group=group).order_by("subject__name", "pk")
    rows = list(of_class.values_list("pk", "subject__name", "subject_type_name", "sub_group"))
    same = Counter((name, part) for _pk, name, _type, part in rows)
    return [
        Link(seat.url("gradebook", pk), _course_title(name, kind if same[name, part] > 1 else "", part))
        for pk, name, kind, part in rows
    ]


def _course_title(subject: str, kind: str, part: int | None) -> str:
    """Return „Математика · ИУЧ · група 2“: the kind of hours where the class has the subject twice."""
    return " · ".join(filter(None, (subject, kind, _("група %s") % part if part else "")))


def homeroom_teachers(group: ClassGroup, on: date) -> str:
    """Return who teaches „Час на класа“ to the group."""
    rows = CourseTeacher.objects.filter(
        course__class_group=group, course__is_class_hour=True, course__is_valid=True, starts_on__lte=on
    ).exclude(ends_on__lt=on)
    names = rows.values_list("staff_member__first_name", "staff_member__last_name").distinct()
    return ", ".join(f"{first} {last}" for first, last in names)


def student_lines(seat: Seat, group: ClassGroup, year: SchoolYear | None, *, with_sums: bool) -> list[StudentLine]:
    """Return the class by number with the year's sums; who left stands at the end."""
    enrolments = list(Enrolment.objects.filter(class_book=group).in_register().select_related("student"))
    sums = _sums(seat, year, [each.student_id for each in enrolments]) if with_sums else {}
    today = seat.today()
    lines = [_student_line(seat, enrolment, sums, today) for enrolment in enrolments]
    return sorted(lines, key=lambda line: line.has_left)


def _student_line(seat: Seat, enrolment: Enrolment, sums: dict[int, tuple[Totals, Totals]], today: date) -> StudentLine:
    year, month = sums.get(enrolment.student_id, (Totals(), Totals()))
    return StudentLine(
        url=seat.url("student", enrolment.student_id),
        number=enrolment.number,
        name=enrolment.student.full_name,
        has_left=has_left(enrolment, today),
        unexcused=shown_halves(year.halves, lang()),
        this_month=shown_halves(month.halves, lang()),
        excused=year.excused,
        is_near_limit=month.halves >= 6,
    )


def has_left(enrolment: Enrolment, on: date) -> bool:
    return enrolment.status == Enrolment.Status.LEFT or (enrolment.ends_on is not None and enrolment.ends_on < on)


def _sums(seat: Seat, year: SchoolYear | None, students: Sequence[int]) -> dict[int, tuple[Totals, Totals]]:
    """Return each student's totals of the school year, with what was carried from elsewhere, and of this month."""
    month = seat.today().replace(day=1)
    since = min(year.starts_on, month) if year else month
    rows = Absence.objects.filter(student__in=students, date__gte=since)
    by_student: dict[int, list[tuple[date, int, bool]]] = defaultdict(list)
    for student, on, kind, excused_at in rows.values_list("student_id", "date", "kind", "excused_at"):
        by_student[student].append((on, kind, excused_at is not None))
    carried = carried_by(students, year)
    return {
        student: (
            totals((kind, excused) for _on, kind, excused in by_student[student]) + carried.get(student, Totals()),
            totals((kind, excused) for on, kind, excused in by_student[student] if on >= month),
        )
        for student in students
    }


def to_excuse(group: ClassGroup, on: date) -> list[Missed]:
    """Return the class's unexcused absences by student and date, the newest TO_EXCUSE of them."""
    of_class = Absence.objects.of_classes(ClassGroup.objects.filter(pk=group.pk), on=on).unexcused()
    named = of_class.select_related("student", "lesson__course__subject").order_by("-date", "-lesson__hour_no")
    newest: list[Absence] = list(named[:TO_EXCUSE])
    newest.sort(key=lambda absence: absence.student.sort_name)
    return [
        Missed(absence.pk, absence.student_id, absence.student.short_name, missed_text(absence)) for absence in newest
    ]


def missed_text(absence: Absence) -> str:
    """Return „вторник, 7 октомври · 3-ти час · Математика · отсъства“."""
    what = _("закъсня") if absence.kind == AbsenceKind.LATE else _("отсъства")
    lesson = absence.lesson
    return " · ".join(
        [bg.day_name(absence.date, lang()), bg.lesson_hour(lesson.hour_no, lang()), lesson.course.subject.name, what]
    )


def visible_students(seat: Seat) -> tuple[QuerySet[Student], QuerySet[Student]]:
    """Return the students whose whole diary the seat may read, and those of whom it reads its own subjects."""
    whole: QuerySet[Student] = Student.objects.all()
    if seat.writes_every_lesson:
        return whole, whole
    led = ClassGroup.objects.led_by(seat.user, on=seat.today())
    own_class = whole.filter(enrolments__class_book__in=led).distinct()
    return own_class, Student.objects.taught_by(seat.user, on=seat.today())


def by_student(missed: Iterable[Missed], year: SchoolYear | None, today: date) -> list[ToExcuse]:
    groups: dict[int, list[Missed]] = {}
    for each in missed:
        groups.setdefault(each.student_id, []).append(each)
    used = days_used(groups, year)
    return [
        ToExcuse(own[0].student, bg.counted(parent_days_left(used[student_id], today), "day", lang()), own)
        for student_id, own in groups.items()
    ]


def days_used(students: Iterable[int], year: SchoolYear | None) -> Counter[int]:
    """Return how many school days of the year were excused for family reasons, by student."""
    if year is None:
        return Counter()
    rows = Absence.objects.filter(student__in=list(students)).on_a_parents_word(since=year.starts_on)
    return Counter(student_id for student_id, _day in rows.values_list("student_id", "date").distinct())
