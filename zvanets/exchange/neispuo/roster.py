"""One school year out of the files: the rows that will be written, joined and merged."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from zvanets.exchange.neispuo.calendar import YearDates
from zvanets.exchange.neispuo.files import Files
from zvanets.exchange.neispuo.rows import (
    Assignment,
    Bell,
    Curriculum,
    CurriculumClass,
    EnrolmentRow,
    Group,
    GuardianRow,
    Institution,
    ScheduleRow,
    Staff,
    StudentRow,
    SubjectRow,
)
from zvanets.lib.names import LOOK_ALIKES
from zvanets.schools.models import Enrolment

_CLASS_HOUR = re.compile(r"час на (класа|класния ръководител)\b|класен час\b")


@dataclass(frozen=True, slots=True)
class Teaching:
    """A person teaches a course from a day to a day; the two posts of one person are one."""

    course: int
    person: int
    first: date
    last: date | None  # None: to the end of the year


@dataclass(frozen=True, slots=True)
class Roster:
    """What of one school year the files hold; ids are those of the files."""

    year: int
    school: Institution
    level_names: Mapping[int, str]
    dates: YearDates
    groups: tuple[Group, ...]
    subjects: tuple[SubjectRow, ...]
    courses: tuple[Curriculum, ...]
    past_courses: tuple[Curriculum, ...]  # no longer valid; those an earlier import made are marked so
    book_of: Mapping[int, int]  # the class group of a course
    teaching: tuple[Teaching, ...]
    staff: tuple[Staff, ...]
    students: tuple[StudentRow, ...]
    guardians: tuple[GuardianRow, ...]
    enrolments: tuple[EnrolmentRow, ...]
    bells: tuple[Bell, ...]
    schedule: tuple[ScheduleRow, ...]


class Selection:
    """The rows of one year, before its dates are known."""

    def __init__(self, files: Files, year: int) -> None:
        self.files, self.year = files, year
        self.all_groups = [one for one in files.all(Group) if one.school_year == year]
        self.enrolments = [one for one in files.all(EnrolmentRow) if one.school_year == year]
        self.all_courses = [one for one in files.all(Curriculum) if one.school_year == year]
        self.links = {one.curriculum_id: one for one in files.all(CurriculumClass)}
        self.empty_groups = self._empty_groups()
        dropped = {one.id for one in self.empty_groups}
        self.groups = [one for one in self.all_groups if one.id not in dropped and one.parent_id not in dropped]
        self.courses = [one for one in self.all_courses if self.is_valid(one)]
        ids = {one.id for one in self.courses}
        self.assignments = [one for one in files.all(Assignment) if one.curriculum_id in ids]
        self.schedule = [one for one in files.all(ScheduleRow) if one.school_year == year]
        enrolled = {one.student_id for one in self.enrolments}
        self.students = [one for one in files.all(StudentRow) if one.student_id in enrolled]
        self.guardians = [one for one in files.all(GuardianRow) if one.student_id in enrolled]

    def is_valid(self, course: Curriculum) -> bool:
        link = self.links.get(course.id)
        return course.is_valid and link is not None and link.is_valid

    def _empty_groups(self) -> list[Group]:
        """Class books without a pupil, past or present, and without curriculum: made by mistake."""
        used = {one.class_id for one in self.enrolments} | {link.class_group_id for link in self.links.values()}
        return [one for one in self.all_groups if one.parent_id is None and one.id not in used]

    @property
    def books(self) -> list[Group]:
        return [one for one in self.groups if one.parent_id is None]

    @property
    def levels(self) -> set[int]:
        return {one.grade_level for one in self.groups if one.grade_level is not None}

    @property
    def standing(self) -> list[EnrolmentRow]:
        return [one for one in self.enrolments if one.status == Enrolment.Status.ENROLLED]

    def roster(self, school: Institution, level_names: Mapping[int, str], dates: YearDates) -> Roster:
        person_of = {one.id: one.person_id for one in self.files.all(Staff)}
        ids = {one.id for one in self.courses}
        return Roster(
            year=self.year,
            school=school,
            level_names=level_names,
            dates=dates,
            groups=tuple(self.groups),
            subjects=tuple(self.files.all(SubjectRow)),
            courses=tuple(self.courses),
            past_courses=tuple(one for one in self.all_courses if one.id in self.links and one.id not in ids),
            book_of={one.id: self.links[one.id].class_group_id for one in self.all_courses if one.id in self.links},
            teaching=tuple(merged(self.assignments, person_of)),
            staff=tuple(self.files.all(Staff)),
            students=tuple(self.students),
            guardians=tuple(self.guardians),
            enrolments=tuple(self.enrolments),
            bells=tuple(self.files.all(Bell)),
            schedule=tuple(one for one in self.schedule if one.curriculum_id in ids and is_possible(one)),
        )


def is_possible(row: Assignment | ScheduleRow) -> bool:
    """Whether it begins before it ends: who replaced a teacher before the first day left such a row behind."""
    return row.valid_to is None or row.valid_from <= row.valid_to


def overlap(one: Assignment, other: Assignment) -> bool:
    return one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)


def merged(assignments: Iterable[Assignment], person_of: Mapping[int, int]) -> Iterable[Teaching]:
    """Join what overlaps or touches of one person in one course.

    A row no longer valid has an end and tells who taught until then, so it is kept; one that ends before it begins
    gives no right at all.
    """
    spans: dict[tuple[int, int], list[Assignment]] = defaultdict(list)
    for one in filter(is_possible, assignments):
        spans[one.curriculum_id, person_of[one.staff_id]].append(one)
    for (course, person), rows in spans.items():
        last: Teaching | None = None
        for row in sorted(rows, key=lambda row: row.valid_from):
            if last and (last.last is None or row.valid_from <= last.last + timedelta(days=1)):
                last = Teaching(course, person, last.first, _later(last.last, row.valid_to))
                continue
            if last:
                yield last
            last = Teaching(course, person, row.valid_from, row.valid_to)
        if last:
            yield last


def _later(one: date | None, other: date | None) -> date | None:
    return None if one is None or other is None else max(one, other)


def is_class_hour(subject: str) -> bool:
    """Whether it is „Час на класа“, in any spelling: its teacher is the homeroom teacher."""
    return bool(_CLASS_HOUR.match(" ".join(subject.translate(LOOK_ALIKES).casefold().split())))
