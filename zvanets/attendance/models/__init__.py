"""Absences: only exceptions are stored; who is not named was there."""

from zvanets.attendance.models.absences import Absence, AbsenceQuerySet
from zvanets.attendance.models.notices import (
    BASES,
    AbsenceNotice,
    AbsenceNoticeQuerySet,
    ExcuseReason,
    MedicalNotice,
    NoticeFile,
)
from zvanets.attendance.models.sums import AbsenceClosing, CarriedAbsence, ClosedSum, LimitWarning

__all__ = [
    "BASES",
    "Absence",
    "AbsenceClosing",
    "AbsenceNotice",
    "AbsenceNoticeQuerySet",
    "AbsenceQuerySet",
    "CarriedAbsence",
    "ClosedSum",
    "ExcuseReason",
    "LimitWarning",
    "MedicalNotice",
    "NoticeFile",
]
