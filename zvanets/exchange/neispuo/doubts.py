"""Warnings: what a school's records often have and what may be meant. It is listed, and the rows are kept."""

from collections import defaultdict
from itertools import combinations

from zvanets.exchange.neispuo.findings import Findings, Kind, Place
from zvanets.exchange.neispuo.roster import Selection, is_class_hour, is_possible, overlap
from zvanets.exchange.neispuo.rows import Assignment, Curriculum, Group, Staff, SubjectRow
from zvanets.lib.names import class_name
from zvanets.lib.refusals import gettext_noop
from zvanets.schools.models import ClassGroup


class Doubts:
    """Walks one year's rows and fills the warnings."""

    def __init__(self, selection: Selection, findings: Findings) -> None:
        self.year, self.findings = selection, findings
        self.subjects = selection.files.by_id(SubjectRow)
        self.groups = selection.files.by_id(Group)
        self.people = selection.files.by_id(Staff)
        self.students = {one.student_id: one.full_name for one in selection.students}
        self.assigned: dict[int, list[Assignment]] = defaultdict(list)
        for one in selection.files.all(Assignment):
            self.assigned[one.curriculum_id].append(one)

    def collect(self) -> None:
        self._groups()
        self._courses()
        self._homerooms()
        self._assignments()
        self._numbers()
        self._names()
        self._schedule()

    def _warn(self, kind: Kind, row: object, column: str, msgid: str, **params: str | int) -> None:
        place = Place(getattr(row, "FILE", ""), getattr(row, "line", 0), column)
        self.findings.warn(kind, place, msgid, **params)

    def group_name(self, group_id: int) -> str:
        group = self.groups[group_id]
        return group.display_name or class_name(group.name)

    def _course_name(self, course: Curriculum) -> dict[str, str]:
        link = self.year.links.get(course.id)
        group = self.group_name(link.class_group_id) if link else "–"
        return {"subject": self.subjects[course.subject_id].name, "group": group}

    def _groups(self) -> None:
        for one in self.year.empty_groups:
            msgid = gettext_noop("„%(group)s“ е без ученици и без учебен план.")
            self._warn(Kind.EMPTY_GROUP, one, "id", msgid, group=self.group_name(one.id))
        by_name: dict[str, list[Group]] = defaultdict(list)
        for one in self.year.all_groups:
            if one.parent_id is None:
                by_name[self.group_name(one.id)].append(one)
        for name, same in by_name.items():
            if len(same) > 1:
                msgid = gettext_noop("%(count)s паралелки се казват „%(group)s“ (редове %(lines)s).")
                lines = ", ".join(str(one.line) for one in same)
                self._warn(Kind.DOUBLED_NAME, same[0], "name", msgid, group=name, count=len(same), lines=lines)

    def _courses(self) -> None:
        kept = {one.id for one in self.year.courses}
        for one in self.year.all_courses:
            if one.id not in kept:
                msgid = gettext_noop("„%(subject)s“ вече не е в учебния план.")
                subject = self.subjects[one.subject_id].name
                self._warn(Kind.NO_LONGER_VALID, one, "is_valid", msgid, subject=subject)
            elif one.has_lessons and not any(each.is_valid for each in self.assigned[one.id]):
                msgid = gettext_noop("„%(subject)s“ на %(group)s е без действащ учител.")
                self._warn(Kind.NO_TEACHER, one, "id", msgid, **self._course_name(one))

    def _homerooms(self) -> None:
        hours: dict[int, list[Curriculum]] = defaultdict(list)
        for one in self.year.courses:
            if is_class_hour(self.subjects[one.subject_id].name):
                hours[self.year.links[one.id].class_group_id].append(one)
        with_students = {one.class_id for one in self.year.standing}
        for book in self.year.books:
            if book.id in with_students and book.kind == ClassGroup.Kind.CLASS and (book.grade_level or 1) >= 1:
                led = [one for hour in hours[book.id] for one in self.assigned[hour.id] if one.is_valid]
                if len(hours[book.id]) != 1 or len(led) != 1:
                    msgid = gettext_noop(
                        "„%(group)s“: часове на класа %(hours)s, действащи учители в тях %(teachers)s."
                    )
                    self._warn(
                        Kind.NO_HOMEROOM,
                        book,
                        "id",
                        msgid,
                        group=self.group_name(book.id),
                        hours=len(hours[book.id]),
                        teachers=len(led),
                    )

    def _assignments(self) -> None:
        for course in self.year.all_courses:
            name = self._course_name(course)
            for one in self.assigned[course.id]:
                if one.valid_to and not is_possible(one):
                    msgid = gettext_noop("%(person)s, „%(subject)s“ на %(group)s: от %(first)s до %(last)s.")
                    dates = {"first": one.valid_from.isoformat(), "last": one.valid_to.isoformat()}
                    self._warn(Kind.IMPOSSIBLE_DATES, one, "valid_to", msgid, **self._person(one), **name, **dates)
            for one, other in combinations(filter(is_possible, self.assigned[course.id]), 2):
                if overlap(one, other):
                    self._warn_of_overlap(one, other, name)

    def _warn_of_overlap(self, one: Assignment, other: Assignment, name: dict[str, str]) -> None:
        if self.people[one.staff_id].person_id == self.people[other.staff_id].person_id:
            msgid = gettext_noop(
                "%(person)s, „%(subject)s“ на %(group)s: същото назначение е и на ред %(line)s; слети са."
            )
        else:
            msgid = gettext_noop(
                "%(person)s и %(other)s (ред %(line)s), „%(subject)s“ на %(group)s: и двамата преподават."
            )
        other_person = self.people[other.staff_id].full_name
        self._warn(
            Kind.OVERLAP, one, "valid_from", msgid, **self._person(one), other=other_person, line=other.line, **name
        )

    def _person(self, one: Assignment) -> dict[str, str]:
        return {"person": self.people[one.staff_id].full_name}

    def _numbers(self) -> None:
        first: dict[tuple[int, int], int] = {}
        standing = {one.line for one in self.year.standing}
        for one in self.year.enrolments:
            who = {"student": self.students[one.student_id], "group": self.group_name(one.class_group_id)}
            if one.number is None:
                if one.line in standing:
                    self._warn(
                        Kind.NO_NUMBER, one, "number", gettext_noop("%(student)s от %(group)s е без номер."), **who
                    )
                continue
            line = first.setdefault((one.class_group_id, one.number), one.line)
            if line != one.line:
                msgid = gettext_noop("Номер %(number)s на %(student)s в %(group)s е и на ред %(line)s.")
                self._warn(Kind.DOUBLED_NUMBER, one, "number", msgid, number=one.number, line=line, **who)

    def _names(self) -> None:
        first: dict[tuple[int, str], int] = {}
        for one in self.year.standing:
            name = self.students[one.student_id]
            line = first.setdefault((one.class_id, name.casefold()), one.line)
            if line != one.line:
                msgid = gettext_noop("Двама ученици в %(group)s се казват %(student)s (и ред %(line)s).")
                group = self.group_name(one.class_id)
                self._warn(Kind.DOUBLED_NAME, one, "student_id", msgid, student=name, group=group, line=line)

    def _schedule(self) -> None:
        kept = {one.id for one in self.year.courses}
        for one in self.year.schedule:
            if one.curriculum_id not in kept:
                msgid = gettext_noop("Часът е на предмет, който вече не е в учебния план; пропуснат е.")
                self._warn(Kind.TIMETABLE, one, "curriculum_id", msgid)
            elif not is_possible(one):
                msgid = gettext_noop("Часът свършва (%(last)s), преди да е започнал (%(first)s); пропуснат е.")
                first, last = one.valid_from.isoformat(), one.valid_to.isoformat()
                self._warn(Kind.TIMETABLE, one, "valid_to", msgid, first=first, last=last)
