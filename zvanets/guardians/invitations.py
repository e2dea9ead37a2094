"""A legal representative lets others look: by a code told once, until a day, until they say no."""

import hmac
from datetime import date, datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext, override

from zvanets.accounts.actions import new_password
from zvanets.accounts.letters import post
from zvanets.accounts.models import User
from zvanets.guardians.actions import Extent, grant_right, withdraw_right
from zvanets.guardians.models import Guardian, Guardianship, Invitation, Relation
from zvanets.history.record import Actor, Fact, Json, record
from zvanets.history.verbs import Read, Verb
from zvanets.lib import clock, names
from zvanets.lib.refusals import Refusal, gettext_noop
from zvanets.schools.models import Student
from zvanets.tenancy.school import BIGINT_MAX, at_school, school_now

LASTS = timedelta(days=7)
MOST_WAITING = 10  # of one child
INVITED = (Relation.SELF, Relation.GRANDMOTHER, Relation.GRANDFATHER, Relation.OTHER)

_NOT_LEGAL = gettext_noop("Само законен представител кани други.")
_TOO_MANY = gettext_noop("Чакат много покани. Оттеглете някоя, преди да направите нова.")
_HAS_OWN = gettext_noop("Ученикът вече има свой вход.")
_ENDS_BEFORE = gettext_noop("Последният ден не може да е в миналото.")
_NO_CODE = gettext_noop("Няма покана с този код, или вече не важи. Проверете го или поискайте нова от семейството.")
_FROM_FAMILY = "оттеглен от семейството"
_LOOKED = """
SELECT actor_id, max(at) FROM history_access
WHERE school_id = %(school)s AND student_id = %(student)s AND verb = %(verb)s AND actor_id = ANY(%(users)s)
GROUP BY actor_id
"""


@transaction.atomic
def invite(
    *, actor: Actor, by: Guardianship, relation: Relation, name: str, email: str = "", ends_on: date | None = None
) -> str:
    """Return the code of a new invitation, to be told once; with an address it goes there by letter too.

    Raises Refusal `not_legal`, `too_many`, `has_own`, `dates`.
    """
    student = Student.objects.select_for_update(no_key=True).get(pk=by.student_id)
    now = clock.now()
    if not by.is_legal or relation not in INVITED:
        raise Refusal("not_legal", _NOT_LEGAL)
    if ends_on and ends_on < clock.today():
        raise Refusal("dates", _ENDS_BEFORE)
    if relation == Relation.SELF and Guardianship.objects.not_ended(on=clock.today()).filter(
        student=student, relation=Relation.SELF, guardian__user__isnull=False
    ):
        raise Refusal("has_own", _HAS_OWN)
    if waiting(student.pk).count() >= MOST_WAITING:
        raise Refusal("too_many", _TOO_MANY)
    code = f"{school_now()}-{new_password()}"
    invitation = Invitation.objects.create(
        student=student,
        invited_by=by,
        relation=relation,
        name=name.strip(),
        code_hash=_digest(code),
        made_at=now,
        expires_at=now + LASTS,
        ends_on=ends_on,
    )
    _record(actor, Verb.INVITATION_MADE, invitation)
    if email:
        _write(email, code, by.guardian.language)
    return code


@transaction.atomic
def withdraw_invitation(*, actor: Actor, invitation: Invitation) -> None:
    """Let the code count no more; one that was taken stays so: its right is withdrawn by itself."""
    untaken = Invitation.objects.filter(pk=invitation.pk, taken_at__isnull=True, withdrawn_at__isnull=True)
    if untaken.update(withdrawn_at=clock.now()):
        _record(actor, Verb.INVITATION_WITHDRAWN, invitation)


def withdraw_invited(*, actor: Actor, right: Guardianship) -> None:
    withdraw_right(actor=actor, right=right, why=_FROM_FAMILY)


def must_be_open(code: str) -> None:
    """Raise Refusal `no_code` unless it could be taken now: asked before an account is made for whoever holds it."""
    school = _school_of(code)
    if school:
        with at_school(school):
            if _open().filter(code_hash=_digest(_tidy(code))).exists():
                return
    raise Refusal("no_code", _NO_CODE)


