"""What reading a folder found: errors that stop the import, and warnings that are listed while the row is kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.translation import gettext

from zvanets.lib.refusals import gettext_noop

ERRORS_A_FILE = 500  # ten megabytes of rubbish have a million of them


class Kind(StrEnum):
    """Kinds of findings, with the heading they are listed under."""

    FOLDER = "folder"
    FILE = "file"
    COLUMN = "column"
    VALUE = "value"
    DANGLING = "dangling"
    DOUBLED = "doubled"
    EMPTY_GROUP = "empty_group"
    NO_LONGER_VALID = "no_longer_valid"
    NO_TEACHER = "no_teacher"
    NO_HOMEROOM = "no_homeroom"
    NO_NUMBER = "no_number"
    DOUBLED_NUMBER = "doubled_number"
    IMPOSSIBLE_DATES = "impossible_dates"
    DOUBLED_NAME = "doubled_name"
    OVERLAP = "overlap"
    CALENDAR = "calendar"
    TIMETABLE = "timetable"

    @property
    def heading(self) -> str:
        return gettext(HEADINGS[self])


HEADINGS = {
    Kind.FOLDER: gettext_noop("Папката не може да се прочете"),
    Kind.FILE: gettext_noop("Файлът не може да се прочете"),
    Kind.COLUMN: gettext_noop("Колони"),
    Kind.VALUE: gettext_noop("Нечетлива стойност"),
    Kind.DANGLING: gettext_noop("Номер, който го няма"),
    Kind.DOUBLED: gettext_noop("Повторен номер"),
    Kind.EMPTY_GROUP: gettext_noop("Празна група без учебен план (пропусната)"),
    Kind.NO_LONGER_VALID: gettext_noop("Ред от учебния план, който вече не важи (пропуснат)"),
    Kind.NO_TEACHER: gettext_noop("Предмет без действащ учител"),
    Kind.NO_HOMEROOM: gettext_noop("Паралелка без един час на класа с един учител"),
    Kind.NO_NUMBER: gettext_noop("Ученик без номер в класа"),
    Kind.DOUBLED_NUMBER: gettext_noop("Повторен номер в класа"),
    Kind.IMPOSSIBLE_DATES: gettext_noop("Край преди началото (не дава права)"),
    Kind.DOUBLED_NAME: gettext_noop("Повторено име"),
    Kind.OVERLAP: gettext_noop("Застъпващи се назначения по един предмет (запазени)"),
    Kind.CALENDAR: gettext_noop("Календар на учебната година"),
    Kind.TIMETABLE: gettext_noop("Седмична програма"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the folder: a file, a line of it, a column; what is not known is empty."""

    file: str = ""
    line: int = 0
    column: str = ""

    def __str__(self) -> str:
        parts = [self.file]
        if self.line:
            parts.append(gettext("ред %(line)s") % {"line": self.line})
        if self.column:
            parts.append(gettext("колона %(column)s") % {"column": self.column})
        return ", ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class Finding:
    """One error or warning. `msgid` is the Bulgarian sentence in the catalogue of translations."""

    kind: Kind
    place: Place
    msgid: str
    params: Mapping[str, str | int]

    @property
    def words(self) -> str:
        return gettext(self.msgid) % self.params

    def __str__(self) -> str:
        return ": ".join(filter(None, (str(self.place), self.words)))


@dataclass
class Findings:
    """The collector that reading and checking fill."""

    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def error(self, kind: Kind, place: Place, msgid: str, **params: str | int) -> None:
        self.errors.append(Finding(kind, place, msgid, params))

    def warn(self, kind: Kind, place: Place, msgid: str, **params: str | int) -> None:
        self.warnings.append(Finding(kind, place, msgid, params))
