"""Write a roster: one transaction, all or nothing, in bulk.

Runs as the application inside at_school(), so that the wall stands around an import too. Only the school's own row is the
owner's to write: it is made before, and taken back when the rest fails.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, models
from django.db.models import OuterRef, Q, Subquery

from zvanets.accounts.models import Membership, User
from zvanets.exchange.neispuo.accounts import Accounts, free_usernames
from zvanets.exchange.neispuo.codes import new_codes
from zvanets.exchange.neispuo.parts import ENROLMENTS, SCHOOL_YEARS, STAFF, STUDENTS, Key, Moment, Part, Values
from zvanets.exchange.neispuo.plan import Difference, Members, Plan, make_plan, school_columns
from zvanets.exchange.neispuo.roster import Roster
from zvanets.history.record import Actor, Fact, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock
from zvanets.schools.actions import make_lessons, take_back_lessons
from zvanets.schools.models import (
    Course,
    CourseMember,
    Enrolment,
    School,
    SchoolYear,
    StaffMember,
    Student,
    StudentCode,
)
from zvanets.tenancy.school import at_school

CHUNK = 1000
Progress = Callable[[int, int], None]  # rows written, rows to write


def _silent(_done: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Written:
    """What was done."""

    plan: Plan
    lessons_made: int = 0
    lessons_taken_back: int = 0


def write(roster: Roster, *, actor: Actor, progress: Progress = _silent) -> Written:
    """Bring the school of the roster to what it says; a roster that says nothing new writes nothing at all."""
    with _school_row(roster), at_school(roster.school.code):
        _one_at_a_time(roster.school.code)
        plan = make_plan(roster)
        if plan.is_nothing:
            return Written(plan)
        return _Writing(roster, plan, progress).carry_out(actor)


@contextmanager
def _school_row(roster: Roster) -> Iterator[None]:
    """The list of schools is national: the owner writes it, and the application's transaction must see the row."""
    code, columns = roster.school.code, school_columns(roster)
    is_new = not School.objects.filter(pk=code).exists()
    if is_new:
        School.objects.using("owner").create(pk=code, **columns)
    try:
        yield
    except BaseException:
        if is_new:
            School.objects.using("owner").filter(pk=code).delete()
        raise
    if not School.objects.filter(pk=code, **columns).exists():
        School.objects.using("owner").filter(pk=code).update(**columns)


def _one_at_a_time(school_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('zvanets import'), %s)", [school_id % 2**31])


