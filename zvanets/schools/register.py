"""A lesson opened for writing and the students in its register: plain values that the entry rooms share."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One student of a register, by number; `level` is the student's own year group (1-12, below 1 preschool)."""

    student_id: int
    name: str
    class_group: str
    level: int
    number: int | None = None
    special_needs: bool = False  # studies this subject by an individual plan


@dataclass(frozen=True, slots=True)
class OpenLesson:
    """A lesson whose row is locked by the running transaction, with what every entry about it says."""

    id: int
    course_id: int
    class_group_id: int
    subject: str
    date: date
    hour_no: int
    teacher: str  # in whose name: the substitute, else the course's first teacher
    teacher_id: int | None
    lines: Mapping[int, Line]
    now: datetime
    topic: str = ""
    absences_closed_on: dt.date | None = None  # up to this day the class's absences stand
    is_closed: bool = False  # the term of its day is closed: grades wait until it is opened again

    def about(self, student_id: int) -> dict[str, str | int | None]:
        """What every entry of this lesson tells about one of its students."""
        line = self.lines[student_id]
        return {
            "student": line.name,
            "class_group": line.class_group,
            "subject": self.subject,
            "hour_no": self.hour_no,
            "date": self.date.isoformat(),
            "teacher": self.teacher,
        }
