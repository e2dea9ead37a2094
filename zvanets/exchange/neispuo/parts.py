"""The tables an import fills, in the order of their keys: what of the roster stands in each, and what tells two rows apart.

`key` and `fields` are paths as in a query. A path through a relation (`class_group__external_id`) names another part's
row by that part's own key, so that a roster, whose ids are the state's, and the database, whose ids are ours, compare.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q

from zvanets.exchange.neispuo.roster import Roster, is_class_hour
from zvanets.exchange.neispuo.rows import Person
from zvanets.guardians.models import Guardian, Guardianship, Relation
from zvanets.lib.names import class_name, sort_key
from zvanets.lib.refusals import gettext_noop
from zvanets.schools.models import (
    ClassGroup,
    Course,
    CourseTeacher,
    Enrolment,
    OffDay,
    ScheduleHour,
    SchoolYear,
    Shift,
    ShiftHour,
    StaffMember,
    StaffPosition,
    Student,
    Subject,
    Term,
    YearGroup,
)

Key = tuple[Any, ...]
Values = tuple[Any, ...]
Pairs = Iterable[tuple[Key, Values]]

LEGAL = (Relation.MOTHER, Relation.FATHER, Relation.GUARDIAN, Relation.FOSTER)
NAMES = ("first_name", "middle_name", "last_name", "sort_name", "gender")


@dataclass(frozen=True, slots=True)
class Moment:
    """When an import writes: today, and whether the school year is new to the database."""

    roster: Roster
    today: date
    is_new_year: bool

    @property
    def joins_on(self) -> date:
        """From when a student stands in a register: the lists give no date, so a newcomer from today on."""
        dates = self.roster.dates
        is_running = dates.starts_on <= self.today <= dates.ends_on
        return self.today if is_running and not self.is_new_year else dates.starts_on

    @property
    def opens_on(self) -> date:
        """From when seats and rights hold: today, or the year's first day when that is past."""
        return min(self.today, self.roster.dates.starts_on)


def _always(_: Values) -> bool:
    return True


def _nothing(_moment: Moment, _key: Key, _values: Values) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Part:
    """One table: `of` reads it out of the roster, `within` bounds what of the database it is compared with."""

    label: str
    model: type[models.Model]
    key: tuple[str, ...]
    fields: tuple[str, ...]
    of: Callable[[Roster], Pairs]
    within: Callable[[Roster], Q]
    first_time: Callable[[Moment, Key, Values], dict[str, Any]] = _nothing  # columns that an import sets once
    is_made: Callable[[Values], bool] = _always  # whether a row that is not there yet is made
    follows_file: bool = False  # rows that left the file go


def _names(person: Person) -> Values:
    return (*person.names, sort_key(*person.names), person.gender)


def _terms(roster: Roster) -> Pairs:
    for level, dates in roster.dates.terms.items():
        yield (level, 1), (dates.starts, dates.first_ends)
        yield (level, 2), (dates.second_starts, dates.ends)


def _bells(roster: Roster) -> Pairs:
    for bell in roster.bells:
        for day in bell.days:
            yield (bell.shift, day, bell.hour_no), (bell.start, bell.end)


def _groups(roster: Roster) -> Pairs:
    for one in roster.groups:
        name = one.display_name or class_name(one.name)
        where = (roster.year, one.grade_level, one.parent_id)
        yield (one.id,), (*where, name, one.name, one.kind, one.class_type, one.is_combined)


def _courses(roster: Roster) -> Pairs:
    subjects = {one.id: one.name for one in roster.subjects}
    standing = {one.id for one in roster.courses}
    for one in (*roster.courses, *roster.past_courses):
        parent = one.parent_id if one.parent_id in standing else None
        kind = (one.subject_type_id, one.subject_type, one.plan_part, one.group_no)
        hours = (one.weeks_term1, one.hours_term1, one.weeks_term2, one.hours_term2)
        leads = is_class_hour(subjects[one.subject_id])
        where = (roster.book_of[one.id], one.subject_id, parent)
        yield (one.id,), (*where, *kind, *hours, leads, one.id in standing)