@dataclass
class _Writing:
    roster: Roster
    plan: Plan
    progress: Progress
    ids: dict[type[models.Model], dict[Any, int]] = field(default_factory=dict)  # model: {key: our id}
    done: int = 0

    def __post_init__(self) -> None:
        parts = dict(self.plan.parts)
        self.moment = Moment(self.roster, clock.today(), is_new_year=bool(parts[SCHOOL_YEARS].new))
        counts = [len(found.new) + len(found.changed) for found in parts.values()]
        self.total = sum(counts) + len(self.plan.members.new) + 1

    def carry_out(self, actor: Actor) -> Written:
        self._users(self.plan.accounts)
        for part, found in self.plan.parts:
            self._part(part, found)
        self._seats(self.plan.accounts)
        self._statuses(dict(self.plan.parts)[ENROLMENTS])
        self._members(self.plan.members)
        written = self._lessons()
        self._step(1)
        record([Fact(Verb.SCHOOL_IMPORTED, body=self._body(written))], actor=actor, tell=False)
        return written

    def _step(self, rows: int) -> None:
        self.done += rows
        self.progress(self.done, self.total)

    def _part(self, part: Part, found: Difference) -> None:
        known = self.ids[part.model] = {key: row.pk for key, row in found.stored.items()}
        if part.follows_file and found.left:
            part.model._default_manager.filter(pk__in=[row.pk for row in found.left.values()]).delete()  # noqa: SLF001
        # A module stands beneath its profiling subject, a group in its class: what has no parent goes first.
        parent = part.fields.index("parent__external_id") if "parent__external_id" in part.fields else None
        first = {key: row for key, row in found.new.items() if parent is None or row[parent] is None}
        second = {key: row for key, row in found.new.items() if key not in first}
        for rows in (first, second):
            for chunk in _chunks(rows):
                known |= self._insert(part, chunk)
                self._step(len(chunk))
        for chunk in _chunks(found.changed):
            self._update(part, chunk, known)
            self._step(len(chunk))

    def _insert(self, part: Part, rows: Mapping[Key, Values]) -> dict[Key, int]:
        new = [
            part.model(**self._columns(part, key, values), **part.first_time(self.moment, key, values))
            for key, values in rows.items()
        ]
        if part is STUDENTS:
            self._give_codes(new)
        part.model._default_manager.bulk_create(new)  # noqa: SLF001
        if part is STUDENTS:
            self._keep_codes(new)
        return {key: one.pk for key, one in zip(rows, new, strict=True)}

    def _update(self, part: Part, rows: Mapping[Key, Values], known: Mapping[Key, int]) -> None:
        changed = [part.model(pk=known[key], **self._columns(part, key, values)) for key, values in rows.items()]
        names = [path.split("__")[0] for path in part.fields]
        part.model._default_manager.bulk_update(changed, names)  # noqa: SLF001

    def _columns(self, part: Part, key: Key, values: Values) -> dict[str, Any]:
        columns = {}
        for path, value in zip((*part.key, *part.fields), (*key, *values), strict=True):
            name, _, far = path.partition("__")
            columns[f"{name}_id" if far else name] = self._id(part, name, value) if far else value
        return columns

    def _id(self, part: Part, name: str, value: Any) -> int | None:
        far = part.model._meta.get_field(name).related_model
        return None if value is None else self.ids[far][(value,)]  # type: ignore[index]

    def _give_codes(self, students: list[Any]) -> None:
        for student, code in zip(students, new_codes(len(students)), strict=True):
            student.code = code

    def _keep_codes(self, students: list[Any]) -> None:
        school_id = self.roster.school.code
        StudentCode.objects.bulk_create(
            StudentCode(code=one.code, school_id=school_id, student_id=one.pk) for one in students
        )

    def _users(self, accounts: Accounts) -> None:
        names = free_usernames(accounts.users)
        new = [User(username=names[one.person], name=one.name, person_id=one.person) for one in accounts.users]
        for user in new:
            user.set_unusable_password()
        User.objects.bulk_create(new)

    def _seats(self, accounts: Accounts) -> None:
        people = {person for person, _ in accounts.seats}
        users = dict(User.objects.filter(person_id__in=people).values_list("person_id", "pk"))
        Membership.objects.bulk_create(
            Membership(user_id=users[person], role=role, starts_on=self.moment.opens_on)
            for person, role in accounts.seats
        )
        account = User.objects.filter(person_id=OuterRef("person_id")).values("pk")[:1]
        StaffMember.objects.filter(user__isnull=True, person_id__in=people).update(user=Subquery(account))

    def _statuses(self, enrolments: Difference) -> None:
        """Who left stands in no register from today on; who came back stands to the end of the year."""
        dates = self.roster.dates
        known = self.ids[Enrolment]
        turned = [key for key, row in enrolments.changed.items() if row[-1] != enrolments.stored[key].values[-1]]
        left = [known[key] for key in turned if enrolments.changed[key][-1] == Enrolment.Status.LEFT]
        back = [known[key] for key in turned if enrolments.changed[key][-1] == Enrolment.Status.ENROLLED]
        yesterday = min(self.moment.today - timedelta(days=1), dates.ends_on)
        Enrolment.objects.filter(pk__in=left).update(ends_on=yesterday)
        Enrolment.objects.filter(pk__in=back).update(ends_on=dates.ends_on)
        for book, student in self.plan.members.left:
            CourseMember.objects.filter(
                Q(ends_on__isnull=True) | Q(ends_on__gt=yesterday),
                course__class_group__external_id=book,
                student__external_id=student,
            ).update(ends_on=yesterday)

    def _members(self, members: Members) -> None:
        courses, students = self.ids[Course], self.ids[Student]
        new_courses = {key[0] for part, found in self.plan.parts if part.model is Course for key in found.new}
        rows = [
            CourseMember(
                course_id=courses[course,],
                student_id=students[student,],
                starts_on=self.roster.dates.starts_on if course in new_courses else self.moment.joins_on,
            )
            for course, student in members.new
        ]
        for start in range(0, len(rows), CHUNK):
            # Who left and came back on one day stands there already, with an end.
            CourseMember.objects.bulk_create(
                rows[start : start + CHUNK],
                update_conflicts=True,
                update_fields=["ends_on"],
                unique_fields=["school", "course", "student", "starts_on"],
            )
            self._step(len(rows[start : start + CHUNK]))

    def _lessons(self) -> Written:
        if not self.plan.changes_lessons:
            return Written(self.plan)
        year = SchoolYear.objects.get(pk=self.ids[SchoolYear][self.roster.year,])
        taken_back = 0 if self.moment.is_new_year else take_back_lessons(school_year=year)
        return Written(self.plan, make_lessons(school_year=year), taken_back)

    def _body(self, written: Written) -> dict[str, int]:
        """Counts only: who came with the import stands in the tables."""
        found = self.plan.parts
        return {
            "year": self.roster.year,
            "new": sum(len(one.new) for _, one in found),
            "changed": sum(len(one.changed) for _, one in found),
            "students": len(dict(found)[STUDENTS].new),
            "staff": len(dict(found)[STAFF].new),
            "seats": len(self.plan.accounts.seats),
            "lessons": written.lessons_made,
            "lessons_taken_back": written.lessons_taken_back,
        }


def _chunks(rows: Mapping[Key, Values]) -> Iterator[dict[Key, Values]]:
    items = list(rows.items())
    for start in range(0, len(items), CHUNK):
        yield dict(items[start : start + CHUNK])
