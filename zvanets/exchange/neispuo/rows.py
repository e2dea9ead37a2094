"""The rows of the files: each field is the column of its name, with the reader of its cells. Others are not read."""

from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from zvanets.exchange.neispuo import values
from zvanets.guardians.models import Relation
from zvanets.schools.models import ClassGroup, Enrolment, Week

SMALL = 32_767

RELATIONS = {
    "баща": Relation.FATHER,
    "майка": Relation.MOTHER,
    "дядо": Relation.GRANDFATHER,
    "баба": Relation.GRANDMOTHER,
    "настойник": Relation.GUARDIAN,
    "приемен родител": Relation.FOSTER,
    "друг": Relation.OTHER,
}
GENDERS = {"f": "f", "m": "m", "": ""}
KINDS = {"class": ClassGroup.Kind.CLASS, "all-day": ClassGroup.Kind.ALL_DAY}
STATUSES = {"1": Enrolment.Status.ENROLLED, "2": Enrolment.Status.LEFT}
WEEKS = {"all": Week.ALL, "A": Week.A, "B": Week.B}

identifier = values.whole()
year = values.whole(1990, 2200)
level = values.whole(-99, 99)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file. KEY names the columns that tell it from the others."""

    FILE: ClassVar[str]
    KEY: ClassVar[tuple[str, ...]]

    line: int

    @property
    def key(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.KEY)


@dataclass(frozen=True, slots=True)
class Institution(Row):
    FILE: ClassVar[str] = "institutions.csv"
    KEY: ClassVar[tuple[str, ...]] = ("code",)

    code: Annotated[int, identifier]
    name: Annotated[str, values.words(200, needed=True)]
    short_name: Annotated[str, values.words(100)]
    kind: Annotated[str, values.words(50)]
    town: Annotated[str, values.words(100)]
    municipality: Annotated[str, values.words(100)]
    region: Annotated[str, values.words(100)]


@dataclass(frozen=True, slots=True)
class GradeLevel(Row):
    FILE: ClassVar[str] = "grade_levels.csv"
    KEY: ClassVar[tuple[str, ...]] = ("id",)

    id: Annotated[int, level]
    roman: Annotated[str, values.words(40)]
    description: Annotated[str, values.words(50)]


@dataclass(frozen=True, slots=True)
class Family(Row):
    """The state's default dates of one kind of school or group in one year."""

    FILE: ClassVar[str] = "calendar.csv"
    KEY: ClassVar[tuple[str, ...]] = ("school_year", "family")

    school_year: Annotated[int, year]
    family: Annotated[str, values.words(20, needed=True)]
    start: Annotated[date, values.day]
    term1_end: Annotated[date, values.day]
    term2_start: Annotated[date, values.day]
    end: Annotated[date, values.day]
    end_limit: Annotated[date, values.day]


@dataclass(frozen=True, slots=True)
class Group(Row):
    FILE: ClassVar[str] = "class_groups.csv"
    KEY: ClassVar[tuple[str, ...]] = ("id",)

    id: Annotated[int, identifier]
    institution: Annotated[int, identifier]
    school_year: Annotated[int, year]
    grade_level: Annotated[int | None, values.or_none(level)]
    name: Annotated[str, values.words(50, needed=True)]
    display_name: Annotated[str, values.words(50)]
    parent_id: Annotated[int | None, values.or_none(identifier)]
    kind: Annotated[ClassGroup.Kind, values.one_of(KINDS)]
    class_type: Annotated[str, values.words(150)]
    is_combined: Annotated[bool, values.flag]
    shift: Annotated[str, values.words(50)]


@dataclass(frozen=True, slots=True)
class SubjectRow(Row):
    FILE: ClassVar[str] = "subjects.csv"
    KEY: ClassVar[tuple[str, ...]] = ("id",)

    id: Annotated[int, values.whole(-SMALL)]
    name: Annotated[str, values.words(200, needed=True)]
    short_name: Annotated[str, values.words(200)]


@dataclass(frozen=True, slots=True)
class Curriculum(Row):
    FILE: ClassVar[str] = "curriculum.csv"
    KEY: ClassVar[tuple[str, ...]] = ("id",)

    id: Annotated[int, identifier]
    institution: Annotated[int, identifier]
    school_year: Annotated[int, year]
    group_no: Annotated[int | None, values.or_none(values.whole(0, SMALL))]
    subject_id: Annotated[int, values.whole(-SMALL)]
    subject_type_id: Annotated[int, values.whole(-SMALL, SMALL)]
    subject_type: Annotated[str, values.words(100)]
    plan_part: Annotated[str, values.words(50)]
    weeks_term1: Annotated[int, values.or_zero(values.whole(0, 60))]
    hours_term1: Annotated[Decimal, values.weekly_hours]
    weeks_term2: Annotated[int, values.or_zero(values.whole(0, 60))]
    hours_term2: Annotated[Decimal, values.weekly_hours]
    parent_id: Annotated[int | None, values.or_none(identifier)]
    is_valid: Annotated[bool, values.flag]

    @property
    def has_lessons(self) -> bool:
        """A profiling subject stands over its modules and has no lessons of its own."""
        return self.hours_term1 + self.hours_term2 > 0


