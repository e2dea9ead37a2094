"""What the class book holds beside grades and absences: one file a noun."""

from zvanets.remarks.models.gatherings import ParentMeeting, SchoolEvent
from zvanets.remarks.models.notes import Note, NoteStudent
from zvanets.remarks.models.private import (
    ActivityKind,
    Difficulty,
    HealthNote,
    IndividualWork,
    PrivateRead,
    Support,
    SupportActivity,
    SupportStudent,
    SupportTeacher,
)
from zvanets.remarks.models.remarks import Remark
from zvanets.remarks.models.sanctions import Sanction
from zvanets.remarks.models.works import PlannedWork

__all__ = [
    "ActivityKind",
    "Difficulty",
    "HealthNote",
    "IndividualWork",
    "Note",
    "NoteStudent",
    "ParentMeeting",
    "PlannedWork",
    "PrivateRead",
    "Remark",
    "Sanction",
    "SchoolEvent",
    "Support",
    "SupportActivity",
    "SupportStudent",
    "SupportTeacher",
]
