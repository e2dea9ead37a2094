"""The homeroom teacher's class at a glance: what waits, who nears a limit, who is behind, whose family hears nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _

from zvanets.attendance.models import AbsenceClosing, AbsenceNotice
from zvanets.attendance.nearing import Asked, nearing
from zvanets.gradebook.models import Grade
from zvanets.guardians.models import Contact, Guardianship
from zvanets.lib import bg, clock
from zvanets.notifications.models import Message
from zvanets.rules.absences import MONTHLY_WARNINGS, parent_days, shown_halves
from zvanets.rules.averages import explain_minimum
from zvanets.rules.delivery import Status
from zvanets.rules.grades import GradeKind, mark_of
from zvanets.rules.limits import LimitKind, Nearing, worst
from zvanets.schools.models import ClassGroup, Course, CourseMember, Enrolment, Student, Term
from zvanets.staff.explain import Answer
from zvanets.staff.marks import mark_text
from zvanets.staff.seat import Seat, lang

POOR_GRADES = 3
UNDELIVERED_FOR = timedelta(days=30)
FINAL = [kind for kind in GradeKind if kind.is_final]
SOON = timedelta(weeks=6)  # before the end of a term there is still time to ask everybody


@dataclass(frozen=True, slots=True)
class Line:
    """A child of the class and what is the matter; the number unfolds into its why."""

    url: str
    name: str
    text: str
    why: Answer | None = None
    is_grave: bool = False


@dataclass(frozen=True, slots=True)
class Behind:
    """A subject in which some have fewer current grades than a term asks for."""

    subject: str
    text: str
    why: Answer
    names: list[str]


@dataclass(slots=True)
class Glance:
    notices: list[AbsenceNotice] = field(default_factory=list)
    limits: list[Line] = field(default_factory=list)
    poor: list[Line] = field(default_factory=list)
    behind: list[Behind] = field(default_factory=list)
    undelivered: list[Line] = field(default_factory=list)
    silent: list[Line] = field(default_factory=list)
    closed: str = ""
    left: str = ""  # of the term

    @property
    def is_quiet(self) -> bool:
        return not (self.notices or self.limits or self.poor or self.undelivered or self.silent)


@dataclass(frozen=True, slots=True)
class _Class:
    seat: Seat
    group: ClassGroup
    students: Mapping[int, Student]  # in the order of the class book
    term: Term | None

    @property
    def since(self) -> date:
        return self.term.starts_on if self.term else self.seat.today() - timedelta(days=120)

    def url(self, student_id: int) -> str:
        return self.seat.url("student", student_id)

    def line(self, student_id: int, text: str, why: Answer | None = None, *, is_grave: bool = False) -> Line:
        return Line(self.url(student_id), self.students[student_id].short_name, text, why, is_grave)


def glance(seat: Seat, group: ClassGroup) -> Glance:
    on = seat.today()
    enrolled = Enrolment.objects.standing(on=on).filter(class_book=group).in_register().select_related("student")
    its = _Class(seat, group, {each.student_id: each.student for each in enrolled}, term_now(group, on))
    return Glance(
        notices=waiting_notices(its.students),
        limits=_limits(its),
        poor=_poor(its),
        behind=_behind(its),
        undelivered=_undelivered(its),
        silent=_silent(its),
        closed=_closed(group),
        left=_left(its),
    )


def term_now(group: ClassGroup, on: date) -> Term | None:
    """Return the term that runs or last ran; a combined class has those of its parts."""
    own = Q(year_group=group.year_group_id) | Q(year_group__class_groups__parent=group)
    found: Term | None = Term.objects.filter(own, starts_on__lte=on).order_by("starts_on", "pk").last()
    return found


def waiting_notices(students: Iterable[int]) -> list[AbsenceNotice]:
    waiting = AbsenceNotice.objects.waiting().filter(student__in=list(students))
    return list(waiting.select_related("student", "guardian").prefetch_related("files").order_by("starts_on", "pk"))


def _limits(its: _Class) -> list[Line]:
    found = nearing(Asked(its.seat.today(), clock.now(), list(its.students)))
    subjects = _subjects({each.course_id for several in found.values() for each in several if each.course_id})
    return [
        _limit(its, student_id, each, subjects)
        for student_id in its.students
        for each in worst(found.get(student_id, ()))
    ]


def _subjects(courses: Iterable[int]) -> dict[int, str]:
    ids = set(courses)
    return dict(Course.objects.filter(pk__in=ids).values_list("pk", "subject__name")) if ids else {}


def _limit(its: _Class, student_id: int, each: Nearing, subjects: Mapping[int, str]) -> Line:
    if each.kind is LimitKind.MONTH:
        figure = shown_halves(each.figure, lang())
        text = _("%(hours)s неизвинени часа този месец") % {"hours": figure}
        why = [
            _("Отсъствие е 1 час, закъснение без извинение – половин. Границите са 3, 4,5 и 5 часа за месеца."),
            _("При 5 часа спират семейните надбавки; до края на месеца още може да се извинява."),
        ]
        return its.line(student_id, text, Answer(figure, why), is_grave=each.limit == MONTHLY_WARNINGS[-1])
    if each.kind is LimitKind.QUARTER:
        text = _("%(share)s %% от часовете по %(subject)s") % {
            "share": each.figure,
            "subject": bg.within(subjects[each.course_id or 0]),
        }
        why = [
            _("Пропуснатите часове за срока, извинени и неизвинени, върху всички по програмата за срока."),
            _("От 20 % се предупреждава; при 25 % срочната оценка се поставя след изпит."),
        ]
        return its.line(student_id, text, Answer(str(each.figure), why), is_grave=each.limit > 20)
    a_year = parent_days(its.seat.today()).a_year
    text = _("%(used)s от %(a_year)s дни по молба на родител") % {"used": each.figure, "a_year": a_year}
    why = [_("Брои се всеки учебен ден с поне един час, извинен по семейни причини.")]
    return its.line(student_id, text, Answer(str(each.figure), why), is_grave=each.figure >= a_year)


def _poor(its: _Class) -> list[Line]:
    rows = Grade.objects.standing().filter(
        Q(value__lt=3) | Q(quality=2), student__in=list(its.students), given_on__gte=its.since
    )
    found: dict[int, list[str]] = defaultdict(list)
    named = rows.exclude(kind__in=FINAL).order_by("given_on", "pk")
    for student, subject, on, value, quality, special in named.values_list(
        "student_id", "course__subject__name", "given_on", "value", "quality", "special"
    ):
        found[student].append(f"{subject}: {mark_text(mark_of(value, quality, special))}, {bg.short_day(on, lang())}")
    return [
        its.line(student, bg.counted(len(found[student]), "poor", lang()), Answer("", found[student]))
        for student in its.students
        if len(found.get(student, ())) >= POOR_GRADES
    ]


def _behind(its: _Class) -> list[Behind]:
    """Compare each member's current grades of the term with the minimum of the course's weekly lessons."""
    if its.term is None:
        return []
    hours = "hours_term1" if its.term.number == 1 else "hours_term2"
    # Preschool and all-day groups get no grades, so nobody there has too few.
    graded = Course.objects.valid().exclude(class_group__year_group__level__lt=1)
    graded = graded.exclude(class_group__kind=ClassGroup.Kind.ALL_DAY)
    courses = graded.filter(class_group=its.group, is_class_hour=False).select_related("subject")
    current = Grade.objects.standing().filter(course__in=courses, given_on__gte=its.since).exclude(kind__in=FINAL)
    counts = {
        (course, student): n
        for course, student, n in current.values_list("course_id", "student_id").annotate(n=Count("pk"))
    }
    members: dict[int, list[int]] = defaultdict(list)
    standing = CourseMember.objects.standing(on=its.seat.today()).filter(
        course__in=courses, student__in=list(its.students)
    )
    for course, student in standing.values_list("course_id", "student_id").distinct():
        members[course].append(student)
    return [
        line
        for course in courses.order_by("subject__name", "pk")
        if (line := _behind_in(its, course, getattr(course, hours), members[course.pk], counts))
    ]


def _behind_in(
    its: _Class, course: Course, hours: Any, members: Sequence[int], counts: Mapping[tuple[int, int], int]
) -> Behind | None:
    minimum = explain_minimum(hours, its.seat.today())
    few = [student for student in members if counts.get((course.pk, student), 0) < minimum.result]
    if not few:
        return None
    why = [
        _("При %(hours)s часа седмично: най-малко %(least)s текущи оценки за срока (%(source)s).")
        % {"hours": bg.number(hours.normalize(), lang()), "least": minimum.result, "source": _(minimum.source)}
    ]
    order = list(its.students)
    names = [
        f"{its.students[student].short_name} ({counts.get((course.pk, student), 0)})"
        for student in sorted(few, key=order.index)
    ]
    text = _("%(students)s с под %(least)s оценки") % {
        "students": bg.counted(len(few), "student", lang()),
        "least": minimum.result,
    }
    return Behind(course.subject.name, text, Answer("", why), names)


def _undelivered(its: _Class) -> list[Line]:
    """Guardians whose last weeks' messages failed on a channel, and how many."""
    since = clock.now() - UNDELIVERED_FOR
    failed = Message.objects.filter(student__in=list(its.students), status=Status.FAILED, created_at__gte=since)
    rows = Counter(failed.values_list("student_id", "guardian__first_name", "guardian__last_name"))
    return [
        its.line(student, f"{first} {last}: {bg.counted(rows[student, first, last], 'message', lang())}")
        for student, first, last in sorted(rows, key=lambda row: list(its.students).index(row[0]))
    ]


def _silent(its: _Class) -> list[Line]:
    """Legal representatives whom nothing reaches outside the portal: no confirmed address."""
    usable = Contact.objects.usable().filter(guardian=OuterRef("guardian"))
    rights = Guardianship.objects.active(on=its.seat.today()).filter(
        ~Exists(usable), student__in=list(its.students), is_legal=True
    )
    rows = rights.values_list("student_id", "guardian__first_name", "guardian__last_name").order_by(
        "guardian__sort_name"
    )
    by_student: dict[int, list[str]] = defaultdict(list)
    for student, first, last in rows:
        by_student[student].append(f"{first} {last}")
    return [its.line(student, ", ".join(by_student[student])) for student in its.students if student in by_student]


def _closed(group: ClassGroup) -> str:
    last = AbsenceClosing.objects.filter(class_book=group, reopened_at__isnull=True).order_by("closed_on").last()
    return bg.written_date(last.closed_on, lang()) if last else ""


def _left(its: _Class) -> str:
    if its.term is None or not timedelta(0) <= its.term.ends_on - its.seat.today() <= SOON:
        return ""
    return bg.counted((its.term.ends_on - its.seat.today()).days, "day", lang())