@dataclass(frozen=True, slots=True)
class CurriculumClass(Row):
    FILE: ClassVar[str] = "curriculum_classes.csv"
    KEY: ClassVar[tuple[str, ...]] = ("curriculum_id",)

    curriculum_id: Annotated[int, identifier]
    class_group_id: Annotated[int, identifier]
    is_valid: Annotated[bool, values.flag]


@dataclass(frozen=True, slots=True)
class Assignment(Row):
    FILE: ClassVar[str] = "curriculum_teachers.csv"
    KEY: ClassVar[tuple[str, ...]] = ("curriculum_id", "staff_id", "valid_from")

    curriculum_id: Annotated[int, identifier]
    staff_id: Annotated[int, identifier]
    valid_from: Annotated[date, values.day]
    valid_to: Annotated[date | None, values.or_none(values.day)]
    is_valid: Annotated[bool, values.flag]


@dataclass(frozen=True, slots=True)
class Person(Row):
    """The names that staff, students and guardians have alike."""

    first_name: Annotated[str, values.words(100, needed=True)]
    middle_name: Annotated[str, values.words(100)]
    last_name: Annotated[str, values.words(100)]
    gender: Annotated[str, values.one_of(GENDERS)]

    @property
    def names(self) -> tuple[str, str, str]:
        return self.first_name, self.middle_name, self.last_name

    @property
    def full_name(self) -> str:
        return " ".join(filter(None, self.names))


@dataclass(frozen=True, slots=True)
class Staff(Person):
    FILE: ClassVar[str] = "staff.csv"
    KEY: ClassVar[tuple[str, ...]] = ("id",)

    id: Annotated[int, identifier]
    person_id: Annotated[int, identifier]
    institution: Annotated[int, identifier]
    position_code: Annotated[str, values.words(20)]
    position: Annotated[str, values.words(200)]


@dataclass(frozen=True, slots=True)
class StudentRow(Person):
    FILE: ClassVar[str] = "students.csv"
    KEY: ClassVar[tuple[str, ...]] = ("student_id",)

    student_id: Annotated[int, identifier]


@dataclass(frozen=True, slots=True)
class GuardianRow(Person):
    FILE: ClassVar[str] = "guardians.csv"
    KEY: ClassVar[tuple[str, ...]] = ("guardian_id", "student_id")

    guardian_id: Annotated[int, identifier]
    student_id: Annotated[int, identifier]
    relation: Annotated[Relation, values.one_of(RELATIONS)]


@dataclass(frozen=True, slots=True)
class EnrolmentRow(Row):
    FILE: ClassVar[str] = "enrolments.csv"
    KEY: ClassVar[tuple[str, ...]] = ("student_id", "class_group_id")

    student_id: Annotated[int, identifier]
    institution: Annotated[int, identifier]
    school_year: Annotated[int, year]
    class_group_id: Annotated[int, identifier]
    class_id: Annotated[int, identifier]
    number: Annotated[int | None, values.or_none(values.whole(0, SMALL))]
    status: Annotated[Enrolment.Status, values.one_of(STATUSES)]


@dataclass(frozen=True, slots=True)
class ScheduleRow(Row):
    FILE: ClassVar[str] = "schedule.csv"
    KEY: ClassVar[tuple[str, ...]] = ("curriculum_id", "week", "weekday", "hour_no", "valid_from")

    school_year: Annotated[int, year]
    curriculum_id: Annotated[int, identifier]
    class_group_id: Annotated[int, identifier]
    week: Annotated[Week, values.one_of(WEEKS)]
    weekday: Annotated[int, values.whole(1, 7)]
    hour_no: Annotated[int, values.whole(0, SMALL)]
    valid_from: Annotated[date, values.day]
    valid_to: Annotated[date, values.day]


@dataclass(frozen=True, slots=True)
class Bell(Row):
    FILE: ClassVar[str] = "shift_hours.csv"
    KEY: ClassVar[tuple[str, ...]] = ("shift", "days", "hour_no")

    shift: Annotated[str, values.words(50, needed=True)]
    days: Annotated[range, values.weekdays]
    hour_no: Annotated[int, values.whole(0, SMALL)]
    start: Annotated[time, values.bell]
    end: Annotated[time, values.bell]
