"""What a measured school is made of, as plain values."""

from dataclasses import dataclass
from datetime import date

SIZE = 26
PASSWORD = "камбана-звънец-26"


@dataclass(frozen=True)
class TaughtClass:
    """One class group in one subject, with lessons nobody has filled in."""

    username: str
    user_id: int
    staff_id: int
    class_group_id: int
    course_id: int
    students: list[int]
    lessons: list[tuple[int, date]]