def take(user: User, code: str, *, address: str = "") -> Guardianship:
    """Give the user what the invitation promises. Opens the school itself. Raises Refusal `no_code`, `has_right`."""
    if not (school := _school_of(code)):
        raise Refusal("no_code", _NO_CODE)
    with at_school(school):
        return _take(user, code, address)


def _take(user: User, code: str, address: str) -> Guardianship:
    found = _open().select_for_update(no_key=True, of=("self",)).filter(code_hash=_digest(_tidy(code)))
    invitation = found.select_related("student").first()
    if invitation is None:
        raise Refusal("no_code", _NO_CODE)
    relation = Relation(invitation.relation)
    actor = Actor(user.pk, "student" if relation == Relation.SELF else "guest", address)
    right = grant_right(
        actor=actor,
        guardian=_guardian(user, invitation),
        student=invitation.student,
        relation=relation,
        extent=Extent(is_legal=False, may_excuse=False, ends_on=invitation.ends_on),
    )
    Invitation.objects.filter(pk=invitation.pk).update(taken_at=clock.now(), right=right)
    _record(actor, Verb.INVITATION_TAKEN, invitation)
    return right


def _guardian(user: User, invitation: Invitation) -> Guardian:
    if known := Guardian.objects.filter(user=user).order_by("pk").first():
        return known
    first, _, last = user.name.rpartition(" ")
    return Guardian.objects.create(
        user=user,
        first_name=first or invitation.name,
        last_name=last,
        sort_name=names.sort_key(first or invitation.name, "", last),
        language=user.language,
    )


def waiting(student_id: int) -> QuerySet[Invitation]:
    """Return the invitations of a child that may still be taken, the newest first."""
    return _open().select_related("student").filter(student=student_id).order_by("-made_at")


def last_looks(student_id: int, users: list[int]) -> dict[int, datetime]:
    """Return when each of these users last opened a page of the child."""
    with connection.cursor() as cursor:
        cursor.execute(
            _LOOKED, {"school": school_now(), "student": student_id, "verb": Read.STUDENT_OPENED, "users": users}
        )
        return dict(cursor.fetchall())


def _open() -> QuerySet[Invitation]:
    """Those whose inviter still is a legal representative."""
    inviters = Guardianship.objects.active(on=clock.today()).filter(is_legal=True)
    return Invitation.objects.filter(
        taken_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=clock.now(),
        invited_by__in=inviters.values("pk"),
    )


def _school_of(code: str) -> int:
    """Return the number before the first hyphen, 0 when there is none that a school could have."""
    number = _tidy(code).partition("-")[0]
    school = int(number) if number.isascii() and number.isdigit() and len(number) <= 18 else 0
    return school if school <= BIGINT_MAX else 0


def _tidy(code: str) -> str:
    return "".join(code.lower().split()).replace("–", "-")


def _digest(code: str) -> str:
    return hmac.new(settings.PIN_KEY, f"invitation {code}".encode(), sha256).hexdigest()


def _write(address: str, code: str, language: str) -> None:
    with override(language):
        subject = gettext("Покана за училищен дневник")
        text = gettext(
            "Поканени сте да гледате дневника на ученик. Отворете %(url)s и въведете кода %(code)s."
            " Важи 7 дни и само веднъж. Ако не знаете за какво става дума, не правете нищо."
        )
    post(
        address,
        subject=subject,
        text=text % {"url": f"{settings.ORIGIN}/access/invited/", "code": code},
        language=language,
    )


def _record(actor: Actor, verb: Verb, invitation: Invitation) -> None:
    body: dict[str, Json] = {"student": invitation.student.short_name, "by": invitation.invited_by_id}
    fact = Fact(
        verb, sub_verb=invitation.relation, student_id=invitation.student_id, object_id=invitation.pk, body=body
    )
    record([fact], actor=actor, tell=False)