def _enrolment_dates(moment: Moment, _: Key, values: Values) -> dict[str, Any]:
    if values[-1] == Enrolment.Status.ENROLLED:
        return {"starts_on": moment.joins_on, "ends_on": moment.roster.dates.ends_on}
    return {"starts_on": moment.roster.dates.starts_on, "ends_on": None}  # the lists do not say when


def _rights(moment: Moment, _: Key, values: Values) -> dict[str, Any]:
    is_legal = values[0] in LEGAL
    return {"starts_on": moment.opens_on, "is_legal": is_legal, "may_excuse": is_legal}


def _hours(roster: Roster) -> Pairs:
    default = roster.bells[0].shift if roster.bells else ""
    shifts = {bell.shift for bell in roster.bells}
    of_book = {group.id: group.shift for group in roster.groups if group.shift in shifts}
    for one in roster.schedule:
        key = (one.curriculum_id, one.week, one.weekday, one.hour_no, one.valid_from)
        yield key, (one.valid_to, of_book.get(one.class_group_id, default))


def _in_year(path: str) -> Callable[[Roster], Q]:
    return lambda roster: Q(**{f"{path}__year": roster.year})


SCHOOL_YEARS = Part(
    gettext_noop("учебна година"),
    SchoolYear,
    ("year",),
    ("starts_on", "ends_on"),
    of=lambda roster: [((roster.year,), (roster.dates.starts_on, roster.dates.ends_on))],
    within=lambda roster: Q(year=roster.year),
)
YEAR_GROUPS = Part(
    gettext_noop("випуски"),
    YearGroup,
    ("level",),
    ("school_year__year", "name"),
    of=lambda roster: [
        ((level,), (roster.year, roster.level_names.get(level) or str(level))) for level in roster.dates.terms
    ],
    within=_in_year("school_year"),
)
TERMS = Part(
    gettext_noop("учебни срокове"),
    Term,
    ("year_group__level", "number"),
    ("starts_on", "ends_on"),
    of=_terms,
    within=_in_year("year_group__school_year"),
)
OFF_DAYS = Part(
    gettext_noop("неучебни дни"),
    OffDay,
    ("date", "year_group__level"),
    ("school_year__year", "name"),
    of=lambda roster: [(key, (roster.year, name)) for key, name in roster.dates.off_days.items()],
    within=_in_year("school_year"),
)
SHIFTS = Part(
    gettext_noop("смени"),
    Shift,
    ("name",),
    ("school_year__year",),
    of=lambda roster: [((name,), (roster.year,)) for name in dict.fromkeys(bell.shift for bell in roster.bells)],
    within=_in_year("school_year"),
)
BELLS = Part(
    gettext_noop("звънци"),
    ShiftHour,
    ("shift__name", "weekday", "hour_no"),
    ("starts_at", "ends_at"),
    of=_bells,
    within=_in_year("shift__school_year"),
)
CLASS_GROUPS = Part(
    gettext_noop("паралелки и групи"),
    ClassGroup,
    ("external_id",),
    (
        "school_year__year",
        "year_group__level",
        "parent__external_id",
        "name",
        "typed_name",
        "kind",
        "class_type",
        "is_combined",
    ),
    of=_groups,
    within=lambda roster: Q(school_year__year=roster.year, external_id__isnull=False),
)
SUBJECTS = Part(
    gettext_noop("учебни предмети"),
    Subject,
    ("external_id",),
    ("name", "short_name"),
    of=lambda roster: [((one.id,), (one.name, one.short_name)) for one in roster.subjects],
    within=lambda _: Q(external_id__isnull=False),
)
COURSES = Part(
    gettext_noop("редове от учебния план"),
    Course,
    ("external_id",),
    (
        "class_group__external_id",
        "subject__external_id",
        "parent__external_id",
        "subject_type",
        "subject_type_name",
        "plan_part",
        "sub_group",
        "weeks_term1",
        "hours_term1",
        "weeks_term2",
        "hours_term2",
        "is_class_hour",
        "is_valid",
    ),
    of=_courses,
    within=lambda roster: Q(class_group__school_year__year=roster.year, external_id__isnull=False),
    is_made=lambda values: bool(values[-1]),
)
STAFF = Part(
    gettext_noop("служители"),
    StaffMember,
    ("person_id",),
    NAMES,
    of=lambda roster: {(one.person_id,): _names(one) for one in roster.staff}.items(),
    within=lambda _: Q(person_id__isnull=False),
)
POSITIONS = Part(
    gettext_noop("длъжности"),
    StaffPosition,
    ("external_id",),
    ("staff_member__person_id", "code", "name"),
    of=lambda roster: [((one.id,), (one.person_id, one.position_code, one.position)) for one in roster.staff],
    within=lambda _: Q(external_id__isnull=False),
)
TEACHERS = Part(
    gettext_noop("назначения на учители"),
    CourseTeacher,
    ("course__external_id", "staff_member__person_id", "starts_on"),
    ("ends_on",),
    of=lambda roster: [
        ((one.course, one.person, one.first), (one.last or max(one.first, roster.dates.ends_on),))
        for one in roster.teaching
    ],
    within=lambda roster: Q(course__class_group__school_year__year=roster.year, course__external_id__isnull=False),
)
STUDENTS = Part(
    gettext_noop("ученици"),
    Student,
    ("external_id",),
    NAMES,
    of=lambda roster: [((one.student_id,), _names(one)) for one in roster.students],
    within=lambda roster: (
        Q(external_id__in=[one.student_id for one in roster.students])
        | Q(external_id__isnull=False, enrolments__class_group__school_year__year=roster.year)
    ),
)
GUARDIANS = Part(
    gettext_noop("родители и настойници"),
    Guardian,
    ("external_id",),
    NAMES,
    of=lambda roster: {(one.guardian_id,): _names(one) for one in roster.guardians}.items(),
    within=lambda roster: Q(external_id__in=[one.guardian_id for one in roster.guardians]),
)
GUARDIANSHIPS = Part(
    gettext_noop("родителски права"),
    Guardianship,
    ("guardian__external_id", "student__external_id"),
    ("relation",),
    of=lambda roster: [((one.guardian_id, one.student_id), (one.relation,)) for one in roster.guardians],
    within=lambda roster: Q(
        guardian__external_id__isnull=False, student__external_id__in=[one.student_id for one in roster.students]
    ),
    first_time=_rights,
)
ENROLMENTS = Part(
    gettext_noop("записвания"),
    Enrolment,
    ("student__external_id", "class_group__external_id"),
    ("class_book__external_id", "number", "status"),
    of=lambda roster: [
        ((one.student_id, one.class_group_id), (one.class_id, one.number, one.status)) for one in roster.enrolments
    ],
    within=lambda roster: Q(class_group__school_year__year=roster.year, student__external_id__isnull=False),
    first_time=_enrolment_dates,
)
HOURS = Part(
    gettext_noop("часове от седмичната програма"),
    ScheduleHour,
    ("course__external_id", "week", "weekday", "hour_no", "starts_on"),
    ("ends_on", "shift__name"),
    of=_hours,
    within=lambda roster: Q(course__class_group__school_year__year=roster.year, course__external_id__isnull=False),
    follows_file=True,
)

PARTS = (
    SCHOOL_YEARS,
    YEAR_GROUPS,
    TERMS,
    OFF_DAYS,
    SHIFTS,
    BELLS,
    CLASS_GROUPS,
    SUBJECTS,
    COURSES,
    STAFF,
    POSITIONS,
    TEACHERS,
    STUDENTS,
    GUARDIANS,
    GUARDIANSHIPS,
    ENROLMENTS,
    HOURS,
)
# What the dates of lessons come from: when any of it changes, lessons are made anew where nobody wrote in them.
MAKES_LESSONS = (TERMS, OFF_DAYS, BELLS, CLASS_GROUPS, COURSES, HOURS)
