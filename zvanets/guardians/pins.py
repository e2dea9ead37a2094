"""The telephone's keys: the child's code, which a label carries, and each guardian's PIN. Inside at_school()."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from zvanets.guardians.models import Contact, Guardian, Guardianship, PinTry
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Verb
from zvanets.lib import clock, damm, pins
from zvanets.lib.refusals import Refusal
from zvanets.rules.pin_locks import COUNTED_FOR, Lock, lock_of
from zvanets.schools.models import School, Student, StudentCode
from zvanets.tenancy.school import school_now

_DICE = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class PinAnswer:
    """Whose PIN it was; else the lock in force, if any. `locked_now` when this very try shut the telephone.

    Not a Refusal: a raised one would take the counted try back with the transaction.
    """

    right: Guardianship | None = None
    lock: Lock | None = None
    locked_now: bool = False


@transaction.atomic
def issue_pin(*, actor: Actor, guardian: Guardian) -> str:
    """Return a new PIN to be told once; no two guardians of one child have the same."""
    taken = _others(guardian)
    pin = next(pin for pin in iter(_new_pin, None) if not any(_is_pin_of(other, pin) for other in taken))
    _set_pin(actor, guardian, pin)
    return pin


@transaction.atomic
def choose_pin(*, actor: Actor, guardian: Guardian, typed: str) -> None:
    """Take the PIN that somebody chose; raises Refusal `pin_shape`, `pin_weak`, and `pin_weak` for that of another guardian."""
    pin = pins.read_pin(typed)
    if _is_pin_of(guardian, pin):
        return
    if any(_is_pin_of(other, pin) for other in _others(guardian)):
        raise Refusal("pin_weak", pins.WEAK)
    _set_pin(actor, guardian, pin)


@transaction.atomic
def check_pin(*, actor: Actor, student: Student, pin: str, caller: str = "") -> PinAnswer:
    """Say which guardian of the student has this PIN, and count the try.

    A lock for a time spares a caller whose confirmed number (E.164) is on file; such tries count all the same. The lock of
    the year spares nobody, for a number can be forged.
    """
    # One try at a time per child: tries made at once must not all find the count low.
    Student.objects.select_for_update(no_key=True).only("pk").get(pk=student.pk)
    now = clock.now()
    lock = lock_of(_wrong_tries(student, now), now=now)
    if lock and (lock.until is None or not _is_on_file(student, caller)):
        return PinAnswer(lock=lock)
    rights = Guardianship.objects.active(on=clock.today()).filter(student=student).select_related("guardian")
    right = next(iter([each for each in rights if _is_pin_of(each.guardian, pin)]), None)  # every digest is compared
    PinTry.objects.create(student=student, at=now, succeeded=right is not None)
    if right:
        return PinAnswer(right=right)
    after = lock_of(_wrong_tries(student, now), now=now)
    if after and after != lock:
        record([_locked(student, after)], actor=actor, tell=True)
    return PinAnswer(lock=after, locked_now=after is not None and after != lock)


@transaction.atomic
def confirm_caller(*, actor: Actor, guardian: Guardian, number: str) -> bool:
    """Who dials in with their own PIN from their own number (E.164) has shown that it is theirs; an address given up stays so."""
    waiting = Contact.objects.filter(
        guardian=guardian,
        kind=Contact.Kind.PHONE,
        address=number,
        confirmed_at__isnull=True,
        disabled_at__isnull=True,
    )
    contact = waiting.first()
    if contact is None or not waiting.update(confirmed_at=clock.now()):
        return False
    body: dict[str, Json] = {"guardian": guardian.pk, "by": "telephone"}
    fact = Fact(Verb.CONTACT_CONFIRMED, sub_verb=contact.kind, object_id=contact.pk, body=body)
    record([fact], actor=actor, tell=False)
    return True


@transaction.atomic
def lift_lock(*, actor: Actor, student: Student) -> None:
    """The homeroom teacher has spoken with the family: the wrong tries so far count no more."""
    wrong = PinTry.objects.filter(student=student, succeeded=False, lifted_at__isnull=True)
    if wrong.update(lifted_at=clock.now()):
        record([Fact(Verb.PIN_UNLOCKED, student_id=student.pk)], actor=actor, tell=False)


@transaction.atomic
def code_for_student(*, actor: Actor, student: Student, renew: bool = False) -> str:
    """Return the student's code; make one when there is none, or when the label was lost."""
    own = StudentCode.objects.filter(school_id=school_now(), student_id=student.pk)
    kept: str | None = own.values_list("code", flat=True).first()
    if kept and not renew:
        return kept
    code = next(code for code in iter(_new_code, None) if not StudentCode.objects.filter(code=code).exists())
    own.delete()
    StudentCode.objects.create(code=code, school_id=school_now(), student_id=student.pk)
    student.code = code
    student.save(update_fields=["code"])
    record([Fact(Verb.CODE_ISSUED, student_id=student.pk)], actor=actor, tell=False)
    return code


def _locked(student: Student, lock: Lock) -> Fact:
    """What the guardians read, by the clock of the school."""
    zone = ZoneInfo(School.objects.values_list("time_zone", flat=True).get(pk=school_now()))
    until = lock.until.astimezone(zone).isoformat(timespec="minutes") if lock.until else ""
    return Fact(Verb.PIN_LOCKED, student_id=student.pk, body={"student": student.short_name, "until": until})


def _others(guardian: Guardian) -> list[Guardian]:
    """The other guardians of the same children who have a PIN."""
    others = Guardian.objects.filter(
        guardianships__student__guardianships__guardian=guardian, pin_issued_at__isnull=False
    )
    return list(others.exclude(pk=guardian.pk).distinct())


def _set_pin(actor: Actor, guardian: Guardian, pin: str) -> None:
    guardian.pin_hash, guardian.pin_issued_at = _digest(guardian, pin), clock.now()
    guardian.save(update_fields=["pin_hash", "pin_issued_at"])
    record([Fact(Verb.PIN_ISSUED, object_id=guardian.pk)], actor=actor, tell=False)


def _wrong_tries(student: Student, now: datetime) -> list[datetime]:
    wrong = PinTry.objects.filter(student=student, succeeded=False, lifted_at__isnull=True, at__gt=now - COUNTED_FOR)
    return list(wrong.order_by("at").values_list("at", flat=True))


def _is_on_file(student: Student, caller: str) -> bool:
    rights = Guardianship.objects.active(on=clock.today()).filter(student=student)
    numbers = Contact.objects.usable().filter(kind=Contact.Kind.PHONE, guardian__in=rights.values("guardian_id"))
    return bool(caller) and numbers.filter(address=caller).exists()


def _is_pin_of(guardian: Guardian, pin: str) -> bool:
    kept = guardian.pin_hash
    return bool(kept) and pins.matches(pin, kept, key=settings.PIN_KEY, owner=_owner(guardian))


def _digest(guardian: Guardian, pin: str) -> str:
    return pins.digest(pin, key=settings.PIN_KEY, owner=_owner(guardian))


def _owner(guardian: Guardian) -> str:
    return f"{school_now()}/{guardian.pk}"


def _new_pin() -> str:
    return pins.new_pin(_DICE)


def _new_code() -> str:
    return damm.new_code(_DICE)
