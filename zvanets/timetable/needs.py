"""Read what a term's week has to hold out of the curriculum: blocks, and the slots that the bells give."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time

from django.db.models import F, Q

from zvanets.rules.programme import WEEKDAYS, Block, Slot
from zvanets.schools.models import ClassGroup, Course, CourseTeacher, SchoolYear, ShiftHour, Term
from zvanets.timetable.models import ClassShift, ClosedHour, CourseRoom

# „Безопасност на движението“ takes a few weeks of a term and gives the rest of its hour to „Час на класа“.
FEW_WEEKS = 6


@dataclass(frozen=True, slots=True)
class Needs:
    """The blocks by key, the slots, and the names of the rooms whose numbers the blocks hold."""

    blocks: Mapping[int, Block]
    slots: tuple[Slot, ...]
    rooms: Mapping[int, str]
    without_shift: tuple[int, ...] = ()  # all-day groups of a school with a single shift

    def courses(self, block: int) -> tuple[int, ...]:
        return self.blocks[block].courses


def read_needs(school_year: SchoolYear, term: int) -> Needs:
    """Return what the term needs; preschool groups have no lessons to place. Call inside at_school()."""
    shifts = _Shifts(school_year)
    courses = _courses(school_year, term)
    teachers = _teachers(courses, _first_day(school_year, term))
    rooms = dict(CourseRoom.objects.values_list("course_id", "room"))
    numbers = {name: number for number, name in enumerate(sorted(set(rooms.values())), 1)}
    closed = _Closed()
    blocks, without = {}, set()
    for together in _blocks(courses):
        first = together[0]
        shift = shifts.of(first.class_group_id, first.class_group.kind)
        if shift is None:
            without.add(first.class_group_id)
            continue
        busy = frozenset(each for course in together for each in teachers[course.pk])
        blocks[first.pk] = Block(
            key=first.pk,
            class_group=first.class_group_id,
            courses=tuple(course.pk for course in together),
            teachers=busy,
            half_hours=max(_half_hours(course) for course in together),
            shift=shift,
            room=next((numbers[rooms[c.pk]] for c in together if c.pk in rooms), 0),
            closed=closed.of(first.class_group_id, busy),
        )
    return Needs(blocks, shifts.slots, {number: name for name, number in numbers.items()}, tuple(sorted(without)))


def _courses(school_year: SchoolYear, term: int) -> list[Course]:
    hours, weeks = f"hours_term{term}", f"weeks_term{term}"
    found = Course.objects.valid().filter(class_group__school_year=school_year, **{f"{hours}__gt": 0})
    of_lessons = Q(class_group__kind=ClassGroup.Kind.ALL_DAY) | ~Q(class_group__year_group__level__lt=1)
    return list(
        found.filter(of_lessons | Q(class_group__year_group__isnull=True))
        .select_related("class_group", "subject")
        .annotate(hours=F(hours), weeks=F(weeks))
        .order_by("pk")
    )


def _half_hours(course: Course) -> int:
    return int(2 * course.hours)  # type: ignore[attr-defined]  # annotated above


def _blocks(courses: Iterable[Course]) -> Iterator[list[Course]]:
    """Groups of one subject in one class stand side by side; a course of few weeks rides with „Час на класа“."""
    by_class: dict[int, list[Course]] = defaultdict(list)
    for course in courses:
        by_class[course.class_group_id].append(course)
    for theirs in by_class.values():
        riders = [course for course in theirs if 0 < course.weeks <= FEW_WEEKS]  # type: ignore[attr-defined]
        hosts = [course for course in theirs if course.is_class_hour and course not in riders]
        rest = [course for course in theirs if course not in riders and course not in hosts]
        if hosts:
            yield [hosts[0], *riders]
            yield from ([host] for host in hosts[1:])
        elif riders:
            yield from ([rider] for rider in riders)
        yield from _side_by_side(rest)


def _side_by_side(courses: Iterable[Course]) -> Iterator[list[Course]]:
    groups: dict[tuple[int, ...], list[Course]] = defaultdict(list)
    for course in courses:
        # Only groups of equal hours fill each other's time.
        key = (course.subject_id, course.subject_type, _half_hours(course)) if course.sub_group else (-course.pk,)
        groups[key].append(course)
    return iter(groups.values())


def _teachers(courses: Iterable[Course], on: date) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    standing = CourseTeacher.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), course__in=courses)
    for course, staff_member in standing.values_list("course_id", "staff_member_id"):
        found[course].add(staff_member)
    return found


def _first_day(school_year: SchoolYear, term: int) -> date:
    terms = Term.objects.filter(year_group__school_year=school_year, number=term).order_by("starts_on")
    first = terms.values_list("starts_on", flat=True).first()
    return first or school_year.starts_on


class _Shifts:
    """Which slots there are, and in which shift a class group learns."""

    def __init__(self, school_year: SchoolYear) -> None:
        bells = ShiftHour.objects.filter(shift__school_year=school_year, weekday__in=WEEKDAYS)
        columns = ("shift_id", "weekday", "hour_no", "starts_at", "ends_at")
        self.slots = tuple(sorted(Slot(*row) for row in bells.values_list(*columns)))
        self.chosen = dict(ClassShift.objects.values_list("class_group_id", "shift_id"))
        starts: dict[int, time] = {}
        for slot in self.slots:
            starts[slot.shift] = min(slot.starts, starts.get(slot.shift, slot.starts))
        self.order = sorted(starts, key=lambda shift: starts[shift])

    def of(self, class_group: int, kind: str) -> int | None:
        if class_group in self.chosen:
            return self.chosen[class_group]
        if kind == ClassGroup.Kind.ALL_DAY:
            return self.order[-1] if len(self.order) > 1 else None
        return self.order[0] if self.order else None


class _Closed:
    def __init__(self) -> None:
        self.of_teacher: dict[int, set[tuple[int, int]]] = defaultdict(set)
        self.of_class: dict[int, set[tuple[int, int]]] = defaultdict(set)
        for row in ClosedHour.objects.values_list("staff_member_id", "class_group_id", "weekday", "hour_no"):
            teacher, class_group, weekday, hour_no = row
            owner = self.of_class[class_group] if teacher is None else self.of_teacher[teacher]
            owner.add((weekday, hour_no))

    def of(self, class_group: int, teachers: Iterable[int]) -> frozenset[tuple[int, int]]:
        hours = self.of_class[class_group].union(*(self.of_teacher[teacher] for teacher in teachers))
        return frozenset(hours)
