"""The clerk at the desk: looks up code and PIN, reads the diary, writes down what was heard. Runs in threads of its own.

Every function opens the school itself and leaves nothing open.
"""

import hashlib
import hmac
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connections

from zvanets.guardians.models import Guardian, Guardianship
from zvanets.guardians.pins import PinAnswer, check_pin, choose_pin, confirm_caller
from zvanets.history.record import Actor, note_access
from zvanets.history.verbs import Read
from zvanets.ivr import diary, phrases
from zvanets.ivr.models import CallLog
from zvanets.ivr.reader import reader_of
from zvanets.lib import clock
from zvanets.lib.logs import note
from zvanets.lib.refusals import Refusal
from zvanets.notifications.actions import mark_read
from zvanets.rules.ivr import Denial, PinChange
from zvanets.rules.ivr_menu import Diary
from zvanets.schools.models import School, Student, StudentCode
from zvanets.tenancy.school import at_school, school_now

P = ParamSpec("P")
R = TypeVar("R")
ADDRESS = "telephone"  # in history, where a web address stands else


@dataclass(frozen=True, slots=True)
class Opened:
    """A diary, to whom it is read, and the row that keeps what is heard of it."""

    diary: Diary
    school_id: int
    guardian_id: int
    log_id: int


def _again(work: Callable[P, R]) -> Callable[P, R]:
    """Do it once more on a new connection when the database had gone away meanwhile."""

    def doing(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        except (InterfaceError, OperationalError):
            connections.close_all()
            return work(*args, **kwargs)

    return doing


@_again
def look_up(code: str, pin: str, caller: str = "", language: str = "") -> Opened | Denial:
    """Return the diary that code and PIN open; `caller` is a number that the carrier vouches for, or ""."""
    found = StudentCode.objects.filter(code=code).first()
    if found is None:
        return Denial.WRONG
    with at_school(found.school_id):
        student = Student.objects.filter(pk=found.student_id).first()
        if student is None:
            return Denial.WRONG
        answer = check_pin(actor=Actor(None, "", ADDRESS), student=student, pin=pin, caller=caller)
        if answer.right is None:
            return _denial(answer)
        return _open(student, answer.right.guardian, caller, language)


def _denial(answer: PinAnswer) -> Denial:
    if answer.lock is None:
        return Denial.WRONG
    return Denial.LOCKED if answer.lock.until else Denial.LOCKED_LONG


def _open(student: Student, guardian: Guardian, caller: str, language: str) -> Opened:
    actor = Actor(guardian.user_id, "guardian", ADDRESS)
    if caller:
        confirm_caller(actor=actor, guardian=guardian, number=caller)
    found = _read(student, guardian.pk, phrases.known(language or guardian.language))
    log = CallLog.objects.create(
        student=student, guardian=guardian, started_at=clock.now(), caller_hash=digest_of(caller)
    )
    note_access(Read.STUDENT_OPENED, actor=actor, student_id=student.pk, what=ADDRESS)
    return Opened(found, school_now(), guardian.pk, log.pk)


def _read(student: Student, guardian_id: int, language: str) -> Diary:
    return diary.read(reader_of(School.objects.get(pk=school_now()), student, guardian_id, language))


@_again
def turn_to(opened: Opened, student_id: int, language: str, caller: str = "") -> Opened | Denial:
    """Return the diary of another child of the same guardian, or of the same child in another language."""
    with at_school(opened.school_id):
        rights = Guardianship.objects.active(on=clock.today()).filter(guardian_id=opened.guardian_id)
        right = rights.filter(student_id=student_id).select_related("guardian", "student").first()
        if right is None:
            return Denial.WRONG
        if student_id != opened.diary.student:
            return _open(right.student, right.guardian, caller, language)
        return replace(opened, diary=_read(right.student, opened.guardian_id, language))


@_again
def change_pin(opened: Opened, pin: str) -> PinChange | Denial:
    """Take the new PIN, for which the old one was keyed in this call."""
    with at_school(opened.school_id):
        guardian = Guardian.objects.get(pk=opened.guardian_id)
        try:
            choose_pin(actor=Actor(guardian.user_id, "guardian", ADDRESS), guardian=guardian, typed=pin)
        except Refusal:
            return PinChange.WEAK
    return PinChange.DONE


@_again
def keep(opened: Opened, heard: Sequence[int], sections: Sequence[str], *, is_over: bool) -> None:
    """Write down what was heard so far; messages heard to their end are read in the portal too."""
    with at_school(opened.school_id):
        changed: dict[str, object] = {"heard": list(heard), "opened": [str(section) for section in sections]}
        if is_over:
            changed["ended_at"] = clock.now()
        CallLog.objects.filter(pk=opened.log_id).update(**changed)
        if heard:
            mark_read(heard)


def try_to_keep(opened: Opened, heard: Sequence[int], sections: Sequence[str], *, is_over: bool) -> None:
    """Keep, and let the call go on when that fails."""
    try:
        keep(opened, heard, sections, is_over=is_over)
    except Exception:  # noqa: BLE001
        note("what was heard could not be kept", level=logging.ERROR, error=True, school=opened.school_id)
        connections.close_all()


def digest_of(caller: str) -> str:
    """Return the keyed digest that stands for a number; a number has a billion values, so the key is the secret."""
    if not caller:
        return ""
    return hmac.new(settings.PIN_KEY, f"caller {caller}".encode(), hashlib.sha256).hexdigest()


def answer(work: Callable[[], R]) -> R | Denial:
    """Do it, and say „failed“ for whatever goes wrong: the caller hears words, the log where it was."""
    try:
        return work()
    except Exception:  # noqa: BLE001
        note("a call could not be answered from the diary", level=logging.ERROR, error=True)
        connections.close_all()
        return Denial.FAILED
