"""What an import would do: the roster against the database, part by part. Reads only; call it inside at_school()."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields

from zvanets.exchange.neispuo.accounts import Accounts, wanted_accounts
from zvanets.exchange.neispuo.parts import COURSES, ENROLMENTS, HOURS, MAKES_LESSONS, PARTS, Key, Part, Values
from zvanets.exchange.neispuo.roster import Roster
from zvanets.schools.models import Enrolment, School

SCHOOL_COLUMNS = ("name", "short_name", "kind", "town", "municipality", "region")


@dataclass(frozen=True, slots=True)
class Stored:
    """A row of the database under its key."""

    pk: int
    values: Values


@dataclass(frozen=True, slots=True)
class Difference:
    """One part: what is new, changed, the same, and what only the database has."""

    new: Mapping[Key, Values]
    changed: Mapping[Key, Values]
    unchanged: int
    left: Mapping[Key, Stored]
    stored: Mapping[Key, Stored]

    @property
    def is_nothing(self) -> bool:
        return not self.new and not self.changed


@dataclass(frozen=True, slots=True)
class Members:
    """Who enters the register of which course, and who leaves all registers of a class book; ids of the files."""

    new: tuple[tuple[int, int], ...]  # course, student
    left: tuple[tuple[int, int], ...]  # class book, student


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that `write` will do."""

    school: Mapping[str, str]  # columns of the school's own row that differ
    is_new_school: bool
    parts: tuple[tuple[Part, Difference], ...]
    members: Members
    accounts: Accounts

    @property
    def is_nothing(self) -> bool:
        same = all(found.is_nothing and not (part.follows_file and found.left) for part, found in self.parts)
        return same and not self.school and not self.is_new_school and self.accounts.is_nothing

    @property
    def changes_lessons(self) -> bool:
        found = dict(self.parts)
        return bool(found[HOURS].left) or any(not found[part].is_nothing for part in MAKES_LESSONS)


def make_plan(roster: Roster) -> Plan:
    """Compare; a school that is not there yet is all new."""
    parts = tuple((part, compare(part, roster)) for part in PARTS)
    school = School.objects.filter(pk=roster.school.code).first()
    return Plan(
        school=_school_changes(roster, school),
        is_new_school=school is None,
        parts=parts,
        members=_members(roster, dict(parts)),
        accounts=wanted_accounts(roster),
    )


def school_columns(roster: Roster) -> dict[str, str]:
    columns = {
        one.name: getattr(roster.school, one.name) for one in fields(roster.school) if one.name in SCHOOL_COLUMNS
    }
    columns["short_name"] = columns["short_name"] or columns["name"][:100]
    return columns


def _school_changes(roster: Roster, school: School | None) -> dict[str, str]:
    columns = school_columns(roster)
    return {} if school is None else {name: to for name, to in columns.items() if getattr(school, name) != to}


def stored_rows(part: Part, roster: Roster) -> dict[Key, Stored]:
    split = 1 + len(part.key)
    query = part.model._default_manager.filter(part.within(roster)).order_by("pk").distinct()  # noqa: SLF001
    rows = query.values_list("pk", *part.key, *part.fields)
    return {row[1:split]: Stored(row[0], row[split:]) for row in rows}


def compare(part: Part, roster: Roster) -> Difference:
    stored, wanted = stored_rows(part, roster), dict(part.of(roster))
    known = {key: values for key, values in wanted.items() if key in stored}
    changed = {key: values for key, values in known.items() if values != stored[key].values}
    return Difference(
        new={key: values for key, values in wanted.items() if key not in stored and part.is_made(values)},
        changed=changed,
        unchanged=len(known) - len(changed),
        left={key: row for key, row in stored.items() if key not in wanted},
        stored=stored,
    )


def _members(roster: Roster, parts: Mapping[Part, Difference]) -> Members:
    """A course that is new takes the whole class book, a student who is new all its courses.

    Nothing else is added: an administrator may have narrowed a register since.
    """
    enrolments = parts[ENROLMENTS]
    is_new_course = {key[0] for key in parts[COURSES].new}
    courses: dict[int, list[int]] = defaultdict(list)
    for course in roster.courses:
        courses[roster.book_of[course.id]].append(course.id)
    standing = [one for one in roster.enrolments if one.status == Enrolment.Status.ENROLLED]
    new: dict[tuple[int, int], None] = {}
    for one in standing:
        is_new_student = _comes_or_goes(enrolments, (one.student_id, one.class_group_id))
        for course_id in courses[one.class_id]:
            if is_new_student or course_id in is_new_course:
                new[course_id, one.student_id] = None
    gone = {
        (one.class_id, one.student_id)
        for one in roster.enrolments
        if (key := (one.student_id, one.class_group_id)) in enrolments.changed and _comes_or_goes(enrolments, key)
    }
    return Members(tuple(new), tuple(sorted(gone - {(one.class_id, one.student_id) for one in standing})))


def _comes_or_goes(enrolments: Difference, key: Key) -> bool:
    if key in enrolments.new:
        return True
    return key in enrolments.changed and enrolments.changed[key][-1] != enrolments.stored[key].values[-1]
