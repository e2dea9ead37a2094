"""The files of a folder together, and what must agree between them: ids that exist, parents that are parents."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from zvanets.exchange.neispuo import rows
from zvanets.exchange.neispuo.findings import ERRORS_A_FILE, Findings, Kind, Place
from zvanets.exchange.neispuo.table import Table, read_table
from zvanets.lib.refusals import gettext_noop

R = TypeVar("R", bound=rows.Row)

ROWS: tuple[type[rows.Row], ...] = (
    rows.Institution,
    rows.GradeLevel,
    rows.Family,
    rows.Group,
    rows.SubjectRow,
    rows.Curriculum,
    rows.CurriculumClass,
    rows.Staff,
    rows.Assignment,
    rows.StudentRow,
    rows.GuardianRow,
    rows.EnrolmentRow,
    rows.Bell,
    rows.ScheduleRow,
)

REFERENCES: tuple[tuple[type[rows.Row], str, type[rows.Row]], ...] = (
    (rows.Group, "parent_id", rows.Group),
    (rows.Group, "grade_level", rows.GradeLevel),
    (rows.Curriculum, "subject_id", rows.SubjectRow),
    (rows.Curriculum, "parent_id", rows.Curriculum),
    (rows.CurriculumClass, "curriculum_id", rows.Curriculum),
    (rows.CurriculumClass, "class_group_id", rows.Group),
    (rows.Assignment, "curriculum_id", rows.Curriculum),
    (rows.Assignment, "staff_id", rows.Staff),
    (rows.GuardianRow, "student_id", rows.StudentRow),
    (rows.EnrolmentRow, "student_id", rows.StudentRow),
    (rows.EnrolmentRow, "class_group_id", rows.Group),
    (rows.EnrolmentRow, "class_id", rows.Group),
    (rows.ScheduleRow, "curriculum_id", rows.Curriculum),
    (rows.ScheduleRow, "class_group_id", rows.Group),
)

OF_ONE_INSTITUTION: tuple[type[rows.Row], ...] = (rows.Group, rows.Curriculum, rows.Staff, rows.EnrolmentRow)


class Files:
    """All tables of a folder; the errors found on the way are in `findings`."""

    def __init__(self, folder: Path, findings: Findings) -> None:
        self.findings = findings
        self._tables: dict[type[rows.Row], Table[Any]] = {row: read_table(folder, row, findings) for row in ROWS}

    def table(self, row: type[R]) -> Table[R]:
        return self._tables[row]

    def all(self, row: type[R]) -> list[R]:
        return self._tables[row].rows

    def by_id(self, row: type[R]) -> dict[int, R]:
        """By the one column of the key."""
        return {one.key[0]: one for one in self.all(row)}

    def check(self) -> None:
        """Add what does not agree between the files to the findings."""
        for row, column, target in REFERENCES:
            self._check_reference(row, column, target)
        self._check_institution()
        self._add(self._wrong_groups())
        self._add(self._wrong_curriculum())
        self._add(self._wrong_enrolments())
        self._add(self._wrong_schedule())
        self._add(self._two_people_under_one_id())

    def _check_reference(self, row: type[rows.Row], column: str, target: type[rows.Row]) -> None:
        table, count = self.table(target), 0
        for one in self.all(row):
            value = getattr(one, column)
            if value is not None and table.lacks(value):
                count += 1
                msgid = gettext_noop("%(value)s го няма в %(file)s.")
                place = Place(row.FILE, one.line, column)
                self.findings.error(Kind.DANGLING, place, msgid, value=value, file=target.FILE)
            if count >= ERRORS_A_FILE:
                return

    def _check_institution(self) -> None:
        found = self.all(rows.Institution)
        if len(found) != 1:
            if self.table(rows.Institution).is_whole:
                msgid = gettext_noop("Във файла трябва да има точно едно училище, а редовете са %(count)s.")
                self.findings.error(Kind.VALUE, Place(rows.Institution.FILE), msgid, count=len(found))
            return
        for row in OF_ONE_INSTITUTION:
            strange = [one for one in self.all(row) if getattr(one, "institution", 0) != found[0].code]
            for one in strange[:ERRORS_A_FILE]:
                msgid = gettext_noop("Редът е на друго училище, не на %(code)s.")
                self.findings.error(Kind.DANGLING, Place(row.FILE, one.line, "institution"), msgid, code=found[0].code)

    def _add(self, wrong: Iterator[tuple[Kind, Place, str]]) -> None:
        for count, (kind, place, msgid) in enumerate(wrong):
            if count >= ERRORS_A_FILE:
                return
            self.findings.error(kind, place, msgid)

    def _wrong_groups(self) -> Iterator[tuple[Kind, Place, str]]:
        groups = self.by_id(rows.Group)
        for one in groups.values():
            parent = groups.get(one.parent_id or 0)
            if parent and (parent.parent_id or parent.school_year != one.school_year):
                msgid = gettext_noop("Над групата трябва да стои паралелка от същата година.")
                yield Kind.DANGLING, Place(one.FILE, one.line, "parent_id"), msgid
            if one.grade_level is None and (one.parent_id or not one.is_combined):
                msgid = gettext_noop("Само слята паралелка може да е без клас, не и групите в нея.")
                yield Kind.VALUE, Place(one.FILE, one.line, "grade_level"), msgid

    def _wrong_curriculum(self) -> Iterator[tuple[Kind, Place, str]]:
        groups, curriculum = self.by_id(rows.Group), self.by_id(rows.Curriculum)
        for one in curriculum.values():
            parent = curriculum.get(one.parent_id or 0)
            if parent and (parent.parent_id or parent is one or parent.school_year != one.school_year):
                msgid = gettext_noop("Над модула трябва да стои профилиращ предмет от същата година.")
                yield Kind.DANGLING, Place(one.FILE, one.line, "parent_id"), msgid
        for link in self.all(rows.CurriculumClass):
            group, taught = groups.get(link.class_group_id), curriculum.get(link.curriculum_id)
            if group and taught and (group.parent_id or group.school_year != taught.school_year):
                msgid = gettext_noop("Предметът трябва да е на паралелка (не на нейна група) от същата година.")
                yield Kind.DANGLING, Place(link.FILE, link.line, "class_group_id"), msgid

    def _wrong_enrolments(self) -> Iterator[tuple[Kind, Place, str]]:
        groups = self.by_id(rows.Group)
        for one in self.all(rows.EnrolmentRow):
            group = groups.get(one.class_group_id)
            if not group:
                continue
            if (group.parent_id or group.id) != one.class_id:
                msgid = gettext_noop("Групата не е част от паралелката в class_id.")
                yield Kind.DANGLING, Place(one.FILE, one.line, "class_id"), msgid
            if group.school_year != one.school_year:
                msgid = gettext_noop("Групата е от друга учебна година.")
                yield Kind.DANGLING, Place(one.FILE, one.line, "school_year"), msgid

    def _wrong_schedule(self) -> Iterator[tuple[Kind, Place, str]]:
        group_of = {link.curriculum_id: link.class_group_id for link in self.all(rows.CurriculumClass)}
        curriculum = self.by_id(rows.Curriculum)
        hours = {(day, bell.hour_no) for bell in self.all(rows.Bell) for day in bell.days}
        for one in self.all(rows.ScheduleRow):
            if group_of.get(one.curriculum_id, one.class_group_id) != one.class_group_id:
                msgid = gettext_noop("Предметът е на друга паралелка според curriculum_classes.csv.")
                yield Kind.DANGLING, Place(one.FILE, one.line, "class_group_id"), msgid
            if one.curriculum_id in curriculum and curriculum[one.curriculum_id].school_year != one.school_year:
                yield (
                    Kind.DANGLING,
                    Place(one.FILE, one.line, "school_year"),
                    gettext_noop("Предметът е от друга година."),
                )
            if self.table(rows.Bell).is_whole and (one.weekday, one.hour_no) not in hours:
                msgid = gettext_noop("За този час и ден няма звънец в shift_hours.csv.")
                yield Kind.DANGLING, Place(one.FILE, one.line, "hour_no"), msgid

    def _two_people_under_one_id(self) -> Iterator[tuple[Kind, Place, str]]:
        msgid = gettext_noop("Под този номер стои и човек с друго име.")
        guardians: dict[int, tuple[str, str, str]] = {}
        for one in self.all(rows.GuardianRow):
            if guardians.setdefault(one.guardian_id, one.names) != one.names:
                yield Kind.DOUBLED, Place(one.FILE, one.line, "guardian_id"), msgid
        people: dict[int, tuple[str, str, str]] = {}
        for post in self.all(rows.Staff):
            if people.setdefault(post.person_id, post.names) != post.names:
                yield Kind.DOUBLED, Place(post.FILE, post.line, "person_id"), msgid
