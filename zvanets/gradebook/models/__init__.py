"""Grades, what is said of them, what is asked of whom, when a term is closed, and how a year ends."""

from zvanets.gradebook.models.closings import Closing, Reopening
from zvanets.gradebook.models.comments import Comment
from zvanets.gradebook.models.grades import Grade
from zvanets.gradebook.models.plans import Exemption, SpecialNeeds
from zvanets.gradebook.models.results import OverallGrade, ResitExam, ResitSession, YearResult

__all__ = [
    "Closing",
    "Comment",
    "Exemption",
    "Grade",
    "OverallGrade",
    "Reopening",
    "ResitExam",
    "ResitSession",
    "SpecialNeeds",
    "YearResult",
]
